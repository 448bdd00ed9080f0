"""What is wrong with the rows of a batch, by their position, and the sentences that say so."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import compress
from typing import TypeVar

from bpo.domain.intake.rows_records import Field
from bpo.formats import amounts, dates
from bpo.formats.cells import Cell, text
from bpo.formats.problems import Code, Level, Problem
from bpo.kernel.text import Phrase

T = TypeVar("T")

_SHOWN = 40
_READ_OTHERWISE = {
    (dates.Order.DMY, dates.Order.MDY): (
        "{column}: {value} is written month/day/year, but the file day/month/year."
    ),
    (dates.Order.MDY, dates.Order.DMY): (
        "{column}: {value} is written day/month/year, but the file month/day/year."
    ),
}


class Faults:
    """The problems of one batch; rows with a rejecting problem are left out of it."""

    def __init__(self, lines: Sequence[int]) -> None:
        self.lines = lines
        self.problems: list[Problem] = []
        self.rejected: set[int] = set()

    def reject(self, at: int, field: Field | None, code: Code, message: Phrase) -> None:
        """Leave a row out."""
        self.rejected.add(at)
        self.problems.append(Problem(self.lines[at], field, code, message))

    def warn(self, at: int, field: Field | None, code: Code, message: Phrase) -> None:
        """Take a row with a remark."""
        self.problems.append(Problem(self.lines[at], field, code, message, Level.WARNING))

    def kept(self, *columns: Iterable[T]) -> list[list[T]]:
        """The columns without the rows that were rejected."""
        if not self.rejected:
            return [list(column) for column in columns]
        mask = [at not in self.rejected for at in range(len(self.lines))]
        return [list(compress(column, mask)) for column in columns]


def check_dates(
    faults: Faults,
    field: Field,
    column: str,
    cells: Sequence[Cell],
    days: Sequence[date | None],
    reader: dates.Reader,
    *,
    required: bool,
) -> None:
    """Reject what is no date, and blanks where a date is required."""
    if required and None in days:
        for at in _places(days, None):
            faults.reject(at, field, Code.MISSING, Phrase("{column} is blank.", column=column))
    if dates.UNREADABLE in days:
        for at in _places(days, dates.UNREADABLE):
            faults.reject(at, field, Code.DATE, _date_phrase(column, cells[at], reader.decision))


def check_order(
    faults: Faults, columns: Sequence[tuple[Field, str, Sequence[Cell]]], reader: dates.Reader
) -> None:
    """In a file that mixes two date orders, mark the rows that no date of theirs settles.

    Where the other order is a habit the row is rejected, where it is a slip of few rows it is taken
    with a warning.
    """
    if reader.decision.other is None:
        return
    for at, cells in enumerate(zip(*(cells for _, _, cells in columns), strict=True)):
        if any(map(reader.is_settled, cells)):
            continue
        found = next((place for place, cell in enumerate(cells) if reader.is_open(cell)), None)
        if found is None or at in faults.rejected:
            continue
        field, column, _ = columns[found]
        message = Phrase(
            "{column}: {value} can be read in two ways, and the file mixes two date orders. "
            "Say which with --date-order.",
            column=column,
            value=shown(cells[found]),
        )
        if reader.decision.mixed:
            faults.reject(at, field, Code.DATE_ORDER, message)
        else:
            faults.warn(at, field, Code.DATE_ORDER, message)


def check_amounts(
    faults: Faults,
    field: Field,
    column: str,
    cells: Sequence[Cell],
    cents: Sequence[int | None],
    reader: amounts.Reader,
    *,
    required: bool,
) -> None:
    """Reject what is no amount, negative or open; where one is required blanks and zeros too."""
    if not reader.decision.mixed and _are_sound(cents, required):
        return
    for at, value in enumerate(cents):
        phrase = _amount_phrase(column, cells[at], value, reader, required)
        if phrase is not None:
            faults.reject(at, field, *phrase)


def _are_sound(cents: Sequence[int | None], required: bool) -> bool:
    """Whether a column has nothing to reject; told of the whole column, which is quick."""
    if required and (None in cents or 0 in cents):
        return False
    return min(filter(None, cents), default=0) >= 0


def shown(cell: Cell) -> str:
    """A cell for a sentence, cut to a readable length."""
    written = text(cell)
    return written if len(written) <= _SHOWN else written[: _SHOWN - 1] + "…"


def _amount_phrase(
    column: str, cell: Cell, cents: int | None, reader: amounts.Reader, required: bool
) -> tuple[Code, Phrase] | None:
    if cents is None:
        phrase = Phrase("{column} is blank.", column=column)
        return (Code.MISSING, phrase) if required else None
    value = shown(cell)
    if cents == amounts.UNREADABLE:
        phrase = Phrase("{column}: {value} is not an amount.", column=column, value=value)
        return Code.AMOUNT, phrase
    if reader.is_open(cell):
        phrase = Phrase(
            "{column}: {value} can be thousands or a fraction, and the file mixes two decimal "
            "marks. Say which with --decimal.",
            column=column,
            value=value,
        )
        return Code.AMOUNT, phrase
    if cents < 0:
        phrase = Phrase("{column}: {value} is negative.", column=column, value=value)
        return Code.NEGATIVE, phrase
    if cents == 0 and required:
        return Code.AMOUNT, Phrase("{column} is zero.", column=column)
    return None


def _date_phrase(column: str, cell: Cell, decision: dates.Decision) -> Phrase:
    value = shown(cell)
    for order in dates.candidates(cell):
        template = _READ_OTHERWISE.get((decision.order, order))
        if template is not None:
            return Phrase(template, column=column, value=value)
    return Phrase("{column}: {value} is not a date.", column=column, value=value)


def _places(values: Sequence[T], wanted: T) -> list[int]:
    return [at for at, value in enumerate(values) if value == wanted]
