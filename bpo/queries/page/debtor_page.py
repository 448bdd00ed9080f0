"""What a debtor may read of their own account: one statement as of a day, and who looked at it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session, aliased

from bpo.domain.people.payment_methods import Kind
from bpo.domain.reminders import holds
from bpo.domain.reminders.holds import Hold, HoldReason
from bpo.models import AuditEntry, Debtor, Payment, PaymentMethod, Receivable
from bpo.queries.books import receivables
from bpo.queries.books.receivables import Due
from bpo.queries.cash import payments, pix_charges
from bpo.queries.people import debtors, workspaces
from bpo.queries.people.debtors import Reach, Standing

RECEIPTS_FOR = timedelta(days=365)
MOST_RECEIPTS = 12
_MOST_NUMBERS = 20


class Why(StrEnum):
    """Why a receivable is not asked for although it is open."""

    DISPUTED = "disputed"
    PAYMENT_SEEN = "payment_seen"


@dataclass(frozen=True, slots=True)
class Apart:
    """An open receivable that nobody asks for now."""

    due: Due
    why: Why


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money received, and the numbers of the receivables it went to."""

    payment: Payment
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """The account of one debtor as of a day; every list has the oldest due first.

    `due` has come and is asked for, `upcoming` falls due later, `apart` is disputed or perhaps
    paid. `credit_cents` is money received that settles nothing yet. `codes`: the copy-and-paste of
    charges that the bank holds, by receivable.
    """

    day: date
    due: tuple[Due, ...]
    upcoming: tuple[Due, ...]
    apart: tuple[Apart, ...]
    receipts: tuple[Receipt, ...]
    credit_cents: int
    standing: Standing
    reaches: tuple[Reach, ...]
    methods: tuple[PaymentMethod, ...]
    codes: Mapping[int, str] = field(default_factory=dict)

    @property
    def total_cents(self) -> int:
        """What settles all that is due, in centavos."""
        return sum(one.amount.total_cents for one in self.due)

    @property
    def sums(self) -> tuple[int, int, int, int]:
        """Principal, fine, interest and discount of all that is due, in centavos."""
        amounts = [one.amount for one in self.due]
        return (
            sum(amount.principal_cents for amount in amounts),
            sum(amount.fine_cents for amount in amounts),
            sum(amount.interest_cents for amount in amounts),
            sum(amount.discount_cents for amount in amounts),
        )

    @property
    def offers_pix(self) -> bool:
        """Whether the creditor takes Pix now."""
        return any(method.kind == Kind.PIX for method in self.methods)

    def payable(self, receivable_id: int) -> Due | None:
        """One receivable that may be paid, if it is among these."""
        offered = (*self.due, *self.upcoming)
        return next((one for one in offered if one.row.id == receivable_id), None)


def statement(session: Session, debtor: Debtor, day: date, *, barred_before: date) -> Statement:
    """The account of a debtor at the end of a day, with late charges of each frozen policy.

    What fell due before `barred_before` is no longer collected and is left out.
    """
    workspace_id = debtor.workspace_id
    standing = debtors.standing(session, workspace_id, debtor.id, day)
    found = receivables.due_on(session, debtor, day)
    collected = [one for one in found if one.row.due_date >= barred_before]
    reasons = {one.row.id: _why(one, standing, day) for one in collected}
    asked = [one for one in collected if reasons[one.row.id] is None]
    return Statement(
        day,
        tuple(one for one in asked if one.row.due_date <= day),
        tuple(one for one in asked if one.row.due_date > day),
        tuple(Apart(one, why) for one in collected if (why := reasons[one.row.id])),
        tuple(receipts(session, workspace_id, debtor.id, day)),
        sum(credit.left_cents for credit in payments.credits(session, workspace_id, debtor.id)),
        standing,
        tuple(debtors.contacts(session, workspace_id, debtor.id)),
        tuple(workspaces.payment_methods(session, workspace_id)),
        pix_charges.codes(session, workspace_id, [one.row.id for one in asked], day),
    )


def receipts(session: Session, workspace_id: int, debtor_id: int, day: date) -> list[Receipt]:
    """The latest payments of a debtor that stand, newest first."""
    reversal = aliased(Payment)
    undone = exists().where(
        reversal.workspace_id == Payment.workspace_id, reversal.reverses_id == Payment.id
    )
    found = session.scalars(
        select(Payment)
        .where(
            Payment.workspace_id == workspace_id,
            Payment.debtor_id == debtor_id,
            Payment.paid_on > day - RECEIPTS_FOR,
            Payment.reverses_id.is_(None),
            ~undone,
        )
        .order_by(Payment.paid_on.desc(), Payment.id.desc())
        .limit(MOST_RECEIPTS)
    ).all()
    applied = payments.applied(session, workspace_id, [payment.id for payment in found])
    return [Receipt(payment, _numbers(applied.get(payment.id, []))) for payment in found]


def open_numbers(session: Session, workspace_id: int, debtor_id: int) -> Sequence[str]:
    """The numbers of a debtor's receivables, open and newest ones first, a few at most."""
    return session.scalars(
        select(Receivable.number)
        .where(Receivable.workspace_id == workspace_id, Receivable.debtor_id == debtor_id)
        .order_by(Receivable.settled_on.is_(None).desc(), Receivable.due_date.desc())
        .limit(_MOST_NUMBERS)
    ).all()


def has_opened(
    session: Session, workspace_id: int, debtor_id: int, address: str | None, since: datetime
) -> bool:
    """Whether the page of a debtor was opened from a network address since an instant."""
    found = _trail(workspace_id, debtor_id, "debtor.opened", since).where(
        AuditEntry.address.is_not_distinct_from(address)
    )
    return session.scalar(select(found.exists())) or False


def refusals(
    session: Session, workspace_id: int, debtor_id: int, link_id: int, since: datetime
) -> int:
    """How often a wrong answer was given on one link of a debtor since an instant."""
    found = _trail(workspace_id, debtor_id, "debtor.refused", since).where(
        AuditEntry.detail["link"].as_integer() == link_id
    )
    return session.scalar(found.with_only_columns(func.count())) or 0


def _trail(workspace_id: int, debtor_id: int, action: str, since: datetime) -> Select[int]:
    return select(AuditEntry.id).where(
        AuditEntry.workspace_id == workspace_id,
        AuditEntry.subject_kind == "debtor",
        AuditEntry.subject_id == debtor_id,
        AuditEntry.action == action,
        AuditEntry.at > since,
    )


def _why(one: Due, standing: Standing, day: date) -> Why | None:
    if standing.disputed(one.row.id):
        return Why.DISPUTED
    seen = [
        row
        for row in standing.holds
        if row.reason == HoldReason.PAYMENT_SEEN and row.receivable_id in (None, one.row.id)
    ]
    live = any(holds.is_active(Hold(row.reason, row.starts_on, row.until), day) for row in seen)
    return Why.PAYMENT_SEEN if live else None


def _numbers(applied: Sequence[tuple[object, Receivable]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(receivable.number for _, receivable in applied))
