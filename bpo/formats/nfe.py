"""NF-e, the electronic invoice: who owes whom, and the duplicatas that it was divided into.

Layouts 3.10 and 4.00 (Manual de Orientação do Contribuinte), as issued (`NFe`), with its protocol
(`nfeProc`) or several in a lot. Receivables stand in `cobr/dup`; their sum is what is collected,
whatever the totals of the invoice say.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from xml.etree.ElementTree import Element

from bpo.formats import markup
from bpo.formats.markup import text
from bpo.formats.problems import Code, Level, Problem
from bpo.kernel import documents
from bpo.kernel.errors import BadInput
from bpo.kernel.text import Phrase

_KEY = re.compile(r"\d{6}[0-9A-Z]{12}\d{26}")
_AUTHORISED = frozenset({"100", "150"})
_DECIMAL = re.compile(r"\d{1,13}(?:\.\d{1,10})?")
_BEGINNING = re.compile(rb"<(?:\w+:)?(?:nfeProc|NFe|enviNFe|infNFe|procEventoNFe|NFeLote)[\s>]")
_LOOKED_AT = 4096


@dataclass(frozen=True, slots=True)
class Party:
    """Who issues or receives; `document` is a CPF or CNPJ, or a foreigner's own number."""

    document: str
    name: str
    email: str = ""
    phone: str = ""
    address: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""

    @property
    def is_registered(self) -> bool:
        """Whether the document is a valid CPF or CNPJ."""
        return documents.is_valid(self.document)


@dataclass(frozen=True, slots=True)
class Bill:
    """One duplicata: its number as written, when it is due (None when not said) and centavos."""

    number: str
    due_date: date | None
    amount_cents: int | None


@dataclass(frozen=True, slots=True)
class Invoice:
    """One NF-e. `liquid_cents` is the total of its `fat`, None without one.

    `is_sale` is false for a note of entry, `is_real` for one of the test environment. `status` is
    what the tax authority answered, blank without a protocol.
    """

    access_key: str
    number: str
    series: str
    issue_date: date | None
    issuer: Party
    recipient: Party
    bills: Sequence[Bill]
    total_cents: int | None
    liquid_cents: int | None
    is_sale: bool
    is_real: bool
    status: str

    @property
    def billed_cents(self) -> int:
        """The sum of the duplicatas."""
        return sum(bill.amount_cents or 0 for bill in self.bills)

    @property
    def has_true_key(self) -> bool:
        """Whether the access key is whole and its check digit holds."""
        key = self.access_key
        return _KEY.fullmatch(key) is not None and check_digit(key[:-1]) == key[-1]


def is_nfe(content: bytes) -> bool:
    """Whether bytes look like an NF-e, or an event about one."""
    return content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and bool(
        _BEGINNING.search(content[:_LOOKED_AT])
    )


def parse(content: bytes) -> list[Invoice]:
    """The invoices of an XML document, mostly one.

    Raises `BadInput` for what is no NF-e or cannot be read.
    """
    root = markup.parse(content)
    if markup.name(root) == "procEventoNFe":
        raise BadInput(
            "This is an event about an NF-e (a cancellation, a correction), not the NF-e itself."
        )
    invoices = [_invoice(root, info) for info in _infos(root)]
    if not invoices:
        raise BadInput(
            "This XML is not an NF-e: it has no infNFe. It begins with {name}.",
            name=markup.name(root)[:40],
        )
    return invoices


def problems(invoice: Invoice) -> list[Problem]:
    """What is wrong or odd about an invoice; lines count its duplicatas, 0 is the whole."""
    return [*_of_the_whole(invoice), *_of_bills(invoice)]


def check_digit(key: str) -> str:
    """Modulo 11 of the first 43 characters of an access key, weights 2 to 9 from the right."""
    total = sum((ord(char) - 48) * (2 + place % 8) for place, char in enumerate(reversed(key)))
    digit = 11 - total % 11
    return str(digit) if digit < 10 else "0"


def _infos(root: Element) -> Iterator[Element]:
    return (one for one in root.iter() if markup.name(one) == "infNFe")


def _invoice(root: Element, info: Element) -> Invoice:
    key = info.get("Id", "").strip().upper().removeprefix("NFE")
    head = markup.child(info, "ide")
    charge = markup.child(info, "cobr")
    return Invoice(
        key,
        text(head, "nNF"),
        text(head, "serie"),
        _day(text(head, "dhEmi") or text(head, "dEmi")),
        _party(markup.child(info, "emit"), "enderEmit"),
        _party(markup.child(info, "dest"), "enderDest"),
        tuple(
            Bill(text(bill, "nDup"), _day(text(bill, "dVenc")), _cents(text(bill, "vDup")))
            for bill in markup.children(charge, "dup")
        ),
        _cents(text(info, "total", "ICMSTot", "vNF")),
        _cents(text(charge, "fat", "vLiq")),
        text(head, "tpNF") != "0",
        text(head, "tpAmb") != "2",
        _status(root, key),
    )


