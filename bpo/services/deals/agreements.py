"""Agreements with debtors: offered, answered, accepted once, called off."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from bpo.db import unit_of_work
from bpo.domain.deals import agreement_terms
from bpo.domain.deals import agreements as rules
from bpo.domain.deals.agreements import State
from bpo.domain.deals.terms import Wish
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.kernel import clock
from bpo.kernel.actor import Actor, ActorKind
from bpo.kernel.errors import BadInput, Conflict, NotFound
from bpo.models import Agreement, AgreementAcceptance, Debtor, Task, Workspace
from bpo.queries.deals import agreements as stored
from bpo.queries.people import debtors, workspaces
from bpo.services.deals import agreement_choices, agreement_ledger
from bpo.services.deals.agreement_choices import Choice
from bpo.services.people import audit

COUNTERED_TASK = "agreement_countered"
"""The kind of task for an amount a month that no offer within the limits meets."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """How somebody said yes: the program they used, and for staff a note of who said it when."""

    user_agent: str = ""
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """The agreement made; `repeated`: it had been accepted before with the same key."""

    agreement: Agreement
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    """Who negotiates with whom on which day, the debtor's row held."""

    workspace: Workspace
    debtor: Debtor
    today: date


def offer(
    actor: Actor,
    workspace_id: int,
    debtor_id: int,
    fingerprint: str,
    *,
    now: datetime,
    monthly_cents: int | None = None,
    wish: Wish | None = None,
) -> Agreement:
    """Make one of today's offers to a debtor, to be accepted until its last day.

    The offers are recomputed; `fingerprint` only says which. One beyond what the actor may grant
    becomes a draft that waits for approval. Raises Conflict when it is none of today's.
    """
    access.require(actor, Permission.NEGOTIATE, workspace_id)
    with unit_of_work(actor) as session:
        scene = held(session, actor, workspace_id, debtor_id, now)
        choice = _chosen(session, actor, scene, fingerprint, monthly_cents, wish)
        return choice.agreement or add_offer(session, actor, scene, choice, now=now)


def accept(
    actor: Actor,
    workspace_id: int,
    debtor_id: int,
    fingerprint: str,
    *,
    key: str,
    now: datetime,
    evidence: Evidence = Evidence(),
    monthly_cents: int | None = None,
) -> Accepted:
    """Agree to an offer: instalments are issued, the originals leave the balance and are paused.

    By the debtor, or by staff who heard the debtor say so. All that can be agreed to is recomputed
    (`agreement_choices.of`); `fingerprint` names the exact terms that were seen. The same `key`
    accepts once and answers with what it made. The debtor's row is held: of two acceptances at
    once one is made, the other finds nothing left to agree about.

    Raises Conflict with a sentence when a payment, another agreement or the day has changed what
    is owed, or the offer has expired; NotFound for a debtor out of reach.
    """
    with unit_of_work(actor) as session:
        return agree(
            session,
            actor,
            workspace_id,
            debtor_id,
            fingerprint,
            key=key,
            now=now,
            evidence=evidence,
            monthly_cents=monthly_cents,
        )


def agree(
    session: Session,
    actor: Actor,
    workspace_id: int,
    debtor_id: int,
    fingerprint: str,
    *,
    key: str,
    now: datetime,
    evidence: Evidence = Evidence(),
    monthly_cents: int | None = None,
) -> Accepted:
    """As `accept`, in the caller's transaction."""
    require(actor, workspace_id, debtor_id)
    if not key.strip():
        raise BadInput("Open this page again: the form has lost its key", field="key")
    scene = held(session, actor, workspace_id, debtor_id, now)
    before = stored.accepted_with(session, workspace_id, key)
    if before:
        return _again(session, before, debtor_id, fingerprint)
    choice = _chosen(session, actor, scene, fingerprint, monthly_cents)
    if not agreement_choices.may_grant(actor, choice.needs_approval_by):
        raise Conflict("This offer needs an approval before it can be accepted")
    agreement = choice.agreement or add_offer(session, actor, scene, choice, now=now)
    _agree(session, actor, scene, agreement, choice, key, evidence, now)
    return Accepted(agreement)


