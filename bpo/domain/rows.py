"""Tables of receivables, payments and debtors: what decides how one is read, and its rows."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from operator import itemgetter

from bpo.domain import rows_batches, rows_columns
from bpo.domain.rows_batches import Parsed
from bpo.domain.rows_cells import AMOUNTS, DATES, Plan, name_of
from bpo.domain.rows_keys import Debtors
from bpo.domain.rows_names import LABELS
from bpo.domain.rows_records import DebtorRow, Field, Kind, PaymentRow, ReceivableRow, Row
from bpo.formats import amounts, dates, tables
from bpo.formats.cells import Cell, text
from bpo.formats.problems import Ambiguous, Code, Level, Problem
from bpo.kernel.errors import BadInput
from bpo.kernel.text import Phrase

__all__ = [
    "LABELS",
    "Ambiguous",
    "Choices",
    "Code",
    "DebtorRow",
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
    "outline",
    "parse",
]

_SAMPLES = 200
_FEW_DISORDERED = 3


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
    content: bytes, choices: Choices | None = None, *, limit: int = tables.DEFAULT_LIMIT
) -> Examined:
    """Read a file once and decide its columns, date order and decimal mark from all of its rows.

    `limit` is in bytes. Raises `BadInput` when it is no table or lacks a column, and `Ambiguous`
    when its dates or amounts can be read in two ways and nothing in it decides.
    """
    choices = choices or Choices()
    table = _opened(content, choices, limit)
    columns = rows_columns.recognise(table.header, _samples(table), choices.mapping)
    kind = _kind(choices.kind, columns, table.header)
    survey = _survey(table, columns)
    date_order = _date_order(survey, choices.date_order, table, columns)
    mark = amounts.decide(survey.money, choices.decimal)
    debtors = Debtors()
    plan = Plan(
        table.header,
        columns,
        dates.Reader(date_order),
        amounts.Reader(mark),
        _names(survey.names, debtors),
        typed=table.kind is tables.Kind.WORKBOOK,
        debtors=debtors,
    )
    options = Options(
        table.kind,
        table.encoding,
        table.separator,
        mark.mark,
        date_order.order,
        _named(table, columns),
        table.header_line,
    )
    return Examined(kind, options, survey.total, _notes(kind, columns), table, plan)


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


# --- the whole file -------------------------------------------------------------------------------


@dataclass(slots=True)
class _Survey:
    """What all rows of a file say about how it is written."""

    days: Counter[Cell] = field(default_factory=Counter)
    money: amounts.Evidence = field(default_factory=amounts.Evidence)
    names: Counter[tuple[Cell, Cell, Cell]] = field(default_factory=Counter)
    total: int = 0


def _survey(table: tables.Table, columns: rows_columns.Columns) -> _Survey:
    survey = _Survey()
    days = [itemgetter(columns[field]) for field in DATES if field in columns]
    money = [itemgetter(columns[field]) for field in AMOUNTS if field in columns]
    who = _named_debtor(columns)
    for batch in tables.batches(table):
        survey.total += len(batch.rows) + len(batch.problems)
        if not batch.rows:
            continue
        for place in days:
            survey.days.update(map(place, batch.rows))
        for place in money:
            survey.money.add(map(place, batch.rows))
        if Field.DEBTOR_NAME in columns:
            survey.names.update(map(who, batch.rows))
    return survey


def _named_debtor(
    columns: rows_columns.Columns,
) -> Callable[[Sequence[Cell]], tuple[Cell, Cell, Cell]]:
    """A function from a row to its debtor's number, document and name."""
    number, document, name = (
        columns.get(field) for field in (Field.DEBTOR_REF, Field.DEBTOR_DOCUMENT, Field.DEBTOR_NAME)
    )
    if number is not None and document is not None and name is not None:
        return itemgetter(number, document, name)
    return lambda row: (
        None if number is None else row[number],
        None if document is None else row[document],
        None if name is None else row[name],
    )


def _names(counted: Mapping[tuple[Cell, Cell, Cell], int], debtors: Debtors) -> dict[str, str]:
    """The most frequent name of each debtor, the first among equals."""
    counts: dict[str, Counter[str]] = {}
    for (number, document, written), count in counted.items():
        name = name_of(written)
        if name:
            counts.setdefault(debtors[number, document].key, Counter())[name] += count
    return {key: found.most_common(1)[0][0] for key, found in counts.items()}


def _notes(kind: Kind, columns: rows_columns.Columns) -> list[Phrase]:
    notes = []
    if kind is Kind.RECEIVABLES and Field.ISSUE_DATE not in columns:
        notes.append(Phrase("The file has no issue date; the due date stands in for it."))
    return notes


def _date_order(
    survey: _Survey, wanted: dates.Order | None, table: tables.Table, columns: rows_columns.Columns
) -> dates.Decision:
    try:
        return dates.decide(survey.days, wanted)
    except Ambiguous as doubt:
        hint = _hint(table, columns)
        if hint is None:
            raise
        likely, disordered = hint
        raise Ambiguous(
            "The dates can be read as day/month/year and as month/day/year, {example} for one. "
            "Say which with --date-order dmy or --date-order mdy. With {likely} no row is due "
            "before it was issued, with the other {disordered} are.",
            option=doubt.option,
            choices=doubt.choices,
            field=doubt.field,
            example=doubt.phrase.params["example"],
            likely=likely,
            disordered=disordered,
        ) from None


def _hint(table: tables.Table, columns: rows_columns.Columns) -> tuple[dates.Order, int] | None:
    """The order under which no row is due before its issue, when the other has several such rows.

    A hint for the person who decides, never a decision: real files hold such rows.
    """
    if not {Field.ISSUE_DATE, Field.DUE_DATE} <= columns.keys():
        return None
    orders = (dates.Order.DMY, dates.Order.MDY)
    disordered = dict.fromkeys(orders, 0)
    readers = {order: dates.Reader(dates.Decision(order)) for order in orders}
    for batch in tables.batches(table):
        for row in batch.rows:
            issue, due = row[columns[Field.ISSUE_DATE]], row[columns[Field.DUE_DATE]]
            for order, reader in readers.items():
                disordered[order] += _is_before(reader[due], reader[issue])
    likely = min(orders, key=lambda order: disordered[order])
    worst = max(disordered.values())
    return (likely, worst) if not disordered[likely] and worst >= _FEW_DISORDERED else None


def _is_before(due: date | None, issue: date | None) -> bool:
    return (
        due is not None
        and issue is not None
        and dates.UNREADABLE not in (due, issue)
        and due < issue
    )
