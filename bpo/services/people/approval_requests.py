"""Requests for approval as rows: kept, told by mail, decided once, voided when they are stale."""

from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from bpo.db import after_commit
from bpo.domain.deals import approvals as rules
from bpo.domain.deals.approvals import About, State
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.domain.people.links import MailState
from bpo.gateways.queue import Queue
from bpo.jobs import Job
from bpo.kernel.actor import Actor, Role
from bpo.kernel.errors import Forbidden, NotFound
from bpo.models import ApprovalMail, ApprovalRequest
from bpo.queries.desk import approvals as stored
from bpo.queries.people import users
from bpo.services.people import audit

_ACTS = {
    State.ASKED: "approval.ask",
    State.ACCEPTED: "approval.accept",
    State.REFUSED: "approval.refuse",
    State.COUNTERED: "approval.counter",
    State.EXPIRED: "approval.expire",
    State.VOIDED: "approval.void",
}
_GOING_LIVE = {
    State.ASKED: "going_live.ask",
    State.ACCEPTED: "going_live.accept",
    State.REFUSED: "going_live.refuse",
    State.EXPIRED: "going_live.expire",
    State.VOIDED: "going_live.void",
}


def add(
    session: Session, actor: Actor, request: ApprovalRequest, *, now: datetime, queue: Queue
) -> ApprovalRequest:
    """Keep a request; a client manager who is to decide is told by mail."""
    request.state, request.asked_at = State.ASKED.value, now
    request.asked_by, request.asked_by_name = actor.user_id, actor.name
    session.add(request)
    session.flush()
    if request.needed_by == Role.CLIENT_MANAGER.value:
        _post(session, request, queue)
    _record(session, actor, request, State.ASKED, now)
    return request


def opened(session: Session, actor: Actor, workspace_id: int, request_id: int) -> ApprovalRequest:
    """A request that the actor may decide now, held.

    Raises NotFound, Forbidden for somebody else's to decide, Conflict for one decided before.
    """
    access.require(actor, Permission.DECIDE, workspace_id)
    request = stored.locked(session, workspace_id, request_id)
    if request is None:
        raise NotFound("There is no such request")
    if not rules.may_decide(actor.role, Role(request.needed_by)):
        raise Forbidden("This is for somebody else to decide")
    rules.move(State(request.state), State.ACCEPTED)
    return request


def decide(
    session: Session,
    actor: Actor,
    request: ApprovalRequest,
    to: State,
    answer: str | None,
    now: datetime,
) -> None:
    """Note who decided what, when and from where."""
    request.state = rules.move(State(request.state), to).value
    request.decided_by, request.decided_by_name = actor.user_id, actor.name
    request.decided_at, request.address, request.answer = now, actor.address, answer
    _record(session, actor, request, to, now, answer=answer)


def void(
    session: Session,
    actor: Actor,
    workspace_id: int,
    *,
    now: datetime,
    about: frozenset[About],
    campaign_id: int | None = None,
    place: str | None = None,
) -> int:
    """Close open requests about what has changed since it was asked; how many."""
    stale = stored.open_about(session, workspace_id, about, campaign_id, place)
    for request in stale:
        decide(session, actor, request, State.VOIDED, None, now)
    return len(stale)


def _post(session: Session, request: ApprovalRequest, queue: Queue) -> None:
    for person in users.client_managers(session, request.workspace_id):
        session.add(
            ApprovalMail(
                workspace_id=request.workspace_id,
                request_id=request.id,
                user_id=person.id,
                state=MailState.WAITING.value,
            )
        )
    after_commit(session, partial(queue.put, Job.SEND_APPROVAL_MAILS, request.workspace_id))


def _record(
    session: Session,
    actor: Actor,
    request: ApprovalRequest,
    state: State,
    now: datetime,
    **detail: Any,
) -> None:
    about = {
        "debtor_id": request.debtor_id,
        "agreement_id": request.agreement_id,
        "campaign_id": request.campaign_id,
        "text": request.content.get("place") if request.content else None,
    }
    acts = _ACTS if request.about == About.OFFER.value else _GOING_LIVE
    audit.record(
        session,
        actor,
        request.workspace_id,
        acts[state],
        now=now,
        subject=("approval", request.id),
        **{name: value for name, value in about.items() if value is not None},
        **detail,
    )
