"""Boletos looked at: digitable lines of 47 digits and bar codes of 44."""

import re

from bpo.domain.intake.inspection.given import Given, Inspection, is_sound
from bpo.formats import boleto
from bpo.formats.problems import Code, Level, Problem
from bpo.kernel.text import Phrase

KINDS = ("boleto",)
_DIGITS = re.compile(r"[\d\s.\-]+", re.ASCII)
_LEAST, _MOST = 36, 60

_FAULTS = {
    "field1": Phrase("The check digit of the first field of the line is wrong."),
    "field2": Phrase("The check digit of the second field of the line is wrong."),
    "field3": Phrase("The check digit of the third field of the line is wrong."),
    "check_digit": Phrase("The check digit of the whole boleto is wrong."),
    "currency": Phrase("The currency is not the real (9)."),
    "due_factor": Phrase("The due factor is below 1000, which means no day."),
}
_SAID = frozenset({"currency", "due_factor"})


def recognises(given: Given) -> bool:
    """So many digits in a row are no other code; fewer or more are told apart by `inspect`."""
    if not _DIGITS.fullmatch(given.code):
        return False
    return _LEAST <= sum(map(str.isdigit, given.code)) <= _MOST


def inspect(given: Given) -> Inspection:
    """What the code says. Raises BadInput for arrecadação, and for another number of digits."""
    found = boleto.parse(given.code, given.on)
    record = {
        "bank": found.bank,
        "due_date": found.due_date,
        "due_factor": found.due_factor,
        "amount_cents": found.amount_cents,
        "digitable_line": found.digitable_line,
        "barcode": found.barcode,
    }
    problems = tuple(map(_problem, found.faults))
    return Inspection("boleto", (record,), problems, valid=is_sound(problems))


def _problem(fault: str) -> Problem:
    """Digits that do not check make a code invalid; what they say is only remarked upon."""
    if fault in _SAID:
        return Problem(0, fault, Code.DAMAGED, _FAULTS[fault], Level.WARNING)
    return Problem(0, fault, Code.CHECK_DIGIT, _FAULTS[fault])
