"""What is lost of a balance by its age: by the company's own year as far as it tells, else usual.

Own shares are products of roll rates. An age spans a month, so that what is not settled in a month
is one age older. The rate of an age is what grew older of all that left it in twelve months: what
was paid, taken back or taken into an agreement left without growing older, and what stayed says
nothing yet. A write-off settles nothing here. It counts as often as balances left the age, and the
usual rate as ten more, so that few balances say little and none is ever sure; past 180 days all is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import accumulate, pairwise
from operator import mul

import numpy as np

from bpo.analytics.aging import places, sums
from bpo.analytics.frames import Flags, Frames, Integers, balances, days_late, ordinal
from bpo.analytics.history import month_ends
from bpo.domain.books.receivables import AGING_FINE, Bucket
from bpo.kernel.text import Phrase

WHOLE = 100_000
"""Shares are whole numbers of a hundred thousand, so that what is shown is what is counted with."""
DIGITS = 3
"""Decimals that say a share exactly, 0 to 100."""
MONTHS = 12
LEAST_LEFT = 10
"""So many balances must have left each of the first ages in the year: else all is usual."""
LEAST_AGES = 2
"""The first ages: not due and up to 30 days."""
USUAL_WEIGHT = 10
"""The usual rate of an age counts as so many balances beside those that left it in the year."""
MONTHLY = (
    Bucket("current", 0, 0),
    Bucket("1-30", 1, 30),
    Bucket("31-60", 31, 60),
    Bucket("61-90", 61, 90),
    Bucket("91-120", 91, 120),
    Bucket("121-150", 121, 150),
    Bucket("151-180", 151, 180),
    Bucket("180+", 181, None),
)


@dataclass(frozen=True, slots=True)
class Roll:
    """What left an age in the year, centavos and number of balances, and what of it grew older.

    `usual` is the usual roll rate of the age, 0 to 1.
    """

    left_cents: int
    older_cents: int
    left: int
    usual: Fraction

    @property
    def own(self) -> Fraction | None:
        """The roll rate of the year, 0 to 1; None where nothing left the age."""
        return Fraction(self.older_cents, self.left_cents) if self.left_cents else None

    @property
    def rate(self) -> Fraction:
        """The mean of the own rate, for each balance, and the usual one, USUAL_WEIGHT times."""
        own = self.left * (self.own or 0)
        return (own + USUAL_WEIGHT * self.usual) / (self.left + USUAL_WEIGHT)

    @property
    def own_pct(self) -> float | None:
        """The roll rate of the year, 0 to 100."""
        return None if self.own is None else round(float(self.own * 100), 4)

    @property
    def usual_pct(self) -> float:
        """The usual roll rate, 0 to 100."""
        return round(float(self.usual * 100), 4)

    @property
    def rate_pct(self) -> float:
        """The rate that is counted with, 0 to 100."""
        return round(float(self.rate * 100), 4)


@dataclass(frozen=True, slots=True)
class Rates:
    """The share (of WHOLE) that is lost of each age, the later the more.

    Own ones come with `rolls`, of each age but the last, of the months after `first` through
    `last`.
    """

    buckets: tuple[Bucket, ...]
    shares: tuple[int, ...]
    rolls: tuple[Roll, ...] = ()
    first: date | None = None
    last: date | None = None

    @property
    def own(self) -> bool:
        """Whether they are the company's own."""
        return bool(self.rolls)


_USUAL_MONTHLY = (500, 2_000, 10_000, 25_000, 35_000, 50_000, 70_000, WHOLE)
USUAL_RATES = tuple(Fraction(young, old) for young, old in pairwise(_USUAL_MONTHLY))
"""Roll rates, 0 to 1, whose products are the usual shares by months: on average half of what is 91
to 180 days late."""
USUAL = Rates(AGING_FINE, (500, 2_000, 5_000, 10_000, 25_000, 50_000, 100_000))
"""A usual start: 0.5% of what is not due, then 2, 5, 10, 25, 50 and 100%."""


@dataclass(frozen=True, slots=True)
class Line:
    """One age: its balance, the share of it that is lost, and that share in centavos."""

    bucket: Bucket
    balance_cents: int
    share: int
    lost_cents: int
    roll: Roll | None

    @property
    def share_pct(self) -> float:
        """The share lost, 0 to 100."""
        return self.share * 100 / WHOLE