def counter(
    actor: Actor,
    workspace_id: int,
    agreement_id: int,
    monthly_cents: int,
    *,
    now: datetime,
) -> Agreement | None:
    """Answer an offer with what the debtor can pay a month; the new offer, or None.

    None: no plan within the limits meets the amount, and a person gets a task. The old offer stays
    open until its last day.
    """
    if monthly_cents <= 0:
        raise BadInput("The amount per month must be above zero", field="monthly_cents")
    with unit_of_work(actor) as session:
        agreement, scene = opened(session, actor, workspace_id, agreement_id, now)
        choices = agreement_choices.of(
            session, actor, scene.workspace, scene.debtor, scene.today, monthly_cents
        )
        move(session, actor, agreement, State.COUNTERED, now, monthly_cents=monthly_cents)
        fitting = [
            one
            for one in choices.choices
            if one.offer
            and max(p.amount_cents for p in one.terms.installments) <= monthly_cents
            and agreement_choices.may_grant(actor, one.needs_approval_by)
        ]
        if fitting:
            return add_offer(session, actor, scene, fitting[0], now=now, counters=agreement.id)
        _ask_a_person(session, agreement, scene.today, monthly_cents)
        return None


def refuse(
    actor: Actor, workspace_id: int, agreement_id: int, *, now: datetime, reason: str = ""
) -> Agreement:
    """The debtor says no to an offer."""
    with unit_of_work(actor) as session:
        agreement, scene = opened(session, actor, workspace_id, agreement_id, now)
        agreement.ended_on, agreement.end_reason = scene.today, reason or None
        move(session, actor, agreement, State.REFUSED, now, reason=reason)
    return agreement


def cancel(
    actor: Actor, workspace_id: int, agreement_id: int, reason: str, *, now: datetime
) -> Agreement:
    """Call an agreement off: an offer is withdrawn; of one that runs the originals come back.

    As for a broken one they come back less what was paid, but nothing counts against the debtor.
    """
    access.require(actor, Permission.NEGOTIATE, workspace_id)
    if not reason.strip():
        raise BadInput("Say why the agreement is called off", field="reason")
    with unit_of_work(actor) as session:
        agreement, scene = opened(session, actor, workspace_id, agreement_id, now)
        was = State(agreement.state)
        agreement.ended_on, agreement.end_reason = scene.today, reason.strip()
        move(session, actor, agreement, State.CANCELLED, now, reason=reason.strip())
        if was in rules.RUNNING:
            paid = stored.progress(session, workspace_id, [agreement.id])
            agreement_ledger.give_back(
                session,
                actor,
                [agreement],
                paid,
                scene.today,
                agreement_ledger.CALLED_OFF,
                now=now,
            )
    return agreement


def grant(
    session: Session, actor: Actor, agreement: Agreement, approval: dict[str, Any], *, now: datetime
) -> Agreement:
    """A draft becomes an offer, because somebody approved it; joins the caller's transaction.

    `approval` says who, when and by which request, and is kept with the agreement.
    """
    agreement.approval, agreement.offered_at = approval, now
    move(session, actor, agreement, State.OFFERED, now, approval=approval)
    return agreement


def require(actor: Actor, workspace_id: int, debtor_id: int) -> None:
    """Raise NotFound or Forbidden for who is neither the debtor nor staff that negotiates."""
    if actor.kind is not ActorKind.DEBTOR:
        access.require(actor, Permission.NEGOTIATE, workspace_id)
    elif not actor.reaches(workspace_id) or actor.debtor_id != debtor_id:
        raise NotFound("This page does not exist or is not yours to see")


def held(session: Session, actor: Actor, workspace_id: int, debtor_id: int, now: datetime) -> Scene:
    """The scene of a negotiation, the debtor's row held until the transaction ends."""
    require(actor, workspace_id, debtor_id)
    workspace = workspaces.by_id(session, workspace_id)
    debtor = debtors.locked(session, workspace_id, debtor_id)
    if workspace is None or debtor is None:
        raise NotFound("There is no such debtor")
    return Scene(workspace, debtor, clock.local_day(now, workspace.time_zone))


def opened(
    session: Session, actor: Actor, workspace_id: int, agreement_id: int, now: datetime
) -> tuple[Agreement, Scene]:
    """One agreement with its scene, both held; NotFound for another debtor's."""
    found = stored.by_id(session, workspace_id, agreement_id)
    if found is None:
        raise NotFound("There is no such agreement")
    scene = held(session, actor, workspace_id, found.debtor_id, now)
    agreement = stored.locked(session, workspace_id, agreement_id)
    assert agreement is not None
    return agreement, scene


