"""How the figures went: balances and money day by day, received per week, DSO at month ends."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from bpo.analytics.collection import DSO_DAYS, money_within, ratio
from bpo.analytics.frames import Frames, Integers, day_of, ordinal

_WEEK = 7


@dataclass(frozen=True, slots=True)
class Received:
    """Money received in a span of days: centavos and number of payments."""

    cents: int
    count: int


@dataclass(frozen=True, slots=True)
class ReceivedWeek:
    """What came in from `first` to `last`, for the chart of the last weeks."""

    first: date
    last: date
    cents: int
    count: int


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """DSO (days; None without sales) and overdue share at the end of a day."""

    day: date
    dso: float | None
    overdue_pct: float | None
    open_cents: int


def daily(frames: Frames, first: date, last: date) -> pd.DataFrame:
    """One row per day from `first` to `last`, indexed by day number (see `frames.ordinal`).

    Columns, int64 centavos: open_cents and overdue_cents at the end of the day, issued_cents and
    received_cents on it. The same definitions as `collection.metrics`, in one pass over the rows.
    """
    span = _Span(ordinal(first), ordinal(last))
    titles, entries = frames.receivables, frames.entries
    title = entries.receivable
    late_from = np.maximum(titles.effective + 1, titles.issue)
    settled = np.maximum(entries.on, titles.issue[title])
    settled_late = np.maximum(entries.on, late_from[title])
    money = entries.money
    open_ = span.sums(titles.issue, titles.amount) - span.sums(settled, entries.principal)
    overdue = span.sums(late_from, titles.amount) - span.sums(settled_late, entries.principal)
    issued = span.sums(titles.issue, titles.sold)
    received = span.sums(entries.on[money], (entries.principal + entries.charges)[money])
    return pd.DataFrame(
        {
            "open_cents": np.cumsum(open_)[1:],
            "overdue_cents": np.cumsum(overdue)[1:],
            "issued_cents": issued[1:],
            "received_cents": received[1:],
        },
        index=pd.RangeIndex(span.first, span.last + 1, name="day"),
    )


def month_ends(as_of: date, months: int = 12) -> list[date]:
    """The last `months` month ends before `as_of`, oldest first, and `as_of` itself."""
    days, day = [as_of], as_of
    for _ in range(months):
        day = day.replace(day=1) - timedelta(days=1)
        days.append(day)
    return days[::-1]


def trend(frames: Frames, as_of: date, months: int = 12) -> tuple[TrendPoint, ...]:
    """DSO over 90 days, overdue share and open balance at the last month ends and at `as_of`."""
    ends = month_ends(as_of, months)
    first = ends[0] - timedelta(days=DSO_DAYS - 1)
    table = daily(frames, first, as_of)
    sales = table["issued_cents"].rolling(DSO_DAYS, min_periods=1).sum()
    table = table.assign(sales_cents=sales.astype(np.int64))
    rows = table.loc[[ordinal(day) for day in ends]]
    columns = (rows[name].tolist() for name in ("open_cents", "overdue_cents", "sales_cents"))
    return tuple(_point(*point) for point in zip(ends, *columns, strict=True))


def received(frames: Frames, first: date, last: date) -> Received:
    """Money of the days from `first` to `last`, charges included, and the number of payments."""
    entries = frames.entries
    money = money_within(frames, first, last)
    cents = int((entries.principal + entries.charges)[money].sum())
    return Received(cents, len(np.unique(entries.payment[money & entries.receipt])))


def received_weeks(frames: Frames, as_of: date, weeks: int = 8) -> tuple[ReceivedWeek, ...]:
    """Money of the last `weeks` weeks, Monday to Sunday, the running one until `as_of`."""
    monday = as_of - timedelta(days=as_of.weekday())
    firsts = [monday - timedelta(days=_WEEK * back) for back in reversed(range(weeks))]
    return tuple(_week(frames, first, as_of) for first in firsts)


def received_months(frames: Frames, as_of: date, months: int = 12) -> pd.DataFrame:
    """Money of the last `months` months, the running one until `as_of`.

    Columns: first (date), received_cents and issued_cents (int64), oldest first.
    """
    first = month_ends(as_of, months)[0] + timedelta(days=1)
    table = daily(frames, first, as_of)
    starts = np.asarray([day_of(day).replace(day=1) for day in table.index])
    sums = table.groupby(starts)[["received_cents", "issued_cents"]].sum()
    return sums.rename_axis("first").reset_index()


@dataclass(frozen=True, slots=True)
class _Span:
    """Days that sums are wanted for; slot 0 gathers all that lies before them."""

    first: int
    last: int

    def sums(self, days: Integers, values: Integers) -> Integers:
        size = self.last - self.first + 2
        slots = np.zeros(size + 1, dtype=np.int64)
        np.add.at(slots, (days - self.first + 1).clip(0, size), values)
        return slots[:size]


def _point(day: date, open_: int, overdue: int, sales: int) -> TrendPoint:
    dso = ratio(open_ * DSO_DAYS, sales)
    return TrendPoint(day, dso, ratio(overdue * 100, open_), open_)


def _week(frames: Frames, first: date, as_of: date) -> ReceivedWeek:
    last = min(first + timedelta(days=_WEEK - 1), as_of)
    span = received(frames, first, last)
    return ReceivedWeek(first, last, span.cents, span.count)
