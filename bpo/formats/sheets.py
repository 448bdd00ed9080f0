"""Tables written as CSV for spreadsheets, safe to open: no cell can become a formula."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from io import StringIO

BOM = "\ufeff"
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


def cell(value: object) -> str:
    """A cell's text; one that a spreadsheet would run as a formula is quoted with an apostrophe.

    Numbers are written as they are; None is blank; days are ISO.
    """
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    text = str(value).replace("\0", "")  # some readers drop it, and what follows would run
    if isinstance(value, str) and text.lstrip(" ").startswith(_DANGEROUS):
        return f"'{text}"
    return text


class Number(str):
    """Text that is a number already and must not be quoted."""

    __slots__ = ()


def amount(cents: int | None, mark: str = ",") -> Number:
    """Centavos as a spreadsheet reads them: `1234,56`, without a mark for thousands."""
    if cents is None:
        return Number()
    sign, whole, rest = "-" if cents < 0 else "", abs(cents) // 100, abs(cents) % 100
    return Number(f"{sign}{whole}{mark}{rest:02}")


def lines(
    head: Sequence[str], rows: Iterable[Sequence[object]], separator: str = ";"
) -> Iterator[str]:
    """The lines of a CSV file with a byte order mark, one chunk per row, for streaming."""
    yield BOM + _line(head, separator)
    for row in rows:
        yield _line(row, separator)


def _line(row: Sequence[object], separator: str) -> str:
    buffer = StringIO()
    writer = csv.writer(buffer, delimiter=separator, lineterminator="\r\n")
    writer.writerow([str(one) if isinstance(one, Number) else cell(one) for one in row])
    return buffer.getvalue()
