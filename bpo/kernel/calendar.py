"""Business days: which days banks are open, and the day a due date really falls on."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

_ONE_DAY = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Calendar:
    """The closed days of one workspace.

    `kind` is `br` (bank holidays of Res. CMN 4.880/2020, weekends closed) or `none` (every day is
    open). `year_end_closed` closes 31 December (no clearing on that day). `local` are state or
    municipal holidays.
    """

    kind: str = "br"
    year_end_closed: bool = True
    local: frozenset[date] = field(default_factory=frozenset)

    def is_open(self, day: date) -> bool:
        """Whether `day` is a business day."""
        if self.kind == "none":
            return day not in self.local
        if day.weekday() >= _SATURDAY or day in self.local:
            return False
        if self.year_end_closed and (day.month, day.day) == (12, 31):
            return False
        return day not in bank_holidays(day.year)

    def following(self, day: date) -> date:
        """`day` itself when open, otherwise the next open day."""
        while not self.is_open(day):
            day += _ONE_DAY
        return day

    def preceding(self, day: date) -> date:
        """`day` itself when open, otherwise the previous open day."""
        while not self.is_open(day):
            day -= _ONE_DAY
        return day

    def effective_due(self, due: date) -> date:
        """The last day on which a title due on `due` is paid in time (Lei 7.089/1983 art. 1)."""
        return self.following(due)

    def add_business_days(self, day: date, count: int) -> date:
        """The `count`-th open day after `day` (before it when negative)."""
        step = _ONE_DAY if count >= 0 else -_ONE_DAY
        for _ in range(abs(count)):
            day += step
            while not self.is_open(day):
                day += step
        return day

    def business_days_between(self, start: date, end: date) -> int:
        """Open days in (start, end]; 0 when `end` is not after `start`."""
        days = (end - start).days
        return sum(self.is_open(start + timedelta(days=n)) for n in range(1, days + 1))


@lru_cache(maxsize=256)
def easter(year: int) -> date:
    """Easter Sunday by the anonymous Gregorian computus."""
    golden, century, rest = year % 19, year // 100, year % 100
    leap_centuries, century_rest = divmod(century, 4)
    correction = (century + 8) // 25
    moon = (century - correction + 1) // 3
    epact = (19 * golden + century - leap_centuries - moon + 15) % 30
    leaps, leap_rest = divmod(rest, 4)
    weekday = (32 + 2 * century_rest + 2 * leaps - epact - leap_rest) % 7
    shift = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)


_FIXED = ((1, 1), (4, 21), (5, 1), (9, 7), (10, 12), (11, 2), (11, 15), (12, 25))
_BLACK_AWARENESS_SINCE = 2024


@lru_cache(maxsize=256)
def bank_holidays(year: int) -> frozenset[date]:
    """National bank holidays of a year: Res. CMN 4.880/2020 and, since 2024, Lei 14.759/2023."""
    sunday = easter(year)
    moving = (sunday + timedelta(days=offset) for offset in (-48, -47, -2, 60))
    days = {date(year, month, day) for month, day in _FIXED} | set(moving)
    if year >= _BLACK_AWARENESS_SINCE:
        days.add(date(year, 11, 20))
    return frozenset(days)


def same_day_next_month(anchor: date, months: int) -> date:
    """`anchor` moved by whole months, clamped to the month's end (31 Jan + 1 -> 28 or 29 Feb)."""
    index = anchor.year * 12 + anchor.month - 1 + months
    year, month = divmod(index, 12)
    first_of_next = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    last = (first_of_next - _ONE_DAY).day
    return date(year, month + 1, min(anchor.day, last))
