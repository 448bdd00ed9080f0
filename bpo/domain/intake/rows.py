"""Tables of receivables, payments and debtors: what decides how one is read, and its rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce

from bpo.domain.intake import rows_batches, rows_columns, rows_survey
from bpo.domain.intake.rows_batches import Parsed
from bpo.domain.intake.rows_cells import Plan
from bpo.domain.intake.rows_keys import Debtors
from bpo.domain.intake.rows_names import LABELS
from bpo.domain.intake.rows_records import (
    DebtorRow,
    Field,
    Kind,
    PaymentRow,
    ReceivableRow,
    Row,
    known_since,
)
from bpo.domain.intake.rows_survey import Decided
from bpo.formats import amounts, dates, tables
from bpo.formats.cells import text
from bpo.formats.problems import Ambiguous, Code, Level, Problem
from bpo.kernel.errors import BadInput
from bpo.kernel.text import Phrase

__all__ = [
    "LABELS",
    "Ambiguous",
    "Choices",
    "Code",
    "DebtorRow",
    "Decided",
    "Examined",
    "Field",
    "Kind",
    "Level",
    "Options",
    "Outline",
    "Parsed",
    "PaymentRow",
    "Problem",
    "ReceivableRow",
    "Row",
    "Table",
    "batches",
    "examine",
    "known_since",
    "outline",
    "parse",
]

_SAMPLES = 200


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person decided about a file; what is None is found out.

    `mapping` names the column of a field (`{"due_date": "Venc."}`), a blank name for none.
    """

    kind: Kind | None = None
    encoding: str | None = None
    separator: str | None = None
    decimal: amounts.Mark | None = None
    date_order: dates.Order | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Options:
    """How a file was read. `mapping` has the file's column name of each field."""

    file_kind: tables.Kind
    encoding: str | None
    separator: str | None
    decimal: amounts.Mark
    date_order: dates.Order
    mapping: Mapping[Field, str]
    header_line: int


@dataclass(frozen=True, slots=True)
class Outline:
    """What a file looks like before anything is decided: for choosing its columns."""

    header: Sequence[str]
    samples: Sequence[Sequence[str]]
    mapping: Mapping[Field, str]
    kind: Kind | None
    missing: Sequence[Field]
    encoding: str | None
    separator: str | None


@dataclass(frozen=True, slots=True)
class Examined:
    """A file whose doubts are settled; `batches` gives its rows.

    `total` counts its rows, those that will be rejected included, blank lines not.
    """

    kind: Kind
    options: Options
    total: int
    notes: Sequence[Phrase]
    table: tables.Table = field(repr=False)
    plan: Plan = field(repr=False)
    decided: Decided = field(repr=False)


@dataclass(frozen=True, slots=True)
class Table:
    """A whole file in memory. `problems` has rejections and warnings, by line."""

    kind: Kind
    options: Options
    rows: list[Row]
    problems: list[Problem]
    notes: Sequence[Phrase]
    total: int

    @property
    def rejected(self) -> int:
        """How many rows were left out."""
        return self.total - len(self.rows)


def outline(
    content: bytes, choices: Choices | None = None, *, limit: int = tables.DEFAULT_LIMIT
) -> Outline:
    """The columns of a file, what they seem to mean, and its first rows; decides nothing."""
    choices = choices or Choices()
    table = _opened(content, choices, limit)
    samples = _samples(table)
    columns = rows_columns.recognise(table.header, samples, choices.mapping)
    kind = choices.kind or rows_columns.detect_kind(columns)
    return Outline(
        table.header,
        samples[:20],
        _named(table, columns),
        kind,
        rows_columns.missing(kind or Kind.RECEIVABLES, columns),
        table.encoding,
        table.separator,
    )


