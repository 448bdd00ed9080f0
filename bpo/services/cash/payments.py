"""Payments: recorded once, spread over what is owed, undone by a reversal and never deleted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from bpo.db import unit_of_work
from bpo.domain.books.receivables import Entry, EntryKind
from bpo.domain.cash import allocation
from bpo.domain.cash import payments as rules
from bpo.domain.cash.allocation import Allocated, Target
from bpo.domain.cash.payments import Method
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.kernel import clock
from bpo.kernel.actor import Actor
from bpo.kernel.errors import BadInput, Conflict, NotFound
from bpo.models import Debtor, Payment, Workspace
from bpo.models import Entry as EntryRow
from bpo.queries.books import ledger, receivables
from bpo.queries.books.receivables import Due
from bpo.queries.cash import bank_known
from bpo.queries.cash import payments as stored
from bpo.queries.people import debtors, workspaces
from bpo.services.cash import reconciling
from bpo.services.people import audit

MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A payment and where its money went; `repeated`: it had been recorded before."""

    payment: Payment
    allocated: Allocated
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """What a payment would do: each receivable with what it asks for that day."""

    debts: tuple[Due, ...]
    allocated: Allocated


def record(
    actor: Actor,
    workspace_id: int,
    debtor_id: int,
    amount_cents: int,
    paid_on: date,
    method: Method = Method.OTHER,
    receivable_ids: Sequence[int] | None = None,
    idempotency_key: str | None = None,
    *,
    now: datetime,
    reference: str | None = None,
    note: str | None = None,
    source: str = MANUAL,
) -> Recorded:
    """Record money received from a debtor on a day and settle receivables with it.

    The oldest first, or those in `receivable_ids` in that order. Charges are those of the policy
    frozen on each receivable, as of `paid_on`. What is left over is kept as the debtor's credit.
    The same `idempotency_key` records once, and answers with what was recorded. The debtor's row
    is held meanwhile, so that two payments at once are spread one after the other. Nothing else is
    cancelled: whatever is about to be sent looks again.

    Raises BadInput for an amount, a day or a receivable that makes no sense, Conflict when the key
    has been used for another payment.
    """
    access.require(actor, Permission.RECORD_PAYMENT, workspace_id)
    with unit_of_work(actor) as session:
        workspace, debtor = _held(session, workspace_id, debtor_id)
        rules.check(amount_cents, paid_on, clock.local_day(now, workspace.time_zone))
        before = idempotency_key and stored.by_key(session, workspace_id, idempotency_key)
        if before:
            return _again(session, before, debtor_id, amount_cents, paid_on)
        debts = receivables.to_settle(session, debtor, paid_on, lock=True)
        allocated = _spread(amount_cents, debts, receivable_ids)
        payment = Payment(
            workspace_id=workspace_id,
            debtor_id=debtor_id,
            amount_cents=amount_cents,
            paid_on=paid_on,
            method=method.value,
            reference=reference,
            note=note,
            source=source,
            idempotency_key=idempotency_key,
            created_by=actor.user_id,
        )
        session.add(payment)
        session.flush()
        _settle(session, payment, allocated, paid_on, actor.user_id)
        _record(session, actor, payment, "payment.record", now, allocated)
    return Recorded(payment, allocated)


def preview(
    session: Session,
    debtor: Debtor,
    amount_cents: int,
    paid_on: date,
    receivable_ids: Sequence[int] | None = None,
) -> Preview:
    """What `record` would do with this payment, writing nothing."""
    debts = receivables.to_settle(session, debtor, paid_on)
    return Preview(tuple(debts), _spread(amount_cents, debts, receivable_ids))


def reverse(
    actor: Actor,
    workspace_id: int,
    payment_id: int,
    reason: str,
    *,
    now: datetime,
    mistake: bool = False,
) -> Payment:
    """Undo a payment by one of the opposite sign, and open again what it had settled.

    Dated today, as money given back; a `mistake` is undone on its own days, as if it had never
    been. What a bank told of it waits for a person again. Raises Conflict for a payment already
    undone, or one that undoes another.
    """
    access.require(actor, Permission.RECORD_PAYMENT, workspace_id)
    if not reason.strip():
        raise BadInput("Say why the payment is undone", field="reason")
    with unit_of_work(actor) as session:
        workspace, payment = _to_undo(session, workspace_id, payment_id)
        insist_on_whole(session, payment)
        if bank_known.is_part(session, workspace_id, payment_id):
            raise Conflict(
                "This is one part of a bank credit that was split: undo the credit, all at once"
            )
        today = clock.local_day(now, workspace.time_zone)
        undoing = Payment(
            workspace_id=workspace_id,
            debtor_id=payment.debtor_id,
            amount_cents=-payment.amount_cents,
            paid_on=payment.paid_on if mistake else today,
            method=payment.method,
            note=reason.strip(),
            source=MANUAL,
            reverses_id=payment.id,
            created_by=actor.user_id,
        )
        session.add(undoing)
        session.flush()
        take_back(session, payment, undoing, None if mistake else today)
        _record(session, actor, undoing, "payment.reverse", now, reason=reason.strip())
        reconciling.reopen(session, actor, workspace_id, today=today, now=now)
    return undoing


