"""CNAB 400 return files of boletos: one line an event, the places of some fields by bank.

The places of the Itaú and Bradesco family are the default; Banco do Brasil, Caixa, Inter, Sicredi,
Unicred and others differ. Places are counted from 1, as in the manuals of the banks.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from bpo.formats import banks, cnab
from bpo.formats.cnab import Columns, Event, ReturnFile
from bpo.formats.problems import Code, Level, Problem
from bpo.kernel.errors import BadInput
from bpo.kernel.text import Phrase

WIDTH = 400

_Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where one bank writes what, and which of its occurrences are money received."""

    bank_reference: _Place = (63, 82)
    creditor_reference: _Place = (117, 126)
    company_use: _Place = (38, 62)
    occurrence: _Place = (109, 110)
    event_date: _Place = (111, 116)
    due_date: _Place = (147, 152)
    title: _Place = (153, 165)
    discount: _Place | None = (241, 253)
    paid: _Place = (254, 266)
    interest: _Place | None = (267, 279)
    credit_date: _Place = (296, 301)
    credit_order: str = "dmy"
    payments: frozenset[str] = frozenset({"06", "15", "17"})
    record_types: frozenset[str] = frozenset({"1"})


_DEFAULT = Layout()
_BY_BALANCE = frozenset({"06", "07", "08"})
_BANCO_DO_BRASIL = Layout(
    bank_reference=(64, 80),
    company_use=(39, 63),
    credit_date=(176, 181),
    payments=frozenset({"05", "06", "07", "08", "15"}),
    record_types=frozenset({"7"}),
)
_UNICRED = Layout(bank_reference=(46, 62), creditor_reference=(280, 305), credit_date=(176, 181))
_LAYOUTS = {
    "004": replace(_DEFAULT, bank_reference=(63, 70), payments=_BY_BALANCE),
    "033": replace(_DEFAULT, bank_reference=(63, 70), payments=_BY_BALANCE | {"17"}),
    "041": replace(_DEFAULT, bank_reference=(63, 72)),
    "077": Layout(
        bank_reference=(71, 81),
        creditor_reference=(98, 107),
        occurrence=(90, 91),
        event_date=(92, 97),
        due_date=(119, 124),
        title=(125, 137),
        discount=None,
        paid=(160, 172),
        interest=None,
        credit_date=(173, 178),
        payments=frozenset({"06"}),
    ),
    "104": replace(
        _DEFAULT,
        bank_reference=(57, 73),
        company_use=(32, 56),
        credit_date=(294, 299),
        payments=frozenset({"21", "22"}),
    ),
    "237": replace(_DEFAULT, bank_reference=(71, 82), payments=frozenset({"06", "15", "16", "17"})),
    "341": replace(_DEFAULT, bank_reference=(63, 70), payments=_BY_BALANCE),
    "748": replace(
        _DEFAULT, bank_reference=(48, 62), company_use=(0, 0), credit_date=(329, 336),
        credit_order="ymd",
    ),
}  # fmt: skip


def looks_like(content: bytes) -> bool:
    """Whether the bytes begin like a CNAB 400 file (of 400, 401 or 444 columns)."""
    return cnab.width_of(content) == WIDTH


def read(content: bytes, limit: int = banks.DEFAULT_LIMIT) -> ReturnFile:
    """Read a return file; `problems` names lines that could not be read.

    Raises `BadInput` for a remittance file, and for what is no CNAB 400.
    """
    rows = cnab.lines(content, WIDTH, limit)
    if not rows or not looks_like(content):
        raise BadInput("This is not a CNAB 400 file.")
    header = rows[0][1]
    if header[2:9].upper() == "REMESSA":
        raise BadInput(
            "This is a remittance, which goes to the bank; send the return file that came back."
        )
    whole, problems = cnab.uncut(rows, _record_type, "9", len(header.rstrip()))
    problems = [*_doubts_of_header(*rows[0]), *problems]
    bank = header[76:79]
    events: list[Event] = []
    for number, text in whole[1:]:
        line = Columns(number, text)
        if not text[:1].isdigit():
            problems.append(_damaged(number))
            continue
        events.extend(_events(bank, line))
        problems += line.problems
    created = banks.day(header[94:100], "dmy")
    return ReturnFile(bank, created, tuple(cnab.numbered(events)), tuple(problems))


def _record_type(text: str) -> str:
    return text[:1]


def _doubts_of_header(number: int, text: str) -> Iterator[Problem]:
    if text[2:9].upper() != "RETORNO":
        yield Problem(
            number,
            "header",
            Code.DAMAGED,
            Phrase("The header does not say RETORNO; the file was read by its lines."),
            Level.WARNING,
        )


def _damaged(number: int) -> Problem:
    message = Phrase("The line begins with no digit: it is damaged, or its columns are shifted.")
    return Problem(number, "record_type", Code.DAMAGED, message)


def _events(bank: str, line: Columns) -> Iterator[Event]:
    layout = _layout(bank, line.raw[0])
    if line.raw[0] not in layout.record_types:
        return
    occurrence = line.raw[layout.occurrence[0] - 1 : layout.occurrence[1]]
    event = Event(
        line.line,
        bank,
        occurrence,
        occurrence in layout.payments,
        line.text(*layout.bank_reference),
        line.text(*layout.creditor_reference) or line.text(*layout.company_use),
        line.day(*layout.event_date, "event_date", level=Level.REJECT),
        line.day(*layout.due_date, "due_date"),
        line.day(*layout.credit_date, "credit_date", layout.credit_order),
        line.digits(*layout.title, "title"),
        line.digits(*layout.paid, "paid"),
        line.digits(*layout.interest, "interest") if layout.interest else 0,
        line.digits(*layout.discount, "discount") if layout.discount else 0,
    )
    if not line.is_rejected:
        yield event


def _layout(bank: str, record_type: str) -> Layout:
    """Unicred's files call themselves Banco do Brasil, but their lines begin with 1, not 7."""
    if bank == "001":
        return _BANCO_DO_BRASIL if record_type == "7" else _UNICRED
    return _LAYOUTS.get(bank, _DEFAULT)