@dataclass(frozen=True, slots=True)
class Loss:
    """The expected loss of a balance by age, in centavos, and the rates it is counted by."""

    rates: Rates
    lines: tuple[Line, ...]

    @property
    def balance_cents(self) -> int:
        """What is open, of all ages."""
        return sum(line.balance_cents for line in self.lines)

    @property
    def total_cents(self) -> int:
        """What may be lost of all ages."""
        return sum(line.lost_cents for line in self.lines)


def since(as_of: date) -> date:
    """The first day whose facts own rates of `as_of` look at: the end of a month."""
    return month_ends(as_of, MONTHS + 1)[0]


def rates(frames: Frames, as_of: date) -> Rates:
    """The company's own rates of the twelve whole months before `as_of`, or the usual ones.

    Own ones need a balance at the beginning of each month, and LEAST_AGES that enough has left.
    """
    ends = month_ends(as_of, MONTHS + 1)[:-1]
    rolls = _rolls(frames, ends)
    if sum(roll.left >= LEAST_LEFT for roll in rolls[:LEAST_AGES]) < LEAST_AGES:
        return USUAL
    return Rates(MONTHLY, shares(rolls), rolls, ends[0], ends[-1])


def of(known: Rates, totals: Sequence[int]) -> Loss:
    """The loss on the balances of the ages of some rates; each age is rounded half up."""
    rolls = (*known.rolls, *[None] * (len(known.buckets) - len(known.rolls)))
    return Loss(
        known,
        tuple(
            Line(bucket, total, share, (total * share + WHOLE // 2) // WHOLE, roll)
            for bucket, total, share, roll in zip(
                known.buckets, totals, known.shares, rolls, strict=True
            )
        ),
    )


def shares(rolls: Sequence[Roll]) -> tuple[int, ...]:
    """Each age's rate times the share of the next age, of the last age all.

    A rate is less than the whole, so that a share is never above that of an older age.
    """
    products = accumulate((roll.rate for roll in reversed(rolls)), mul, initial=Fraction(WHOLE))
    return tuple(int(share + Fraction(1, 2)) for share in products)[::-1]


def _rolls(frames: Frames, ends: Sequence[date]) -> tuple[Roll, ...]:
    """What left each age but the last between month ends; nothing when one had no balance."""
    size = len(MONTHLY)
    left, older, count = (np.zeros(size, dtype=np.int64) for _ in range(3))
    before, old = _standing(frames, ends[0], ends[0])
    for end in ends[1:]:
        if not before.any():
            return ()
        after, new = _standing(frames, ends[0], end)
        rest = np.minimum(before, after)
        gone = np.where(new > old, before, before - rest)
        left += sums(old, gone, size)
        older += sums(old, np.where(new > old, rest, 0), size)
        count += sums(old, (gone > 0).astype(np.int64), size)
        before, old = after, new
    rows = zip(
        left[:-1].tolist(), older[:-1].tolist(), count[:-1].tolist(), USUAL_RATES, strict=True
    )
    return tuple(Roll(*row) for row in rows)


def _standing(frames: Frames, since: date, day: date) -> tuple[Integers, Integers]:
    """Balances and ages at the end of a day, with what was given up after `since` still owed."""
    entries = frames.entries
    kept: Flags = entries.given_up & (entries.on > ordinal(since)) & (entries.on <= ordinal(day))
    open_ = balances(frames, day)
    np.add.at(open_, entries.receivable[kept], entries.principal[kept])
    return open_, places(days_late(frames, day), MONTHLY)


def basis(known: Rates) -> Phrase:
    """Which rates these are, in a few words."""
    if not known.own:
        return Phrase("by usual shares")
    return Phrase("by the company's own twelve months")


def told(known: Rates) -> Phrase:
    """Which rates these are, in a sentence."""
    if not known.own:
        return Phrase(
            "The balance of each age times the share of it that is usually lost, added up: the"
            " company's own last twelve months do not tell enough yet."
        )
    return Phrase(
        "The balance of each age times the share of it that was lost by the company's own twelve"
        " months from {first} to {last}, added up. An age's roll rate counts once for each balance"
        " that left it, the usual rate like {count} more.",
        count=USUAL_WEIGHT,
        first=known.first + timedelta(days=1) if known.first else None,
        last=known.last,
    )
