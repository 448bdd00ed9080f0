"""Paying an agreement off before its end, without the interest of the days that will not pass."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from bpo.db import unit_of_work
from bpo.domain.cash import payments as payment_rules
from bpo.domain.cash.allocation import Allocation
from bpo.domain.cash.payments import Method
from bpo.domain.deals import early_settlement
from bpo.domain.deals.agreements import RUNNING, State, number
from bpo.domain.deals.early_settlement import Closing, Pending
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.kernel import clock
from bpo.kernel.actor import Actor
from bpo.kernel.errors import BadInput, Conflict
from bpo.models import Agreement, Debtor, Payment
from bpo.models import Entry as EntryRow
from bpo.queries.books import receivables
from bpo.queries.books.receivables import Due
from bpo.queries.cash import payments
from bpo.queries.deals import agreements as stored
from bpo.services.deals import agreements

SOURCE = "early_settlement"


@dataclass(frozen=True, slots=True)
class Quote:
    """What pays an agreement off on a day; amounts in centavos."""

    day: date
    closings: tuple[Closing, ...]
    dues: tuple[Due, ...]

    @property
    def total_cents(self) -> int:
        """The money it takes."""
        return early_settlement.total_cents(self.closings)

    @property
    def saved_cents(self) -> int:
        """The interest that is not owed."""
        return early_settlement.saved_cents(self.closings)

    @property
    def allocations(self) -> tuple[Allocation, ...]:
        """How the money is spread over the instalments, oldest first."""
        return tuple(
            Allocation(
                one.receivable_id,
                one.principal_cents,
                due.amount.fine_cents,
                due.amount.interest_cents,
                one.discount_cents,
            )
            for one, due in zip(self.closings, self.dues, strict=True)
        )


def quote(session: Session, agreement: Agreement, debtor: Debtor, day: date) -> Quote | None:
    """What would pay a running agreement off on a day; None when there is nothing to pay off."""
    if State(agreement.state) not in RUNNING:
        return None
    dues = _open(session, agreement, debtor, day)
    return _quoted(agreement, dues, day) if dues else None


def settle(
    actor: Actor,
    workspace_id: int,
    agreement_id: int,
    amount_cents: int,
    paid_on: date,
    method: Method = Method.OTHER,
    *,
    key: str,
    now: datetime,
) -> Agreement:
    """Record the one payment that settles every instalment still open.

    `amount_cents` is what was received; it must be what settles the agreement on `paid_on` (CDC
    art. 52 par. 2). The same `key` pays once. Raises Conflict with the right sum otherwise.
    """
    access.require(actor, Permission.RECORD_PAYMENT, workspace_id)
    with unit_of_work(actor) as session:
        agreement, scene = agreements.opened(session, actor, workspace_id, agreement_id, now)
        if payments.by_key(session, workspace_id, key):
            return agreement
        today = clock.local_day(now, scene.workspace.time_zone)
        payment_rules.check(amount_cents, paid_on, today)
        if agreement.agreed_on is None or paid_on < agreement.agreed_on:
            raise BadInput("It cannot be paid off before it was agreed on", field="paid_on")
        found = quote(session, agreement, scene.debtor, paid_on)
        if found is None:
            raise Conflict("Nothing of this agreement is open")
        if found.total_cents != amount_cents:
            raise Conflict(
                "Paying it off on {day} takes {total_cents}",
                day=paid_on,
                total_cents=found.total_cents,
            )
        payment = _payment(agreement, found, paid_on, method, key, actor)
        session.add(payment)
        session.flush()
        _close(session, payment, found, actor)
        agreement.ended_on = today
        agreements.move(
            session, actor, agreement, State.SETTLED, now, saved_cents=found.saved_cents
        )
    return agreement


def _open(session: Session, agreement: Agreement, debtor: Debtor, day: date) -> list[Due]:
    rows = stored.installments(session, agreement.workspace_id, [agreement.id], lock=False)
    pending = [row for row in rows if row.settled_on is None]
    return [receivables.due(session, row, debtor, day) for row in pending]


def _quoted(agreement: Agreement, dues: Sequence[Due], day: date) -> Quote:
    terms = stored.terms(agreement)
    financed = terms.taken_cents - terms.discount_cents
    inside = early_settlement.interest_parts(terms.installments, financed, terms.monthly_rate)
    pending = [
        Pending(
            due.row.id,
            due.row.installment or 1,
            due.amount.principal_cents,
            due.amount.fine_cents + due.amount.interest_cents,
        )
        for due in dues
    ]
    closings = early_settlement.quote(pending, terms.installments, inside, day)
    return Quote(day, closings, tuple(dues))


def _payment(
    agreement: Agreement, found: Quote, paid_on: date, method: Method, key: str, actor: Actor
) -> Payment:
    return Payment(
        workspace_id=agreement.workspace_id,
        debtor_id=agreement.debtor_id,
        amount_cents=found.total_cents,
        paid_on=paid_on,
        method=method.value,
        reference=number(agreement.id),
        source=SOURCE,
        idempotency_key=key,
        created_by=actor.user_id,
    )


def _close(session: Session, payment: Payment, found: Quote, actor: Actor) -> None:
    rows = [
        {
            "workspace_id": payment.workspace_id,
            "receivable_id": money.receivable_id,
            "payment_id": payment.id,
            "kind": entry.kind.value,
            "on_day": entry.on,
            "principal_cents": entry.principal_cents,
            "fine_cents": entry.fine_cents,
            "interest_cents": entry.interest_cents,
            "created_by": actor.user_id,
        }
        for money in found.allocations
        for entry in payment_rules.entries(money, found.day)
    ]
    session.execute(insert(EntryRow), rows)
