"""The hours in which people may be contacted: the house default and the laws of the states."""

from dataclasses import dataclass
from datetime import date, time
from typing import NamedTuple

_SATURDAY, _SUNDAY = 5, 6


class Hours(NamedTuple):
    """From `opens` until before `closes`, local time of the debtor."""

    opens: time
    closes: time

    def within(self, other: "Hours | None") -> "Hours | None":
        """What the two have in common; None when nothing."""
        if other is None:
            return None
        both = Hours(max(self.opens, other.opens), min(self.closes, other.closes))
        return both if both.opens < both.closes else None


@dataclass(frozen=True, slots=True)
class Window:
    """The hours of the week; never on Sundays. `law` is where it is written.

    `days`: weekdays with hours of their own, from Monday, 0, to Friday, 4; None: not on that day.
    """

    weekdays: Hours
    saturday: Hours | None = None
    law: str = ""
    days: tuple[tuple[int, Hours | None], ...] = ()

    def on(self, day: date) -> Hours | None:
        """The hours of a day by its weekday; holidays are the calendar's to know."""
        weekday = day.weekday()
        if weekday < _SATURDAY:
            return self.of(weekday) if self.days else self.weekdays
        return self.saturday if weekday == _SATURDAY else None

    def of(self, weekday: int) -> Hours | None:
        """The hours of a weekday from Monday, 0, to Friday, 4."""
        for own, span in self.days:
            if own == weekday:
                return span
        return self.weekdays


def between(opens: int, closes: int) -> Hours:
    """Whole hours: `between(9, 18)`."""
    return Hours(time(opens), time(closes))


DEFAULT_WINDOW = Window(between(9, 18))
EMAIL_WINDOW = Window(between(8, 20))
STATE_WINDOWS: dict[str, Window] = {
    "SP": Window(between(8, 20), between(8, 14), "Lei 15.426/2014"),
    "RJ": Window(between(9, 19), None, "Lei 7.868/2018"),
    "ES": Window(between(8, 19), None, "Lei 10.626/2017"),
    "AL": Window(between(8, 20), between(8, 14), "Lei 7.782/2016"),
    "AM": Window(between(8, 18), None, "Lei 306/2016"),
}
"""State laws on the hours of collection calls; AL names text messages too."""
