"""How money received is spread over what a debtor owes, to the last centavo."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from bpo.domain.books.charges import AmountDue, tolerance


class Imputation(StrEnum):
    """What a partial payment settles first.

    `CHARGES_FIRST`: interest, then fine, then principal (Civil Code art. 354, unless agreed
    otherwise). `PRINCIPAL_FIRST`: principal, then interest, then fine.
    """

    CHARGES_FIRST = "charges_first"
    PRINCIPAL_FIRST = "principal_first"


class Owed(NamedTuple):
    """What one receivable asks for on the day of the payment, in centavos.

    `discount_cents` is given only if the rest is settled whole. Money that differs from the total
    by at most `tolerance_cents` settles it.
    """

    receivable_id: int
    due_date: date
    principal_cents: int
    fine_cents: int = 0
    interest_cents: int = 0
    discount_cents: int = 0
    tolerance_cents: int = 0

    @property
    def total_cents(self) -> int:
        """Principal and charges less discount."""
        return self.principal_cents + self.fine_cents + self.interest_cents - self.discount_cents


class Target(NamedTuple):
    """A receivable somebody said the money is for, and how much of it; None: as much as it asks."""

    receivable_id: int
    cents: int | None = None


class Allocation(NamedTuple):
    """The part of a payment that went to one receivable, in centavos.

    `principal_cents`, `fine_cents` and `interest_cents` are money. `discount_cents` is no money: it
    reduces the principal besides (an early-payment discount, or a shortfall within tolerance).
    """

    receivable_id: int
    principal_cents: int
    fine_cents: int
    interest_cents: int
    discount_cents: int

    @property
    def money_cents(self) -> int:
        """The money taken from the payment."""
        return self.principal_cents + self.fine_cents + self.interest_cents


@dataclass(frozen=True, slots=True)
class Allocated:
    """Where a payment went; `unapplied_cents` stays as the debtor's credit, shown apart."""

    allocations: tuple[Allocation, ...]
    unapplied_cents: int


def owed(due: AmountDue) -> Owed:
    """The amount due on a day, ready to be allocated, with the tolerance for its days late."""
    return Owed(
        due.receivable.id,
        due.receivable.due_date,
        due.principal_cents,
        due.fine_cents,
        due.interest_cents,
        due.discount_cents,
        tolerance(due.days_late),
    )


def allocate(
    payment_cents: int,
    debts: Iterable[Owed],
    *,
    imputation: Imputation = Imputation.CHARGES_FIRST,
    targets: Sequence[Target] = (),
) -> Allocated:
    """Spread a payment over the debts of one debtor.

    With `targets` the money goes to them alone, in their order; otherwise to the oldest due date
    first, the larger first on a tie (Civil Code art. 355). What is left over, or belongs to no
    debt, is unapplied. Money always adds up: allocated + unapplied = payment. The money for the
    last debt may differ by its tolerance: a small shortfall is taken off interest, then fine, then
    given as discount; a small excess is kept as interest.

    Raises ValueError for a payment that is not positive or a target that is not among the debts.
    """
    if payment_cents <= 0:
        raise ValueError("a payment must be positive")
    left, allocations = payment_cents, []
    for debt, limit in _queue(list(debts), targets):
        available = left if limit is None else min(left, limit)
        allocation = _settle(debt, available, imputation)
        if allocation.money_cents or allocation.discount_cents:
            allocations.append(allocation)
            left -= allocation.money_cents
    return Allocated(tuple(allocations), left)


def settle_past(receivable_id: int, open_cents: int, paid_cents: int, *, late: bool) -> Allocated:
    """A settlement of the past, as an imported file states it, without asking a contract.

    The paid amount settles principal first, so that a title paid in full is closed. Paid `late`,
    what exceeds the open balance is late charges received (as interest, the split is not known),
    up to the balance itself (Civil Code art. 412); otherwise it is the debtor's credit. Less than
    the balance is a partial payment. Amounts in centavos, exact.
    """
    principal = min(open_cents, paid_cents)
    excess = paid_cents - principal
    interest = min(excess, open_cents) if late else 0
    allocation = Allocation(receivable_id, principal, 0, interest, 0)
    applied = (allocation,) if allocation.money_cents else ()
    return Allocated(applied, excess - interest)


def _queue(debts: list[Owed], targets: Sequence[Target]) -> list[tuple[Owed, int | None]]:
    if not targets:
        ordered = sorted(debts, key=lambda d: (d.due_date, -d.total_cents, d.receivable_id))
        return [(debt, None) for debt in ordered]
    by_id = {debt.receivable_id: debt for debt in debts}
    ids = [target.receivable_id for target in targets]
    if missing := set(ids) - set(by_id):
        raise ValueError(f"receivables {sorted(missing)} are not among the debts")
    if len(set(ids)) < len(ids):
        raise ValueError("a receivable is targeted twice")
    return [(by_id[target.receivable_id], target.cents) for target in targets]


def _settle(debt: Owed, available: int, imputation: Imputation) -> Allocation:
    gap = available - debt.total_cents
    if available > 0 and gap >= -min(debt.tolerance_cents, debt.total_cents):
        return _whole(debt, gap)
    return _part(debt, available, imputation)


def _whole(debt: Owed, gap: int) -> Allocation:
    """The debt settled, `gap` centavos more (or fewer, negative) than it asks."""
    short, over = max(-gap, 0), gap if 0 < gap <= debt.tolerance_cents else 0
    off_interest = min(short, debt.interest_cents)
    off_fine = min(short - off_interest, debt.fine_cents)
    discount = debt.discount_cents + short - off_interest - off_fine
    return Allocation(
        debt.receivable_id,
        debt.principal_cents - discount,
        debt.fine_cents - off_fine,
        debt.interest_cents - off_interest + over,
        discount,
    )


def _part(debt: Owed, available: int, imputation: Imputation) -> Allocation:
    charges_first = imputation == Imputation.CHARGES_FIRST
    first = 0 if charges_first else min(available, debt.principal_cents)
    interest = min(available - first, debt.interest_cents)
    fine = min(available - first - interest, debt.fine_cents)
    rest = min(available - first - interest - fine, debt.principal_cents) if charges_first else 0
    return Allocation(debt.receivable_id, first + rest, fine, interest, 0)
