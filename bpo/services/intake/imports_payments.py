"""Payments of an imported file: each finds its receivable, or settles a debtor's oldest ones."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from psycopg import Cursor
from psycopg.types.json import Json
from sqlalchemy.orm import Session

from bpo.domain.intake import findings
from bpo.domain.intake.findings import Code, Finding, Met
from bpo.domain.intake.matching import Named, Register
from bpo.domain.intake.rows import Field, PaymentRow
from bpo.kernel.actor import Actor
from bpo.kernel.text import Phrase
from bpo.services.intake import imports_books as books
from bpo.services.intake.imports_books import Books, Money, Part

_NUMBERED = """
SELECT id, debtor_id, number_key, due_date, effective_due_date, amount_cents - settled_cents,
    settled_on
FROM receivables
WHERE workspace_id = %(workspace)s AND number_key = ANY (%(keys)s)
ORDER BY id FOR NO KEY UPDATE
"""
_OPEN = """
SELECT id, debtor_id, number_key, due_date, effective_due_date, amount_cents - settled_cents,
    settled_on
FROM receivables
WHERE workspace_id = %(workspace)s AND debtor_id = ANY (%(debtors)s) AND settled_on IS NULL
ORDER BY id FOR NO KEY UPDATE
"""
_BOOKED = """
SELECT f.no FROM json_to_recordset(%(rows)s)
    AS f (no int, debtor_id bigint, receivable_id bigint, on_day date, cents bigint, nth int)
WHERE f.nth <= (
    SELECT count(*) FROM payments p
    WHERE p.workspace_id = %(workspace)s AND p.debtor_id = f.debtor_id AND p.paid_on = f.on_day
      AND p.amount_cents = f.cents AND p.import_id IS DISTINCT FROM %(import)s
      AND (f.receivable_id IS NULL OR EXISTS (
          SELECT FROM entries e
          WHERE e.workspace_id = p.workspace_id AND e.payment_id = p.id
            AND e.receivable_id = f.receivable_id))
      AND NOT EXISTS (
          SELECT FROM payments u
          WHERE u.workspace_id = p.workspace_id AND u.reverses_id = p.id
            AND u.import_id IS NOT NULL))
