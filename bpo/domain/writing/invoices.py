"""The invoice of one receivable: what it says, to whom, and how it can be paid."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bpo.domain.books.charges import AmountDue
from bpo.domain.writing.messages import Creditor
from bpo.kernel.text import Phrase, slug


@dataclass(frozen=True, slots=True)
class Way:
    """A way to pay that the creditor offers; `details` as `payment_methods.FIELDS` names them."""

    kind: str
    label: str
    details: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Payer:
    """Who owes, as an invoice addresses them; `document` is formatted, `place` city and state."""

    name: str
    document: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Title:
    """The receivable itself: its face amount in centavos and its days."""

    number: str
    issue_date: date
    due_date: date
    effective_due_date: date
    amount_cents: int
    description: str = ""
    installment: int | None = None
    installments: int | None = None


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice as of the day of `amount`. `ways` in the creditor's order.

    `pix` is the copy-and-paste code, `boleto` the digitable line; empty when there is none.
    """

    creditor: Creditor
    payer: Payer
    title: Title
    amount: AmountDue
    ways: tuple[Way, ...]
    terms: tuple[Phrase, ...]
    policy_url: str
    pix: str = ""
    boleto: str = ""
    currency: str = "BRL"

    @property
    def asked_cents(self) -> int:
        """What it asks for: principal and charges. A discount depends on the day of paying, so
        the terms tell it and the codes leave it out."""
        return asked_cents(self.amount)

    @property
    def settled_cents(self) -> int:
        """What had been settled by its day."""
        return self.title.amount_cents - self.amount.principal_cents

    @property
    def filename(self) -> str:
        """The name of the file, such as `fatura-nf-1001.pdf`."""
        return f"fatura-{slug(self.title.number) or 'documento'}.pdf"


def asked_cents(amount: AmountDue) -> int:
    """Principal and charges of a day, in centavos."""
    return amount.principal_cents + amount.fine_cents + amount.interest_cents
