"""Approval of offers beyond somebody's limits: asked, accepted, refused, answered with others."""

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from bpo.db import unit_of_work
from bpo.domain.deals import agreements as agreement_rules
from bpo.domain.deals import approvals as rules
from bpo.domain.deals.approvals import About, State
from bpo.domain.deals.terms import Wish
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.gateways.queue import Queue
from bpo.kernel import clock
from bpo.kernel.actor import Actor, Role
from bpo.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from bpo.kernel.text import Phrase
from bpo.models import Agreement, AgreementReceivable, ApprovalRequest
from bpo.queries.deals import agreements as stored_agreements
from bpo.queries.desk import approvals as stored
from bpo.queries.people import debtors, workspaces
from bpo.services.deals import agreement_choices, agreements, case_files
from bpo.services.deals.agreement_choices import Choice, Choices
from bpo.services.deals.agreements import Scene
from bpo.services.desk import plan_answers
from bpo.services.people import approval_requests


def ask(
    actor: Actor,
    workspace_id: int,
    debtor_id: int,
    fingerprint: str,
    *,
    now: datetime,
    queue: Queue,
    note: str | None = None,
    monthly_cents: int | None = None,
    wish: Wish | None = None,
) -> ApprovalRequest:
    """Put one of today's offers to whoever may grant it; a client manager is told by mail.

    The offers are recomputed; `fingerprint` says which. The exact terms are frozen as a draft.
    Raises Conflict when it is none of today's or waits already, BadInput when nobody need be asked.
    """
    access.require(actor, Permission.NEGOTIATE, workspace_id)
    with unit_of_work(actor) as session:
        scene = agreements.held(session, actor, workspace_id, debtor_id, now)
        found = agreement_choices.of(
            session, actor, scene.workspace, scene.debtor, scene.today, monthly_cents, wish
        )
        choice = found.named(fingerprint)
        if choice is None:
            raise Conflict("What is owed has changed: look at the offers of today")
        return put(session, actor, scene, choice, found, note, now=now, queue=queue)


def put(
    session: Session,
    actor: Actor,
    scene: Scene,
    choice: Choice,
    found: Choices,
    note: str | None,
    *,
    now: datetime,
    queue: Queue,
) -> ApprovalRequest:
    """Freeze terms as a draft and keep the request for them; joins the caller's transaction.

    By staff, or by the debtor on their own page. Raises BadInput when nobody need be asked,
    Conflict when these terms wait already.
    """
    needed = choice.needs_approval_by
    if needed is None or agreement_choices.may_grant(actor, needed):
        raise BadInput("This offer needs nobody's approval")
    if _waits(session, scene.workspace.id, scene.debtor.id, choice.fingerprint):
        raise Conflict("These terms wait for approval already")
    draft = agreements.add_offer(session, actor, scene, choice, now=now)
    request = _request(draft, needed, choice, found, note)
    return approval_requests.add(session, actor, request, now=now, queue=queue)


def accept(
    actor: Actor,
    workspace_id: int,
    request_id: int,
    *,
    now: datetime,
    queue: Queue,
    answer: str | None = None,
) -> ApprovalRequest:
    """Grant the terms: the draft becomes an offer that the debtor may accept.

    Looked at again first: when a payment or the day has changed what is owed, the request has
    expired and nothing is granted. A debtor who asked on their page hears of every answer there.
    """
    with unit_of_work(actor) as session:
        request, draft, today = _opened(session, actor, workspace_id, request_id, now)
        if _over(session, request, draft, today):
            return _expire(session, actor, request, draft, now, queue)
        approval_requests.decide(session, actor, request, State.ACCEPTED, answer, now)
        agreements.grant(session, actor, draft, _granted(request, actor, now), now=now)
        plan_answers.tell(session, actor, request, draft, now=now, queue=queue)
    return request


def refuse(
    actor: Actor,
    workspace_id: int,
    request_id: int,
    answer: str,
    *,
    now: datetime,
    queue: Queue,
) -> ApprovalRequest:
    """Say no, with the reason: the analyst reads it before talking to the debtor again."""
    with unit_of_work(actor) as session:
        request, draft, _today = _opened(session, actor, workspace_id, request_id, now)
        approval_requests.decide(session, actor, request, State.REFUSED, answer, now)
        agreements.move(session, actor, draft, agreement_rules.State.REFUSED, now)
        plan_answers.tell(session, actor, request, None, now=now, queue=queue)
    return request


def counter(
    actor: Actor,
    workspace_id: int,
    request_id: int,
    wish: Wish,
    *,
    now: datetime,
    queue: Queue,
    answer: str | None = None,
) -> ApprovalRequest:
    """Grant other terms instead: recomputed within the limits, offered at once in their place.

    Raises BadInput naming the limit that they leave.
    """
    with unit_of_work(actor) as session:
        request, draft, today = _opened(session, actor, workspace_id, request_id, now)
        if _over(session, request, draft, today):
            return _expire(session, actor, request, draft, now, queue)
        other = _other(session, actor, request, draft, wish, today, now)
        request.counter = {
            "down_cents": wish.down_cents,
            "payments": wish.payments,
            "total_cents": other.total_cents,
        }
        request.answered_with_id = other.id
        approval_requests.decide(session, actor, request, State.COUNTERED, answer, now)
        plan_answers.tell(session, actor, request, other, now=now, queue=queue)
    return request