"""
"""Payments that the books hold already, whoever recorded them, but for those undone with a file."""


class _Title(NamedTuple):
    """A receivable that payments of the file may settle."""

    id: int
    debtor_id: int
    number_key: str
    due_date: date
    effective_due_date: date
    open_cents: int
    settled_on: date | None


class _Meant(NamedTuple):
    """A row with the debtor and the receivable it means, and the key of its payment.

    `nth` counts equal payments within the file.
    """

    row: PaymentRow
    debtor_id: int
    title: _Title | None
    key: str
    nth: int


@dataclass(slots=True)
class Payments:
    """Takes a file of payments in, piece by piece; `applied` counts payments that were new."""

    session: Session
    cursor: Cursor[Any]
    actor: Actor
    workspace_id: int
    import_id: int
    register: Register
    now: datetime
    applied: int = 0
    _seen: Counter[str] = field(default_factory=Counter)
    _open: dict[int, int] = field(default_factory=dict)
    _books: Books = field(init=False)

    def __post_init__(self) -> None:
        self._books = Books(self.cursor, self.workspace_id, self.import_id)

    def take(self, rows: list[PaymentRow]) -> list[Finding]:
        """Book some payments; returns what is to be said about their rows."""
        titles = self._titles(rows)
        found = [self._meant(row, titles) for row in rows]
        meant = [one for one in found if isinstance(one, _Meant)]
        remarks = [one for one in found if isinstance(one, Finding)]
        known = self._books.known({one.key for one in meant})
        fresh = self._not_booked([one for one in meant if one.key not in known])
        unnumbered = self._owed(one.debtor_id for one in fresh if one.title is None)
        for one in fresh:
            remark = self._pay(one, unnumbered)
            remarks += [remark] if remark else []
        self._books.write(self.session, self.actor, self.now)
        return remarks

    def _titles(self, rows: list[PaymentRow]) -> dict[str, list[_Title]]:
        keys = sorted({row.number_key for row in rows if row.number_key})
        found = self._read(_NUMBERED, keys=keys)
        titles: dict[str, list[_Title]] = defaultdict(list)
        for title in found:
            titles[title.number_key].append(title)
        return titles

    def _owed(self, debtors: Iterable[int]) -> dict[int, list[_Title]]:
        """The open receivables of debtors whose payments name none, oldest first."""
        ids = sorted(set(debtors))
        owed: dict[int, list[_Title]] = defaultdict(list)
        for title in self._read(_OPEN, debtors=ids) if ids else []:
            owed[title.debtor_id].append(title)
        for titles in owed.values():
            titles.sort(key=lambda title: (title.due_date, -title.open_cents, title.id))
        return owed

    def _read(self, statement: str, **where: Any) -> list[_Title]:
        rows = self.cursor.execute(statement, {"workspace": self.workspace_id} | where).fetchall()
        titles = [_Title(*row) for row in rows]
        for title in titles:
            self._open[title.id] = title.open_cents
        return titles

    def _meant(self, row: PaymentRow, titles: dict[str, list[_Title]]) -> _Meant | Finding:
        debtor = (
            self.register.find(Named(row.debtor_key, row.debtor_ref, row.debtor_document))
            if row.debtor_key
            else None
        )
        if row.debtor_key and debtor is None:
            message = Phrase("There is no customer {reference} here.", reference=row.debtor_ref)
            return findings.reject(row.line, Field.DEBTOR_REF, Met.UNKNOWN, message)
        if not row.number_key:
            assert debtor
            key = f"{books.SOURCE}:d{debtor.id}:{row.paid_date}:{row.amount_cents}"
            return self._keyed(row, debtor.id, None, key)
        found = [
            title
            for title in titles.get(row.number_key, ())
            if debtor is None or title.debtor_id == debtor.id
        ]
        if len(found) != 1:
            return _not_one(row, len(found))
        key = books.key(found[0].id, row.paid_date, row.amount_cents)
        return self._keyed(row, found[0].debtor_id, found[0], key)

    def _keyed(self, row: PaymentRow, debtor_id: int, title: _Title | None, key: str) -> _Meant:
        """A row under a key that tells equal payments within one file apart."""
        self._seen[key] += 1
        nth = self._seen[key]
        return _Meant(row, debtor_id, title, key if nth == 1 else f"{key}:{nth}", nth)

    def _not_booked(self, found: list[_Meant]) -> list[_Meant]:
        """Those that nobody has recorded: no person, no bank, and no other file."""
        rows = [
            {
                "no": no,
                "debtor_id": one.debtor_id,
                "receivable_id": one.title.id if one.title else None,
                "on_day": one.row.paid_date.isoformat(),
                "cents": one.row.amount_cents,
                "nth": one.nth,
            }
            for no, one in enumerate(found)
        ]
        if not rows:
            return []
        where = {"workspace": self.workspace_id, "import": self.import_id, "rows": Json(rows)}
        booked = {no for (no,) in self.cursor.execute(_BOOKED, where).fetchall()}
        return [one for no, one in enumerate(found) if no not in booked]

    def _pay(self, one: _Meant, owed: dict[int, list[_Title]]) -> Finding | None:
        """Book one payment; what it leaves over is credit."""
        row, title = one.row, one.title
        if title and not self._open[title.id]:
            return _settled_already(row, title)
        titles = [title] if title else owed[one.debtor_id]
        parts = [
            Part(
                each.id,
                self._open[each.id],
                bool(title) and row.paid_date > each.effective_due_date,
            )
            for each in titles
            if self._open[each.id]
        ]
        money = Money(one.debtor_id, row.amount_cents, row.paid_date, one.key, row.description)
        left = row.amount_cents
        for part in parts:
            settled = min(part.open_cents, left)
            self._open[part.receivable_id] -= settled
            left -= settled
        credit = self._books.pay(money, parts)
        self.applied += 1
        return _kept(row, credit) if credit else None


def _not_one(row: PaymentRow, count: int) -> Finding:
    if count:
        message = Phrase(
            "{count} customers have a receivable {number}: the row must name the customer.",
            count=count,
            number=row.number,
        )
        return findings.reject(row.line, Field.NUMBER, Code.CONFLICT, message)
    message = Phrase("There is no receivable {number} here.", number=row.number)
    return findings.reject(row.line, Field.NUMBER, Met.UNKNOWN, message)


def _settled_already(row: PaymentRow, title: _Title) -> Finding:
    if title.settled_on is None:
        message = Phrase(
            "Earlier rows settle receivable {number} already; was it paid twice?",
            number=row.number,
        )
    else:
        message = Phrase(
            "Receivable {number} has been settled since {settled_on}; was it paid twice?",
            number=row.number,
            settled_on=title.settled_on,
        )
    return findings.reject(row.line, Field.NUMBER, Met.SETTLED, message)


def _kept(row: PaymentRow, credit: int) -> Finding:
    message = Phrase(
        "{credit_cents} of the payment are more than is owed; kept as credit.", credit_cents=credit
    )
    return findings.warn(row.line, Field.PAID_AMOUNT, Met.SETTLED, message)
