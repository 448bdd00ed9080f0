"""The book of a client company while it is being made up: who owes what, and what came in."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from bpo.demo.companies import Company
from bpo.demo.habits import Habit
from bpo.domain.books.policies import CollectionPolicy
from bpo.domain.books.receivables import Entry
from bpo.domain.books.receivables import Receivable as Facts
from bpo.domain.cash.payments import Method
from bpo.domain.desk.disputes import Grounds
from bpo.domain.desk.disputes import State as DisputeState
from bpo.domain.desk.promises import State as PromiseState
from bpo.domain.intake.findings import Finding
from bpo.domain.reminders.holds import HoldReason
from bpo.kernel.calendar import Calendar

SET_UP_DAYS = 10
"""How long before the first reminder a client company is taken on."""
JUST_ARRIVED_DAYS = 6


@dataclass(slots=True)
class Contact:
    """A way to reach a debtor; `refused_on`: the day a mail server said there is no such address,
    `silent_since`: when its owner asked for silence."""

    channel: str
    address: str
    name: str | None = None
    purpose: str = "billing"
    id: int = 0
    refused_on: date | None = None
    silent_since: date | None = None

    def open_on(self, day: date) -> bool:
        """Whether messages may go there at the beginning of a day."""
        return not any(end is not None and end < day for end in self._ends())

    def _ends(self) -> tuple[date | None, ...]:
        return self.refused_on, self.silent_since


@dataclass(slots=True, eq=False)
class Debtor:
    """Somebody who owes; `usual_cents`: what one of their titles comes to; `joined_days`: how long
    after the beginning of the history they first bought."""

    name: str
    reference: str
    document: str
    person: bool
    consumer: bool
    city: str
    state: str
    habit: Habit
    usual_cents: int
    contacts: list[Contact]
    joined_days: int = 0
    tags: tuple[str, ...] = ()
    id: int = 0
    risk_class: str | None = None

    def channels(self, day: date) -> frozenset[str]:
        """Kinds of contacts in use on a day."""
        return frozenset(c.channel for c in self.contacts if c.open_on(day))

    @property
    def email(self) -> Contact | None:
        """The first e-mail address."""
        return next((c for c in self.contacts if c.channel == "email"), None)


@dataclass(slots=True, eq=False)
class File:
    """An import: how many rows were new or newly paid, how many known already, and which bad."""

    name: str
    at: datetime
    known_until: date
    applied: int
    unchanged: int
    findings: list[Finding]
    id: int = 0

    @property
    def rejected(self) -> int:
        """How many rows were left out."""
        return len(self.findings)

    @property
    def total(self) -> int:
        """How many rows the file had."""
        return self.applied + self.unchanged + self.rejected


@dataclass(slots=True, eq=False)
class Title:
    """A receivable; `terms` is the number of the policy version in force when it was issued, and
    `known_on` the day it was imported."""

    debtor: Debtor
    number: str
    description: str
    issue: date
    due: date
    effective: date
    cents: int
    terms: int = 0
    installment: int | None = None
    installments: int | None = None
    entries: list[Entry] = field(default_factory=list)
    known_on: date = date.min
    id: int = 0
    file: File | None = None

    @property
    def facts(self) -> Facts:
        """What the rules of charges need."""
        return Facts(self.cents, self.due, self.effective, tuple(self.entries), self.id)

    @property
    def open_cents(self) -> int:
        """What is open after everything that happened."""
        return self.cents - sum(entry.principal_cents for entry in self.entries)

    def open_before(self, day: date) -> int:
        """What was open when a day began."""
        return self.cents - sum(e.principal_cents for e in self.entries if e.on < day)

    @property
    def settled_on(self) -> date | None:
        """The day on which nothing was left."""
        if self.open_cents or not self.entries:
            return None
        return max(entry.on for entry in self.entries if entry.principal_cents)


@dataclass(slots=True, eq=False)
class Payment:
    """Money that came in; `lines` are the titles it settled, what is more is a credit."""

    debtor: Debtor
    cents: int
    paid_on: date
    method: Method
    lines: list[tuple[Title, Entry]]
    note: str | None = None
    reverses: "Payment | None" = None
    undone: bool = False
    by_hand: bool = False
    id: int = 0
    file: File | None = None


@dataclass(slots=True, eq=False)
class Correction:
    """An entry that is no money: a title taken back, or reduced."""

    title: Title
    entry: Entry
    reason: str


@dataclass(slots=True, eq=False)
class Promise:
    """A promise to pay, and what became of it."""

    debtor: Debtor
    cents: int
    made_on: date
    promised_for: date
    state: PromiseState
    settled_on: date | None = None
    note: str | None = None
    id: int = 0


@dataclass(slots=True, eq=False)
class Dispute:
    """A title the debtor disagrees with."""

    title: Title
    grounds: Grounds
    opened_on: date
    words: str
    state: DisputeState = DisputeState.OPEN
    closed_on: date | None = None
    id: int = 0


@dataclass(slots=True, eq=False)
class Pause:
    """A pause that somebody asked for; without a debtor, of everybody."""

    debtor: Debtor
    reason: HoldReason
    starts_on: date
    until: date | None
    note: str


@dataclass(slots=True, eq=False)
class Note:
    """What was said with a debtor."""

    debtor: Debtor
    kind: str
    on: date
    body: str
    outcome: str | None = None
    person: str | None = None
    next_act: str | None = None
    next_on: date | None = None
    id: int = 0


@dataclass(slots=True)
class Book:
    """Everything about one client company up to `today`, which has only just begun."""

    company: Company
    calendar: Calendar
    today: date
    policies: tuple[CollectionPolicy, ...]
    debtors: list[Debtor] = field(default_factory=list)
    titles: list[Title] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)
    disputes: list[Dispute] = field(default_factory=list)
    pauses: list[Pause] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    files: list[File] = field(default_factory=list)

    @property
    def zone(self) -> str:
        """The time zone of the client company."""
        return self.company.profile.time_zone

    @property
    def started(self) -> date | None:
        """The day from which reminders went out."""
        weeks = self.company.weeks
        if weeks is None:
            return None
        return self.calendar.following(self.today - timedelta(weeks=weeks))

    @property
    def taken_on(self) -> date:
        """The day on which the BPO began to work for the client company."""
        days = SET_UP_DAYS if self.started else JUST_ARRIVED_DAYS
        return self.calendar.preceding((self.started or self.today) - timedelta(days=days))

    @property
    def yesterday(self) -> date:
        """The last business day before today."""
        return self.calendar.add_business_days(self.today, -1)

    def days_ago(self, count: int) -> date:
        """The business day so many business days before the last one."""
        return self.calendar.add_business_days(self.yesterday, -count) if count else self.yesterday

    def overdue(self, least: int, most: int) -> list[Title]:
        """Open titles that many days late today, the oldest first."""
        late = [
            (-(self.today - title.due).days, title.number, title)
            for title in self.titles
            if title.effective < self.today
            and least <= (self.today - title.due).days <= most
            and title.open_cents > 0
        ]
        return [title for *_, title in sorted(late, key=lambda row: row[:2])]
