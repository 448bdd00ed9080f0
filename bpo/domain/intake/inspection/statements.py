"""OFX bank statements looked at; those of cards and investments are refused."""

from bpo.domain.intake.inspection.given import Given, Inspection
from bpo.formats import ofx

KINDS = ("ofx",)


def recognises(given: Given) -> bool:
    """The header or the first element of OFX stands at the beginning."""
    return ofx.looks_like(given.content)


def inspect(given: Given) -> Inspection:
    """A record for each movement. Raises BadInput for another statement than a bank's."""
    found = ofx.read(given.content)
    records = [
        {
            "account": one.account,
            "fitid": one.fitid,
            "date": one.date,
            "amount_cents": one.amount_cents,
            "type": one.type,
            "memo": one.memo,
        }
        for one in found.movements
    ]
    return Inspection("ofx", records, found.problems)
