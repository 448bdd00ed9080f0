"""Tables written as CSV and XLSX for spreadsheets, safe to open: no cell can become a formula."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from io import BytesIO, StringIO

from xlsxwriter import Workbook

BOM = "\ufeff"
_WIDE = ("\uff1d", "\uff0b", "\uff0d", "\uff20")
"""Signs of the same meaning, as Chinese and Japanese keyboards write them."""
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", *_WIDE)


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


def workbook(head: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """The same table as an XLSX with typed cells; text is text and never runs."""
    written = BytesIO()
    with Workbook(written, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        money = book.add_format({"num_format": "#,##0.00"})
        for column, name in enumerate(head):
            sheet.write_string(0, column, name, bold)
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                match value:
                    case None | "":
                        continue
                    case Number():
                        sheet.write_number(number, column, float(value.replace(",", ".")), money)
                    case date():
                        sheet.write_datetime(number, column, _midnight(value), day)
                    case bool() | str():
                        sheet.write_string(number, column, str(value))
                    case int() | float():
                        sheet.write_number(number, column, value)
                    case _:
                        sheet.write_string(number, column, str(value))
    return written.getvalue()


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001


def _line(row: Sequence[object], separator: str) -> str:
    buffer = StringIO()
    writer = csv.writer(buffer, delimiter=separator, lineterminator="\r\n")
    writer.writerow([str(one) if isinstance(one, Number) else cell(one) for one in row])
    return buffer.getvalue()
