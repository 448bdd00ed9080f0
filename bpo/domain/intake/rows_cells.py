"""The columns of one batch, turned from cells into values under the decisions made for the file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import repeat
from operator import itemgetter
from typing import Any

from bpo.domain.intake.rows_columns import Columns, folded, without_own
from bpo.domain.intake.rows_faults import Faults, check_amounts, check_dates, check_order, shown
from bpo.domain.intake.rows_keys import Debtor, Debtors, installment_of, is_shortened, numbers_of
from bpo.domain.intake.rows_records import DebtorKind, Field
from bpo.formats import amounts, dates
from bpo.formats.cells import BLANKS, Cell, text
from bpo.formats.problems import Code
from bpo.formats.tables import Batch
from bpo.kernel.text import Phrase, searchable

DATES = (Field.ISSUE_DATE, Field.DUE_DATE, Field.PAID_DATE)
AMOUNTS = (Field.AMOUNT, Field.BALANCE, Field.PAID_AMOUNT)

_PERSON = frozenset(["pf", "f", "fisica", "cpf", "person", "individual"])
_COMPANY = frozenset(["pj", "j", "juridica", "cnpj", "company"])
_NO = frozenset({"", "0", "n", "nao", "no", "false", "-"})


class Names(dict[Cell, str | None]):
    """Cell to name, None for a blank; each distinct cell is worked out once."""

    def __missing__(self, cell: Cell) -> str | None:
        name = self[cell] = name_of(cell) or None
        return name


@dataclass(frozen=True, slots=True)
class Plan:
    """What was decided for a whole table, and what is remembered while it is read.

    `names` are those of debtors whose rows do not all say the same.
    """

    header: Sequence[str]
    columns: Columns
    dates: dates.Reader
    amounts: amounts.Reader
    names: Mapping[str, str] = field(default_factory=dict)
    typed: bool = False
    debtors: Debtors = field(default_factory=Debtors)
    written: Names = field(default_factory=Names)

    @property
    def unused(self) -> dict[int, str]:
        """Position and name of the named columns that have no field."""
        used = set(self.columns.values())
        named = {at: name for at, name in enumerate(self.header) if name and at not in used}
        return without_own(named)

    def name_of(self, field: Field) -> str:
        """The file's own name of a column."""
        return self.header[self.columns[field]] or field


_QUOTED = tuple(f"'{sign}" for sign in "=+-@\uff1d\uff0b\uff0d\uff20")


