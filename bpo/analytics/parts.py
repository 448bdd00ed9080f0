"""What a figure is made of: the receivables behind it, part by part, whose sums give the figure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from bpo.analytics import losses, recovery
from bpo.analytics.collection import DSO_DAYS, money_within, ratio
from bpo.analytics.frames import Flags, Frames, Integers, balances, days_late, ordinal
from bpo.analytics.losses import USUAL, Loss, Rates
from bpo.domain.books.receivables import AGING, Bucket
from bpo.kernel.text import Phrase

_SINCE_ISSUE, _LATENESS = Phrase("Days since issue"), Phrase("Days late")


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Some receivables with an amount each: `title` is a position in the frame, `cents` centavos.

    `days` beside each amount where days say something, and `counted`, from when they count. A title
    may occur twice, with two payments.
    """

    name: Phrase
    title: Integers
    cents: Integers
    days: Integers | None = None
    counted: Phrase = _SINCE_ISSUE

    @property
    def total(self) -> int:
        """The sum of the amounts in centavos."""
        return int(self.cents.sum())

    @property
    def weighted(self) -> int:
        """The sum of amount times days."""
        return 0 if self.days is None else int(self.cents @ self.days)


@dataclass(frozen=True, slots=True, eq=False)
class Breakdown:
    """A figure with its formula in words and the parts that it is computed from.

    `loss`: for the expected loss, what is lost of each part and by which rates.
    """

    key: str
    value: float | int | None
    formula: Phrase
    parts: tuple[Part, ...]
    loss: Loss | None = None


def since(as_of: date) -> date:
    """The first day whose sales or money a breakdown of `as_of` looks at."""
    return min(as_of - timedelta(days=DSO_DAYS), as_of.replace(day=1) - timedelta(days=1))


def of(frames: Frames, key: str, as_of: date, rates: Rates = USUAL) -> Breakdown:
    """What the figure `key` of `as_of` is made of. Raises KeyError for a figure without parts.

    The value is that of `collection.metrics`, counted from the parts alone; the expected loss by
    `rates`, which are those of the whole company also for a part of its book.
    """
    if key == EXPECTED_LOSS:
        return _loss(frames, as_of, rates)
    rule = BUILT[key]
    value, formula, parts = rule(frames, as_of)
    return Breakdown(key, value, formula, tuple(parts))


EXPECTED_LOSS = "expected_loss_cents"

Made = tuple[float | int | None, Phrase, list[Part]]

_SUM = Phrase("The sum of the receivables below.")
_OPEN = Phrase("Open balance")
_LATE = Phrase("Overdue balance")
_CURRENT = Phrase("Open and not overdue")
_SALES = Phrase("Issued in the last 90 days")
_MONEY = Phrase("Money of the month")
_THEN, _ROLLED = Phrase("Open then"), Phrase("Rolled on")
_FATES = {
    "open": _THEN,
    "rolled": _ROLLED,
    "stayed": Phrase("Stayed in its age"),
    "renegotiated": Phrase("Renegotiated"),
    "cured": Phrase("Settled"),
}


def _balance(
    frames: Frames, day: date, name: Phrase = _OPEN, first: int = 0, last: int | None = None
) -> Part:
    """What is open and late by `first` to `last` days; days late, or since issue, stand beside."""
    open_, late = balances(frames, day), days_late(frames, day)
    kept: Flags = (open_ > 0) & (late >= first)
    if last is not None:
        kept &= late <= last
    title = np.flatnonzero(kept)
    if first:
        return Part(name, title, open_[title], late[title], _LATENESS)
    return Part(name, title, open_[title], ordinal(day) - frames.receivables.issue[title])


def _issued(frames: Frames, first: date, last: date, name: Phrase = _SALES) -> Part:
    titles = frames.receivables
    within = (titles.issue >= ordinal(first)) & (titles.issue <= ordinal(last))
    title = np.flatnonzero(within & (titles.sold > 0))
    return Part(name, title, titles.sold[title])


def _money(frames: Frames, first: date, last: date, name: Phrase, late: bool = False) -> Part:
    """Each payment; beside it days from issue, or from the effective due date."""
    entries, titles = frames.entries, frames.receivables
    rows = np.flatnonzero(money_within(frames, first, last))
    title = entries.receivable[rows]
    start = titles.effective if late else titles.issue
    cents = (entries.principal + entries.charges)[rows]
    days = entries.on[rows] - start[title]
    return Part(name, title, cents, days, _LATENESS) if late else Part(name, title, cents, days)


def _of_balance(name: Phrase, first: int, last: int | None) -> Callable[[Frames, date], Made]:
    def build(frames: Frames, day: date) -> Made:
        part = _balance(frames, day, name, first, last)
        return part.total, _SUM, [part]

    return build


def _count(frames: Frames, day: date) -> Made:
    part = _balance(frames, day)
    return len(part.title), Phrase("The number of the receivables below."), [part]


def _sales(frames: Frames, day: date) -> Part:
    return _issued(frames, day - timedelta(days=DSO_DAYS - 1), day)


