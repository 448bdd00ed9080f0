"""Paying a plan off before its end: the interest of the days that will not pass is not owed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bpo.domain.deals.installments import Installment
from bpo.kernel import money


@dataclass(frozen=True, slots=True)
class Pending:
    """An instalment still open: its place in the plan from 1, and what it asks for on the day."""

    receivable_id: int
    position: int
    open_cents: int
    charges_cents: int = 0


@dataclass(frozen=True, slots=True)
class Closing:
    """How one instalment is closed early: money for it, its late charges, and the discount."""

    receivable_id: int
    principal_cents: int
    charges_cents: int
    discount_cents: int


def interest_parts(
    schedule: Sequence[Installment], financed_cents: int, rate: Decimal
) -> list[int]:
    """The interest inside each instalment, in centavos; the first payment of a plan bears none.

    `financed_cents`: what was owed when the plan began, the first payment included. A plan of one
    payment bears no interest.
    """
    found, balance = [], financed_cents
    for position, one in enumerate(schedule):
        interest = money.share(balance, rate) if position else 0
        balance -= one.amount_cents - interest
        found.append(interest)
    return found


def quote(
    pending: Sequence[Pending],
    schedule: Sequence[Installment],
    interest: Sequence[int],
    today: date,
) -> tuple[Closing, ...]:
    """What closes every open instalment on `today` (CDC art. 52 par. 2).

    Instalments that are due are paid whole, with their late charges. Of the next one the interest
    of the days that have passed since the one before is owed, rounded half up, of those after it
    none.
    """
    return tuple(_closing(one, schedule, interest, today) for one in pending)


def total_cents(closings: Sequence[Closing]) -> int:
    """The money that closes the plan."""
    return sum(one.principal_cents + one.charges_cents for one in closings)


def saved_cents(closings: Sequence[Closing]) -> int:
    """The interest that is not owed."""
    return sum(one.discount_cents for one in closings)


def _closing(
    one: Pending, schedule: Sequence[Installment], interest: Sequence[int], today: date
) -> Closing:
    place = one.position - 1
    saved = min(interest[place] - _run(schedule, interest, place, today), one.open_cents)
    return Closing(one.receivable_id, one.open_cents - saved, one.charges_cents, saved)


def _run(schedule: Sequence[Installment], interest: Sequence[int], place: int, today: date) -> int:
    """The interest of an instalment that the days until `today` have earned."""
    if not place or today >= schedule[place].due_date:
        return interest[place]
    begun, ends = schedule[place - 1].due_date, schedule[place].due_date
    passed = max((today - begun).days, 0)
    return money.rounded(Decimal(interest[place] * passed) / (ends - begun).days)
