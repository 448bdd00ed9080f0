"""Rebates, withdrawals, write-offs and waivers of a receivable, and undoing any of its entries."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from bpo.db import unit_of_work
from bpo.domain.books import adjustments as rules
from bpo.domain.books.adjustments import Act
from bpo.domain.books.charges import AmountDue
from bpo.domain.books.policies import ApprovalLimit
from bpo.domain.books.receivables import Entry, EntryKind
from bpo.domain.cash import payments
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.kernel import clock
from bpo.kernel.actor import Actor
from bpo.kernel.errors import BadInput, Conflict, NotFound
from bpo.models import Entry as EntryRow
from bpo.models import Receivable, Workspace
from bpo.queries.books import ledger, receivables
from bpo.queries.cash import payments as stored
from bpo.queries.people import debtors, workspaces
from bpo.services.people import audit

_ACTIONS = {
    Act.REBATE: "receivable.rebate",
    Act.WITHDRAWAL: "receivable.withdraw",
    Act.WRITE_OFF: "receivable.write_off",
    Act.WAIVER: "receivable.waive",
}


@dataclass(frozen=True, slots=True)
class _Held:
    """A receivable that nobody else changes meanwhile, and what the actor may grant on it."""

    row: Receivable
    due: AmountDue
    limit: ApprovalLimit | None
    today: date


def rebate(
    actor: Actor,
    workspace_id: int,
    receivable_id: int,
    cents: int,
    reason: str | None,
    *,
    now: datetime,
    on: date | None = None,
    key: str | None = None,
) -> EntryRow:
    """Ask for so many centavos less, within the limit of the actor's role.

    Charges never count what a rebate took off, whenever it is dated (`on`, today by default).
    """

    def decide(held: _Held) -> Entry:
        return _rebate(held, cents)

    return _act(actor, Act.REBATE, workspace_id, receivable_id, decide, reason, now, on, key)


def withdraw(
    actor: Actor,
    workspace_id: int,
    receivable_id: int,
    reason: str | None,
    *,
    now: datetime,
    on: date | None = None,
    key: str | None = None,
) -> EntryRow:
    """Take back what is open of a title that should not be paid: a sale undone, an error.

    Within the limit of the actor's role; who may write off has none.
    """

    def decide(held: _Held) -> Entry:
        return _withdrawal(actor, held)

    return _act(actor, Act.WITHDRAWAL, workspace_id, receivable_id, decide, reason, now, on, key)


def write_off(
    actor: Actor,
    workspace_id: int,
    receivable_id: int,
    reason: str | None,
    *,
    now: datetime,
    on: date | None = None,
    key: str | None = None,
) -> EntryRow:
    """Give up what is open, charges included: owed still, and expected no more."""

    def decide(held: _Held) -> Entry:
        return rules.write_off(held.due)

    return _act(actor, Act.WRITE_OFF, workspace_id, receivable_id, decide, reason, now, on, key)


def waive(
    actor: Actor,
    workspace_id: int,
    receivable_id: int,
    fine_cents: int,
    interest_cents: int,
    reason: str | None,
    *,
    now: datetime,
    key: str | None = None,
) -> EntryRow:
    """Give up charges of today, within the limit of the actor's role; later days charge on."""

    def decide(held: _Held) -> Entry:
        entry = rules.waiver(held.due, fine_cents, interest_cents)
        if held.limit:
            rules.check_waiver(held.limit, held.due, entry)
        return entry

    return _act(actor, Act.WAIVER, workspace_id, receivable_id, decide, reason, now, None, key)


def undo(
    actor: Actor,
    workspace_id: int,
    entry_id: int,
    reason: str | None,
    *,
    now: datetime,
    mistake: bool = False,
) -> list[EntryRow]:
    """Undo an entry by its opposite, once: dated today, or on its own day when it was a `mistake`.

    Of a payment, all that it did to the receivable on that day is undone, and its money is the
    debtor's credit again. Raises Conflict for what is undone already or not undone by itself.
    """
    with unit_of_work(actor) as session:
        return take_back(session, actor, workspace_id, entry_id, reason, now=now, mistake=mistake)


def take_back(
    session: Session,
    actor: Actor,
    workspace_id: int,
    entry_id: int,
    reason: str | None,
    *,
    now: datetime,
    mistake: bool = False,
) -> list[EntryRow]:
    """As `undo`, in the caller's transaction."""
    row = session.get(EntryRow, (workspace_id, entry_id))
    if row is None or not actor.reaches(workspace_id):
        raise NotFound("There is no such entry")
    access.require(
        actor, rules.PERMISSIONS.get(EntryKind(row.kind), Permission.ADJUST), workspace_id
    )
    plain = rules.reason(reason)
    workspace, title = _locked(session, workspace_id, row.receivable_id)
    chosen = _chosen(session, title, row)
    today = clock.local_day(now, workspace.time_zone)
    undone = [
        _row(
            title,
            payments.undone(one.entry, one.entry.on if mistake else today),
            plain,
            actor,
            reverses_id=one.id,
            payment_id=one.payment_id,
        )
        for one in chosen
    ]
    _write(session, undone)
    _record(session, actor, title, "receivable.undo", now, undone, plain, undoes=row.kind)
    return undone