def add_offer(
    session: Session,
    actor: Actor,
    scene: Scene,
    choice: Choice,
    *,
    now: datetime,
    counters: int | None = None,
) -> Agreement:
    """Freeze the terms of a choice as an offer, or as a draft when it needs an approval."""
    granted = agreement_choices.may_grant(actor, choice.needs_approval_by)
    workspace_id, terms = scene.workspace.id, choice.terms
    before = stored.ended_before(session, workspace_id, [p.receivable_id for p in terms.parts])
    agreement = Agreement(
        workspace_id=workspace_id,
        debtor_id=scene.debtor.id,
        state=(State.OFFERED if granted else State.DRAFT).value,
        kind=terms.kind,
        terms=agreement_terms.to_json(terms),
        fingerprint=choice.fingerprint,
        total_cents=terms.total_cents,
        offered_at=now if granted else None,
        valid_until=terms.valid_until,
        source=actor.kind.value,
        renegotiates_id=before[0].id if before else None,
        counters_id=counters,
        created_by=actor.user_id,
    )
    session.add(agreement)
    session.flush()
    agreement_ledger.note_originals(session, agreement, terms)
    action = "agreement.offer" if granted else "agreement.draft"
    record(session, actor, agreement, action, now, fingerprint=choice.fingerprint)
    return agreement


def move(
    session: Session, actor: Actor, agreement: Agreement, to: State, now: datetime, **detail: Any
) -> None:
    """Bring an agreement to another state and note it. Raises Conflict when that is not legal."""
    agreement.state = rules.move(State(agreement.state), to).value
    record(session, actor, agreement, f"agreement.{to.value}", now, **detail)


def record(
    session: Session, actor: Actor, agreement: Agreement, action: str, now: datetime, **detail: Any
) -> None:
    """Note an act on an agreement."""
    audit.record(
        session,
        actor,
        agreement.workspace_id,
        action,
        now=now,
        subject=("agreement", agreement.id),
        debtor_id=agreement.debtor_id,
        amount_cents=agreement.total_cents,
        **detail,
    )


def _chosen(
    session: Session,
    actor: Actor,
    scene: Scene,
    fingerprint: str,
    monthly_cents: int | None,
    wish: Wish | None = None,
) -> Choice:
    """What a fingerprint means today. Raises Conflict with what a person can do about it."""
    choices = agreement_choices.of(
        session, actor, scene.workspace, scene.debtor, scene.today, monthly_cents, wish
    )
    choice = choices.named(fingerprint)
    if choice:
        return choice
    if not choices.choices and choices.note:
        raise Conflict(choices.note.template, **choices.note.params)
    raise Conflict(
        "What is owed has changed since these terms were made, or they have expired: look at the"
        " offers of today"
    )


def _agree(
    session: Session,
    actor: Actor,
    scene: Scene,
    agreement: Agreement,
    choice: Choice,
    key: str,
    evidence: Evidence,
    now: datetime,
) -> None:
    agreement.agreed_on = scene.today
    move(session, actor, agreement, State.ACCEPTED, now, fingerprint=agreement.fingerprint)
    session.add(
        AgreementAcceptance(
            workspace_id=agreement.workspace_id,
            agreement_id=agreement.id,
            at=now,
            fingerprint=agreement.fingerprint,
            actor_kind=actor.kind.value,
            actor_name=actor.name,
            user_id=actor.user_id,
            address=actor.address,
            user_agent=evidence.user_agent[:500] or None,
            note=evidence.note,
            idempotency_key=key,
        )
    )
    session.flush()
    agreement_ledger.take_in(session, actor, agreement, choice.terms, scene.today)


def _again(
    session: Session, before: AgreementAcceptance, debtor_id: int, fingerprint: str
) -> Accepted:
    """The answer to a repeated key: what it accepted the first time."""
    agreement = stored.by_id(session, before.workspace_id, before.agreement_id)
    assert agreement is not None
    if (agreement.debtor_id, agreement.fingerprint) != (debtor_id, fingerprint):
        raise Conflict("This form has already accepted another offer: open it again")
    return Accepted(agreement, repeated=True)


def _ask_a_person(session: Session, agreement: Agreement, today: date, monthly_cents: int) -> None:
    session.add(
        Task(
            workspace_id=agreement.workspace_id,
            kind=COUNTERED_TASK,
            debtor_id=agreement.debtor_id,
            due_on=today,
            detail={"agreement_id": agreement.id, "monthly_cents": monthly_cents},
        )
    )
