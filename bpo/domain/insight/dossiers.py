"""The whole file of one debtor as a lawyer wants it: who, what is owed and why, what was done."""

from dataclasses import dataclass
from datetime import date

from bpo.domain.books.charges import AmountDue
from bpo.domain.books.statements import Line
from bpo.kernel.text import Phrase

PROMISES = {
    "active": Phrase("running"),
    "kept": Phrase("kept"),
    "partly_kept": Phrase("kept in part"),
    "broken": Phrase("not kept"),
    "cancelled": Phrase("withdrawn"),
    "draft": Phrase("not confirmed"),
}
DISPUTES = {
    "open": Phrase("still open"),
    "upheld": Phrase("accepted"),
    "partly_upheld": Phrase("accepted in part"),
    "rejected": Phrase("refused"),
    "withdrawn": Phrase("withdrawn"),
}
AGREEMENTS = {
    "accepted": Phrase("accepted"),
    "active": Phrase("running"),
    "settled": Phrase("paid off"),
    "broken": Phrase("broken"),
}
CHANNELS = {
    "email": Phrase("E-mail"),
    "sms": Phrase("SMS"),
    "whatsapp": Phrase("WhatsApp"),
    "letter": Phrase("Letter"),
    "call": Phrase("Call"),
    "visit": Phrase("Visit"),
    "note": Phrase("Note"),
    "phone": Phrase("Telephone"),
}
OUTCOMES = {
    "sent": Phrase("handed over"),
    "refused": Phrase("refused by the receiving side"),
    "uncertain": Phrase("no final answer"),
    "delivered": Phrase("delivered"),
    "opened": Phrase("opened"),
    "bounced": Phrase("came back"),
}


@dataclass(frozen=True, slots=True)
class Owed:
    """A receivable that is open, with what settles it on the day."""

    number: str
    issued_on: date
    due_on: date
    amount_cents: int
    due: AmountDue

    @property
    def charges_cents(self) -> int:
        """Late charges of the day, in centavos."""
        return self.due.fine_cents + self.due.interest_cents


@dataclass(frozen=True, slots=True)
class Contacted:
    """A contact with the debtor: when, how, what became of it, and its subject or outcome."""

    day: date
    channel: str
    received: bool
    outcomes: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Pledge:
    """A promise to pay."""

    made_on: date
    promised_for: date
    amount_cents: int
    state: str


@dataclass(frozen=True, slots=True)
class Objection:
    """A dispute, about one receivable or everything."""

    opened_on: date
    number: str
    grounds: Phrase
    state: str
    closed_on: date | None


@dataclass(frozen=True, slots=True)
class Accord:
    """An agreement that was accepted, and how far it came."""

    agreed_on: date
    total_cents: int
    paid_cents: int
    state: str
    ended_on: date | None


@dataclass(frozen=True, slots=True)
class Kept:
    """A document in the file, which goes with the dossier. `digest`: the SHA-256 of its bytes."""

    day: date
    name: str
    number: str
    digest: str


@dataclass(frozen=True, slots=True)
class Dossier:
    """The file of a debtor at the end of `as_of`; amounts in centavos."""

    debtor_id: int
    name: str
    document: str
    reference: str
    place: str
    addresses: tuple[tuple[str, str], ...]
    as_of: date
    owed: tuple[Owed, ...]
    moves: tuple[Line, ...]
    contacts: tuple[Contacted, ...]
    promises: tuple[Pledge, ...]
    disputes: tuple[Objection, ...]
    agreements: tuple[Accord, ...]
    documents: tuple[Kept, ...]

    @property
    def principal_cents(self) -> int:
        """What is open, late charges apart."""
        return sum(one.due.principal_cents for one in self.owed)

    @property
    def total_cents(self) -> int:
        """What settles everything on the day."""
        return sum(one.due.total_cents for one in self.owed)

    @property
    def paid_cents(self) -> int:
        """What was ever paid, late charges included, less what was given back."""
        paid = [line.move for line in self.moves if line.move.kind in ("payment", "reversal")]
        return sum(move.charges_cents - move.cents for move in paid)

    @property
    def overdue_since(self) -> date | None:
        """The due date of the oldest receivable that is late."""
        return min((one.due_on for one in self.owed if one.due.days_late > 0), default=None)

    def summary(self) -> "Summary":
        """What the screen tells of it."""
        return Summary(
            self.name,
            self.as_of,
            self.principal_cents,
            self.total_cents,
            sum(one.charges_cents for one in self.owed),
            self.paid_cents,
            len(self.owed),
            len(self.contacts),
        )


@dataclass(frozen=True, slots=True)
class Summary:
    """A dossier in a few figures, kept with its document."""

    name: str
    as_of: date
    principal_cents: int
    total_cents: int
    charges_cents: int
    paid_cents: int
    receivables: int
    contacts: int