def _status(root: Element, key: str) -> str:
    for answer in root.iter():
        if markup.name(answer) == "infProt" and text(answer, "chNFe") in ("", key):
            return text(answer, "cStat")
    return ""


def _party(element: Element | None, place: str) -> Party:
    at = markup.child(element, place)
    document = text(element, "CNPJ") or text(element, "CPF") or text(element, "idEstrangeiro")
    street = ", ".join(filter(None, (text(at, name) for name in ("xLgr", "nro", "xCpl"))))
    return Party(
        document.upper()[:60],
        " ".join(text(element, "xNome").split())[:200],
        text(element, "email")[:200],
        text(at, "fone")[:30],
        " - ".join(filter(None, (street, text(at, "xBairro"))))[:200],
        text(at, "xMun")[:100],
        text(at, "UF")[:2],
        text(at, "CEP")[:9],
    )


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written[:10])
    except ValueError:
        return None


def _cents(written: str) -> int | None:
    if not (_DECIMAL.fullmatch(written) and written.isascii()):
        return None
    try:
        return int((Decimal(written) * 100).to_integral_value("ROUND_HALF_UP"))
    except InvalidOperation:
        return None


# --- what is said about an invoice ----------------------------------------------------------------


def _of_the_whole(invoice: Invoice) -> Iterator[Problem]:
    if not invoice.has_true_key:
        yield Problem(
            0,
            "access_key",
            Code.CHECK_DIGIT,
            Phrase(
                "The access key {key} is damaged: its check digit does not hold.",
                key=invoice.access_key[:60] or "-",
            ),
        )
    if not invoice.is_sale:
        yield Problem(
            0,
            None,
            Code.NOT_ISSUED,
            Phrase("This is a note of entry: whoever issued it bought, and is owed nothing."),
        )
    if invoice.status and invoice.status not in _AUTHORISED:
        yield Problem(
            0,
            None,
            Code.NOT_ISSUED,
            Phrase(
                "The tax authority did not authorise this NF-e (status {status}).",
                status=invoice.status[:10],
            ),
        )
    if not invoice.is_real:
        yield Problem(
            0,
            None,
            Code.NOT_ISSUED,
            Phrase("Issued in the test environment of the tax authority: without fiscal value."),
            Level.WARNING,
        )
    if not invoice.bills:
        yield Problem(
            0,
            None,
            Code.NOTHING,
            Phrase(
                "The NF-e {number} has no duplicatas, so there is nothing to import.",
                number=invoice.number[:20] or "?",
            ),
            Level.WARNING,
        )
        return
    yield from _of_sums(invoice)


def _of_sums(invoice: Invoice) -> Iterator[Problem]:
    billed, total, liquid = invoice.billed_cents, invoice.total_cents, invoice.liquid_cents
    if total is not None and total != billed:
        message = Phrase(
            "The duplicatas sum up to {billed_cents}, the NF-e to {total_cents}; the duplicatas "
            "are taken.",
            billed_cents=billed,
            total_cents=total,
        )
        yield Problem(0, "total", Code.TOTAL, message, Level.WARNING)
    if liquid is not None and liquid != billed:
        message = Phrase(
            "The duplicatas sum up to {billed_cents}, the fatura to {total_cents}; the duplicatas "
            "are taken.",
            billed_cents=billed,
            total_cents=liquid,
        )
        yield Problem(0, "liquid", Code.TOTAL, message, Level.WARNING)


def _of_bills(invoice: Invoice) -> Iterator[Problem]:
    for line, bill in enumerate(invoice.bills, start=1):
        if bill.due_date is None:
            yield Problem(
                line,
                "due_date",
                Code.DATE,
                Phrase(
                    "Duplicata {number} has no day on which it is due.", number=bill.number or line
                ),
            )
        elif invoice.issue_date and bill.due_date < invoice.issue_date:
            yield Problem(
                line,
                "due_date",
                Code.DUE_BEFORE_ISSUE,
                Phrase(
                    "Due on {due_date}, before it was issued on {issue_date}; taken as it is.",
                    due_date=bill.due_date,
                    issue_date=invoice.issue_date,
                ),
                Level.WARNING,
            )
        if not bill.amount_cents:
            yield Problem(
                line,
                "amount_cents",
                Code.AMOUNT,
                Phrase("Duplicata {number} has no amount.", number=bill.number or line),
            )
    if invoice.bills and invoice.issue_date is None:
        yield Problem(
            0, "issue_date", Code.DATE, Phrase("The NF-e does not say when it was issued.")
        )
