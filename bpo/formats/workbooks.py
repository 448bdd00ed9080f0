"""XLSX workbooks as rows of typed cells; formulas are never computed, macros never run."""

import io
import zipfile
import zlib
from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from openpyxl import load_workbook

from bpo.formats.cells import Cell
from bpo.kernel.errors import BadInput

Rows = Sequence[tuple[int, Sequence[Cell]]]

_EXPANSION = 20
_MOST_CELLS = 20_000_000
"""Blank ones included: a few bytes may claim a million rows of sixteen thousand columns."""
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    ArithmeticError,
    AttributeError,
    LookupError,
    ValueError,
    TypeError,
    OSError,
    EOFError,
    SyntaxError,
    RuntimeError,
)
"""What the reader of workbooks raises on damaged ones, each wherever the damage lies."""


def is_workbook(content: bytes) -> bool:
    """Whether the bytes are an XLSX (a ZIP with a workbook inside)."""
    if not content.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return any(name.startswith("xl/workbook") for name in archive.namelist())
    except _BROKEN:
        return False


def sheets(content: bytes, limit: int) -> list[Rows]:
    """The rows of each visible worksheet that are not blank, with their row numbers.

    `limit` is the file's size limit in bytes; unpacked it may be twenty times as large. Raises
    `BadInput` for a workbook that is broken or unpacks to more.
    """
    _refuse_bomb(content, limit)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        found = [_rows(sheet) for sheet in book.worksheets if sheet.sheet_state == "visible"]
    except _BROKEN as error:
        raise BadInput("The workbook is damaged and cannot be read.") from error
    return [rows for rows in found if rows]


def _rows(sheet: Any) -> Rows:
    if not hasattr(sheet, "iter_rows"):
        return []
    sheet.reset_dimensions()
    found, cells = [], 0
    for line, values in enumerate(sheet.iter_rows(values_only=True), start=1):
        cells += len(values)
        if cells > _MOST_CELLS:
            raise BadInput("The worksheet is too large. Save it as CSV.")
        if any(value not in (None, "") for value in values):
            found.append((line, [_cell(value) for value in values]))
    return found


def _cell(value: object) -> Cell:
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, str | int | float | time):
        return value
    return str(value)


def _refuse_bomb(content: bytes, limit: int) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        unpacked = sum(entry.file_size for entry in archive.infolist())
    if unpacked > limit * _EXPANSION:
        raise BadInput(
            "The workbook unpacks to {size_mb} MB, which is too much. Save it as CSV.",
            size_mb=unpacked // 1_000_000,
        )
