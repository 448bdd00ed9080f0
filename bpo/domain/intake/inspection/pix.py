"""Pix codes looked at: static and dynamic ones, those of recurrences, and damaged ones."""

from bpo.domain.intake.inspection.given import Given, Inspection
from bpo.formats import brcode
from bpo.formats.problems import Code, Problem
from bpo.kernel.errors import BadInput
from bpo.kernel.text import Phrase

KINDS = ("pix",)
_BEGINNING = "000201"


def recognises(given: Given) -> bool:
    """A code begins with the version of its layout."""
    return given.code.startswith(_BEGINNING) and not given.code.isdigit()


def inspect(given: Given) -> Inspection:
    """The fields of a code. Raises BadInput for a code of another scheme than Pix."""
    text = given.code
    try:
        code = brcode.parse(text)
    except BadInput as refusal:
        if not text.startswith(_BEGINNING) or brcode.is_intact(text):
            raise
        damage = Problem(0, refusal.field or "code", Code.DAMAGED, refusal.phrase)
        return Inspection("pix", (), (_checksum(), damage), valid=False)
    record = {
        "kind": code.kind.value,
        "key": code.key,
        "url": code.url,
        "txid": code.txid,
        "amount_cents": code.amount_cents,
        "name": code.name,
        "city": code.city,
        "description": code.description,
        "crc_ok": code.crc_ok,
    }
    problems = () if code.crc_ok else (_checksum(),)
    return Inspection("pix", (record,), problems, valid=code.crc_ok)


def _checksum() -> Problem:
    message = Phrase("The checksum (CRC) does not hold: a sign of the code is wrong or missing.")
    return Problem(0, "crc", Code.CHECK_DIGIT, message)
