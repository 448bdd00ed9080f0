"""Tables in text files and workbooks: header, and rows in batches with the lines they stand on."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from typing import NamedTuple

from bpo.formats import headers, texts, workbooks
from bpo.formats.cells import Cell, text
from bpo.formats.problems import Code, Problem
from bpo.kernel.errors import BadInput
from bpo.kernel.text import Phrase

DEFAULT_LIMIT = 64 * 1024 * 1024
BATCH = 1_000
"""Small enough for the rows of one batch to stay in the processor cache."""

_Piece = tuple[Sequence[int], list[Sequence[Cell]], list[Problem]]


class Kind(StrEnum):
    """How the table was stored."""

    TEXT = "csv"
    WORKBOOK = "xlsx"


class Batch(NamedTuple):
    """Consecutive rows of the table's width, the line each begins on, and what was left out."""

    lines: Sequence[int]
    rows: Sequence[Sequence[Cell]]
    problems: list[Problem]


@dataclass(frozen=True, slots=True)
class Table:
    """An opened table: how it is written and where its rows begin.

    `header_line` is the line of the header row, `first_line` the line after it. Cells of a workbook
    are typed, cells of a text file are text.
    """

    kind: Kind
    header: tuple[str, ...]
    header_line: int
    first_line: int
    encoding: str | None = None
    separator: str | None = None
    content: bytes = field(default=b"", repr=False)
    quoted: bool = False
    cells: Sequence[tuple[int, Sequence[Cell]]] = field(default=(), repr=False)

    @property
    def width(self) -> int:
        """The number of columns."""
        return len(self.header)


def read(
    content: bytes,
    *,
    encoding: str | None = None,
    separator: str | None = None,
    score: headers.Score | None = None,
    limit: int = DEFAULT_LIMIT,
) -> Table:
    """Open a CSV-like text or an XLSX workbook; rows come from `batches`.

    `score` says how many of a row's cells are column names that the caller knows: the header is
    the row of the first twenty that scores highest, otherwise the first with two cells. `limit` is
    in bytes. Raises `BadInput` for what is empty, too large, no table, or a header without rows.
    """
    texts.refuse_size(content, limit)
    if workbooks.is_workbook(content):
        return _from_workbook(content, score, limit)
    texts.refuse_other_files(content)
    found = texts.encoding_of(content, encoding)
    if not found.startswith("utf-16"):
        content = content.rstrip(b"\x1a")
    return _from_text(content, found, separator, score or _no_score)


def batches(table: Table, size: int = BATCH) -> Iterator[Batch]:
    """The rows below the header, `size` at a time, blank rows skipped.

    A row with another number of columns than the header is left out with a problem: `requoted` when
    the whole row stands inside quotes, otherwise `columns`.
    """
    if table.kind is Kind.WORKBOOK:
        pieces = _workbook_pieces(table, size)
    elif table.quoted:
        pieces = _quoted_pieces(table, size)
    else:
        pieces = _plain_pieces(table, size)
    for lines, rows, problems in pieces:
        yield _fitted(table, lines, rows, problems)


def _no_score(_: Sequence[str]) -> int:
    return 0


def _from_text(content: bytes, encoding: str, separator: str | None, score: headers.Score) -> Table:
    start = headers.find(content, encoding, separator, score)
    return Table(
        Kind.TEXT,
        tuple(name.strip().lstrip("\ufeff") for name in start.header),
        start.header_line,
        start.first_line,
        encoding,
        start.separator,
        content,
        quoted=encoding.startswith("utf-16") or b'"' in content,
    )


# --- rows of text ---------------------------------------------------------------------------------


def _body(table: Table) -> Iterator[str]:
    assert table.encoding is not None
    stream = headers.opened(table.content, table.encoding)
    for _ in range(table.first_line - 1):
        stream.readline()
    return stream


def _plain_pieces(table: Table, size: int) -> Iterator[_Piece]:
    """Text without a quotation mark: every line is a row."""
    reader = csv.reader(_body(table), delimiter=table.separator or ",", quoting=csv.QUOTE_NONE)
    line = table.first_line
    while rows := _taken(reader, size, line):
        yield range(line, line + len(rows)), rows, []
        line += len(rows)


def _taken(reader: Iterator[list[str]], size: int, line: int) -> list[Sequence[Cell]]:
    try:
        return list(islice(reader, size))
    except csv.Error:
        raise BadInput(
            "A line after line {line} is too long for a table.", line=str(line)
        ) from None