def _chosen(session: Session, title: Receivable, row: EntryRow) -> tuple[rules.Recorded, ...]:
    """An entry with those that go with it. Raises Conflict when it cannot be undone."""
    recorded = {one.id: one for one in ledger.recorded(session, title.workspace_id, title.id)}
    chosen = rules.together(recorded[row.id], recorded.values())
    rules.check_undo(
        recorded[row.id],
        is_instalment=title.agreement_id is not None,
        is_imported=row.import_id is not None,
        open_cents=title.amount_cents - title.settled_cents,
    )
    if row.payment_id and stored.reversal_of(session, title.workspace_id, row.payment_id):
        raise Conflict("This payment has already been undone")
    return chosen


def settle(
    session: Session,
    actor: Actor,
    workspace_id: int,
    receivable_id: int,
    cents: int | None,
    reason: str,
    *,
    now: datetime,
) -> EntryRow:
    """In the caller's transaction: a rebate of so many centavos, or with None a withdrawal."""
    access.require(actor, Permission.ADJUST, workspace_id)
    held = _hold(session, actor, workspace_id, receivable_id, None, now)
    if cents is None:
        act, entry = Act.WITHDRAWAL, _withdrawal(actor, held)
    else:
        act, entry = Act.REBATE, _rebate(held, cents)
    return _written(session, actor, held, act, entry, rules.reason(reason), now)


def _act(
    actor: Actor,
    act: Act,
    workspace_id: int,
    receivable_id: int,
    decide: Callable[[_Held], Entry],
    reason: str | None,
    now: datetime,
    on: date | None,
    key: str | None,
) -> EntryRow:
    access.require(actor, rules.PERMISSIONS[EntryKind(act.value)], workspace_id)
    plain = rules.reason(reason)
    with unit_of_work(actor) as session:
        held = _hold(session, actor, workspace_id, receivable_id, on, now)
        before = ledger.by_key(session, workspace_id, key) if key else None
        if before:
            return _again(before, receivable_id, act)
        return _written(session, actor, held, act, decide(held), plain, now, key)


def _withdrawal(actor: Actor, held: _Held) -> Entry:
    entry = rules.withdrawal(held.due.receivable, held.due.day)
    if held.limit and not access.may(actor, Permission.WRITE_OFF):
        rules.check_withdrawal(held.limit, held.due.receivable, entry)
    return entry


def _rebate(held: _Held, cents: int) -> Entry:
    if held.limit:
        rules.check_rebate(held.limit, held.due.receivable, cents)
    return rules.rebate(held.due.receivable, cents, held.due.day)


def _written(
    session: Session,
    actor: Actor,
    held: _Held,
    act: Act,
    entry: Entry,
    reason: str,
    now: datetime,
    key: str | None = None,
) -> EntryRow:
    rules.check_act(act, is_instalment=held.row.agreement_id is not None)
    row = _row(held.row, entry, reason, actor, idempotency_key=key)
    _write(session, [row])
    _record(session, actor, held.row, _ACTIONS[act], now, [row], reason)
    return row


def _again(before: EntryRow, receivable_id: int, act: Act) -> EntryRow:
    """The answer to a repeated form: what it recorded the first time."""
    if (before.receivable_id, before.kind) != (receivable_id, act.value):
        raise Conflict("This form has already recorded something else: open it again")
    return before


def _hold(
    session: Session,
    actor: Actor,
    workspace_id: int,
    receivable_id: int,
    on: date | None,
    now: datetime,
) -> _Held:
    workspace, row = _locked(session, workspace_id, receivable_id)
    today = clock.local_day(now, workspace.time_zone)
    day = on or today
    if not row.issue_date <= day <= today:
        raise BadInput("Choose a day from the issue of the title until today", field="on")
    debtor = debtors.by_id(session, workspace_id, row.debtor_id)
    assert debtor
    policy = receivables.policies_of(session, workspace_id).of(row, consumer=debtor.consumer)
    due = receivables.due(session, row, debtor, day).amount
    limit = policy.negotiation.approval(actor.role, due.days_late) if actor.role else None
    return _Held(row, due, limit, today)


def _locked(
    session: Session, workspace_id: int, receivable_id: int
) -> tuple[Workspace, Receivable]:
    """The receivable and its debtor, held in the order in which payments hold them."""
    workspace = workspaces.by_id(session, workspace_id)
    row = receivables.by_id(session, workspace_id, receivable_id)
    if workspace is None or row is None:
        raise NotFound("There is no such receivable")
    debtors.locked(session, workspace_id, row.debtor_id)
    return workspace, receivables.locked(session, workspace_id, [receivable_id])[0]


def _row(
    title: Receivable, entry: Entry, reason: str, actor: Actor, **more: int | str | None
) -> EntryRow:
    return EntryRow(
        workspace_id=title.workspace_id,
        receivable_id=title.id,
        kind=entry.kind.value,
        on_day=entry.on,
        principal_cents=entry.principal_cents,
        fine_cents=entry.fine_cents,
        interest_cents=entry.interest_cents,
        reason=reason,
        created_by=actor.user_id,
        **more,
    )


def _write(session: Session, rows: list[EntryRow]) -> None:
    session.add_all(rows)
    session.flush()


def _record(
    session: Session,
    actor: Actor,
    title: Receivable,
    action: str,
    now: datetime,
    rows: list[EntryRow],
    reason: str,
    **detail: object,
) -> None:
    audit.record(
        session,
        actor,
        title.workspace_id,
        action,
        now=now,
        subject=("receivable", title.id),
        debtor_id=title.debtor_id,
        number=title.number,
        entries=[row.id for row in rows],
        principal_cents=sum(row.principal_cents for row in rows),
        charges_cents=sum(row.fine_cents + row.interest_cents for row in rows),
        on_day=rows[0].on_day.isoformat(),
        reason=reason,
        **detail,
    )
