"""How likely an offer is to be accepted and paid to the end, and what that makes it worth today.

The tables are starting values from published practice: plans whose first payment falls at once are
completed far more often than those that begin a month later, and plans of three to six months more
often (88%) than those of a year and longer (52%). They are estimates, and are to be replaced by
the workspace's own figures once it has enough plans of its own.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from bpo.domain.deals.installments import Installment
from bpo.domain.deals.risk import RiskClass

LENGTHS = (1, 4, 7, 13)
"""Upper ends, in payments, of the columns of COMPLETION_PCT; the last column is anything longer."""

COMPLETION_PCT = {
    RiskClass.A: (97, 95, 92, 80, 65),
    RiskClass.B: (93, 90, 88, 70, 52),
    RiskClass.NEW: (85, 80, 72, 58, 42),
    RiskClass.C: (80, 75, 65, 50, 35),
    RiskClass.D: (60, 50, 40, 28, 18),
}
"""Chance of completion in percent: at once, up to 4 payments, up to 7, up to 13, longer."""

AFFORDABLE_PCT = ((50, 100), (100, 95), (200, 80), (400, 60))
"""(largest payment in percent of the monthly capacity, what is left of the chance in percent)."""
UNAFFORDABLE_PCT = 40
UNKNOWN_CAPACITY_PCT = 80

BEARABLE_PCT = ((25, 95), (50, 85), (100, 60), (200, 30), (400, 10), (800, 4), (1600, 1))
"""(payment in percent of what is there for it, the share of debtors who can bear it in percent)."""
NEUTRAL_PAYMENTS = 4
"""Without a history: a quarter down and three instalments, so a month should bear a quarter."""
FREE_SHARE = 2
"""One part in so many of what a debtor usually pays can go to old debts beside new purchases."""
WILLING_PCT = {
    RiskClass.A: 95,
    RiskClass.B: 90,
    RiskClass.NEW: 85,
    RiskClass.C: 80,
    RiskClass.D: 70,
}
"""Of those who can bear an offer, how many take it up, in percent."""


def probability_pct(
    risk_class: RiskClass, payments: int, largest_cents: int, capacity_cents: int | None
) -> int:
    """The estimated chance, 0 to 100, that every payment of an offer is made."""
    column = sum(payments > end for end in LENGTHS)
    chance = COMPLETION_PCT[risk_class][column]
    return chance * affordable_pct(largest_cents, capacity_cents) // 100


def affordable_pct(largest_cents: int, capacity_cents: int | None) -> int:
    """What is left of the chance, given how the largest payment compares with the capacity."""
    if capacity_cents is None:
        return UNKNOWN_CAPACITY_PCT
    for load, left in AFFORDABLE_PCT:
        if largest_cents * 100 <= capacity_cents * load:
            return left
    return UNAFFORDABLE_PCT


def acceptance_pct(
    first_cents: int,
    later_cents: int,
    risk_class: RiskClass,
    capacity_cents: int,
    free_cents: int,
) -> int:
    """The estimated chance, 0 to 100, that the debtor takes the offer up.

    By the first payment beside a month's capacity, and the largest later one (0: none) beside what
    is free for old debts in a month. Of those who can, a share by class wants to.
    """
    first = bearable_pct(first_cents, capacity_cents)
    later = bearable_pct(later_cents, free_cents) if later_cents else 100
    return WILLING_PCT[risk_class] * first * later // 10_000


def bearable_pct(payment_cents: int, capacity_cents: int) -> int:
    """The share of debtors, 0 to 100, for whom a payment is bearable; falls with its weight.

    Read between the points of BEARABLE_PCT along a straight line; beyond the last, nobody.
    """
    load = payment_cents * 100 // max(capacity_cents, 1)
    lower, high = 0, 100
    for upper, low in BEARABLE_PCT:
        if load <= upper:
            return high - (high - low) * (load - lower) // (upper - lower)
        lower, high = upper, low
    return 0


def expected_cents(first: int, later: int, completion: int, acceptance: int) -> int:
    """What an offer should bring, from the present values of its first and its later payments.

    Signing brings the first payment. The later ones come in full when the plan is completed; a plan
    that breaks does so half-way on average.
    """
    kept = first + later * (completion + (100 - completion) // 2) // 100
    return kept * acceptance // 100


def present_value_cents(
    installments: Sequence[Installment], today: date, monthly_rate: Decimal
) -> int:
    """What the payments are worth today at a monthly rate, months of 30 days; an estimate."""
    base = 1 + float(monthly_rate)
    worth: float = sum(
        one.amount_cents * base ** (-(one.due_date - today).days / 30) for one in installments
    )
    return round(worth)
