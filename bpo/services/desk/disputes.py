"""Disputes: opened when a debtor disagrees, closed by a person, opened again if need be."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bpo.db import unit_of_work
from bpo.domain.desk import disputes as rules
from bpo.domain.desk.disputes import Grounds, State
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.kernel import clock
from bpo.kernel.actor import Actor
from bpo.kernel.errors import BadInput, Conflict, NotFound
from bpo.models import Dispute, Note, Workspace
from bpo.queries.books import ledger, receivables
from bpo.queries.people import debtors, workspaces
from bpo.services.books import adjustments
from bpo.services.people import audit


def begin(
    actor: Actor,
    workspace_id: int,
    debtor_id: int,
    grounds: Grounds,
    *,
    now: datetime,
    receivable_id: int | None = None,
    note: str | None = None,
) -> Dispute:
    """Take a receivable, or all of a debtor's, out of collection while a person looks into it.

    It stays in the figures. What the debtor said is kept as a note. Raises Conflict when it is
    disputed already.
    """
    access.require(actor, Permission.HOLD, workspace_id)
    with unit_of_work(actor) as session:
        return add(
            session,
            actor,
            workspace_id,
            debtor_id,
            grounds,
            now=now,
            receivable_id=receivable_id,
            note=note,
        )


def add(
    session: Session,
    actor: Actor,
    workspace_id: int,
    debtor_id: int,
    grounds: Grounds,
    *,
    now: datetime,
    receivable_id: int | None = None,
    note: str | None = None,
) -> Dispute:
    """As `begin`, in the caller's transaction."""
    today = _today(session, workspace_id, now)
    _insist_on_new(session, workspace_id, debtor_id, receivable_id)
    dispute = Dispute(
        workspace_id=workspace_id,
        debtor_id=debtor_id,
        receivable_id=receivable_id,
        reason=grounds.value,
        opened_on=today,
        created_by=actor.user_id,
    )
    session.add(dispute)
    if note:
        session.add(_said(dispute, note, today, actor))
    session.flush()
    _record(session, actor, dispute, "dispute.begin", now)
    return dispute


@dataclass(frozen=True, slots=True)
class Settlement:
    """What the creditor gives up of the disputed receivable: so many centavos, or None for all."""

    rebate_cents: int | None
    reason: str


def close(
    actor: Actor,
    workspace_id: int,
    dispute_id: int,
    to: State,
    *,
    now: datetime,
    settlement: Settlement | None = None,
) -> Dispute:
    """Decide a dispute: `UPHELD` when the debtor was right, `PARTLY_UPHELD` about a part of it,
    `REJECTED`, or `WITHDRAWN` by them.

    Upheld, it may withdraw what is open of the receivable in the same instant; in part, it gives
    a rebate within the limits of the actor's role, and the rest is collected again. When that is
    refused the dispute stays open.
    """
    if settlement and to not in rules.FAVOURABLE:
        raise BadInput("Only a decision in the debtor's favour takes something off", field="state")
    part = settlement is not None and settlement.rebate_cents is not None
    if part is not (to is State.PARTLY_UPHELD):
        raise BadInput("Say how much is taken off: a part of what is open, or all", field="amount")
    return _move(actor, workspace_id, dispute_id, to, now, settlement)


def reopen(
    actor: Actor, workspace_id: int, dispute_id: int, reason: str | None = None, *, now: datetime
) -> Dispute:
    """Open a decided dispute again; what the decision took off is undone as of today, with the
    `reason` that this needs."""
    return _move(actor, workspace_id, dispute_id, State.OPEN, now, reason=reason)


def _move(
    actor: Actor,
    workspace_id: int,
    dispute_id: int,
    to: State,
    now: datetime,
    settlement: Settlement | None = None,
    reason: str | None = None,
) -> Dispute:
    access.require(actor, Permission.HOLD, workspace_id)
    with unit_of_work(actor) as session:
        dispute = _held(session, workspace_id, dispute_id)
        before = dispute.state
        dispute.state = rules.move(State(before), to).value
        dispute.closed_on = None if to is State.OPEN else _today(session, workspace_id, now)
        if to is State.OPEN:
            _insist_on_one(session, dispute)
            _give_back(session, actor, dispute, reason, now)
        if settlement:
            _settle(session, actor, dispute, settlement, now)
        _record(session, actor, dispute, f"dispute.{to.value}", now, before=before)
    return dispute


