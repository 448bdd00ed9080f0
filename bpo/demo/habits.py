"""How different people pay: for each habit, when and in how many parts a title is settled."""

from collections.abc import Callable, Sequence
from datetime import date
from enum import StrEnum
from random import Random
from typing import NamedTuple


class Habit(StrEnum):
    """What a debtor is like."""

    PUNCTUAL = "punctual"
    EASY = "easy"
    CARELESS = "careless"
    LATE = "late"
    SEASONAL = "seasonal"
    PARTIAL = "partial"
    IMPROVING = "improving"
    WORSENING = "worsening"
    STOPPED = "stopped"
    LAPSED = "lapsed"
    NEW = "new"


class Part(NamedTuple):
    """A payment: days from the effective due date, and its share of the title in percent."""

    delay: int
    share: int = 100


class Moment(NamedTuple):
    """Where a title lies: its effective due date, how far through the history that is (0 to 1),
    how many days ago, and whether reminders were already going out."""

    due: date
    progress: float
    age_days: int
    reminded: bool


STOPPED_DAYS = 200
"""Whoever stopped paying did so this long ago."""
LAPSED_DAYS = 75
NEW_DAYS = 40
HARD_MONTHS = frozenset({1, 2, 7, 12})
"""When seasonal payers have no money: holidays, school fees, taxes of January."""

Parts = tuple[Part, ...]


def parts(habit: Habit, rng: Random, moment: Moment) -> Parts:
    """The payments that settle a title, or nothing when it is never paid."""
    return _WAYS[habit](rng, moment)


def pays_nothing_now(habit: Habit) -> bool:
    """Whether the creditor stopped selling to such a debtor."""
    return habit in (Habit.STOPPED, Habit.LAPSED)


def _punctual(rng: Random, moment: Moment) -> Parts:
    early = rng.choice((-5, -3, -2, -1, 0, 0, 0, 0, 0, 0))
    return (Part(2 if rng.random() < 0.03 else early),)


def _easy(rng: Random, moment: Moment) -> Parts:
    return _now_and_then(rng, moment, 72, 84, (1, 2, 4, 8, 13, 20))


def _careless(rng: Random, moment: Moment) -> Parts:
    return _now_and_then(rng, moment, 46, 60, (3, 6, 10, 15, 21, 29, 40))


def _late(rng: Random, moment: Moment) -> Parts:
    mean = 24 if moment.reminded else 33
    late = (_around(rng, mean, 9, 4),)
    return _now_and_then(rng, moment, 15, 30, late)


def _now_and_then(
    rng: Random, moment: Moment, alone: int, reminded: int, late: Sequence[int]
) -> Parts:
    """In time so often in a hundred, alone or reminded, otherwise some days late."""
    in_time = rng.random() * 100 < (reminded if moment.reminded else alone)
    return (Part(rng.choice((-2, -1, 0, 0, 0)) if in_time else rng.choice(late)),)


def _seasonal(rng: Random, moment: Moment) -> Parts:
    hard = moment.due.month in HARD_MONTHS
    return (Part(_around(rng, 19, 6, 6)),) if hard else _punctual(rng, moment)


def _partial(rng: Random, moment: Moment) -> Parts:
    if rng.random() < 0.5:
        return _punctual(rng, moment)
    share, rest = rng.choice((40, 50, 50, 60)), _around(rng, 33, 8, 18)
    first = rng.choice((0, 0, 1, 3))
    return (Part(first, share), Part(rest, 100 - share))


def _improving(rng: Random, moment: Moment) -> Parts:
    return (Part(_around(rng, round(34 * (1 - moment.progress) ** 1.5), 3, -2)),)


def _worsening(rng: Random, moment: Moment) -> Parts:
    delay = _around(rng, round(44 * moment.progress**2.5), 4, 0)
    gives_up = rng.random() < 0.5 and moment.age_days < LAPSED_DAYS
    return () if gives_up else (Part(delay),)


def _stopped(rng: Random, moment: Moment) -> Parts:
    paid = _easy(rng, moment)
    return paid if moment.age_days > STOPPED_DAYS else ()


def _lapsed(rng: Random, moment: Moment) -> Parts:
    paid = _late(rng, moment)
    return paid if moment.age_days > LAPSED_DAYS else ()


def _around(rng: Random, mean: int, spread: int, least: int) -> int:
    return max(round(rng.gauss(mean, spread)), least)


_WAYS: dict[Habit, Callable[[Random, Moment], Parts]] = {
    Habit.PUNCTUAL: _punctual,
    Habit.EASY: _easy,
    Habit.CARELESS: _careless,
    Habit.LATE: _late,
    Habit.SEASONAL: _seasonal,
    Habit.PARTIAL: _partial,
    Habit.IMPROVING: _improving,
    Habit.WORSENING: _worsening,
    Habit.STOPPED: _stopped,
    Habit.LAPSED: _lapsed,
    Habit.NEW: _punctual,
}
