"""NF-e as rows of receivables: one for each duplicata, owed by who received the goods."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bpo.domain.intake.rows_batches import Parsed
from bpo.domain.intake.rows_records import DebtorKind, ReceivableRow, Row
from bpo.formats import nfe
from bpo.formats.nfe import Bill, Invoice, Party
from bpo.formats.problems import Code, Level, Problem
from bpo.kernel.text import Phrase, number_key

ACCESS_KEY = "access_key"
"""Where a receivable keeps the access key of its NF-e, among its other information."""


class Paper(NamedTuple):
    """An XML document as it came, and the invoices in it."""

    name: str
    content: bytes
    invoices: Sequence[Invoice]


def count(papers: Sequence[Paper]) -> int:
    """How many duplicatas there are."""
    return sum(len(invoice.bills) for paper in papers for invoice in paper.invoices)


def parsed(papers: Sequence[Paper], own: str | None = None) -> Parsed:
    """The rows of some documents, numbered from 1 through all of them, and what is said of them.

    What is not owed to `own` (its CNPJ) is left out: bought goods, notes of entry, notes that were
    not authorised, and a document that comes a second time.
    """
    rows: list[Row] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    line = 0
    for invoice in (invoice for paper in papers for invoice in paper.invoices):
        lines = range(line + 1, line + 1 + len(invoice.bills))
        found = list(_problems(invoice, line, own, seen))
        seen.add(invoice.access_key)
        rejected = {problem.line for problem in found if problem.level is Level.REJECT}
        rows += [
            _row(at, invoice, bill, part)
            for at, (part, bill) in zip(lines, enumerate(invoice.bills, 1), strict=True)
            if at not in rejected
        ]
        problems += found
        line += len(invoice.bills)
    return Parsed(rows, problems)


def _problems(invoice: Invoice, before: int, own: str | None, seen: set[str]) -> Iterator[Problem]:
    """What is said of an invoice; what keeps it out as a whole is said of each of its lines."""
    whole = [*nfe.problems(invoice), *_of_parties(invoice, own)]
    if invoice.access_key in seen:
        message = Phrase("NF-e {number} is in here twice.", number=invoice.number)
        whole.append(Problem(0, None, Code.DUPLICATE, message))
    for problem in whole:
        last = len(invoice.bills) if problem.level is Level.REJECT else 1
        places = [problem.line] if problem.line else range(1, last + 1)
        for place in places:
            yield Problem(
                before + place, problem.field, problem.code, problem.message, problem.level
            )


def _of_parties(invoice: Invoice, own: str | None) -> Iterator[Problem]:
    if own and invoice.recipient.document == own:
        yield Problem(
            0,
            "recipient",
            Code.NOT_ISSUED,
            Phrase(
                "NF-e {number} was issued to this company, which owes it.", number=invoice.number
            ),
        )
    elif own and invoice.issuer.document[:8] != own[:8]:
        yield Problem(
            0,
            "issuer",
            Code.NOT_ISSUED,
            Phrase(
                "NF-e {number} was issued by {issuer}, not by this company.",
                number=invoice.number,
                issuer=invoice.issuer.name or invoice.issuer.document,
            ),
        )
    if not invoice.recipient.document:
        yield Problem(
            0,
            "recipient",
            Code.MISSING,
            Phrase("NF-e {number} names nobody who owes it.", number=invoice.number),
        )


def _row(line: int, invoice: Invoice, bill: Bill, part: int) -> ReceivableRow:
    assert invoice.issue_date
    assert bill.due_date
    assert bill.amount_cents
    debtor, parts = invoice.recipient, len(invoice.bills)
    document = debtor.document if debtor.is_registered else None
    key = number_key(invoice.number)
    return ReceivableRow(
        line,
        document or number_key(debtor.document),
        debtor.document,
        document,
        debtor.name if debtor.name and invoice.is_real else None,
        _kind(debtor),
        invoice.number,
        f"{key}/{part}" if parts > 1 else key,
        invoice.issue_date,
        bill.due_date,
        bill.amount_cents,
        None,
        None,
        None,
        part if parts > 1 else None,
        parts if parts > 1 else None,
        debtor.email or None,
        debtor.phone or None,
        debtor.address or None,
        debtor.city or None,
        debtor.state if debtor.state != "EX" else None,
        debtor.postal_code or None,
        None,
        None,
        None,
        {ACCESS_KEY: invoice.access_key, "nfe": invoice.number, "duplicata": bill.number},
    )


def _kind(debtor: Party) -> DebtorKind | None:
    if not debtor.is_registered:
        return None
    return DebtorKind.PERSON if len(debtor.document) == 11 else DebtorKind.COMPANY
