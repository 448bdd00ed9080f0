"""When the reports of a client company are due, and of which day their figures are."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from bpo.kernel import clock

_WEEK = timedelta(days=7)
_DAY = timedelta(days=1)
_THURSDAY = 3

MAX_TRIES = 5
"""How often a document that cannot be made is tried before a person has to look."""

LAST_MONTH_DAY = 28
"""The latest day of the month that every month has."""


class Kind(StrEnum):
    """The reports of a client company; those of a debtor are made on request alone."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"
    DOSSIER = "dossier"


SCHEDULED = (Kind.WEEKLY, Kind.MONTHLY)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A weekday (Monday is 0) and an hour on the wall clock of a zone.

    With a `month_day` (1 to 28) it is that day of each month instead.
    """

    weekday: int
    hour: int
    zone: str
    month_day: int | None = None

    def on(self, day: date) -> datetime:
        """The slot of a day, as a UTC instant."""
        return clock.instant(day, time(self.hour), self.zone)

    def day(self, since: date) -> date:
        """The first day of the schedule that is not before `since`."""
        if self.month_day is None:
            return since + timedelta(days=(self.weekday - since.weekday()) % 7)
        day = since.replace(day=self.month_day)
        return day if day >= since else _next_month(day)

    def day_before(self, day: date) -> date:
        """The day of the schedule before another of its days."""
        if self.month_day is None:
            return day - _WEEK
        return (day.replace(day=1) - _DAY).replace(day=self.month_day)


def following(schedule: Schedule, now: datetime) -> datetime:
    """The first slot after `now`."""
    day = schedule.day(clock.local_day(now, schedule.zone))
    slot = schedule.on(day)
    return slot if slot > now else schedule.on(schedule.day(day + _DAY))


def latest(schedule: Schedule, now: datetime) -> datetime:
    """The last slot that is not after `now`."""
    day = clock.local_day(following(schedule, now), schedule.zone)
    return schedule.on(schedule.day_before(day))


def upcoming(schedule: Schedule, planned: datetime | None, now: datetime) -> datetime:
    """The slot that the next run should have, given the one planned so far.

    A slot still ahead follows a changed schedule at once. A missed one stays due until it is made;
    of several missed ones the latest alone is made up for.
    """
    if planned is None or planned > now:
        return following(schedule, now)
    return max(planned, latest(schedule, now))


def untold(schedule: Schedule, slot: datetime, kind: Kind, told: date | None) -> datetime:
    """The first slot from `slot` on that says something new.

    `told` is the day of whose end the last report was. An hour or a zone that is changed on the
    very day would otherwise make the same report again.
    """
    while told is not None and position(slot, schedule.zone, kind) <= told:
        day = clock.local_day(slot, schedule.zone)
        slot = schedule.on(schedule.day(day + _DAY))
    return slot


def position(slot: datetime, zone: str, kind: Kind = Kind.WEEKLY) -> date:
    """The day of whose end a slot's figures are; it lies in the period that the report tells.

    Weekly: from Thursday on, the day before the slot, the last complete one: the running week so
    far; from Monday to Wednesday the Sunday before: the last week, which is complete. Monthly: the
    last day of the month before. Made later, or a second time, the report of a slot says the same.
    """
    day = clock.local_day(slot, zone)
    if kind is Kind.MONTHLY:
        return day.replace(day=1) - _DAY
    return day - _DAY if day.weekday() >= _THURSDAY else day - timedelta(days=day.weekday() + 1)


def position_within(first: date, last: date, today: date) -> date:
    """The last complete day of a period; on the first day of the running one, that day itself.

    The period must have begun: `first` is not after `today`.
    """
    return max(first, min(last, today - _DAY))


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=day.day)
