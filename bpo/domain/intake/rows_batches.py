"""Batches of cells turned into receivables, payments or debtors; repeats are told apart."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial
from itertools import compress
from typing import Any, NamedTuple

from bpo.domain.intake import rows_boletos
from bpo.domain.intake.rows_cells import Cells, Plan
from bpo.domain.intake.rows_records import (
    DebtorRow,
    Field,
    Kind,
    PaymentRow,
    ReceivableRow,
    Row,
)
from bpo.formats.problems import Code, Level, Problem
from bpo.formats.tables import Batch
from bpo.kernel.text import Phrase


class Seen:
    """The rows taken so far: where each identity stood first, and a hash of what the row said.

    Strings and integers only, so that a large table does not burden the garbage collector.
    """

    def __init__(self) -> None:
        self.places: dict[str, int] = {}
        self.lines: list[int] = []
        self.contents: list[int] = []

    def add(self, rows: Sequence[Row], identities: list[str], contents: list[int]) -> list[Problem]:
        """Remember rows; the problems are of those whose identity stood before."""
        start = len(self.lines)
        self.lines += [row[0] for row in rows]
        self.contents += contents
        fresh = dict(zip(identities, range(start, start + len(rows)), strict=True))
        if len(fresh) == len(rows) and self.places.keys().isdisjoint(fresh):
            self.places.update(fresh)
            return []
        firsts = [
            self.places.setdefault(identity, at) for at, identity in enumerate(identities, start)
        ]
        return [
            _repeat(self.lines[at], self.lines[first], self.contents[at] == self.contents[first])
            for at, first in enumerate(firsts, start)
            if at != first
        ]


class Parsed(NamedTuple):
    """The rows of one batch that can be taken, and what is said about them and the others."""

    rows: list[Row]
    problems: list[Problem]


def parsed(kind: Kind, batch: Batch, plan: Plan, seen: Seen) -> Parsed:
    """Read one batch. `seen` remembers the rows of the batches before."""
    if not batch.rows:
        return Parsed([], batch.problems)
    cells = Cells(batch, plan)
    found, identities, contents = _READERS[kind](cells)
    repeats = seen.add(found, identities, contents)
    if repeats:
        repeated = {problem.line for problem in repeats}
        found = [row for row in found if row.line not in repeated]
    remarks = _remarks(found) if kind is Kind.RECEIVABLES else []
    problems = [*batch.problems, *cells.faults.problems, *repeats, *remarks]
    problems.sort(key=lambda problem: problem.line)
    return Parsed(found, problems)


_Read = tuple[list[Any], list[str], list[int]]
"""Rows, the identity of each as text, and a hash of what each says."""


def _receivables(cells: Cells) -> _Read:
    debtors = cells.debtors()
    due = cells.days(Field.DUE_DATE, required=True)
    issue = cells.days(Field.ISSUE_DATE, required=True)
    amount = cells.cents(Field.AMOUNT, required=True)
    balance = cells.cents(Field.BALANCE)
    paid_date, paid = _settlements(cells, amount)
    cells.check_date_order()
    parts, totals = cells.installments()
    numbers, keys = cells.numbers(parts)
    rows = _rows(
        ReceivableRow,
        cells,
        *_unzipped(debtors, 3),
        cells.names(debtors),
        cells.kinds(debtors),
        numbers,
        keys,
        issue,
        due,
        amount,
        balance,
        paid_date,
        paid,
        parts or cells.nothing(),
        totals or cells.nothing(),
        cells.texts(Field.EMAIL),
        cells.texts(Field.PHONE),
        cells.texts(Field.ADDRESS),
        cells.texts(Field.CITY),
        cells.states(),
        cells.texts(Field.POSTAL_CODE),
        cells.texts(Field.CURRENCY),
        cells.texts(Field.DESCRIPTION),
        rows_boletos.lines(cells, due, amount),
        cells.extra(),
    )
    identities = [f"{row[1]}\0{row[7]}" if row[7] else _unnumbered(row) for row in rows]
    return rows, identities, [hash(row[8:14]) for row in rows]


def _unnumbered(row: ReceivableRow) -> str:
    return f"{row.debtor_key}\0\0{row.issue_date}{row.due_date}{row.amount_cents}/{row.installment}"


def _payments(cells: Cells) -> _Read:
    parts, _ = cells.installments()
    numbers, keys = cells.numbers(parts)
    debtors = cells.debtors(required=False)
    for at, (debtor, key) in enumerate(zip(debtors, keys, strict=True)):
        if not key and not debtor.key and at not in cells.faults.rejected:
            message = Phrase("The row names neither a receivable nor a debtor.")
            cells.faults.reject(at, Field.NUMBER, Code.MISSING, message)
    money = Field.PAID_AMOUNT if cells.has(Field.PAID_AMOUNT) else Field.AMOUNT
    days = cells.days(Field.PAID_DATE, required=True)
    cents = cells.cents(money, required=True)
    cells.check_date_order()
    rows = _rows(
        PaymentRow,
        cells,
        *_unzipped(debtors, 3),
        cells.names(debtors),
        numbers,
        keys,
        days,
        cents,
        parts or cells.nothing(),
        cells.texts(Field.DESCRIPTION),
        cells.extra(),
    )
    identities = [
        "\0".join(map(str, (row[1], *row[6:9], row.description, *row.extra.values())))
        for row in rows
    ]
    return rows, identities, [0] * len(rows)


def _debtors(cells: Cells) -> _Read:
    debtors = cells.debtors()
    rows = _rows(
        DebtorRow,
        cells,
        *_unzipped(debtors, 3),
        cells.names(debtors),
        cells.kinds(debtors),
        cells.texts(Field.EMAIL),
        cells.texts(Field.PHONE),
        cells.texts(Field.ADDRESS),
        cells.texts(Field.CITY),
        cells.states(),
        cells.texts(Field.POSTAL_CODE),
        cells.extra(),
    )
    contents = [hash((*row[3:-1], *row.extra.values())) for row in rows]
    return rows, [row.debtor_key for row in rows], contents


_READERS = {Kind.RECEIVABLES: _receivables, Kind.PAYMENTS: _payments, Kind.DEBTORS: _debtors}


def _rows(record: type[Any], cells: Cells, *columns: Iterable[Any]) -> list[Any]:
    """The accepted rows; `tuple.__new__` makes a record in a third of the time of its class."""
    made = map(partial(tuple.__new__, record), zip(cells.lines, *columns, strict=True))
    rejected = cells.faults.rejected
    if not rejected:
        return list(made)
    return list(compress(made, (at not in rejected for at in range(len(cells.lines)))))


def _unzipped(rows: Sequence[Sequence[Any]], count: int) -> list[list[Any]]:
    return [[row[place] for row in rows] for place in range(count)]


def _settlements(
    cells: Cells, amount: Sequence[int | None]
) -> tuple[Sequence[date | None], Sequence[int | None]]:
    """Day and centavos of the payment of each row, both or neither.

    A day without an amount is one full payment on that day. An amount without a day, or a day with
    an amount of zero, cannot be dated or believed, and the row is rejected: taking it as open would
    dun somebody who may have paid.
    """
    days = cells.days(Field.PAID_DATE)
    cents = list(cells.cents(Field.PAID_AMOUNT))
    if not cells.has(Field.PAID_AMOUNT):
        return days, [
            full if day is not None else None for day, full in zip(days, amount, strict=True)
        ]
    for at, (day, paid) in enumerate(zip(days, cents, strict=True)):
        if day is None and paid:
            message = Phrase("The row has a paid amount but no payment date.")
            cells.faults.reject(at, Field.PAID_DATE, Code.MISSING, message)
        elif day is not None and paid == 0:
            message = Phrase("The row has a payment date but a paid amount of zero.")
            cells.faults.reject(at, Field.PAID_AMOUNT, Code.AMOUNT, message)
        elif day is not None and paid is None:
            cents[at] = amount[at]
        elif day is None:
            cents[at] = None
    return days, cents


def _repeat(line: int, first: int, same: bool) -> Problem:
    if same:
        return Problem(
            line, None, Code.DUPLICATE, Phrase("The row repeats line {first}.", first=str(first))
        )
    message = Phrase(
        "The row is the same document as line {first} but says something else; "
        "the first one was taken.",
        first=str(first),
    )
    return Problem(line, None, Code.CONFLICT, message)


def _remarks(rows: Sequence[ReceivableRow]) -> list[Problem]:
    """Warnings about rows that were taken although their dates are in an odd sequence."""
    issued = [(row, row.issue_date) for row in rows if row.issue_date is not None]
    early = [_due_before_issue(row, day) for row, day in issued if row.due_date < day]
    prepaid = [
        _paid_before_issue(row, row.paid_date, day)
        for row, day in issued
        if row.paid_date is not None and row.paid_date < day
    ]
    return early + prepaid


def _due_before_issue(row: ReceivableRow, issue_date: date) -> Problem:
    message = Phrase(
        "Due on {due_date}, before it was issued on {issue_date}; taken as it is.",
        due_date=row.due_date,
        issue_date=issue_date,
    )
    return Problem(row.line, Field.DUE_DATE, Code.DUE_BEFORE_ISSUE, message, Level.WARNING)


def _paid_before_issue(row: ReceivableRow, paid_date: date, issue_date: date) -> Problem:
    message = Phrase(
        "Paid on {paid_date}, before it was issued on {issue_date}; taken as it is.",
        paid_date=paid_date,
        issue_date=issue_date,
    )
    return Problem(row.line, Field.PAID_DATE, Code.PAID_BEFORE_ISSUE, message, Level.WARNING)