def apply_credit(
    actor: Actor,
    workspace_id: int,
    payment_id: int,
    receivable_ids: Sequence[int] | None = None,
    *,
    now: datetime,
    cents: int | None = None,
    key: str | None = None,
) -> Allocated:
    """Settle receivables today with what is left over of a payment, or with so many centavos of it.

    The oldest first, or those in `receivable_ids` in that order. The same `key` uses it once.
    Raises Conflict when nothing is left, or nothing is owed, BadInput for more than is left.
    """
    access.require(actor, Permission.RECORD_PAYMENT, workspace_id)
    with unit_of_work(actor) as session:
        workspace, payment = _to_undo(session, workspace_id, payment_id)
        left = stored.left_cents(session, payment)
        if key and ledger.by_key(session, workspace_id, key):
            return Allocated((), left)
        used = rules.credit_used(left, cents)
        today = clock.local_day(now, workspace.time_zone)
        _, debtor = _held(session, workspace_id, payment.debtor_id)
        debts = receivables.to_settle(session, debtor, today, lock=True)
        allocated = _spread(used, debts, receivable_ids)
        if not allocated.allocations:
            raise Conflict("The debtor owes nothing that this credit could settle")
        _settle(session, payment, allocated, today, actor.user_id, key)
        _record(session, actor, payment, "payment.apply_credit", now, allocated)
    return allocated


def _held(session: Session, workspace_id: int, debtor_id: int) -> tuple[Workspace, Debtor]:
    workspace = workspaces.by_id(session, workspace_id)
    debtor = debtors.locked(session, workspace_id, debtor_id)
    if workspace is None or debtor is None:
        raise NotFound("There is no such debtor")
    return workspace, debtor


def _to_undo(session: Session, workspace_id: int, payment_id: int) -> tuple[Workspace, Payment]:
    """A payment that stands, its debtor held."""
    payment = stored.by_id(session, workspace_id, payment_id)
    if payment is None:
        raise NotFound("There is no such payment")
    workspace, _ = _held(session, workspace_id, payment.debtor_id)
    if payment.reverses_id is not None:
        raise Conflict("This entry undoes a payment: record the payment again instead")
    if stored.reversal_of(session, workspace_id, payment_id):
        raise Conflict("This payment has already been undone")
    return workspace, payment


def _spread(
    amount_cents: int, debts: Iterable[Due], receivable_ids: Sequence[int] | None
) -> Allocated:
    asked = [rules.asked(due.amount) for due in debts]
    targets = [Target(number) for number in dict.fromkeys(receivable_ids or ())]
    if {target.receivable_id for target in targets} - {debt.receivable_id for debt in asked}:
        raise BadInput(
            "A chosen receivable is settled already or is not this debtor's", field="receivables"
        )
    return allocation.allocate(amount_cents, asked, targets=targets)


def _settle(
    session: Session,
    payment: Payment,
    allocated: Allocated,
    on: date,
    user_id: int | None,
    key: str | None = None,
) -> None:
    rows = [
        _row(payment, one.receivable_id, entry, user_id) | {"idempotency_key": None}
        for one in allocated.allocations
        for entry in rules.entries(one, on)
    ]
    if rows:
        rows[0]["idempotency_key"] = key
        session.execute(insert(EntryRow), rows)


def insist_on_whole(session: Session, payment: Payment) -> None:
    """Raise Conflict when part of the money was given back by itself: it cannot be undone twice."""
    if stored.refunded_cents(session, payment.workspace_id, payment.id):
        raise Conflict("Part of this payment was given back: undo the refund first")


def take_back(session: Session, payment: Payment, undoing: Payment, on: date | None) -> None:
    """Write the opposite of every entry of a payment that stands, dated `on`, or as it was."""
    done = stored.entries(session, payment.workspace_id, payment.id)
    receivables.locked(session, payment.workspace_id, [entry.receivable_id for entry in done])
    rows = [
        _row(undoing, entry.receivable_id, rules.undone(_read(entry), on or entry.on_day))
        | {"reverses_id": entry.id}
        for entry in done
    ]
    if rows:
        session.execute(insert(EntryRow), rows)


def _read(row: EntryRow) -> Entry:
    return Entry(
        row.on_day, EntryKind(row.kind), row.principal_cents, row.fine_cents, row.interest_cents
    )


def _row(
    payment: Payment, receivable_id: int, entry: Entry, user_id: int | None = None
) -> dict[str, object]:
    return {
        "workspace_id": payment.workspace_id,
        "receivable_id": receivable_id,
        "payment_id": payment.id,
        "kind": entry.kind.value,
        "on_day": entry.on,
        "principal_cents": entry.principal_cents,
        "fine_cents": entry.fine_cents,
        "interest_cents": entry.interest_cents,
        "created_by": user_id or payment.created_by,
    }


def _again(
    session: Session, before: Payment, debtor_id: int, amount_cents: int, paid_on: date
) -> Recorded:
    """The answer to a repeated key: what was recorded the first time."""
    if (before.debtor_id, before.amount_cents, before.paid_on) != (
        debtor_id,
        amount_cents,
        paid_on,
    ):
        raise Conflict("This form has already recorded another payment: open it again")
    return Recorded(before, Allocated((), stored.left_cents(session, before)), repeated=True)


def _record(
    session: Session,
    actor: Actor,
    payment: Payment,
    action: str,
    now: datetime,
    allocated: Allocated | None = None,
    **detail: object,
) -> None:
    if allocated is not None:
        detail["applied"] = {str(a.receivable_id): a.money_cents for a in allocated.allocations}
        detail["credit_cents"] = allocated.unapplied_cents
    audit.record(
        session,
        actor,
        payment.workspace_id,
        action,
        now=now,
        subject=("payment", payment.id),
        debtor_id=payment.debtor_id,
        amount_cents=payment.amount_cents,
        paid_on=payment.paid_on.isoformat(),
        **detail,
    )
