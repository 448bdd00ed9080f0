"""Recurring charges: which periods a subscription has, what each costs and when it is issued.

Periods are counted from the first due date on the calendar: a subscription due on the 31st falls
on the last day of shorter months and comes back to the 31st. Each period is charged in advance, on
its first day.
"""

from calendar import monthrange
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import islice

from bpo.kernel.errors import BadInput
from bpo.kernel.text import Phrase

LONGEST_NOTICE = 60
HIGHEST_CENTS = 10**12
LONGEST_TEXT = 120


class Every(StrEnum):
    """How long a period is."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"


LABELS = {
    Every.WEEKLY: Phrase("Every week"),
    Every.MONTHLY: Phrase("Every month"),
    Every.QUARTERLY: Phrase("Every three months"),
    Every.YEARLY: Phrase("Every year"),
}
_MONTHS = {Every.MONTHLY: 1, Every.QUARTERLY: 3, Every.YEARLY: 12}


@dataclass(frozen=True, slots=True)
class Price:
    """What a whole period costs in centavos when it begins on `since` or later."""

    since: date
    cents: int


@dataclass(frozen=True, slots=True)
class Pause:
    """Periods that begin on a day in [`since`, `until`) are not charged; no `until`: none is."""

    since: date
    until: date | None = None

    def covers(self, day: date) -> bool:
        """Whether a period that begins on this day is left out."""
        return self.since <= day and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed. `ends_on`: no period begins after it.

    With `prorated` the days from `starts_on` to `first_due` are charged in proportion, with the
    first due date. Receivables are issued `notice_days` before they fall due.
    """

    every: Every
    starts_on: date
    first_due: date
    prices: tuple[Price, ...]
    ends_on: date | None = None
    notice_days: int = 5
    prorated: bool = False
    pauses: tuple[Pause, ...] = ()

    @property
    def partial(self) -> bool:
        """Whether something is charged for the days before the first whole period."""
        return self.prorated and self.starts_on < self.first_due


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of days, the last included, with what it costs and when it falls due."""

    starts_on: date
    ends_on: date
    due_on: date
    cents: int
    partial: bool = False


def boundary(terms: Terms, count: int) -> date:
    """The first day of the period with this number; 0 is that of the first due date."""
    first = terms.first_due
    if terms.every is Every.WEEKLY:
        return first + timedelta(weeks=count)
    months = first.year * 12 + first.month - 1 + count * _MONTHS[terms.every]
    year, month = divmod(months, 12)
    return date(year, month + 1, min(first.day, monthrange(year, month + 1)[1]))


def price(terms: Terms, day: date) -> int:
    """What a whole period that begins on a day costs, in centavos."""
    known = [one for one in terms.prices if one.since <= day]
    chosen = (
        max(known, key=lambda one: one.since)
        if known
        else min(terms.prices, key=lambda one: one.since)
    )
    return chosen.cents


def monthly(terms: Terms, day: date) -> int:
    """What it comes to in an average month at the price of a day, in centavos."""
    cents = price(terms, day)
    if terms.every is Every.WEEKLY:
        return prorated(cents, 52, 12)
    return prorated(cents, 1, _MONTHS[terms.every])


def periods(terms: Terms) -> Iterator[Period]:
    """Every period that is charged, in order; without end unless the terms have one."""
    if terms.partial and not _paused(terms, terms.starts_on):
        first = _first(terms)
        if first.cents:
            yield first
    count = 0
    while True:
        start, after = boundary(terms, count), boundary(terms, count + 1)
        if terms.ends_on is not None and start > terms.ends_on:
            return
        if not _paused(terms, start):
            yield Period(start, after - timedelta(days=1), start, price(terms, start))
        elif _paused_for_good(terms, start):
            return
        count += 1


def to_issue(terms: Terms, today: date, done: Collection[date]) -> list[Period]:
    """The periods whose day of issue has come and that are not among `done` (by first day)."""
    found = []
    for period in periods(terms):
        if issue_day(terms, period) > today:
            break
        if period.starts_on not in done:
            found.append(period)
    return found


def upcoming(terms: Terms, done: Collection[date], count: int) -> list[Period]:
    """The next periods that are not among `done`, at most `count`."""
    return list(islice((one for one in periods(terms) if one.starts_on not in done), count))


def next_issue(terms: Terms, done: Collection[date]) -> date | None:
    """The day on which the next receivable is issued; None when there will be none."""
    following = upcoming(terms, done, 1)
    return issue_day(terms, following[0]) if following else None


def issue_day(terms: Terms, period: Period) -> date:
    """The day on which a period's receivable is issued."""
    return period.due_on - timedelta(days=terms.notice_days)


def due_day(terms: Terms, period: Period, today: date) -> date:
    """When a receivable issued today falls due.

    One that comes after its day is due as many days from now as the debtor was promised, at least
    one: nobody is late with what nobody had asked for.
    """
    if period.due_on >= today:
        return period.due_on
    return today + timedelta(days=max(terms.notice_days, 1))


def prorated(cents: int, days: int, of_days: int) -> int:
    """The share of a price for some days of a period, rounded half up to the centavo."""
    return (2 * cents * days + of_days) // (2 * of_days)


def check(terms: Terms, description: str, today: date) -> None:
    """Whether a subscription may begin like this. Raises BadInput by field."""
    if not description or len(description) > LONGEST_TEXT:
        raise BadInput("Say what it is for, in up to 120 characters", field="description")
    check_price(terms.prices[0].cents)
    if terms.first_due < today:
        raise BadInput(
            "The first due date has passed: import what was issued before", field="first_due"
        )
    if terms.starts_on > terms.first_due:
        raise BadInput("It cannot begin after its first due date", field="starts_on")
    if terms.partial and terms.starts_on <= boundary(terms, -1):
        raise BadInput("The part before the first due date is a whole period", field="starts_on")
    if terms.ends_on is not None and terms.ends_on < terms.first_due:
        raise BadInput("It would end before its first due date", field="ends_on")
    if not 0 <= terms.notice_days <= LONGEST_NOTICE:
        raise BadInput("Issue it 0 to {most} days before", field="notice_days", most=LONGEST_NOTICE)


def check_price(cents: int) -> None:
    """Whether a period may cost this. Raises BadInput."""
    if not 0 < cents < HIGHEST_CENTS:
        raise BadInput("The amount must be above zero", field="amount")


def _first(terms: Terms) -> Period:
    before, after = boundary(terms, -1), terms.first_due
    days, whole = (after - terms.starts_on).days, (after - before).days
    cents = prorated(price(terms, terms.starts_on), days, whole)
    return Period(terms.starts_on, after - timedelta(days=1), after, cents, partial=True)


def _paused(terms: Terms, day: date) -> bool:
    return any(pause.covers(day) for pause in terms.pauses)


def _paused_for_good(terms: Terms, day: date) -> bool:
    return any(pause.until is None and pause.covers(day) for pause in terms.pauses)
