"""Making up the book of one client company, step by step, without a database."""

from datetime import date, datetime
from random import Random

from bpo.demo import answers, billing, debtors, files, paying, ratings, reminders, scenes
from bpo.demo.companies import Company
from bpo.demo.diary import Diary
from bpo.demo.ledger import Book
from bpo.kernel import clock
from bpo.kernel.calendar import Calendar

SEED = "Aurora"


def book(company: Company, now: datetime) -> Book:
    """All that happened up to the beginning of today, apart from reminders."""
    today = clock.local_day(now, company.profile.time_zone)
    found = Book(company, calendar(company, today), today, tuple(t.policy for t in company.terms))
    found.debtors = debtors.invented(_dice(company, "debtors"), company)
    found.titles = billing.charge(_dice(company, "titles"), found)
    found.payments = paying.settle(_dice(company, "payments"), found)
    scenes.play(_dice(company, "scenes"), found)
    files.bring(_dice(company, "files"), found, now)
    return found


def diary(found: Book, campaign_id: int) -> Diary:
    """What the campaign did since it runs; rows have their numbers, and calls add to the book."""
    if found.started is None:
        return Diary()
    ratings.rate(found, found.started)
    caller = answers.Caller(_dice(found.company, "calls"), found)
    return reminders.Mornings(found, campaign_id, caller).run()


def calendar(company: Company, today: date) -> Calendar:
    """The business days of a client company, with its local holidays of three years."""
    return Calendar("br", True, frozenset(day for day, _ in local_holidays(company, today)))


def local_holidays(company: Company, today: date) -> list[tuple[date, str]]:
    """The local holidays from last year to next year, each with its name."""
    return sorted(
        (date(year, holiday.month, holiday.day), holiday.name)
        for year in range(today.year - 2, today.year + 2)
        for holiday in company.holidays
    )


def _dice(company: Company, what: str) -> Random:
    """A stream of chance of its own, so that a change in one place moves nothing elsewhere."""
    return Random(f"{SEED}:{company.slug}:{what}")
