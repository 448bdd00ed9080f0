"""What was known of each debtor on any day: events that carry the day from which they are known.

A sum over the past of a debtor counts only events dated before the day asked about, so that a
figure "known at issue" cannot see the day itself, let alone the future. What is undone later (a
payment reversed) is a second event with the opposite sign on its own day.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bpo.analytics.frames import Flags, Frames, Integers

Floats = npt.NDArray[np.float64]

_DAYS = 1 << 20
"""More days than any calendar here has: debtor and day make one sortable key."""


@dataclass(frozen=True, slots=True, eq=False)
class Events:
    """Facts that became known on `on`; `title` is a position in `Receivables`, `sign` 1 or -1."""

    title: Integers
    on: Integers
    sign: Integers

    def kept(self, which: Flags) -> "Events":
        """Those of the events that are chosen."""
        return Events(self.title[which], self.on[which], self.sign[which])


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """The facts of a book in the order in which they became known.

    `punctual` and `late`: outcomes; late is known on the day after the effective due date, paid or
    not, punctual on the day of payment. `paid`: full payments. `left`: titles known late that are
    paid or written off by now. `issued`: titles. Of each title: `closed_on`, the day its balance
    reached zero for good (-1: open), and whether it then was paid, or withdrawn unpaid.
    """

    punctual: Events
    late: Events
    paid: Events
    left: Events
    issued: Events
    closed_on: Integers
    was_paid: Flags
    was_withdrawn: Flags


def remember(frames: Frames, until: int) -> Past:
    """The past of a book from facts dated on or before the day `until` (see `frames.ordinal`)."""
    titles = frames.receivables
    size = len(titles.ids)
    steps = _steps(frames, until)
    deadline = np.maximum(titles.effective, titles.issue)
    began = steps.began <= deadline[steps.events.title]
    punctual = steps.events.kept(began & steps.paid)
    late = _late(titles.issue <= until, deadline, steps.events, until)
    withdrawn = steps.events.kept(~began & steps.withdrawn)
    closed, paid, gone = _final(size, steps)
    everyone = np.flatnonzero(titles.issue <= until)
    return Past(
        punctual=punctual,
        late=_joined(late, Events(withdrawn.title, withdrawn.on, -withdrawn.sign)),
        paid=steps.events.kept(steps.paid),
        left=steps.events.kept(~began & ~steps.withdrawn),
        issued=Events(everyone, titles.issue[everyone], np.ones_like(everyone)),
        closed_on=closed,
        was_paid=paid,
        was_withdrawn=gone,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Lookup:
    """The events of some groups before some days, found once for any number of sums."""

    events: Events
    day: Integers
    order: Integers
    start: Integers
    until: Integers

    def sums(self, values: Floats | None, half: float) -> Floats:
        """Sums of signed values (1 without any) over the events found, fading with age.

        `values` stands beside the events. An event weighs 0.5 ** (age / half) where age is in days.
        """
        if not len(self.order):
            return np.zeros(len(self.day))
        on, sign = self.events.on[self.order], self.events.sign[self.order]
        newest = self.events.on.max()
        weight = 0.5 ** ((newest - on) / half) * sign
        signed = weight if values is None else weight * values[self.order]
        running = np.concatenate(([0.0], np.cumsum(signed)))
        sums: Floats = (running[self.until] - running[self.start]) * 0.5 ** (
            (self.day - newest) / half
        )
        return sums


def look_up(events: Events, group: Integers, asked: Integers, day: Integers) -> Lookup:
    """The events of the groups asked about dated before the days asked about.

    `group` stands beside all titles.
    """
    key = group[events.title] * _DAYS + events.on
    order = np.argsort(key, kind="stable")
    key = key[order]
    until = np.searchsorted(key, asked * _DAYS + day, "left")
    return Lookup(events, day, order, np.searchsorted(key, asked * _DAYS, "left"), until)


@dataclass(frozen=True, slots=True, eq=False)
class _Steps:
    """Closings (sign 1) and reopenings (-1) of titles, with the day the closing began."""

    events: Events
    began: Integers
    paid: Flags
    withdrawn: Flags


def _steps(frames: Frames, until: int) -> _Steps:
    """Where the balance of a title reached zero or left it, at the ends of days."""
    entries, titles = frames.entries, frames.receivables
    rows = np.flatnonzero((entries.on <= until) & (titles.issue[entries.receivable] <= until))
    on = np.maximum(entries.on[rows], titles.issue[entries.receivable[rows]])
    key = entries.receivable[rows] * _DAYS + on
    days, place = np.unique(key, return_inverse=True)
    title, day = days // _DAYS, days % _DAYS

    def so_far(of: Flags) -> Integers:
        cents = np.where(of, entries.principal, 0)[rows]
        return _running(title, _summed(cents, place, len(days)))

    money, gone = so_far(entries.money), so_far(entries.withdrawn)
    closed = so_far(np.ones_like(entries.money)) >= titles.amount[title]
    first = np.concatenate(([True], title[1:] != title[:-1])) if len(title) else closed
    previous = np.concatenate(([False], closed[:-1])) & ~first if len(title) else closed
    moved = np.flatnonzero(closed != previous)
    sign = np.where(closed[moved], 1, -1)
    opened = np.concatenate(([0], moved[:-1])) if len(moved) else moved
    origin = np.where(sign > 0, moved, opened)
    events = Events(title[moved], day[moved], sign)
    return _Steps(events, day[origin], money[origin] > 0, (gone[origin] > 0) & (money[origin] <= 0))


def _summed(values: Integers, place: Integers, size: int) -> Integers:
    sums = np.zeros(size, dtype=np.int64)
    np.add.at(sums, place, values)
    return sums


def _running(title: Integers, values: Integers) -> Integers:
    """Running sums that begin anew with each title."""
    total = np.cumsum(values)
    first = np.searchsorted(title, title, "left")
    return total - (total[first] - values[first]) if len(title) else total


def _late(known: Flags, deadline: Integers, steps: Events, until: int) -> Events:
    """The day on which a title was first seen open after its deadline."""
    early = steps.on <= deadline[steps.title]
    state = np.zeros(len(deadline), dtype=np.int64)
    np.add.at(state, steps.title[early], steps.sign[early])
    overdue = np.flatnonzero(known & (state <= 0) & (deadline < until))
    again = steps.kept(~early & (steps.sign < 0) & (state[steps.title] > 0))
    title, first = np.unique(again.title, return_index=True)
    ones = np.ones(len(overdue) + len(title), dtype=np.int64)
    return Events(
        np.concatenate((overdue, title)),
        np.concatenate((deadline[overdue] + 1, again.on[first])),
        ones,
    )


def _joined(one: Events, other: Events) -> Events:
    return Events(
        np.concatenate((one.title, other.title)),
        np.concatenate((one.on, other.on)),
        np.concatenate((one.sign, other.sign)),
    )


def _final(size: int, steps: _Steps) -> tuple[Integers, Flags, Flags]:
    """The last state of each title: closing day or -1, paid, withdrawn."""
    closed = np.full(size, -1, dtype=np.int64)
    paid, gone = np.zeros(size, dtype=np.bool_), np.zeros(size, dtype=np.bool_)
    events = steps.events
    shut = events.sign > 0
    closed[events.title] = np.where(shut, events.on, -1)
    paid[events.title], gone[events.title] = shut & steps.paid, shut & steps.withdrawn
    return closed, paid, gone