class _Tape:
    """The lines of a text, those of the current row kept."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self.kept: list[str] = []

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.kept.append(line)
            yield line


def _quoted_pieces(table: Table, size: int) -> Iterator[_Piece]:
    """Text with quotation marks: a row may span lines, and a stray mark may swallow many."""
    tape = _Tape(_body(table))
    reader = csv.reader(tape, delimiter=table.separator or ",")
    line = table.first_line
    lines: list[int] = []
    rows: list[Sequence[Cell]] = []
    problems: list[Problem] = []
    while True:
        tape.kept.clear()
        try:
            row = next(reader, None)
        except csv.Error:
            row = []
        if row is None:
            break
        span = len(tape.kept)
        if len(row) == table.width or (span == 1 and len(tape.kept[0]) < csv.field_size_limit()):
            lines.append(line)
            rows.append(row)
        else:
            _rescue(table, line, tape.kept, lines, rows, problems)
        line += span
        if len(rows) + len(problems) >= size:
            yield lines, rows, problems
            lines, rows, problems = [], [], []
    if rows or problems:
        yield lines, rows, problems


def _rescue(
    table: Table,
    first: int,
    kept: list[str],
    lines: list[int],
    rows: list[Sequence[Cell]],
    problems: list[Problem],
) -> None:
    """Read the lines that an unclosed quotation mark swallowed one by one; name the marked ones."""
    for line, written in enumerate(kept, start=first):
        if written.count('"') % 2 or len(written) > csv.field_size_limit():
            message = Phrase("A quotation mark on this line has no partner; check the line.")
            problems.append(Problem(line, None, Code.COLUMNS, message))
        else:
            lines.append(line)
            rows.append(headers.divided(written, table.separator or ","))


def _fitted(
    table: Table, lines: Sequence[int], rows: list[Sequence[Cell]], problems: list[Problem]
) -> Batch:
    """The rows of the right width that hold anything."""
    width = table.width
    even = list(map(len, rows)).count(width) == len(rows) and all(map(_holds_anything, rows))
    if even and not (table.quoted and any(_stands_in_one_cell(row, width) for row in rows)):
        return Batch(lines, rows, problems)
    kept_lines, kept_rows = [], []
    for line, row in zip(lines, rows, strict=True):
        if not _holds_anything(row):
            continue
        if len(row) == width and not (table.quoted and _stands_in_one_cell(row, width)):
            kept_lines.append(line)
            kept_rows.append(row)
        else:
            problems.append(_misfit(line, row, table))
    return Batch(kept_lines, kept_rows, problems)


def _holds_anything(row: Sequence[Cell]) -> bool:
    """Whether any cell of a row says something; blanks alone say nothing."""
    return any(map(text, row))


def _misfit(line: int, row: Sequence[Cell], table: Table) -> Problem:
    if table.quoted and _stands_in_one_cell(row, table.width):
        message = Phrase(
            "The whole row stands inside quotes, as some spreadsheets save it; "
            "remove the outer quotes."
        )
        return Problem(line, None, Code.REQUOTED, message)
    message = Phrase(
        "The row has one column where the header has {expected}."
        if len(row) == 1
        else "The row has {found} columns where the header has {expected}.",
        found=len(row),
        expected=table.width,
    )
    return Problem(line, None, Code.COLUMNS, message)


def _stands_in_one_cell(row: Sequence[Cell], width: int) -> bool:
    """Whether all columns of a row were written into its first cell, the others left blank."""
    if not row or any(row[1:]):
        return False
    first = text(row[0])
    return any(len(headers.divided(first, mark)) == width for mark in headers.SEPARATORS)


# --- rows of a workbook ---------------------------------------------------------------------------


def _from_workbook(content: bytes, score: headers.Score | None, limit: int) -> Table:
    sheets = workbooks.sheets(content, limit)
    if not sheets:
        raise BadInput("The workbook has no rows.")
    score = score or _no_score
    ranked = [(*_header_rank(rows, score), -order) for order, rows in enumerate(sheets)]
    _, _, position, order = max(ranked)
    rows = sheets[-order]
    position = -position
    line, names = rows[position]
    header = [text(cell) for cell in names]
    while header and not header[-1]:
        header.pop()
    if len(header) < 2:
        raise BadInput("No row of the workbook holds names of columns.")
    cells = rows[position + 1 :]
    if not cells:
        raise BadInput("The file has column names on line {line} but no rows.", line=str(line))
    return Table(Kind.WORKBOOK, tuple(header), line, line + 1, cells=cells)


def _header_rank(
    rows: Sequence[tuple[int, Sequence[Cell]]], score: headers.Score
) -> tuple[int, bool, int]:
    """Of the first rows the best: known names, more than one cell, and how far up it stands."""
    ranks = []
    for position, (_, row) in enumerate(rows[: headers.WITHIN]):
        names = [text(cell) for cell in row]
        ranks.append((score(names), len(list(filter(None, names))) > 1, -position))
    return max(ranks)


def _workbook_pieces(table: Table, size: int) -> Iterator[_Piece]:
    for start in range(0, len(table.cells), size):
        piece = table.cells[start : start + size]
        yield (
            [line for line, _ in piece],
            [_padded(row, table.width) for _, row in piece],
            [],
        )


def _padded(row: Sequence[Cell], width: int) -> Sequence[Cell]:
    end = len(row)
    while end > width and row[end - 1] in (None, ""):
        end -= 1
    return [*row[:end], *([None] * (width - end))]