class Cells:
    """One batch by columns; what cannot be read goes to `faults`."""

    def __init__(self, batch: Batch, plan: Plan) -> None:
        self.plan = plan
        self.lines = batch.lines
        self.faults = Faults(batch.lines)
        self._rows = batch.rows
        self._columns: list[tuple[Cell, ...]] = list(zip(*batch.rows, strict=True))

    def has(self, field: Field) -> bool:
        """Whether the table has such a column."""
        return field in self.plan.columns

    def of(self, field: Field) -> Sequence[Cell]:
        """The cells of a column, or as many blanks."""
        if field not in self.plan.columns:
            return (None,) * len(self.lines)
        return self._columns[self.plan.columns[field]]

    def debtors(self, *, required: bool = True) -> list[Debtor]:
        """The debtor of each row; a row that names none, or none that can be used, is rejected."""
        pairs = zip(self.of(Field.DEBTOR_REF), self.of(Field.DEBTOR_DOCUMENT), strict=True)
        found = list(map(self.plan.debtors.__getitem__, pairs))
        if not self.plan.debtors.are_sound:
            for at, debtor in enumerate(found):
                self._check_debtor(at, debtor, required)
        return found

    def days(self, field: Field, *, required: bool = False) -> Sequence[date | None]:
        """The days of a column."""
        if not self.has(field):
            return (None,) * len(self.lines)
        cells = self.of(field)
        reader = self.plan.dates
        days = list(map(reader.__getitem__, cells))
        name = self.plan.name_of(field)
        check_dates(self.faults, field, name, cells, days, reader, required=required)
        return days

    def cents(self, field: Field, *, required: bool = False) -> Sequence[int | None]:
        """The centavos of a column."""
        if not self.has(field):
            return (None,) * len(self.lines)
        cells = self.of(field)
        reader = self.plan.amounts
        cents = reader.column(cells)
        name = self.plan.name_of(field)
        check_amounts(self.faults, field, name, cells, cents, reader, required=required)
        return cents

    def check_date_order(self) -> None:
        """Mark rows whose dates stay open in a file that mixes two orders."""
        present = [field for field in DATES if self.has(field)]
        columns = [(field, self.plan.name_of(field), self.of(field)) for field in present]
        check_order(self.faults, columns, self.plan.dates)

    def numbers(self, parts: Sequence[int | None] | None) -> tuple[Sequence[str], Sequence[str]]:
        """Numbers as written and as matched, the instalment added to the latter.

        One that a spreadsheet shortened is rejected.
        """
        written, keys = numbers_of(self.of(Field.NUMBER))
        if "+" in "".join(written):
            for at, number in enumerate(written):
                if is_shortened(number):
                    self._reject_damaged(at, Field.NUMBER, number)
        if parts is None:
            return written, keys
        return written, [
            f"{key}/{part}" if part and key else key for key, part in zip(keys, parts, strict=True)
        ]

    def installments(self) -> tuple[Sequence[int | None] | None, Sequence[int | None] | None]:
        """The columns of instalment n and of m, None when the table has none.

        What cannot be read is passed over with a warning.
        """
        if not self.has(Field.INSTALLMENT):
            return None, None
        cells = self.of(Field.INSTALLMENT)
        found = map(installment_of, cells, self.of(Field.INSTALLMENTS))
        pairs = [
            part if part is not None else self._unreadable_installment(at, cells[at])
            for at, part in enumerate(found)
        ]
        return [part for part, _ in pairs], [total for _, total in pairs]

    def texts(self, field: Field) -> Iterable[str | None]:
        """The trimmed texts of a column, None for blanks."""
        if not self.has(field):
            return self.nothing()
        return [text(cell) or None for cell in self.of(field)]

    def nothing(self) -> Iterable[None]:
        """A column of nothing."""
        return repeat(None, len(self.lines))

    def names(self, debtors: Iterable[Debtor]) -> Iterable[str | None]:
        """One name per debtor: the most frequent in the table, the first among equals."""
        if not self.has(Field.DEBTOR_NAME):
            return self.nothing()
        own = list(map(self.plan.written.__getitem__, self.of(Field.DEBTOR_NAME)))
        names = self.plan.names
        if not names:
            return own
        return [names.get(debtor.key, name) for debtor, name in zip(debtors, own, strict=True)]

    def kinds(self, debtors: Iterable[Debtor]) -> Iterable[DebtorKind | None]:
        """Person or company: by a column that says so, else by CPF or CNPJ."""
        if not self.has(Field.DEBTOR_KIND):
            if not self.has(Field.DEBTOR_DOCUMENT):
                return self.nothing()
            return [_kind_of_document(debtor.document) for debtor in debtors]
        is_flag = folded(self.plan.name_of(Field.DEBTOR_KIND)) == "flagpf"
        read = _flagged if is_flag else _named_kind
        return [
            read(searchable(text(cell))) or _kind_of_document(debtor.document)
            for cell, debtor in zip(self.of(Field.DEBTOR_KIND), debtors, strict=True)
        ]

    def states(self) -> Iterable[str | None]:
        """Two-letter states, other values dropped."""
        if not self.has(Field.STATE):
            return self.nothing()
        return [
            name.upper() if name and len(name) == 2 and name.isalpha() else None
            for name in self.texts(Field.STATE)
        ]

    def extra(self) -> Iterable[Mapping[str, str]]:
        """The named columns that mean nothing to the program, kept as information."""
        places = self.plan.unused
        if not places:
            return ({} for _ in self.lines)
        names = tuple(places.values())
        picked: Iterable[Any] = map(itemgetter(*places), self._rows)
        if len(places) == 1:
            return ({names[0]: text(cell)} for cell in picked)
        if self.plan.typed:
            picked = (tuple(map(text, cells)) for cells in picked)
        return [dict(zip(names, cells)) for cells in picked]  # noqa: B905 as long as `places`

    def _check_debtor(self, at: int, debtor: Debtor, required: bool) -> None:
        if debtor.code is Code.DAMAGED:
            self._reject_damaged(at, Field.DEBTOR_REF, debtor.ref)
        elif debtor.code is Code.DOCUMENT:
            self._check_document(at, debtor)
        elif required and not debtor.key:
            message = Phrase("The row names no customer number, CPF or CNPJ.")
            self.faults.reject(at, Field.DEBTOR_REF, Code.MISSING, message)

    def _check_document(self, at: int, debtor: Debtor) -> None:
        message = Phrase(
            "{value} is not a valid CPF or CNPJ.", value=shown(self.of(Field.DEBTOR_DOCUMENT)[at])
        )
        tell = self.faults.warn if debtor.key else self.faults.reject
        tell(at, Field.DEBTOR_DOCUMENT, Code.DOCUMENT, message)

    def _reject_damaged(self, at: int, field: Field, written: str) -> None:
        message = Phrase(
            "A spreadsheet shortened {value}: its last digits are lost. Export the column as text.",
            value=written,
        )
        self.faults.reject(at, field, Code.DAMAGED, message)

    def _unreadable_installment(self, at: int, cell: Cell) -> tuple[None, None]:
        message = Phrase("{value} is not an instalment such as 1/3.", value=shown(cell))
        self.faults.warn(at, Field.INSTALLMENT, Code.INSTALLMENT, message)
        return None, None


def _kind_of_document(document: str | None) -> DebtorKind | None:
    if document is None:
        return None
    return DebtorKind.PERSON if len(document) == 11 else DebtorKind.COMPANY


def _flagged(word: str) -> DebtorKind:
    return DebtorKind.COMPANY if word in _NO else DebtorKind.PERSON


def _named_kind(word: str) -> DebtorKind | None:
    words = set(word.split())
    if words & _PERSON:
        return DebtorKind.PERSON
    return DebtorKind.COMPANY if words & _COMPANY else None


def name_of(cell: Cell) -> str:
    """A name with single spaces; blank for null words.

    The apostrophe by which exports keep a cell from running as a formula is no part of it.
    """
    name = " ".join(text(cell).split())
    if name.startswith(_QUOTED):
        name = name[1:]
    return "" if name.lower() in BLANKS else name
