"""The conversation on the debtor's page: read by both sides, answered by the team."""

from datetime import datetime

from sqlalchemy import update

from bpo.db import acting_as, db, unit_of_work
from bpo.domain.desk import inbox
from bpo.domain.page import page_acts as rules
from bpo.domain.page.page_acts import Kind
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.gateways.queue import Queue
from bpo.kernel.actor import Actor
from bpo.kernel.errors import NotFound
from bpo.models import PageAct, Task
from bpo.queries.page import page_acts
from bpo.queries.page.page_acts import Said
from bpo.queries.people import debtors
from bpo.services.people import audit
from bpo.services.people.visits import Visitor
from bpo.services.reminders import page_links

ANSWERED = frozenset({inbox.Kind.PAGE_MESSAGE, inbox.Kind.PLAN_ASKED, inbox.Kind.DATA_REQUEST})
"""Lines of the inbox that an answer settles; a claim of payment is settled by looking for it."""


def of(visitor: Visitor) -> list[Said]:
    """The conversation as its debtor sees it."""
    with acting_as(visitor.actor):
        return page_acts.talk(db.session(), visitor.workspace.id, visitor.debtor.id)


def one(visitor: Visitor, act_id: int) -> PageAct:
    """One act of the debtor. Raises NotFound for any other."""
    with acting_as(visitor.actor):
        place, debtor_id = visitor.workspace.id, visitor.debtor.id
        found = page_acts.by_id(db.session(), place, debtor_id, act_id)
    if found is None or found.kind == Kind.ANSWER:
        raise NotFound("This page does not exist or is not yours to see")
    return found


def answer(
    actor: Actor,
    workspace_id: int,
    debtor_id: int,
    words: str | None,
    *,
    key: str,
    now: datetime,
    queue: Queue,
) -> bool:
    """Write to a debtor on their page; lines of the inbox that waited for it are done.

    The link to the page goes out by e-mail; False when there is no address, or one just went.

    The same form sent twice is one answer. Raises BadInput without words, NotFound.
    """
    access.require(actor, Permission.CONTACT, workspace_id)
    said = rules.words(words, needed=True)
    with unit_of_work(actor) as session:
        if debtors.locked(session, workspace_id, debtor_id) is None:
            raise NotFound("There is no such debtor")
        if page_acts.by_key(session, workspace_id, debtor_id, key) is not None:
            return True
        row = PageAct(
            workspace_id=workspace_id,
            debtor_id=debtor_id,
            kind=Kind.ANSWER.value,
            request_key=key,
            words=said,
            at=now,
            address=actor.address,
            created_by=actor.user_id,
        )
        session.add(row)
        session.flush()
        session.execute(
            update(Task)
            .where(
                Task.workspace_id == workspace_id,
                Task.debtor_id == debtor_id,
                Task.state == "open",
                Task.kind.in_(sorted(ANSWERED)),
            )
            .values(state="done", closed_at=now, closed_by=actor.user_id)
            .execution_options(synchronize_session=False)
        )
        audit.record(
            session,
            actor,
            workspace_id,
            "page.answer",
            now=now,
            subject=("debtor", debtor_id),
            page_act_id=row.id,
        )
        return page_links.ring(session, workspace_id, debtor_id, now=now, queue=queue)
