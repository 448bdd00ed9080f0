"""What reminders did day by day: contacts with their outcome, silences, and work for people."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from bpo.demo.ledger import Contact, Debtor, Note, Promise, Title
from bpo.domain.reminders import touches
from bpo.domain.reminders.deliveries import State


@dataclass(slots=True, eq=False)
class Made:
    """A contact that was planned, and what became of it at an instant.

    `address`: where a message went; `words`: what the mail server answered.
    """

    touch: touches.Touch
    debtor: Debtor
    titles: list[Title]
    state: State
    at: datetime
    reason: str | None = None
    address: Contact | None = None
    words: str | None = None
    attempts: int = 1
    id: int = 0
    message: "Message | None" = None

    @property
    def was_written(self) -> bool:
        """Whether a message was put into words."""
        return self.address is not None and self.state is not State.CANCELLED


@dataclass(frozen=True, slots=True)
class Message:
    """The exact words of a message."""

    subject: str
    message_id: str
    template: str
    body: bytes


@dataclass(slots=True, eq=False)
class Silence:
    """A debtor left in peace on a day."""

    debtor: Debtor
    on: date
    reasons: list[str]
    next_on: date | None


@dataclass(slots=True, eq=False)
class Work:
    """A task for a person, about a contact, a promise or a note; open, or done at an instant."""

    kind: str
    debtor: Debtor
    due_on: date
    touch: Made | None = None
    about: Promise | Note | None = None
    detail: dict[str, Any] = field(default_factory=dict)
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """A morning on which the campaign was planned."""

    on: date
    at: datetime
    created: int
    skipped: int


@dataclass(slots=True)
class Diary:
    """All of it, oldest first."""

    made: list[Made] = field(default_factory=list)
    silences: list[Silence] = field(default_factory=list)
    work: list[Work] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
