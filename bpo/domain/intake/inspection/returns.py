"""CNAB return files looked at, of 240 and of 400 columns; remittances are refused."""

from bpo.domain.intake.inspection.given import Given, Inspection
from bpo.formats import cnab240, cnab400

KINDS = ("cnab240", "cnab400")
_FIELDS = (
    "occurrence",
    "is_payment",
    "bank_reference",
    "creditor_reference",
    "event_date",
    "due_date",
    "credit_date",
    "title_cents",
    "paid_cents",
    "interest_cents",
    "discount_cents",
)


def recognises(given: Given) -> bool:
    """The first line is the header of one of the layouts."""
    return cnab240.looks_like(given.content) or cnab400.looks_like(given.content)


def inspect(given: Given) -> Inspection:
    """A record for each event. Raises BadInput for a remittance, and for what is no CNAB."""
    is_narrow = cnab240.looks_like(given.content)
    found = (cnab240 if is_narrow else cnab400).read(given.content)
    records = [{name: getattr(event, name) for name in _FIELDS} for event in found.events]
    return Inspection("cnab240" if is_narrow else "cnab400", records, found.problems)