def _held(session: Session, workspace_id: int, dispute_id: int) -> Dispute:
    """The dispute as it is now, and its debtor, held in the order of every other act."""
    found = session.get(Dispute, (workspace_id, dispute_id))
    if found is None:
        raise NotFound("There is no such dispute")
    debtors.locked(session, workspace_id, found.debtor_id)
    session.refresh(found, with_for_update=True)
    return found


def _settle(
    session: Session, actor: Actor, dispute: Dispute, settlement: Settlement, now: datetime
) -> None:
    if dispute.receivable_id is None:
        raise BadInput("This dispute is about everything: settle each receivable by itself")
    entry = adjustments.settle(
        session,
        actor,
        dispute.workspace_id,
        dispute.receivable_id,
        settlement.rebate_cents,
        settlement.reason,
        now=now,
    )
    dispute.entry_id = entry.id


def _give_back(
    session: Session, actor: Actor, dispute: Dispute, reason: str | None, now: datetime
) -> None:
    """Undo what the decision took off, unless somebody has done so already."""
    if dispute.entry_id is None:
        return
    if not ledger.is_undone(session, dispute.workspace_id, dispute.entry_id):
        adjustments.take_back(
            session, actor, dispute.workspace_id, dispute.entry_id, reason, now=now
        )
    dispute.entry_id = None


def _today(session: Session, workspace_id: int, now: datetime) -> date:
    workspace: Workspace | None = workspaces.by_id(session, workspace_id)
    if workspace is None:
        raise NotFound("This page does not exist or is not yours to see")
    return clock.local_day(now, workspace.time_zone)


def _insist_on_new(
    session: Session, workspace_id: int, debtor_id: int, receivable_id: int | None
) -> None:
    if debtors.locked(session, workspace_id, debtor_id) is None:
        raise NotFound("There is no such debtor")
    if receivable_id is not None:
        row = receivables.by_id(session, workspace_id, receivable_id)
        if row is None or row.debtor_id != debtor_id:
            raise NotFound("There is no such receivable")
    _insist(session, workspace_id, debtor_id, receivable_id)


def _insist_on_one(session: Session, dispute: Dispute) -> None:
    _insist(session, dispute.workspace_id, dispute.debtor_id, dispute.receivable_id, but=dispute.id)


def _insist(
    session: Session,
    workspace_id: int,
    debtor_id: int,
    receivable_id: int | None,
    but: int | None = None,
) -> None:
    """Raise Conflict when another dispute about this is open."""
    same = Dispute.receivable_id == receivable_id
    query = select(Dispute.id).where(
        Dispute.workspace_id == workspace_id,
        Dispute.debtor_id == debtor_id,
        Dispute.state == State.OPEN.value,
        Dispute.id != (but or 0),
        or_(same, Dispute.receivable_id.is_(None)),
    )
    with session.no_autoflush:
        other = session.scalar(query.limit(1))
    if other is not None:
        raise Conflict("This is already in dispute", field="receivable")


def _said(dispute: Dispute, note: str, today: date, actor: Actor) -> Note:
    return Note(
        workspace_id=dispute.workspace_id,
        debtor_id=dispute.debtor_id,
        kind="note",
        on_day=today,
        body=note,
        created_by=actor.user_id,
    )


def _record(
    session: Session, actor: Actor, dispute: Dispute, action: str, now: datetime, **detail: object
) -> None:
    audit.record(
        session,
        actor,
        dispute.workspace_id,
        action,
        now=now,
        subject=("dispute", dispute.id),
        debtor_id=dispute.debtor_id,
        receivable_id=dispute.receivable_id,
        reason=dispute.reason,
        **detail,
    )
