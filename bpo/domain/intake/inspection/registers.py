"""CPF and CNPJ looked at, the alphanumeric CNPJ included."""

import re

from bpo.domain.intake.inspection.given import Given, Inspection
from bpo.formats.problems import Code, Problem
from bpo.kernel import documents
from bpo.kernel.documents import DocumentKind
from bpo.kernel.errors import BadInput
from bpo.kernel.text import Phrase

KINDS = ("cnpj", "cpf")
_CNPJ = re.compile(r"[0-9A-Z]{14}")
_CPF = re.compile(r"[0-9]{11}")
_FEWEST_DIGITS = 4


def recognises(given: Given) -> bool:
    """Eleven digits are a CPF; fourteen signs, among them digits, a CNPJ."""
    plain = documents.normalized(given.code)
    return _CPF.fullmatch(plain) is not None or (
        _CNPJ.fullmatch(plain) is not None and sum(map(str.isdigit, plain)) >= _FEWEST_DIGITS
    )


def inspect(given: Given) -> Inspection:
    """The number in both forms. Raises BadInput for what has another length."""
    plain = documents.normalized(given.code)
    kind = documents.kind_of(plain)
    shape = _CPF if kind is DocumentKind.CPF else _CNPJ
    if kind is None or not shape.fullmatch(plain):
        raise BadInput("A CPF has 11 digits, and a CNPJ 14 digits or letters")
    record = {"normalized": plain, "formatted": documents.formatted(plain)}
    valid = documents.is_valid(plain)
    problems = () if valid else (_wrong(kind, plain),)
    return Inspection(kind.value, (record,), problems, valid=valid)


def _wrong(kind: DocumentKind, plain: str) -> Problem:
    if len(set(plain)) == 1:
        message = Phrase("A number of one repeated digit is nobody's.")
    elif not plain[-2:].isdigit():
        message = Phrase("The last two signs of a CNPJ are digits, never letters.")
    else:
        message = Phrase("The check digits do not hold: a sign is wrong.")
    return Problem(0, kind.value, Code.CHECK_DIGIT, message)
