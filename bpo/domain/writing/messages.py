"""What a message may say: its facts, its variables, and the checks every text must pass."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple


class DebtLine(NamedTuple):
    """One receivable with what is due for it on the day of the message, in centavos.

    `principal_cents`: the open balance; `days_late`: from the due date, 0 while not overdue.
    """

    number: str
    due: date
    principal_cents: int
    fine_cents: int = 0
    interest_cents: int = 0
    discount_cents: int = 0
    days_late: int = 0
    description: str = ""

    @property
    def total_cents(self) -> int:
        """Principal and charges less discount."""
        return self.principal_cents + self.fine_cents + self.interest_cents - self.discount_cents


@dataclass(frozen=True, slots=True)
class Creditor:
    """The client company as a message shows it: CDC art. 42-A wants name, address and CNPJ.

    `document` is formatted for display; `colour` is a CSS colour such as `#0f766e`.
    """

    legal_name: str
    trade_name: str
    document: str
    address: str
    email: str = ""
    phone: str = ""
    colour: str = "#0f766e"


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses of the debtor's page, the public policy and the unsubscribe page."""

    page: str
    policy: str
    unsubscribe: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A proposal inside a message: the amount in centavos that settles all until a day."""

    cents: int
    valid_until: date


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """All that a message about one debtor may say.

    `document_hidden`: the debtor's CPF or CNPJ, masked. `also_open_cents`: what else is open and
    not listed. `paid_cents` and `paid_on` are for receipts. `effects`: what the client has truly
    decided to do next, in the client's words. `confirm_receipt`: ask whether the invoice arrived.
    """

    creditor: Creditor
    links: Links
    debtor_name: str
    first_name: str
    document_hidden: str
    today: date
    lines: tuple[DebtLine, ...] = ()
    also_open_cents: int = 0
    offer: Offer | None = None
    paid_cents: int = 0
    paid_on: date | None = None
    effects: tuple[str, ...] = ()
    confirm_receipt: bool = False

    @property
    def total_cents(self) -> int:
        """What settles all the listed receivables today."""
        return sum([line.total_cents for line in self.lines])


def first_name(name: str, *, person: bool) -> str:
    """How a message addresses somebody: a person by the first name, a company by its whole name.

    Names in capitals, as registers keep them, are written as people write them. The dot of "S.A."
    is left to the sentence, which ends there.
    """
    words = name.split()
    shown = words[:1] if person else words
    return " ".join(map(_written, shown)).rstrip(".")


_LEGAL_FORMS = frozenset({"EPP", "MEI", "ME", "SA", "SPE", "EIRELI"})
_SMALL = frozenset({"de", "da", "do", "das", "dos", "e"})
_VOWELS = frozenset("AEIOUÁÂÃÀÉÊÍÓÔÕÚÜ")


def _written(word: str) -> str:
    """A word in capitals as people write it; short ones and those without vowels are initials."""
    if not word.isupper() or word in _LEGAL_FORMS or "." in word or "/" in word:
        return word
    if word.lower() in _SMALL:
        return word.lower()
    return word if len(word) <= 2 or not _VOWELS & set(word) else word.capitalize()


VARIABLES = frozenset(
    {
        "also_open",
        "confirm_receipt",
        "count",
        "creditor",
        "creditor_short",
        "days_late",
        "debtor",
        "due",
        "due_short",
        "effects",
        "first_name",
        "link",
        "number",
        "offer",
        "paid",
        "paid_on",
        "today",
        "total",
        "valid_until",
    }
)
"""Names a text may use, each already written in the reader's language."""
AMOUNTS = frozenset({"also_open", "offer", "paid", "total"})
BLOCKS = frozenset({"debts", "pay", "choices", "receipt"})
"""Parts of an e-mail that a text places on a line of their own: `[debts]`."""


class Text(NamedTuple):
    """A message text as people edit it: subject and preview for e-mail, body for all."""

    body: str
    subject: str = ""
    preview: str = ""
    title: str = ""


def parse(source: str) -> Text:
    """A text of its file: `Subject:`, `Preview:` and `Title:` lines, an empty line, the body."""
    head, _, body = source.partition("\n\n")
    fields = dict(line.split(":", 1) for line in head.splitlines() if ":" in line)
    known = {name.strip().lower(): value.strip() for name, value in fields.items()}
    if not known.keys() & {"subject", "preview", "title"}:
        return Text(source.strip())
    subject, preview, title = (known.get(name, "") for name in ("subject", "preview", "title"))
    return Text(body.strip(), subject, preview, title)
