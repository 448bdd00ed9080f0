"""How likely an offer is to be paid to the end, and what that makes it worth today.

The tables are starting values from published practice: plans whose first payment falls at once are
completed far more often than those that begin a month later, and plans of three to six months more
often (88%) than those of a year and longer (52%). They are estimates, and are to be replaced by
the workspace's own figures once it has enough plans of its own.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from bpo.domain.installments import Installment
from bpo.domain.risk import RiskClass

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


def present_value_cents(
    installments: Sequence[Installment], today: date, monthly_rate: Decimal
) -> int:
    """What the payments are worth today at a monthly rate, months of 30 days; an estimate."""
    base = 1 + float(monthly_rate)
    worth: float = sum(
        one.amount_cents * base ** (-(one.due_date - today).days / 30) for one in installments
    )
    return round(worth)