def _other(
    session: Session,
    actor: Actor,
    request: ApprovalRequest,
    draft: Agreement,
    wish: Wish,
    today: date,
    now: datetime,
) -> Agreement:
    """The offer made of other terms; the draft that was asked about is called off."""
    workspace = workspaces.by_id(session, request.workspace_id)
    debtor = debtors.by_id(session, request.workspace_id, draft.debtor_id)
    assert workspace is not None
    assert debtor is not None
    found = agreement_choices.of(session, actor, workspace, debtor, today, wish=wish)
    wished = next((one for one in found.choices if one.offer and one.offer.wished), None)
    if wished is None:
        note = found.note or Phrase("Nothing to offer")
        raise Conflict(note.template, **note.params)
    if not _within(actor, wished.needs_approval_by):
        raise Forbidden("These terms are beyond your own limits")
    agreements.move(session, actor, draft, agreement_rules.State.CANCELLED, now)
    scene = Scene(workspace, debtor, today)
    other = agreements.add_offer(session, actor, scene, wished, now=now)
    if other.state == agreement_rules.State.DRAFT.value:
        agreements.grant(session, actor, other, _granted(request, actor, now), now=now)
    other.approval = _granted(request, actor, now)
    return other


def _within(actor: Actor, needed: Role | None) -> bool:
    return needed is None or rules.may_decide(actor.role, needed)


def _opened(
    session: Session, actor: Actor, workspace_id: int, request_id: int, now: datetime
) -> tuple[ApprovalRequest, Agreement, date]:
    """A request that the actor may decide and its draft, both held, and today."""
    access.require(actor, Permission.DECIDE, workspace_id)
    found = stored.by_id(session, workspace_id, request_id)
    workspace = workspaces.by_id(session, workspace_id)
    if found is None or workspace is None or not (found.debtor_id and found.agreement_id):
        raise NotFound("There is no such request")
    debtors.locked(session, workspace_id, found.debtor_id)
    draft_id = found.agreement_id
    request = approval_requests.opened(session, actor, workspace_id, request_id)
    draft = stored_agreements.locked(session, workspace_id, draft_id)
    assert draft is not None
    return request, draft, clock.local_day(now, workspace.time_zone)


def _over(session: Session, request: ApprovalRequest, draft: Agreement, today: date) -> bool:
    """Whether the terms no longer hold: too late, called off, or what is owed has changed."""
    if draft.state != agreement_rules.State.DRAFT.value or request.valid_until < today:
        return True
    rows = (
        session.query(AgreementReceivable)
        .filter_by(workspace_id=draft.workspace_id, agreement_id=draft.id)
        .all()
    )
    ids = [row.receivable_id for row in rows]
    counts = stored_agreements.entry_counts(session, draft.workspace_id, ids)
    return any(counts.get(row.receivable_id, 0) != row.entry_count for row in rows)


def _expire(
    session: Session,
    actor: Actor,
    request: ApprovalRequest,
    draft: Agreement,
    now: datetime,
    queue: Queue,
) -> ApprovalRequest:
    approval_requests.decide(session, actor, request, State.EXPIRED, None, now)
    if draft.state == agreement_rules.State.DRAFT.value:
        agreements.move(session, actor, draft, agreement_rules.State.EXPIRED, now)
    plan_answers.tell(session, actor, request, None, now=now, queue=queue)
    return request


def _granted(request: ApprovalRequest, actor: Actor, now: datetime) -> dict[str, Any]:
    """What is kept with the agreement: who granted it, when, from where and by which request."""
    return {
        "request_id": request.id,
        "by": actor.name,
        "role": actor.role and actor.role.value,
        "user_id": actor.user_id,
        "at": now.isoformat(),
        "address": actor.address,
    }


def _waits(session: Session, workspace_id: int, debtor_id: int, fingerprint: str) -> bool:
    mine = stored_agreements.of_debtor(session, workspace_id, debtor_id)
    draft = agreement_rules.State.DRAFT.value
    return any(one.fingerprint == fingerprint and one.state == draft for one in mine)


def _request(
    draft: Agreement, needed: Role, choice: Choice, found: Choices, note: str | None
) -> ApprovalRequest:
    assert choice.offer is not None
    return ApprovalRequest(
        workspace_id=draft.workspace_id,
        about=About.OFFER.value,
        agreement_id=draft.id,
        debtor_id=draft.debtor_id,
        needed_by=needed.value,
        case_file=case_files.about(choice.offer, found.found),
        note=note,
        valid_until=draft.valid_until,
    )
