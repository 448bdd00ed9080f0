"""NF-e looked at: the duplicatas of one document, or of the several in a lot."""

from bpo.domain.intake.inspection.given import Given, Inspection, Record
from bpo.formats import nfe
from bpo.formats.nfe import Bill, Invoice
from bpo.formats.problems import Code, Problem

KINDS = ("nfe",)


def recognises(given: Given) -> bool:
    """The elements of an NF-e stand at its beginning."""
    return nfe.is_nfe(given.content)


def inspect(given: Given) -> Inspection:
    """A record for each duplicata; without any, the problem says that there is nothing to import.

    Raises BadInput for other XML.
    """
    invoices = nfe.parse(given.content)
    records: list[Record] = []
    problems: list[Problem] = []
    for invoice in invoices:
        problems += nfe.problems(invoice)
        records += [_record(invoice, bill) for bill in invoice.bills]
    valid = all(problem.code is not Code.CHECK_DIGIT for problem in problems)
    return Inspection("nfe", records, problems, valid=valid)


def _record(invoice: Invoice, bill: Bill) -> Record:
    return {
        "access_key": invoice.access_key,
        "issuer": invoice.issuer.document,
        "recipient": invoice.recipient.document,
        "number": invoice.number,
        "installment": bill.number,
        "issue_date": invoice.issue_date,
        "due_date": bill.due_date,
        "amount_cents": bill.amount_cents,
    }
