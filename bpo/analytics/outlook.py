"""When titles are paid, given how likely they are late: from what each debtor does, and everybody.

On each side of the due date payments are told in two ways: by their distance from the debtor's own
mean, in the debtor's own spreads, and in plain days from the due date, the same for everybody. Some
books live by the first (each debtor has a day), some by the second (whoever pays in time pays on
the due date, whoever is late has own reasons). How much of each, the past of the book decides.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from bpo.analytics import delays
from bpo.analytics.delays import Delays
from bpo.analytics.frames import Flags
from bpo.analytics.past import Floats

BEFORE: Final = (-28, -21, -14, -10, -7, -5, -3, -1)
AFTER: Final = (2, 5, 7, 10, 14, 21, 28, 42, 60)
"""The days around the due date on which the two ways of telling are compared."""

_UNIT_DAYS = 3.0
_EVEN, _EVEN_CASES = 0.5, 1.0
_STEPS = 22
_EARLIEST, _LATEST = -200.0, 800.0


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """How the payments of a workspace spread over the days around what is expected.

    `own`: distances from a debtor's own mean in own spreads; `common`: days from the effective due
    date. `early` and `late`: the share of `common` in what is told of the days until the due date,
    and of those after it, 0 to 1.
    """

    own: Delays
    common: Delays
    early: float = 0.0
    late: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """One position per title. `mean` and `spread` in days around the effective due date; `chance`
    of being paid late, 0 to 1."""

    shape: Shape
    mean: Floats
    spread: Floats
    chance: Floats

    def unpaid(self, delay: Floats) -> Floats:
        """The chance of being unpaid at the end of `delay` days after the effective due date."""
        early = 1 - (1 - self.chance) * _mixed(self._in_time(delay), self.shape.early)
        late = self.chance * _mixed(self._afterwards(delay), self.shape.late)
        unpaid: Floats = np.where(delay <= 0, early, late).clip(0, 1)
        return unpaid

    def reached(self, share: Floats) -> Floats:
        """The days after the effective due date when the chance of being unpaid is `share`."""
        low, high = np.full_like(share, _EARLIEST), np.full_like(share, _LATEST)
        for _ in range(_STEPS):
            middle = (low + high) / 2
            above = self.unpaid(middle) > share
            low, high = np.where(above, middle, low), np.where(above, high, middle)
        return high

    def shares(self, delay: Floats, late: Flags, watched: Floats) -> tuple[float, float]:
        """The shares of `common` that told best when titles were paid: those in time, those late.

        Best: least squares of the chance of being unpaid on some days. `delay`: days from the
        effective due date to payment, or so far; `watched`: days from it to the end of the facts.
        """
        early, after = _Contest(), _Contest()
        for day in BEFORE:
            told = self._in_time(np.full_like(delay, day))
            early.meet(told, delay <= day, ~late & (watched > 0))
        for day in AFTER:
            told = self._afterwards(np.full_like(delay, day))
            after.meet(told, delay > day, late & (watched > day))
        return early.share, after.share

    def _in_time(self, delay: Floats) -> tuple[Floats, Floats]:
        """Of those who pay in time, how many have paid; by own days and by plain ones."""
        due = self._plain(np.zeros_like(delay))
        own, common = (
            ((1 - at) / np.maximum(1 - by, 1e-9)).clip(0, 1)
            for at, by in zip(self._plain(delay), due, strict=True)
        )
        return own, common

    def _afterwards(self, delay: Floats) -> tuple[Floats, Floats]:
        """Of those who pay late, how many have not paid; by own days and by plain ones."""
        due = self._plain(np.zeros_like(delay))
        own, common = (
            (at / np.maximum(by, 1e-9)).clip(0, 1)
            for at, by in zip(self._plain(delay), due, strict=True)
        )
        return own, common

    def _plain(self, delay: Floats) -> tuple[Floats, Floats]:
        own = self.shape.own.after((delay - self.mean) / self.spread)
        return own, self.shape.common.after(delay / _UNIT_DAYS)


def plain_days(delay: Floats, paid: Floats) -> Delays:
    """The distribution of days from the due date; a payment lies within the day that ends there."""
    return delays.estimate((delay - 0.5) / _UNIT_DAYS, paid)


def _mixed(told: tuple[Floats, Floats], share: float) -> Floats:
    own, common = told
    mixed: Floats = own + share * (common - own)
    return mixed


@dataclass(slots=True)
class _Contest:
    """The share of the second of two chances that comes nearest to what happened."""

    moved: float = _EVEN * _EVEN_CASES
    apart: float = _EVEN_CASES

    def meet(self, told: tuple[Floats, Floats], happened: Flags, which: Flags) -> None:
        own, common = (chance[which] for chance in told)
        self.moved += float(((happened[which] - own) * (common - own)).sum())
        self.apart += float(((common - own) ** 2).sum())

    @property
    def share(self) -> float:
        return min(max(self.moved / self.apart, 0.0), 1.0)
