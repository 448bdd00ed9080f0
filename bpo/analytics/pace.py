"""What quickens or delays a payment from one week to the next, beside how late the debtor is.

Who is short of cash pays the oldest invoice first and pays when money comes in: an invoice waits
for those due before it, and for the days of the month on which its debtor pays. Two figures tell
it, each a shift of the log-odds of being paid within a week. They are used only where they told the
past of the company better than it is told without them, beyond noise.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from bpo.analytics import fitting, traits
from bpo.analytics.frames import Flags, Frames, Integers
from bpo.analytics.past import Floats, Past
from bpo.analytics.traits import Traits

WEEK: Final = 7
MOST_WAITING: Final = 4
"""More invoices due before one are as many as this."""
FADING_WEEKS: Final = 5.0
"""After so many weeks half of those due before are taken to be paid."""
BEYOND: Final = 2.0
"""How many standard errors better the past must be told."""

_BACK_WEEKS = 104
_LONGEST = 180
_MOST_ROWS = 30_000
_SPREAD, _FIXED = 0.5, 1e12
_MONTH_DAYS, _MONTH = 31, 30.44
_OWN_WEIGHT = 3.0
_EVEN = 10.0
_FEWEST_WEEKS = 8
_LOW, _HIGH = -3.0, 2.0


@dataclass(frozen=True, slots=True)
class Pace:
    """Shifts of the log-odds of being paid within a week.

    `queue`: for each of the debtor's open invoices due before this one, zero or less. `season`: for
    the logarithm of how much of the debtor's payments come on such days of the month, zero or more.
    `base`: for every invoice, so that all together are paid as often as they were.
    """

    base: float = 0.0
    queue: float = 0.0
    season: float = 0.0

    @property
    def is_steady(self) -> bool:
        """Whether nothing is shifted."""
        return not self.queue and not self.season

    def shifts(self, waiting: Floats, season: Floats) -> tuple[Floats, Floats]:
        """What the queue (with the base) and the season add, a column per week ahead.

        `waiting` by title, `season` by title and week.
        """
        fading = 0.5 ** (np.arange(season.shape[1]) / FADING_WEEKS)
        return self.base + self.queue * waiting[:, None] * fading, self.season * season

    def to_json(self) -> dict[str, Any]:
        """It as plain JSON values."""
        return asdict(self)


@dataclass(frozen=True, slots=True, eq=False)
class PastWeeks:
    """Open titles in weeks of the past: a row per title and week, facts of the day before it.

    `so_far`: days since the effective due date. `waiting`, `season`: see `Pace`. `paid`: whether
    it was paid in the seven days after `day`.
    """

    title: Integers
    day: Integers
    so_far: Floats
    waiting: Floats
    season: Floats
    paid: Flags
    traits: Traits


def waiting(frames: Frames, title: Integers) -> Floats:
    """How many of the titles given are of the same debtor and due before each."""
    due, debtor = frames.receivables.effective[title], frames.receivables.debtor[title]
    order = np.lexsort((due, debtor))
    key = debtor * (1 << 20) + due
    before = np.searchsorted(key[order], key, "left")
    first = np.searchsorted(debtor[order], debtor, "left")
    count: Floats = np.minimum(before - first, MOST_WAITING).astype(np.float64)
    return count


def season(frames: Frames, remembered: Past, title: Integers, day: int, weeks: int) -> Floats:
    """By title and week after `day`: how much of what the debtor pays comes on such days of a
    month, over what would if all days were the same; its logarithm, smoothed to the company's."""
    month = _Months(frames, remembered)
    month.pass_by(day)
    debtor = frames.receivables.debtor[title]
    return np.column_stack([month.season(day + WEEK * n)[debtor] for n in range(weeks)])