def _days_of_sales(name: Phrase, first: int, last: int | None) -> Callable[[Frames, date], Made]:
    def build(frames: Frames, day: date) -> Made:
        above, below = _balance(frames, day, name, first, last), _sales(frames, day)
        words = Phrase("{above} divided by {below}, times 90.", above=name, below=_SALES)
        return ratio(above.total * DSO_DAYS, below.total), words, [above, below]

    return build


def _share(name: Phrase, first: int) -> Callable[[Frames, date], Made]:
    def build(frames: Frames, day: date) -> Made:
        above, below = _balance(frames, day, name, first), _balance(frames, day)
        words = Phrase("{above} divided by {below}, times 100.", above=name, below=_OPEN)
        return ratio(above.total * 100, below.total), words, [above, below]

    return build


def _age(frames: Frames, day: date) -> Made:
    part = _balance(frames, day)
    words = Phrase("Each balance times its days since issue, divided by the sum of the balances.")
    return ratio(part.weighted, part.total), words, [part]


def _paid_days(late: bool) -> Callable[[Frames, date], Made]:
    def build(frames: Frames, day: date) -> Made:
        part = _money(frames, day.replace(day=1), day, _MONEY, late)
        words = Phrase("Each payment times its days, divided by the sum of the payments.")
        return ratio(part.weighted, part.total), words, [part]

    return build


def _received(monday: bool) -> Callable[[Frames, date], Made]:
    def build(frames: Frames, day: date) -> Made:
        first = day - timedelta(days=day.weekday()) if monday else day.replace(day=1)
        name = Phrase("Money of the week") if monday else _MONEY
        part = _money(frames, first, day, name)
        return part.total, _SUM, [part]

    return build


def _issued_month(frames: Frames, day: date) -> Made:
    part = _issued(frames, day.replace(day=1), day, Phrase("Issued in the month"))
    return part.total, _SUM, [part]


def _cei(frames: Frames, day: date) -> Made:
    month = day.replace(day=1)
    start = _balance(frames, month - timedelta(days=1), Phrase("Open when the month began"))
    sales = _issued(frames, month, day, Phrase("Issued in the month"))
    now, current = _balance(frames, day), _balance(frames, day, _CURRENT, 0, 0)
    due = start.total + sales.total
    words = Phrase(
        "({start} + {sales} - {now}) divided by ({start} + {sales} - {current}), times 100.",
        start=start.name,
        sales=sales.name,
        now=now.name,
        current=current.name,
    )
    value = ratio((due - now.total) * 100, due - current.total)
    return value, words, [start, sales, now, current]


def _loss(frames: Frames, day: date, rates: Rates) -> Breakdown:
    """By age, its share of the balance rounded half up; the sum of the rounded ones."""
    found = tuple(
        _balance(frames, day, _named(bucket), bucket.first, bucket.last) for bucket in rates.buckets
    )
    loss = losses.of(rates, [part.total for part in found])
    return Breakdown(EXPECTED_LOSS, loss.total_cents, losses.told(rates), found, loss)


def _rolled(place: int) -> Callable[[Frames, date], Made]:
    """What was open in an age when the last month ended, by what became of it."""

    def build(frames: Frames, day: date) -> Made:
        each = recovery.fates(frames, day.replace(day=1) - timedelta(days=1), day)
        mine = each[each["place"] == place]
        parts = [_some(mine, fate, name) for fate, name in _FATES.items()]
        words = Phrase("{above} divided by {below}, times 100.", above=_ROLLED, below=_THEN)
        return ratio(parts[1].total * 100, parts[0].total), words, parts

    return build


def _some(each: pd.DataFrame, fate: str, name: Phrase) -> Part:
    rows = each[each[f"{fate}_cents"] > 0]
    return Part(name, rows["title"].to_numpy(np.int64), rows[f"{fate}_cents"].to_numpy(np.int64))


def _named(bucket: Bucket) -> Phrase:
    return Phrase("Open, {bucket} days late", bucket=bucket.name) if bucket.first else _CURRENT


_BUCKETS = {
    f"aging_{bucket.name}": _of_balance(_named(bucket), bucket.first, bucket.last)
    for bucket in AGING
}
BUILT: Mapping[str, Callable[[Frames, date], Made]] = {
    "open_cents": _of_balance(_OPEN, 0, None),
    "open_count": _count,
    "overdue_cents": _of_balance(_LATE, 1, None),
    **_BUCKETS,
    **{f"roll_{bucket.name}": _rolled(place) for place, bucket in enumerate(AGING)},
    "dso_simple_90": _days_of_sales(_OPEN, 0, None),
    "bpdso_90": _days_of_sales(_CURRENT, 0, 0),
    "add": _days_of_sales(_LATE, 1, None),
    "true_dso_open": _age,
    "pmr_month": _paid_days(late=False),
    "avg_delay_month": _paid_days(late=True),
    "cei_month": _cei,
    "delinq_gt0_pct": _share(_LATE, 1),
    "delinq_gt30_pct": _share(Phrase("More than 30 days late"), 31),
    "issued_month_cents": _issued_month,
    "received_month_cents": _received(monday=False),
    "received_week_cents": _received(monday=True),
}
"""How each figure but the expected loss is built; count-back DSO has months behind it."""
KEYS = (*BUILT, EXPECTED_LOSS)
"""The figures that have receivables behind them."""
