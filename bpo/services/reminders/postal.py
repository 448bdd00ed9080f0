"""Letters on paper: all that are due as one PDF to print, and sent once a person posted them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bpo.db import unit_of_work
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.domain.reminders.deliveries import Cancelled, State
from bpo.domain.reminders.steps import Channel
from bpo.gateways import postal, templates
from bpo.gateways.postal import Sheet
from bpo.kernel.actor import Actor
from bpo.kernel.errors import Conflict, NotFound
from bpo.models import Message, Touch
from bpo.services.people import audit
from bpo.services.reminders.deliveries import BEGINNING
from bpo.services.reminders.drafts import Batch, Draft
from bpo.services.reminders.letters import Desk

MOST = 200
"""Letters of one PDF; the rest comes with the next."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A PDF with a page or more for each letter, and for how many contacts."""

    document: bytes
    letters: int


def print_due(actor: Actor, workspace_id: int, *, desk: Desk, now: datetime) -> Printed:
    """All letters that are due, judged by the one rule of contact, as one PDF.

    Their text is kept as with any message; they count as sent when `mark_posted` says so, and are
    printed again until then. What may not be sent is cancelled. Raises Conflict when nothing is
    due.
    """
    access.require(actor, Permission.CONTACT, workspace_id)
    with unit_of_work(actor) as session:
        batch = desk.batch(session, workspace_id, now=now, after=BEGINNING, limit=MOST)
        if batch is None:
            raise NotFound("There is no such workspace")
        sheets = [
            _kept(session, batch, draft, desk, now)
            for draft in batch.drafts
            if _may(session, batch, draft, desk, now)
        ]
        ids = [draft.waiting.id for draft in batch.drafts]
        audit.record(session, actor, workspace_id, "letter.print", now=now, touches=ids)
        creditor, day, locale = batch.creditor, batch.day, batch.workspace.locale
    if not sheets:
        raise Conflict("No letter is due")
    return Printed(postal.letters(sheets, creditor, day, locale), len(sheets))


def mark_posted(actor: Actor, workspace_id: int, touch_ids: Iterable[int], *, now: datetime) -> int:
    """Letters that were printed are on their way; returns how many."""
    access.require(actor, Permission.CONTACT, workspace_id)
    with unit_of_work(actor) as session:
        printed = select(Message.touch_id).where(Message.workspace_id == workspace_id)
        rows = session.execute(
            update(Touch)
            .where(
                Touch.workspace_id == workspace_id,
                Touch.id.in_(list(touch_ids)),
                Touch.id.in_(printed),
                Touch.channel == Channel.LETTER.value,
                Touch.state == State.PLANNED.value,
            )
            .values(state=State.SENT.value, settled_at=now)
            .returning(Touch.id)
            .execution_options(synchronize_session=False)
        )
        ids = list(rows.scalars())
        if ids:
            audit.record(session, actor, workspace_id, "letter.post", now=now, touches=ids)
    return len(ids)


def _may(session: Session, batch: Batch, draft: Draft, desk: Desk, now: datetime) -> bool:
    """Whether a letter may go; one that never will is cancelled, one that waits is left."""
    verdict = desk.judge(batch, draft, now)
    if verdict.cancelled is not None:
        _cancel(session, batch, draft, verdict.cancelled, now)
    return verdict.by_person


def _cancel(session: Session, batch: Batch, draft: Draft, reason: Cancelled, now: datetime) -> None:
    session.execute(
        update(Touch)
        .where(
            Touch.workspace_id == batch.workspace_id,
            Touch.id == draft.waiting.id,
            Touch.state == State.PLANNED.value,
        )
        .values(state=State.CANCELLED.value, state_reason=reason.value, settled_at=now)
        .execution_options(synchronize_session=False)
    )


def _kept(session: Session, batch: Batch, draft: Draft, desk: Desk, now: datetime) -> Sheet:
    """The words of a letter, kept as they are printed."""
    waiting = draft.waiting
    locale = waiting.debtor_locale or batch.workspace.locale
    facts = desk.facts(batch, draft)
    wording = batch.wordings.of(waiting.template_key or "notice", Channel.EMAIL, locale)
    rendered = templates.render(
        waiting.template_key or "notice", Channel.EMAIL, wording.locale, facts, text=wording.text
    )
    values = {
        "recipient": waiting.debtor_name,
        "subject": rendered.subject,
        "template": wording.name,
        "body": rendered.text.encode(),
        "rendered_at": now,
    }
    row = insert(Message).values(workspace_id=batch.workspace_id, touch_id=waiting.id, **values)
    keys = ["workspace_id", "touch_id"]
    session.execute(row.on_conflict_do_update(index_elements=keys, set_=values))
    return Sheet(waiting.debtor_name, facts.document_hidden, rendered.subject, rendered.text)
