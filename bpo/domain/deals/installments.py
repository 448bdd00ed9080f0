"""Schedules of instalments: how an amount is split, on which days, and what the credit costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from bpo.kernel import money
from bpo.kernel.calendar import Calendar, same_day_next_month

_ONE = Decimal(1)
_YEAR_DAYS = 365


class Method(StrEnum):
    """How interest is spread: equal payments (Price) or equal amortisation (SAC)."""

    PRICE = "price"
    SAC = "sac"


@dataclass(frozen=True, slots=True)
class Installment:
    """An amount in centavos to be paid on a business day."""

    due_date: date
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Row:
    """One line of an amortisation table: `amount = interest + amortization`; balance afterwards."""

    amount_cents: int
    interest_cents: int
    amortization_cents: int
    balance_cents: int


@dataclass(frozen=True, slots=True)
class Cost:
    """Effective total cost (CET) of a plan, in percent; per month of 1/12 year and per year."""

    monthly_pct: Decimal
    annual_pct: Decimal


def amounts(
    present_cents: int,
    monthly_rate: Decimal,
    count: int,
    method: Method = Method.PRICE,
    *,
    remainder: str = "last",
) -> list[int]:
    """What to pay each month so that `present_cents` and its interest are paid in `count` months.

    Without interest: equal parts that add up exactly, the `remainder` on the `last` or the `first`.
    With interest the last payment closes the balance. ValueError when `count` is not positive.
    """
    if not monthly_rate:
        return money.split(present_cents, count, remainder=remainder)
    return [row.amount_cents for row in table(present_cents, monthly_rate, count, method)]


def table(
    present_cents: int, monthly_rate: Decimal, count: int, method: Method = Method.PRICE
) -> list[Row]:
    """The amortisation table; interest on the balance rounded half up each month, ends at 0."""
    if method is Method.SAC or not monthly_rate:
        return _amortized(present_cents, monthly_rate, money.split(present_cents, count))
    return _level(present_cents, monthly_rate, count)


def payment(present_cents: int, monthly_rate: Decimal, count: int) -> int:
    """The level payment of the Price table: `PV * i / (1 - (1 + i) ** -n)`, half up.

    Without interest, the largest of `count` equal parts.
    """
    if not monthly_rate:
        return max(money.split(present_cents, count))
    return money.rounded(present_cents * monthly_rate / (_ONE - (_ONE + monthly_rate) ** -count))


def _amortized(present_cents: int, rate: Decimal, parts: Sequence[int]) -> list[Row]:
    rows, balance = [], present_cents
    for part in parts:
        interest = money.share(balance, rate)
        balance -= part
        rows.append(Row(part + interest, interest, part, balance))
    return rows


def _level(present_cents: int, rate: Decimal, count: int) -> list[Row]:
    level, rows, balance = payment(present_cents, rate, count), [], present_cents
    for number in range(1, count + 1):
        interest = money.share(balance, rate)
        part = balance if number == count else min(max(level - interest, 0), balance)
        balance -= part
        rows.append(Row(part + interest, interest, part, balance))
    return rows


def smallest_count(
    present_cents: int,
    monthly_rate: Decimal,
    monthly_cents: int,
    most: int,
    method: Method = Method.PRICE,
) -> int | None:
    """The fewest months, up to `most`, with no payment above `monthly_cents`; None if none."""
    fewest = max(-(-present_cents // monthly_cents), 1) if monthly_cents > 0 else most + 1
    for count in range(fewest, most + 1):
        if _fits(present_cents, monthly_rate, monthly_cents, count, method):
            return count
    return None


def _fits(
    present_cents: int, rate: Decimal, monthly_cents: int, count: int, method: Method
) -> bool:
    if rate and method is Method.PRICE and payment(present_cents, rate, count) > monthly_cents:
        return False
    return max(amounts(present_cents, rate, count, method)) <= monthly_cents


def first_due(today: date, calendar: Calendar, within_days: int = 3) -> date:
    """The open day on which the first payment falls: `within_days` from today, or the next open."""
    return calendar.following(today + timedelta(days=within_days))


def due_dates(anchor: date, count: int, calendar: Calendar, *, start: int = 0) -> list[date]:
    """`count` monthly due dates from `anchor` moved by `start` months, on open days, ascending.

    The day of the month is that of `anchor`, clamped to shorter months and back again (31 -> 28 ->
    31), then moved to the next open day.
    """
    days: list[date] = []
    for month in range(start, start + count):
        day = calendar.following(same_day_next_month(anchor, month))
        if days and day <= days[-1]:
            day = calendar.add_business_days(days[-1], 1)
        days.append(day)
    return days


def effective_cost(present_cents: int, installments: Sequence[Installment], today: date) -> Cost:
    """The CET of paying `installments` instead of `present_cents` today.

    The yearly rate at which the payments, discounted by days / 365, are worth `present_cents`
    (Res. CMN 4.881/2020); 0 when they cost nothing more. Rounded to two decimals.
    """
    flows = [
        ((one.due_date - today).days / _YEAR_DAYS, float(one.amount_cents)) for one in installments
    ]
    yearly = _yearly_rate(float(present_cents), flows)
    monthly = (1 + yearly) ** (1 / 12) - 1
    return Cost(_percent(monthly), _percent(yearly))


def _yearly_rate(present: float, flows: Sequence[tuple[float, float]]) -> float:
    rate = 0.0
    at_once = sum(amount for years, amount in flows if not years)
    if sum(amount for _, amount in flows) <= present or at_once >= present:
        return rate
    for _ in range(60):
        worth = sum(amount * (1 + rate) ** -years for years, amount in flows)
        slope = sum(amount * years * (1 + rate) ** (-years - 1) for years, amount in flows)
        step = (worth - present) / slope
        rate += step
        if abs(step) < 1e-9:
            break
    return rate


def _percent(rate: float) -> Decimal:
    return Decimal(str(rate * 100)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
