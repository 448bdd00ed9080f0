"""Where a table begins in a text: the separator that divides it best, and its column names."""

import csv
import io
import re
from collections.abc import Callable, Sequence
from itertools import islice
from typing import NamedTuple

from bpo.kernel.errors import BadInput

SEPARATORS = (";", ",", "\t", "|")
WITHIN = 20
"""Among how many rows that are not blank the column names are looked for."""

_SAMPLE = 60
_SAMPLE_LINES = 400
_MOST_COLUMNS = 500
_DECLARED = re.compile(r"sep=(.)\s*", re.IGNORECASE)

Score = Callable[[Sequence[str]], int]


class Start(NamedTuple):
    """Where a table begins when read with one separator; `following` are its first rows."""

    separator: str
    header: list[str]
    header_line: int
    first_line: int
    following: list[list[str]]
    recognised: int

    @property
    def rank(self) -> tuple[int, float, int]:
        """Known names first, then evenness of the rows, then the number of columns."""
        width = len(self.header)
        even = sum(len(row) == width for row in self.following)
        share = even / len(self.following) if self.following else 0.0
        return (self.recognised, share, width) if width > 1 else (0, 0.0, 0)


def opened(content: bytes, encoding: str) -> io.TextIOWrapper:
    """The text of some bytes, line by line, line ends untouched."""
    return io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline="")


def divided(line: str, separator: str) -> list[str]:
    """The cells of one line on its own; none when it cannot be read."""
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return []


def find(content: bytes, encoding: str, separator: str | None, score: Score) -> Start:
    """The best start over all separators, or with the given one; a `sep=;` line is obeyed.

    Raises `BadInput` when there is no table, or no row below the names.
    """
    declared = _DECLARED.fullmatch(opened(content, encoding).readline(16))
    if separator is None and declared:
        separator = declared[1]
    skipped = 1 if declared else 0
    found = [
        start
        for candidate in ((separator,) if separator else SEPARATORS)
        if (start := _start(content, encoding, candidate, score, skipped))
    ]
    if not found:
        raise BadInput("The file is empty.")
    best = max(found, key=lambda start: start.rank)
    _refuse_no_table(best)
    return best._replace(header=_with_trailing_column(best))


def _start(
    content: bytes, encoding: str, separator: str, score: Score, skipped: int
) -> Start | None:
    records = _first_records(content, encoding, separator, skipped)
    if not records:
        return None
    scores = [score(row) for _, _, row in records[:WITHIN]]
    position = scores.index(max(scores))
    if not scores[position]:
        position = next((i for i, (_, _, row) in enumerate(records) if len(row) > 1), 0)
    line, after, header = records[position]
    following = [row for _, _, row in records[position + 1 :]]
    return Start(separator, header, line, after, following, max(scores))


def _first_records(
    content: bytes, encoding: str, separator: str, skipped: int
) -> list[tuple[int, int, list[str]]]:
    """First line, line after, and cells of the first rows that are not blank."""
    stream = opened(content, encoding)
    for _ in range(skipped):
        stream.readline()
    reader = csv.reader(islice(stream, _SAMPLE_LINES), delimiter=separator)
    records: list[tuple[int, int, list[str]]] = []
    line = skipped + 1
    try:
        for row in reader:
            if any(cell.strip("\ufeff \t") for cell in row):
                records.append((line, skipped + reader.line_num + 1, row))
            line = skipped + reader.line_num + 1
            if len(records) == _SAMPLE:
                break
    except csv.Error:
        records.append((line, line + 1, []))
    return records


def _refuse_no_table(start: Start) -> None:
    width = len(start.header)
    if width < 2:
        if any(mark in name for name in start.header for mark in SEPARATORS):
            raise BadInput(
                "Line {line} should hold the column names, but the whole line stands inside "
                "quotes. Save the file again as CSV without wrapping its rows.",
                line=str(start.header_line),
            )
        raise BadInput(
            "This is not a table: no separator (; , tab or |) divides its first line into columns."
        )
    if width > _MOST_COLUMNS:
        raise BadInput(
            "The table has {found} columns; at most {most} are read.",
            found=width,
            most=_MOST_COLUMNS,
        )
    if not start.following:
        raise BadInput(
            "The file has column names on line {line} but no rows.", line=str(start.header_line)
        )


def _with_trailing_column(start: Start) -> list[str]:
    """The header, one blank name longer when the rows end in a separator and it does not."""
    width = len(start.header)
    trailing = all(len(row) == width + 1 and not row[-1].strip() for row in start.following)
    return [*start.header, ""] if trailing else start.header
