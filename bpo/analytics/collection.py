"""The figures of collection on a day: balances, DSO, delays, effectiveness and delinquency.

All definitions are here in words too, so that a query may mirror them: `d` is the end of the day
asked for; open = issued on or before d less all entries dated on or before d; overdue = open with
d after the effective due date; days late from the original due date.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np

from bpo.analytics.aging import totals
from bpo.analytics.definitions import DEFINITIONS as DEFINITIONS
from bpo.analytics.frames import Flags, Frames, Integers, balances, days_late, ordinal

DSO_DAYS = 90
COUNTBACK_MONTHS = 24

_FOUR_PLACES = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Metrics:
    """The metrics of one workspace at the end of a day.

    Amounts in centavos, days and percentages (0 to 100) with four decimals, None when undefined.
    """

    open_cents: int
    open_count: int
    aging_cents: dict[str, int]
    dso_simple_90: float | None
    bpdso_90: float | None
    add: float | None
    dso_countback: float | None
    true_dso_open: float | None
    pmr_month: float | None
    avg_delay_month: float | None
    cei_month: float | None
    delinq_gt0_pct: float | None
    delinq_gt30_pct: float | None
    issued_month_cents: int
    received_month_cents: int

    def as_json(self) -> dict[str, Any]:
        """The metrics as plain JSON values under their own names."""
        return asdict(self)


def metrics(frames: Frames, as_of: date) -> Metrics:
    """All metrics at the end of `as_of`; see `DEFINITIONS` for each in words.

    Ageing: balance by days late. DSO: open / issued in (d-90, d] x 90; best possible DSO: the same
    of what is not overdue; ADD: their difference. Count-back: see `dso_countback`. True DSO: days
    since issue weighted by balance. PMR and average delay: days from issue, and from the effective
    due date, to payment, weighted by the money of the month's payments. CEI: (open at the month's
    start + issued - open) / (open at the month's start + issued - open and not overdue) x 100.
    Delinquency: balance more than 0, and 30, days late / open. Received: principal and charges.
    """
    balance, late = balances(frames, as_of), days_late(frames, as_of)
    open_, current = int(balance.sum()), int(balance[late == 0].sum())
    sales = issued(frames, as_of - timedelta(days=DSO_DAYS - 1), as_of)
    paid = _payments(frames, as_of.replace(day=1), as_of)
    return Metrics(
        open_cents=open_,
        open_count=int((balance > 0).sum()),
        aging_cents=totals(frames, as_of).cents,
        dso_simple_90=ratio(open_ * DSO_DAYS, sales),
        bpdso_90=ratio(current * DSO_DAYS, sales),
        add=ratio((open_ - current) * DSO_DAYS, sales),
        dso_countback=dso_countback(frames, as_of, open_),
        true_dso_open=ratio(_weighted(balance, ordinal(as_of) - frames.receivables.issue), open_),
        pmr_month=ratio(_weighted(paid.cents, paid.age), paid.total),
        avg_delay_month=ratio(_weighted(paid.cents, paid.delay), paid.total),
        cei_month=_cei(frames, as_of, open_, current),
        delinq_gt0_pct=ratio((open_ - current) * 100, open_),
        delinq_gt30_pct=ratio(int(balance[late > 30].sum()) * 100, open_),
        issued_month_cents=issued(frames, as_of.replace(day=1), as_of),
        received_month_cents=paid.total,
    )


def issued(frames: Frames, first: date, last: date) -> int:
    """Centavos of the receivables issued from `first` to `last`, at face amount.

    Instalments of agreements are no sales: they stand for what was sold before.
    """
    titles = frames.receivables
    within = (titles.issue >= ordinal(first)) & (titles.issue <= ordinal(last))
    return int(titles.sold[within].sum())


def dso_countback(frames: Frames, as_of: date, open_cents: int) -> float | None:
    """Days of sales that the open balance stands for, counted back month by month.

    From the month of `as_of` backwards: while the balance covers a month's sales, they are taken
    off and the month's days added (days elapsed for the first one; a month without sales adds its
    days); the last month adds left / sales x days. Ends after 24 months with the days so far.
    """
    left, days = open_cents, Decimal(0)
    for length, sales in _months_back(frames, as_of):
        if left <= 0:
            break
        if 0 < left < sales:
            days += Decimal(left) * length / sales
            break
        left -= sales
        days += length
    return _rounded(days)


def ratio(numerator: int, denominator: int) -> float | None:
    """The quotient with four decimals, half up; None when the denominator is not positive."""
    if denominator <= 0:
        return None
    return _rounded(Decimal(int(numerator)) / Decimal(int(denominator)))


@dataclass(frozen=True, slots=True, eq=False)
class _Paid:
    """Money of a span: centavos, days since issue and days after the effective due date."""

    cents: Integers
    age: Integers
    delay: Integers

    @property
    def total(self) -> int:
        return int(self.cents.sum())


def _payments(frames: Frames, first: date, last: date) -> _Paid:
    titles, entries = frames.receivables, frames.entries
    rows = np.flatnonzero(money_within(frames, first, last))
    on, title = entries.on[rows], entries.receivable[rows]
    cents = entries.principal[rows] + entries.charges[rows]
    return _Paid(cents, on - titles.issue[title], on - titles.effective[title])


def money_within(frames: Frames, first: date, last: date) -> Flags:
    """Which entries are money of the days from `first` to `last`."""
    entries = frames.entries
    return entries.money & (entries.on >= ordinal(first)) & (entries.on <= ordinal(last))


def _weighted(weights: Integers, values: Integers) -> int:
    return int(weights @ values)


def _cei(frames: Frames, as_of: date, open_: int, current: int) -> float | None:
    month = as_of.replace(day=1)
    before = int(balances(frames, month - timedelta(days=1)).sum())
    due = before + issued(frames, month, as_of)
    return ratio((due - open_) * 100, due - current)


def _months_back(frames: Frames, as_of: date) -> Iterator[tuple[int, int]]:
    """Days and sales of each month back from `as_of`, the running one first."""
    last = as_of
    sales = _monthly_sales(frames, as_of)
    for number in range(COUNTBACK_MONTHS):
        yield last.day, sales[number]
        last = last.replace(day=1) - timedelta(days=1)


def _monthly_sales(frames: Frames, as_of: date) -> list[int]:
    """Centavos issued in the month of `as_of`, until it, and in each of the months before."""
    titles = frames.receivables
    known = titles.issue <= ordinal(as_of)
    months = titles.issue[known].astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    back = (as_of.year - 1970) * 12 + as_of.month - 1 - months
    sums = np.zeros(COUNTBACK_MONTHS + 1, dtype=np.int64)
    np.add.at(sums, back.clip(max=COUNTBACK_MONTHS), titles.sold[known])
    return [int(cents) for cents in sums[:COUNTBACK_MONTHS]]


def _rounded(value: Decimal) -> float:
    return float(value.quantize(_FOUR_PLACES, rounding=ROUND_HALF_UP))
