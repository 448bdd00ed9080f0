"""What all rows of a table decide together about how each of them is read."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import itemgetter
from typing import Any

from bpo.domain.intake.rows_cells import AMOUNTS, DATES, name_of
from bpo.domain.intake.rows_columns import Columns
from bpo.domain.intake.rows_keys import Debtors
from bpo.domain.intake.rows_records import Field
from bpo.formats import amounts, dates, tables
from bpo.formats.cells import Cell
from bpo.formats.problems import Ambiguous

READING = 1
"""The way in which tables are read; another number when what was decided before means no more."""

MOST_NAMES = 5_000
"""A table in which more debtors have several names is rather read twice than remembered."""

_FEW_DISORDERED = 3


@dataclass(frozen=True, slots=True)
class Decided:
    """How the rows of one table are read; `total` counts them, those left out included.

    `names` are the names of those debtors whose rows do not all say the same.
    """

    encoding: str | None
    separator: str | None
    dates: dates.Decision
    amounts: amounts.Decision
    names: Mapping[str, str] = field(repr=False)
    total: int


def decide(
    table: tables.Table,
    columns: Columns,
    date_order: dates.Order | None,
    decimal: amounts.Mark | None,
    debtors: Debtors,
) -> Decided:
    """Read all rows once; what a person decided stands. Raises `Ambiguous`.

    The debtors met are remembered in `debtors`.
    """
    survey = _survey(table, columns)
    return Decided(
        table.encoding,
        table.separator,
        _date_order(survey, date_order, table, columns),
        amounts.decide(survey.money, decimal),
        _names(survey.names, debtors),
        survey.total,
    )


def to_json(decided: Decided) -> dict[str, Any] | None:
    """What was decided, to be kept with the file; None where it is too much."""
    if len(decided.names) > MOST_NAMES:
        return None
    return {
        "reading": READING,
        "encoding": decided.encoding,
        "separator": decided.separator,
        "dates": [decided.dates.order, decided.dates.other, decided.dates.mixed],
        "amounts": [decided.amounts.mark, decided.amounts.mixed],
        "names": dict(decided.names),
        "total": decided.total,
    }


def from_json(data: Mapping[str, Any] | None) -> Decided | None:
    """What `to_json` wrote; None for nothing, and for what another way of reading decided."""
    if not data or data.get("reading") != READING:
        return None
    order, other, is_mixed = data["dates"]
    mark, has_both = data["amounts"]
    return Decided(
        data["encoding"],
        data["separator"],
        dates.Decision(dates.Order(order), other and dates.Order(other), is_mixed),
        amounts.Decision(amounts.Mark(mark), has_both),
        data["names"],
        data["total"],
    )


@dataclass(slots=True)
class _Survey:
    """What all rows of a file say about how it is written."""

    days: Counter[Cell] = field(default_factory=Counter)
    money: amounts.Evidence = field(default_factory=amounts.Evidence)
    names: Counter[tuple[Cell, Cell, Cell]] = field(default_factory=Counter)
    total: int = 0


def _survey(table: tables.Table, columns: Columns) -> _Survey:
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


def _named_debtor(columns: Columns) -> Callable[[Sequence[Cell]], tuple[Cell, Cell, Cell]]:
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
    """The most frequent name, the first among equals, of debtors whose rows do not say the same."""
    told = [
        (debtors[number, document].key, name_of(written), count)
        for (number, document, written), count in counted.items()
    ]
    firsts: dict[str, str] = {}
    several = {key for key, name, _ in told if firsts.setdefault(key, name) != name and key}
    counts: dict[str, Counter[str]] = {key: Counter() for key in several}
    for key, name, count in told:
        if key in several and name:
            counts[key][name] += count
    return {key: found.most_common(1)[0][0] for key, found in counts.items()}


def _date_order(
    survey: _Survey, wanted: dates.Order | None, table: tables.Table, columns: Columns
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


def _hint(table: tables.Table, columns: Columns) -> tuple[dates.Order, int] | None:
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