def past_weeks(frames: Frames, remembered: Past, today: int) -> PastWeeks:
    """The weeks of the last two years that ended by `today`, thinned out where they are many."""
    titles, month = frames.receivables, _Months(frames, remembered)
    found: list[tuple[Integers, Integers]] = []
    shifts: list[tuple[Floats, Floats]] = []
    for end in range(today - WEEK * _BACK_WEEKS, today - WEEK + 1, WEEK):
        month.pass_by(end)
        still = np.flatnonzero(_is_open(frames, remembered, end))
        found.append((still, np.full(len(still), end)))
        shifts.append((waiting(frames, still), month.season(end)[titles.debtor[still]]))
    thin = slice(None, None, 1 + sum(len(title) for title, _ in found) // _MOST_ROWS)
    title, day = (np.concatenate(part)[thin] for part in zip(*found, strict=True))
    queue, by_day = (np.concatenate(part)[thin] for part in zip(*shifts, strict=True))
    closed = remembered.closed_on[title]
    return PastWeeks(
        title=title,
        day=day,
        so_far=(day - titles.effective[title]).astype(np.float64),
        waiting=queue,
        season=by_day,
        paid=(closed > day) & (closed <= day + WEEK) & remembered.was_paid[title],
        traits=traits.observe(frames, remembered, title, day + 1),
    )


def earned(past: PastWeeks, said: Sequence[tuple[int, int, Floats]], latest: Floats) -> Pace:
    """The pace that the past supports; a steady one where it does not clearly tell more.

    `said`: log-odds of `past.paid` by models fitted on a day, that day, and the day until which
    they are asked. `latest`: those of the model that the pace is for.
    """
    tried = [(use, _gains(past, said, use)) for use in _USES]
    better = [(gains.sum(), use) for use, gains in tried if _is_clear(gains)]
    if not better:
        return Pace()
    _, use = max(better)
    return _fit(past, latest, use, np.ones(len(past.day), dtype=np.bool_))


_USES: Final = ((True, False), (False, True), (True, True))
"""What may be used of the queue and the season."""


def _gains(
    past: PastWeeks, said: Sequence[tuple[int, int, Floats]], use: tuple[bool, bool]
) -> Floats:
    """By how much less each week surprised than without a pace, learned from the weeks before."""
    gains: list[Floats] = [np.zeros(0)]
    for cut, until, odds in said:
        known = past.day + WEEK <= cut
        asked = (past.day >= cut) & (past.day + WEEK <= until)
        found = _fit(past, odds, use, known)
        moved = odds + found.base + found.queue * past.waiting + found.season * past.season
        sign = np.where(past.paid, -1, 1)
        gain = (np.logaddexp(0, sign * odds) - np.logaddexp(0, sign * moved))[asked]
        gains.append(np.bincount((past.day[asked] - cut) // WEEK, gain).astype(np.float64))
    return np.concatenate(gains)


def _is_clear(gains: Floats) -> bool:
    """Whether weeks on average gained more than chance explains; they are one by one, since all
    titles of a week may share its luck."""
    if len(gains) < _FEWEST_WEEKS:
        return False
    return bool(gains.mean() > BEYOND * gains.std(ddof=1) / np.sqrt(len(gains)))


def _fit(past: PastWeeks, odds: Floats, use: tuple[bool, bool], known: Flags) -> Pace:
    """The shifts that tell the known weeks best, drawn towards none; none against its meaning."""
    even = np.ones_like(odds)
    rows = np.column_stack((odds, even, -past.waiting, past.season))[known]
    paid, free = past.paid[known].astype(np.float64), np.array(use)
    told = np.array([1.0, 0.0, 0.0, 0.0])
    for _ in use:
        certainty = np.where([False, True, *free], 1 / _SPREAD**2, _FIXED)
        base, *shifts = fitting.logistic(rows, paid, even[known], told, certainty)[1:].tolist()
        found = np.array(shifts)
        against = free & (found < 0)
        if not against.any():
            break
        free = free & ~against
    queue, shift = np.where(free, found, 0.0).clip(0).tolist()
    return Pace(base, -queue, shift)


def _is_open(frames: Frames, remembered: Past, day: int) -> Flags:
    titles, closed = frames.receivables, remembered.closed_on
    known = (titles.issue <= day) & (titles.amount > 0) & (day - titles.effective < _LONGEST)
    return known & ((closed < 0) | (closed > day))


class _Months:
    """The days of the month on which each debtor paid, counted as the days pass by."""

    def __init__(self, frames: Frames, remembered: Past) -> None:
        self.events = remembered.paid
        self.slot = frames.receivables.debtor[self.events.title] * _MONTH_DAYS
        self.slot = self.slot + _day_of_month(self.events.on)
        self.count = np.zeros(len(frames.receivables.debtor_ids) * _MONTH_DAYS)
        self.day = -1

    def pass_by(self, day: int) -> None:
        """Count what was paid until the end of a day not before the last."""
        new = (self.events.on > self.day) & (self.events.on <= day)
        self.count += np.bincount(self.slot[new], self.events.sign[new], len(self.count))
        self.day = day

    def season(self, day: int) -> Floats:
        """Of each debtor, for the seven days after `day`."""
        own = self.count.reshape(-1, _MONTH_DAYS).clip(0)
        place = _day_of_month(day + 1 + np.arange(WEEK))
        every = own.sum(axis=0) + _EVEN / _MONTH_DAYS
        usual = every[place].sum() / every.sum()
        paid, share = own.sum(axis=1), own[:, place].sum(axis=1) + _OWN_WEIGHT * usual
        shift: Floats = np.log(share / (paid + _OWN_WEIGHT) / (WEEK / _MONTH)).clip(_LOW, _HIGH)
        return shift


def _day_of_month(day: Integers) -> Integers:
    """0 for the first."""
    days = day.astype("datetime64[D]")
    found: Integers = (days - days.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64)
    return found
