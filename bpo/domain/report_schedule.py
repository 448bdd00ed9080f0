"""When the weekly report of a client company is due, and of which day its figures are."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bpo.kernel import clock

_WEEK = timedelta(days=7)
_DAY = timedelta(days=1)
_THURSDAY = 3

MAX_TRIES = 5
"""How often a document that cannot be made is tried before a person has to look."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A weekday (Monday is 0) and an hour on the wall clock of a zone."""

    weekday: int
    hour: int
    zone: str

    def on(self, day: date) -> datetime:
        """The slot of a day, as a UTC instant."""
        return clock.instant(day, time(self.hour), self.zone)


def following(schedule: Schedule, now: datetime) -> datetime:
    """The first slot after `now`."""
    today = clock.local_day(now, schedule.zone)
    day = today + timedelta(days=(schedule.weekday - today.weekday()) % 7)
    slot = schedule.on(day)
    return slot if slot > now else schedule.on(day + _WEEK)


def latest(schedule: Schedule, now: datetime) -> datetime:
    """The last slot that is not after `now`."""
    day = clock.local_day(following(schedule, now), schedule.zone)
    return schedule.on(day - _WEEK)


def upcoming(schedule: Schedule, planned: datetime | None, now: datetime) -> datetime:
    """The slot that the next run should have, given the one planned so far.

    A slot still ahead follows a changed schedule at once. A missed one stays due until it is made;
    of several missed ones the latest alone is made up for.
    """
    if planned is None or planned > now:
        return following(schedule, now)
    return max(planned, latest(schedule, now))


def position(slot: datetime, zone: str) -> date:
    """The day of whose end a slot's figures are; it lies in the week that the report tells.

    From Thursday on, the day before the slot, the last complete one: the running week so far. From
    Monday to Wednesday the Sunday before: the last week, which is complete. Made later, or a
    second time, the report of a slot says the same.
    """
    day = clock.local_day(slot, zone)
    return day - _DAY if day.weekday() >= _THURSDAY else day - timedelta(days=day.weekday() + 1)


def position_in_week(first: date, last: date, today: date) -> date:
    """The last complete day of a week; on the first day of the running week, that day itself.

    The week must have begun: `first` is not after `today`.
    """
    return max(first, min(last, today - _DAY))