def examine(
    content: bytes,
    choices: Choices | None = None,
    decided: Decided | None = None,
    *,
    limit: int = tables.DEFAULT_LIMIT,
) -> Examined:
    """Read a file once and decide its columns, date order and decimal mark from all of its rows.

    `decided` is what the same bytes decided before under the same choices: they are not read again
    for it. `limit` is in bytes. Raises `BadInput` when it is no table or lacks a column, and
    `Ambiguous` when its dates or amounts can be read in two ways and nothing in it decides.
    """
    choices = choices or Choices()
    table = _opened(content, _written_as(choices, decided), limit)
    columns = rows_columns.recognise(table.header, _samples(table), choices.mapping)
    kind = _kind(choices.kind, columns, table.header)
    debtors = Debtors()
    if decided is None:
        decided = rows_survey.decide(table, columns, choices.date_order, choices.decimal, debtors)
    plan = Plan(
        table.header,
        columns,
        dates.Reader(decided.dates),
        amounts.Reader(decided.amounts),
        decided.names,
        typed=table.kind is tables.Kind.WORKBOOK,
        debtors=debtors,
    )
    options = Options(
        table.kind,
        table.encoding,
        table.separator,
        decided.amounts.mark,
        decided.dates.order,
        _named(table, columns),
        table.header_line,
    )
    return Examined(kind, options, decided.total, _notes(kind, columns), table, plan, decided)


def batches(examined: Examined, size: int = tables.BATCH) -> Iterator[Parsed]:
    """The rows of an examined file, `size` at a time, each batch with the problems of its lines."""
    seen = rows_batches.Seen()
    for batch in tables.batches(examined.table, size):
        yield rows_batches.parsed(examined.kind, batch, examined.plan, seen)


def parse(
    content: bytes, choices: Choices | None = None, *, limit: int = tables.DEFAULT_LIMIT
) -> Table:
    """A whole file at once: `examine` and all of its `batches`. Same errors."""
    examined = examine(content, choices, limit=limit)
    rows: list[Row] = []
    problems: list[Problem] = []
    for piece in batches(examined):
        rows += piece.rows
        problems += piece.problems
    return Table(examined.kind, examined.options, rows, problems, examined.notes, examined.total)


def _opened(content: bytes, choices: Choices, limit: int) -> tables.Table:
    return tables.read(
        content,
        encoding=choices.encoding,
        separator=choices.separator,
        score=rows_columns.known,
        limit=limit,
    )


def _written_as(choices: Choices, decided: Decided | None) -> Choices:
    """The choices, with the encoding and the separator that were found before."""
    if decided is None:
        return choices
    return replace(choices, encoding=decided.encoding, separator=decided.separator)


def _samples(table: tables.Table) -> list[list[str]]:
    first = next(tables.batches(table, _SAMPLES), None)
    return [[text(cell) for cell in row] for row in first.rows] if first else []


def _named(table: tables.Table, columns: rows_columns.Columns) -> dict[Field, str]:
    return {field: table.header[at] for field, at in columns.items()}


def _kind(wanted: Kind | None, columns: rows_columns.Columns, header: Sequence[str]) -> Kind:
    kind = wanted or rows_columns.detect_kind(columns)
    lacking = rows_columns.missing(kind or Kind.RECEIVABLES, columns)
    if kind is None or lacking:
        raise BadInput(
            "The file has no column that is known to be: {fields}. Its columns are: {columns}.",
            fields=_listed(lacking),
            columns=", ".join(filter(None, header)),
        )
    return kind


def _listed(fields: Sequence[Field]) -> Phrase:
    labels = [Phrase(LABELS[field]) for field in fields]
    return reduce(
        lambda first, second: Phrase("{first}; {second}", first=first, second=second), labels
    )


def _notes(kind: Kind, columns: rows_columns.Columns) -> list[Phrase]:
    notes = []
    if kind is Kind.RECEIVABLES and Field.ISSUE_DATE not in columns:
        notes.append(
            Phrase(
                "The file has no issue date: an invoice counts as issued on the day of the first "
                "file that names it, or on its due date if that is earlier."
            )
        )
    return notes
