"""Cells of tables as they were found: text, or the typed values of a worksheet."""

from datetime import date, datetime, time

Cell = str | int | float | date | time | None

BLANKS = frozenset(
    {"", "-", "--", "—", "null", "none", "nan", "nat", "n/a", "n/d", "#n/d", "#n/a", "<na>"}
)
"""What programs write where there is nothing, in lower case."""

_EXACT_FLOAT = 10**15


def text(cell: Cell) -> str:
    """A cell as trimmed text; whole floats lose their `.0`, dates become ISO."""
    if isinstance(cell, str):
        return cell.strip()
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _EXACT_FLOAT:
        return str(int(cell))
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)
