"""What should come in during the next weeks, from how long debtors took to pay in the past."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from bpo.analytics.frames import Flags, Frames, Integers, balances, ordinal

Chances = npt.NDArray[np.float64]

_WEEK = 7
_EARLIEST, _LATEST = -120, 720
_SPAN = _LATEST - _EARLIEST + 1
_ENOUGH = 30
_PROMPT, _SLOW = 0, 15
_HABITS = 4


@dataclass(frozen=True, slots=True)
class ExpectedWeek:
    """What should come in from `first` to `last`, in centavos of principal.

    `due_cents` falls due then (effective due date); `expected_cents` is what usually arrives,
    overdue balances included.
    """

    first: date
    last: date
    due_cents: int
    expected_cents: int


def expected_weeks(frames: Frames, as_of: date, weeks: int = 4) -> tuple[ExpectedWeek, ...]:
    """The next `weeks` spans of seven days from the day after `as_of`, from facts dated until it.

    Each open balance is expected with the chance that it is paid in the span, given that it is
    unpaid so far: the survival of delays (days from the effective due date to payment, weighted by
    amount, balances still open counted as censored) among debtors of the same habit, by their mean
    delay so far: on time, up to 15 days, later, unknown. A habit with under 30 payments borrows the
    workspace's; a workspace with under 30 payments expects each balance on its due date.
    """
    balance = balances(frames, as_of)
    survival = _survival(frames, as_of, balance)
    return tuple(_week(frames, as_of, balance, survival, number) for number in range(weeks))


@dataclass(frozen=True, slots=True, eq=False)
class _Survival:
    """The chance of being unpaid after each delay, one row per habit, and each title's habit."""

    unpaid: Chances | None
    habit: Integers


def _week(
    frames: Frames, as_of: date, balance: Integers, survival: _Survival, number: int
) -> ExpectedWeek:
    first = as_of + timedelta(days=1 + _WEEK * number)
    last = first + timedelta(days=_WEEK - 1)
    effective = frames.receivables.effective
    due = int(balance[(effective >= ordinal(first)) & (effective <= ordinal(last))].sum())
    if survival.unpaid is None:
        return ExpectedWeek(first, last, due, due)
    open_ = np.flatnonzero(balance)
    start = _slots(ordinal(as_of) - effective[open_])
    begin = _slots(ordinal(first) - 1 - effective[open_])
    end = _slots(ordinal(last) - effective[open_])
    habit = survival.habit[open_]
    still = survival.unpaid[habit, start]
    paid = survival.unpaid[habit, begin] - survival.unpaid[habit, end]
    chance = np.divide(paid, still, out=np.zeros_like(paid), where=still > 0)
    return ExpectedWeek(first, last, due, round(float(chance @ balance[open_])))


def _survival(frames: Frames, as_of: date, balance: Integers) -> _Survival:
    paid = _observations(frames, as_of)
    habit = _habits(frames, paid)[frames.receivables.debtor]
    if len(paid.title) < _ENOUGH:
        return _Survival(None, habit)
    events = _table(habit[paid.title], paid.delay, paid.cents)
    exits = events + _censored(frames, as_of, balance, habit)
    seen = np.bincount(habit[paid.title], minlength=_HABITS)
    events[seen < _ENOUGH], exits[seen < _ENOUGH] = events.sum(axis=0), exits.sum(axis=0)
    at_risk = exits[:, ::-1].cumsum(axis=1)[:, ::-1]
    hazard = np.divide(events, at_risk, out=np.zeros_like(events), where=at_risk > 0)
    return _Survival(np.cumprod(1 - hazard, axis=1), habit)


@dataclass(frozen=True, slots=True, eq=False)
class _Observed:
    """Payments seen: position of the title, days after its effective due date, principal."""

    title: Integers
    delay: Integers
    cents: Integers


def _observations(frames: Frames, as_of: date) -> _Observed:
    entries = frames.entries
    rows = np.flatnonzero(_known(frames, as_of) & entries.receipt & (entries.principal > 0))
    title = entries.receivable[rows]
    delay = entries.on[rows] - frames.receivables.effective[title]
    return _Observed(title, delay, entries.principal[rows])


def _known(frames: Frames, as_of: date) -> Flags:
    entries, titles = frames.entries, frames.receivables
    today = ordinal(as_of)
    return (entries.on <= today) & (titles.issue[entries.receivable] <= today)


def _habits(frames: Frames, paid: _Observed) -> Integers:
    """The habit of each debtor: 0 on time, 1 up to 15 days late, 2 later, 3 unknown."""
    size = len(frames.receivables.debtor_ids)
    debtor = frames.receivables.debtor[paid.title]
    weight = np.bincount(debtor, weights=paid.cents, minlength=size)
    delay = np.bincount(debtor, weights=paid.cents * paid.delay, minlength=size)
    mean = np.divide(delay, weight, out=np.zeros(size), where=weight > 0)
    habit = np.select([weight == 0, mean <= _PROMPT, mean <= _SLOW], [3, 0, 1], default=2)
    return habit.astype(np.int64)


def _censored(frames: Frames, as_of: date, balance: Integers, habit: Integers) -> Chances:
    """Balances that left observation unpaid: open today, or written off or withdrawn before."""
    titles, entries = frames.receivables, frames.entries
    rows = np.flatnonzero(_known(frames, as_of) & ~entries.money & (entries.principal > 0))
    title = entries.receivable[rows]
    gone = _table(habit[title], entries.on[rows] - titles.effective[title], entries.principal[rows])
    return gone + _table(habit, ordinal(as_of) - titles.effective, balance)


def _table(habit: Integers, delay: Integers, cents: Integers) -> Chances:
    cells = habit * _SPAN + _slots(delay)
    sums = np.bincount(cells, weights=cents, minlength=_HABITS * _SPAN)
    return sums.astype(np.float64).reshape(_HABITS, _SPAN)


def _slots(delay: Integers) -> Integers:
    return delay.clip(_EARLIEST, _LATEST) - _EARLIEST
