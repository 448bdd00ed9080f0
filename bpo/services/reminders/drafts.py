"""Contacts on their way through the writing desk: each, and a batch with all that judging takes."""

from dataclasses import dataclass, field
from datetime import date, datetime

from bpo.domain.books.receivables import Entry
from bpo.domain.reminders.channels import Stored
from bpo.domain.reminders.contact import Place
from bpo.domain.reminders.contact_rules import Rules
from bpo.domain.reminders.deliveries import Cancelled
from bpo.domain.reminders.reasons import Code, Reason
from bpo.domain.reminders.steps import AnchorKind, Channel, Moment, Step
from bpo.domain.writing.messages import Creditor
from bpo.gateways.channels.carriers import Parcel
from bpo.gateways.channels.email import Sender
from bpo.models import Workspace
from bpo.queries.books.receivables import Policies
from bpo.queries.reminders import book
from bpo.queries.reminders.outgoing import Line, Recent, Waiting
from bpo.services.books import enclosures
from bpo.services.books.enclosures import Enclosures
from bpo.services.reminders.wordings import Wordings


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a contact may be made now; if not, what becomes of it.

    `cancelled`: it will not be made. `not_before`: it waits until then. `why`: what stands against
    it. `by_person`: it is work for a person and becomes a task.
    """

    allowed: bool
    cancelled: Cancelled | None = None
    not_before: datetime | None = None
    why: tuple[Reason, ...] = ()
    by_person: bool = False


@dataclass(slots=True)
class Draft:
    """A due contact on its way through the desk; its words are there once it was written.

    `held`: why receivables that it listed were left out.
    """

    waiting: Waiting
    lines: list[Line]
    step: Step | None
    held: tuple[Code, ...] = ()
    verdict: Verdict | None = None
    recipient: str = ""
    subject: str = ""
    message_id: str = ""
    template: str = ""
    body: bytes = b""
    kept: bytes = b""
    parcel: Parcel | None = None

    @property
    def is_receipt(self) -> bool:
        """Whether it thanks for a payment and asks for nothing."""
        return self.waiting.anchor_kind == AnchorKind.PAYMENT

    @property
    def greets(self) -> bool:
        """Whether it is a word to stay close, without debt in it."""
        return self.waiting.anchor_kind == AnchorKind.GREETING

    @property
    def confirms(self) -> bool:
        """Whether it brings the paper of an agreement."""
        return self.waiting.template_key == enclosures.AGREEMENT

    @property
    def issues(self) -> bool:
        """Whether it is the mail with which receivables are issued, documents and all."""
        issue = self.step is not None and self.step.moment == Moment.ISSUE
        return issue and self.waiting.channel == Channel.EMAIL


@dataclass(slots=True)
class Batch:
    """Due contacts of one workspace with everything needed to judge and write them."""

    workspace: Workspace
    day: date
    place: Place
    rules: Rules
    sender: Sender
    creditor: Creditor
    known_until: date | None
    drafts: list[Draft]
    end: tuple[datetime, int]
    pauses: book.Pauses
    policies: Policies
    recent: dict[int, list[Recent]] = field(default_factory=dict)
    entries: dict[int, tuple[Entry, ...]] = field(default_factory=dict)
    pages: dict[int, int] = field(default_factory=dict)
    stops: dict[int, int] = field(default_factory=dict)
    balances: dict[int, int] = field(default_factory=dict)
    troubled: frozenset[int] = frozenset()
    wordings: Wordings = field(default_factory=Wordings)
    carriers: dict[str, Stored] = field(default_factory=dict)
    enclosures: Enclosures = field(default_factory=Enclosures)

    @property
    def workspace_id(self) -> int:
        """The workspace at work."""
        return self.workspace.id

    @property
    def envelope_from(self) -> str:
        """Where bounces go."""
        return self.sender.address
