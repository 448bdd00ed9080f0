"""CNAB 240 return files of boletos: a T segment and a U segment tell one event together.

Layout: FEBRABAN, “Layout Padrão de Arquivo de 240 posições”, cobrança; Santander and Caixa keep the
bank's number of the boleto elsewhere. Places are counted from 1.
"""

from collections.abc import Iterator

from bpo.formats import banks, cnab
from bpo.formats.cnab import Columns, Event, ReturnFile
from bpo.formats.problems import Code, Level, Problem
from bpo.kernel.errors import BadInput
from bpo.kernel.text import Phrase

WIDTH = 240

_PAYMENTS = frozenset({"06", "15", "17"})
_PAYMENTS_BY_BANK = {
    "001": frozenset({"05", "06", "15", "17"}),
    "341": frozenset({"06", "07", "08"}),
}
_SHORTEST = 153
"""As far as the money and the days of a U segment reach."""
_REMITTANCE_SEGMENTS = frozenset("PQRSY")
_BANK_REFERENCE = {"033": (41, 53), "353": (41, 53), "104": (40, 56)}
_CREDITOR_REFERENCE = {"033": (55, 69), "353": (55, 69)}
_DUE = {"033": (70, 77), "353": (70, 77)}
_TITLE = {"033": (78, 92), "353": (78, 92)}
_COMPANY_USE = {"033": (101, 125), "353": (101, 125)}
_PAYER_DOCUMENT = {"033": (129, 143), "353": (129, 143)}
_PAYER_NAME = {"033": (144, 183), "353": (144, 183)}


def looks_like(content: bytes) -> bool:
    """Whether the bytes begin like a CNAB 240 file."""
    return cnab.width_of(content) == WIDTH


def read(content: bytes, limit: int = banks.DEFAULT_LIMIT) -> ReturnFile:
    """Read a return file; `problems` names lines that could not be read.

    Raises `BadInput` for a remittance file, and for what has no event of a boleto in it.
    """
    rows = cnab.lines(content, WIDTH, limit)
    if not rows or not looks_like(content):
        raise BadInput("This is not a CNAB 240 file.")
    bank = rows[0][1][:3]
    _refuse_others(rows)
    events: list[Event] = []
    whole, problems = cnab.uncut(rows, _kind, "9", _SHORTEST)
    for title, paid in _pairs(whole, problems):
        events.extend(_event(bank, title, paid))
        problems += title.problems + paid.problems
    created = banks.day(rows[0][1][143:151], "dmy")
    return ReturnFile(bank, created, tuple(cnab.numbered(events)), tuple(problems))


def _kind(text: str) -> str:
    """The letter of a segment, else the digit of a record: 9 ends the file."""
    return text[13] if text[7] == "3" else text[7]


def _refuse_others(rows: list[tuple[int, str]]) -> None:
    segments = {text[13] for _, text in rows if text[7] == "3"}
    if segments & {"T", "U"}:
        return
    if segments & _REMITTANCE_SEGMENTS:
        raise BadInput(
            "This is a remittance, which goes to the bank; send the return file that came back."
        )
    raise BadInput("The file tells nothing about boletos (no T and U segments).")


def _pairs(
    rows: list[tuple[int, str]], problems: list[Problem]
) -> Iterator[tuple[Columns, Columns]]:
    """The T segments with the U segments behind them; one without the other is a problem."""
    title: Columns | None = None
    for number, text in rows:
        segment = text[13] if text[7] == "3" else ""
        if segment == "T":
            if title:
                problems.append(_alone(title.line))
            title = Columns(number, text)
        elif segment == "U":
            if title is None:
                problems.append(_alone(number))
                continue
            yield title, Columns(number, text)
            title = None
    if title:
        problems.append(_alone(title.line))


def _alone(line: int) -> Problem:
    return Problem(
        line, "segment", Code.DAMAGED, Phrase("The other half of this event (T or U) is missing.")
    )


def _event(bank: str, title: Columns, paid: Columns) -> Iterator[Event]:
    occurrence = title.raw[15:17]
    event = Event(
        title.line,
        bank,
        occurrence,
        occurrence in _PAYMENTS_BY_BANK.get(bank, _PAYMENTS),
        title.text(*_BANK_REFERENCE.get(bank, (38, 57))),
        title.text(*_CREDITOR_REFERENCE.get(bank, (59, 73)))
        or title.text(*_COMPANY_USE.get(bank, (106, 130))),
        paid.day(138, 145, "event_date", level=Level.REJECT),
        title.day(*_DUE.get(bank, (74, 81)), "due_date"),
        paid.day(146, 153, "credit_date"),
        title.digits(*_TITLE.get(bank, (82, 96)), "title"),
        paid.digits(78, 92, "paid"),
        paid.digits(18, 32, "interest"),
        paid.digits(33, 47, "discount"),
        title.text(*_PAYER_DOCUMENT.get(bank, (134, 148))),
        title.text(*_PAYER_NAME.get(bank, (149, 188))),
    )
    if not (title.is_rejected or paid.is_rejected):
        yield event
