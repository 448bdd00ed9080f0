"""The boletos of a batch of receivables: a line is kept where it asks for what its row says."""

from collections.abc import Sequence
from datetime import date

from bpo.domain.intake.rows_cells import Cells
from bpo.domain.intake.rows_faults import shown
from bpo.domain.intake.rows_records import Field
from bpo.formats import boleto
from bpo.formats.cells import Cell, text
from bpo.formats.problems import Code
from bpo.kernel.errors import BadInput
from bpo.kernel.text import Phrase


def lines(
    cells: Cells, due: Sequence[date | None], amount: Sequence[int | None]
) -> Sequence[str | None]:
    """The digitable line of each row, out of 47 digits or the 44 of a bar code.

    A row whose boleto does not check, or asks for another amount or on another day, is taken
    without it, with a remark: nobody may be shown a boleto that is not the receivable's.
    """
    if not cells.has(Field.BOLETO_LINE):
        return (None,) * len(cells.lines)
    return [
        _line(cells, at, cell, day, cents) if text(cell).strip() and day and cents else None
        for at, (cell, day, cents) in enumerate(
            zip(cells.of(Field.BOLETO_LINE), due, amount, strict=True)
        )
    ]


def _line(cells: Cells, at: int, cell: Cell, due: date, amount_cents: int) -> str | None:
    if at in cells.faults.rejected:
        return None
    try:
        read = boleto.parse(text(cell), due)
    except BadInput as refusal:
        _tell(cells, at, Code.DAMAGED, refusal.phrase)
        return None
    fault = _fault(read, shown(cell), due, amount_cents)
    if fault is None:
        return read.digitable_line
    _tell(cells, at, *fault)
    return None


def _fault(
    read: boleto.Boleto, value: str, due: date, amount_cents: int
) -> tuple[Code, Phrase] | None:
    """What keeps a boleto from its row. The due factor began again in 2025: of the two days that
    it can mean, the one nearest to the row's counts."""
    if not read.is_valid:
        return Code.CHECK_DIGIT, Phrase("{value}: a digit is wrong or missing", value=value)
    if read.amount_cents and read.amount_cents != amount_cents:
        return Code.AMOUNT, Phrase(
            "This boleto is about {amount_cents}, the receivable about {title_cents}",
            amount_cents=read.amount_cents,
            title_cents=amount_cents,
        )
    if read.due_date and read.due_date != due:
        return Code.DATE, Phrase(
            "It is due on {boleto_date}, the receivable on {due_date}",
            boleto_date=read.due_date,
            due_date=due,
        )
    return None


def _tell(cells: Cells, at: int, code: Code, why: Phrase) -> None:
    message = Phrase("Taken without its boleto. {why}.", why=why)
    cells.faults.warn(at, Field.BOLETO_LINE, code, message)
