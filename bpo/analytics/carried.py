"""What a company brings into a day: its figures as they are if nothing happens on the day."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from bpo.analytics import aging, days
from bpo.analytics.collection import DSO_DAYS
from bpo.analytics.frames import Frames, Integers, balances, days_late, ordinal
from bpo.domain.books.receivables import AGING

WEEKS = 8
TREND_WEEKS = 13
LARGEST = 20
"""So many debtors are remembered: money of the day seldom reaches all of them."""


@dataclass(frozen=True, slots=True)
class Carried:
    """Figures of a day from the facts dated before it, in centavos (see `CarriedFigures`)."""

    day: date
    aged_cents: tuple[int, ...]
    open_count: int
    sales_cents: int
    was_open_cents: int
    was_overdue_cents: int
    past_sales_cents: int
    received_cents: tuple[int, ...]
    overdue_pct: tuple[float | None, ...]
    largest: tuple[tuple[int, int], ...]


def since(day: date) -> date:
    """The first day that `carry` asks the table of days for."""
    return day - timedelta(days=7 * (TREND_WEEKS + 1))


def carry(frames: Frames, table: pd.DataFrame, day: date) -> Carried:
    """What is carried into `day`; `table` has the rows of `days.table` since `since(day)`.

    Ageing is that of `day` itself: what falls into the next age overnight is already there.
    """
    open_, late = balances(frames, day - timedelta(days=1)), days_late(frames, day)
    aged = aging.sums(aging.places(late, AGING), open_, len(AGING))
    today, week = ordinal(day), ordinal(day) - day.weekday()
    before = week - 1
    was_open = days.balance(table, before)
    return Carried(
        day=day,
        aged_cents=tuple(aged.tolist()),
        open_count=int((open_ > 0).sum()),
        sales_cents=days.total(table, "issued_cents", today - DSO_DAYS + 1, today - 1),
        was_open_cents=was_open,
        was_overdue_cents=was_open - days.total(table, days.CENTS[0], before, before),
        past_sales_cents=days.total(table, "issued_cents", before - DSO_DAYS + 1, before),
        received_cents=tuple(
            days.total(table, "received_cents", first, min(first + 6, today - 1))
            for first in (week - 7 * back for back in reversed(range(WEEKS)))
        ),
        overdue_pct=tuple(
            _overdue_share(table, before - 7 * back) for back in reversed(range(TREND_WEEKS))
        ),
        largest=_largest(frames, open_),
    )


def _overdue_share(table: pd.DataFrame, day: int) -> float | None:
    open_ = days.balance(table, day)
    late = open_ - days.total(table, days.CENTS[0], day, day)
    return late * 100 / open_ if open_ else None


def _largest(frames: Frames, open_: Integers) -> tuple[tuple[int, int], ...]:
    titles = frames.receivables
    owed = aging.sums(titles.debtor, open_, len(titles.debtor_ids))
    first = np.argsort(-owed, kind="stable")[:LARGEST]
    return tuple((int(titles.debtor_ids[n]), int(owed[n])) for n in first if owed[n] > 0)
