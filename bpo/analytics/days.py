"""Every figure of collection day by day, in one pass over the facts: what snapshots are made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd

from bpo.analytics.collection import COUNTBACK_MONTHS, DSO_DAYS, Metrics, ratio
from bpo.analytics.frames import Frames, Integers, day_of, ordinal
from bpo.analytics.history import TrendPoint

AGES = ("current", "late_30", "late_60", "late_90", "late_over")
CENTS = tuple(f"{age}_cents" for age in AGES)
COUNTS = tuple(f"{age}_count" for age in AGES)
FLOWS = ("issued_cents", "received_cents")
WEIGHTS = ("open_age", "paid_age", "paid_delay")
COLUMNS = (*CENTS, *COUNTS, *FLOWS, *WEIGHTS)

_LAST_LATE = (30, 60, 90)
_DAYS = 1 << 20
_LABELS = ("current", "1-30", "31-60", "61-90", "90+")
_FOUR_PLACES = Decimal("0.0001")


def table(frames: Frames, first: date, last: date) -> pd.DataFrame:
    """One row per day from `first` to `last`, indexed by day number (see `frames.ordinal`).

    Columns `COLUMNS`, int64: balances (centavos) and numbers of open receivables by age at the end
    of the day, what was issued and received on it; `open_age` is balance x days since issue,
    `paid_age` and `paid_delay` money x days from issue and effective due date. Definitions as in
    `collection.metrics`. Empty when `last` lies before `first`.
    """
    span = _Span(ordinal(first), ordinal(last))
    titles, entries = frames.receivables, frames.entries
    moves, counted = _moves(frames), _crossings(frames)
    columns = dict(zip(CENTS, _aged(frames, span, moves), strict=True))
    columns |= dict(zip(COUNTS, _aged(frames, span, counted), strict=True))
    money = np.flatnonzero(entries.money)
    on, paid = entries.on[money], (entries.principal + entries.charges)[money]
    title = entries.receivable[money]
    columns["issued_cents"] = span.on(titles.issue, titles.sold)
    columns["received_cents"] = span.on(on, paid)
    columns["open_age"] = _open_age(frames, span, moves)
    columns["paid_age"] = span.on(on, paid * (on - titles.issue[title]))
    columns["paid_delay"] = span.on(on, paid * (on - titles.effective[title]))
    days = pd.RangeIndex(span.first, span.last + 1, name="day")
    return pd.DataFrame({name: columns[name] for name in COLUMNS}, index=days)


def metrics(days: pd.DataFrame, as_of: date) -> Metrics:
    """All metrics at the end of `as_of`, from rows of `table` that reach back far enough.

    Days before the first row count as days on which nothing had been issued.
    """
    at, month = ordinal(as_of), ordinal(as_of.replace(day=1))
    aged = [total(days, name, at, at) for name in CENTS]
    open_, current = sum(aged), aged[0]
    sales = total(days, "issued_cents", at - DSO_DAYS + 1, at)
    issued = total(days, "issued_cents", month, at)
    received = total(days, "received_cents", month, at)
    due = balance(days, month - 1) + issued
    return Metrics(
        open_cents=open_,
        open_count=sum(total(days, name, at, at) for name in COUNTS),
        aging_cents=dict(zip(_LABELS, aged, strict=True)),
        dso_simple_90=ratio(open_ * DSO_DAYS, sales),
        bpdso_90=ratio(current * DSO_DAYS, sales),
        add=ratio((open_ - current) * DSO_DAYS, sales),
        dso_countback=_countback(days, as_of, open_),
        true_dso_open=ratio(total(days, "open_age", at, at), open_),
        pmr_month=ratio(total(days, "paid_age", month, at), received),
        avg_delay_month=ratio(total(days, "paid_delay", month, at), received),
        cei_month=ratio((due - open_) * 100, due - current),
        delinq_gt0_pct=ratio((open_ - current) * 100, open_),
        delinq_gt30_pct=ratio(sum(aged[2:]) * 100, open_),
        issued_month_cents=issued,
        received_month_cents=received,
    )


def trend(days: pd.DataFrame, ends: Sequence[date]) -> tuple[TrendPoint, ...]:
    """DSO over 90 days, overdue share and open balance at the end of each of some days."""
    return tuple(_point(days, day) for day in ends)


def reach(as_of: date) -> date:
    """The first day that `metrics` of a day may look at."""
    months = as_of.year * 12 + as_of.month - 1 - COUNTBACK_MONTHS
    return date(months // 12, months % 12 + 1, 1)


def total(days: pd.DataFrame, column: str, first: int, last: int) -> int:
    """The sum of a column over the days from `first` to `last`."""
    start, end = np.searchsorted(days.index.to_numpy(), [first, last + 1])
    return int(days[column].to_numpy()[start:end].sum())


def balance(days: pd.DataFrame, day: int) -> int:
    """What was open at the end of a day; 0 before the first row."""
    return sum(total(days, name, day, day) for name in CENTS)


def differing(stored: pd.DataFrame, built: pd.DataFrame) -> list[date]:
    """The days of `built` that `stored` lacks or tells otherwise."""
    kept = stored.reindex(built.index)
    same = (kept[list(COLUMNS)] == built[list(COLUMNS)]).all(axis=1)
    return [day_of(day) for day in built.index[~same]]


def weeks(as_of: date, count: int) -> list[date]:
    """The last `count` ends of weeks (Sundays) before `as_of`, oldest first, and `as_of` itself."""
    last = as_of - timedelta(days=as_of.weekday() + 1)
    return [last - timedelta(days=7 * back) for back in reversed(range(count))] + [as_of]


def _point(days: pd.DataFrame, day: date) -> TrendPoint:
    at = ordinal(day)
    open_ = balance(days, at)
    sales = total(days, "issued_cents", at - DSO_DAYS + 1, at)
    late = open_ - total(days, CENTS[0], at, at)
    return TrendPoint(day, ratio(open_ * DSO_DAYS, sales), ratio(late * 100, open_), open_)


@dataclass(frozen=True, slots=True)
class _Span:
    """Days that sums are wanted for."""

    first: int
    last: int

    def on(self, days: Integers, values: Integers) -> Integers:
        """The sum of the values of each day."""
        return self._slots(days, values)[1:-1]

    def until(self, days: Integers, values: Integers) -> Integers:
        """The running sum of the values dated on each day or before."""
        return np.cumsum(self._slots(days, values))[1:-1]

    def _slots(self, days: Integers, values: Integers) -> Integers:
        size = max(self.last - self.first + 1, 0)
        slots = np.zeros(size + 2, dtype=np.int64)
        np.add.at(slots, (days - self.first + 1).clip(0, size + 1), values)
        return slots


@dataclass(frozen=True, slots=True, eq=False)
class _Moves:
    """Changes of titles by position: of their balance, or of whether they are open."""

    title: Integers
    on: Integers
    value: Integers


def _moves(frames: Frames) -> _Moves:
    titles, entries = frames.receivables, frames.entries
    everyone = np.arange(len(titles.ids))
    on = np.maximum(entries.on, titles.issue[entries.receivable])
    return _Moves(
        np.concatenate((everyone, entries.receivable)),
        np.concatenate((titles.issue, on)),
        np.concatenate((titles.amount, -entries.principal)),
    )


def _crossings(frames: Frames) -> _Moves:
    """1 on the day a title opens or opens again, -1 on the day it is settled."""
    moves = _moves(frames)
    key = moves.title * _DAYS + moves.on
    days, place = np.unique(key, return_inverse=True)
    values = np.zeros(len(days), dtype=np.int64)
    np.add.at(values, place, moves.value)
    running, title = np.cumsum(values), days // _DAYS
    first = np.searchsorted(title, title, "left")
    own = running - (running[first] - values[first]) if len(days) else running
    open_ = (own > 0).astype(np.int64)
    before = np.concatenate(([0], open_[:-1])) if len(days) else open_
    before[first == np.arange(len(days))] = 0
    return _Moves(title, days % _DAYS, open_ - before)


def _aged(frames: Frames, span: _Span, moves: _Moves) -> Sequence[Integers]:
    """Running sums by age: a move counts for each age from the day its title comes into it."""
    due, effective = frames.receivables.due[moves.title], frames.receivables.effective[moves.title]
    starts = [moves.on, effective + 1]
    starts += [np.maximum(effective + 1, due + last + 1) for last in _LAST_LATE]
    entered = [span.until(np.maximum(moves.on, start), moves.value) for start in starts]
    return [
        entered[n] - (entered[n + 1] if n + 1 < len(entered) else 0) for n in range(len(entered))
    ]


def _open_age(frames: Frames, span: _Span, moves: _Moves) -> Integers:
    days = np.arange(span.first, span.last + 1, dtype=np.int64)
    issue = frames.receivables.issue[moves.title]
    born = span.until(moves.on, moves.value * issue)
    return days * span.until(moves.on, moves.value) - born


def _countback(days: pd.DataFrame, as_of: date, open_cents: int) -> float | None:
    """As `collection.dso_countback`, from the sales of each day."""
    left, counted, last = open_cents, Decimal(0), as_of
    for _ in range(COUNTBACK_MONTHS):
        if left <= 0:
            break
        sales = total(days, "issued_cents", ordinal(last.replace(day=1)), ordinal(last))
        if left < sales:
            counted += Decimal(left) * last.day / sales
            break
        left -= sales
        counted += last.day
        last = last.replace(day=1) - timedelta(days=1)
    return float(counted.quantize(_FOUR_PLACES, rounding=ROUND_HALF_UP))
