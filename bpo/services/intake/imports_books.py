"""Payments and revisions that a file brings to receivables already recorded, written in bulk."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any, NamedTuple

from psycopg import Cursor
from psycopg.types.json import Json
from sqlalchemy import insert
from sqlalchemy.orm import Session

from bpo.domain.cash import allocation
from bpo.kernel.actor import Actor
from bpo.models import AuditEntry

SOURCE = "import"

_DUMPS = partial(json.dumps, default=str)
"""Days become ISO texts."""

_RESERVE = "SELECT nextval('payments_id_seq') FROM generate_series(1, %s)"
_PAYMENTS = """
INSERT INTO payments (workspace_id, id, debtor_id, amount_cents, paid_on, note, idempotency_key,
    source, import_id)
SELECT %(workspace)s, f.*, %(source)s, %(import)s
FROM json_to_recordset(%(rows)s)
    AS f (id bigint, debtor_id bigint, cents bigint, paid_on date, note text, key text)
"""
_ENTRIES = """
INSERT INTO entries (workspace_id, import_id, receivable_id, payment_id, kind, on_day,
    principal_cents, interest_cents, reason)
SELECT %(workspace)s, %(import)s, f.*
FROM json_to_recordset(%(rows)s)
    AS f (receivable_id bigint, payment_id bigint, kind text, day date, principal bigint,
        interest bigint, reason text)
"""
_REVISE = """
UPDATE receivables r
SET issue_date = f.issue_date, due_date = f.due_date, effective_due_date = f.effective_due_date,
    amount_cents = f.amount_cents
FROM json_to_recordset(%(rows)s) AS f (id bigint, issue_date date, due_date date,
    effective_due_date date, amount_cents bigint)
WHERE r.workspace_id = %(workspace)s AND r.id = f.id
"""
_KEYS = """
SELECT idempotency_key FROM payments
WHERE workspace_id = %(workspace)s AND idempotency_key = ANY (%(keys)s)
"""
_UNDONE = "undone:"
"""What stands before the key of a payment in that of the payment which undoes it, with its file."""


class Dates(NamedTuple):
    """The dates and the amount of a receivable, before or after a revision."""

    issue_date: date
    due_date: date
    effective_due_date: date
    amount_cents: int

    def changed_to(self, after: "Dates") -> dict[str, list[Any]]:
        """What differs, as `{field: [before, after]}`, for the audit trail."""
        fields = ("issue_date", "due_date", "amount_cents")
        pairs = {name: [getattr(self, name), getattr(after, name)] for name in fields}
        return {name: list(map(_plain, pair)) for name, pair in pairs.items() if pair[0] != pair[1]}


class Money(NamedTuple):
    """A payment of a debtor, and the receivable it settles, if the file names one.

    `cents` is what is booked; `key` makes a second booking of the same payment impossible.
    """

    debtor_id: int
    cents: int
    paid_on: date
    key: str
    note: str | None = None


class Part(NamedTuple):
    """What a payment settles of one receivable: its open principal, and whether it came late."""

    receivable_id: int
    open_cents: int
    late: bool


@dataclass(slots=True)
class Books:
    """What one piece of a file changes in the books; `write` does it and forgets it."""

    cursor: Cursor[Any]
    workspace_id: int
    import_id: int
    _payments: list[tuple[Money, list[tuple[int, int, int]]]] = field(default_factory=list)
    _rebates: list[tuple[int, int, date, str]] = field(default_factory=list)
    _revisions: list[tuple[int, Dates, Dates]] = field(default_factory=list)
    _again: dict[str, str] = field(default_factory=dict)

    def pay(self, money: Money, parts: Iterable[Part]) -> int:
        """Book a payment on receivables in turn; what is over is kept as the debtor's credit.

        Returns that credit in centavos.
        """
        left, entries = money.cents, []
        for part in parts:
            done = allocation.settle_past(part.receivable_id, part.open_cents, left, late=part.late)
            entries += [
                (one.receivable_id, one.principal_cents, one.interest_cents)
                for one in done.allocations
            ]
            left = done.unapplied_cents
        money = money._replace(key=self._again.get(money.key, money.key))
        self._payments.append((money, entries))
        return left

    def rebate(self, receivable_id: int, cents: int, day: date, reason: str) -> None:
        """Take an amount off a receivable without money."""
        self._rebates.append((receivable_id, cents, day, reason))

    def revise(self, receivable_id: int, before: Dates, after: Dates) -> None:
        """Give a receivable other dates or another amount."""
        self._revisions.append((receivable_id, before, after))

    def known(self, keys: Collection[str]) -> set[str]:
        """Those of the keys under which a payment has been booked, and not undone with its file.

        A payment that was undone can be booked again, under its key with a mark.
        """
        known: set[str] = set()
        tried = {key: key for key in keys}
        while tried:
            names = [*tried.values(), *map(f"{_UNDONE}{{}}".format, tried.values())]
            where = {"workspace": self.workspace_id, "keys": names}
            found = {key for (key,) in self.cursor.execute(_KEYS, where).fetchall()}
            undone = {key for key, name in tried.items() if f"{_UNDONE}{name}" in found}
            known |= {key for key, name in tried.items() if name in found} - undone
            tried = {key: f"{tried[key]}~" for key in undone}
            self._again.update(tried)
        return known

    def write(self, session: Session, actor: Actor, now: datetime) -> None:
        """Write what was gathered."""
        if self._revisions:
            self._write_revisions(session, actor, now)
        if self._payments or self._rebates:
            self._write_entries()
        self._payments, self._rebates, self._revisions = [], [], []

    def _write_entries(self) -> None:
        ids = self.cursor.execute(_RESERVE, [len(self._payments)]).fetchall()
        payments: list[dict[str, Any]] = []
        entries: list[dict[str, Any]] = []
        for (number,), (money, parts) in zip(ids, self._payments, strict=True):
            payments.append({"id": number} | money._asdict())
            entries += [
                _entry(receivable, number, "payment", money.paid_on, principal, charges)
                for receivable, principal, charges in parts
            ]
        entries += [
            _entry(receivable, None, "rebate", day, cents, 0, reason)
            for receivable, cents, day, reason in self._rebates
        ]
        self._write(_PAYMENTS, payments)
        self._write(_ENTRIES, entries)

    def _write(self, statement: str, rows: Sequence[dict[str, Any]]) -> None:
        where = {"workspace": self.workspace_id, "import": self.import_id, "source": SOURCE}
        if rows:
            self.cursor.execute(statement, where | {"rows": Json(rows, _DUMPS)})

    def _write_revisions(self, session: Session, actor: Actor, now: datetime) -> None:
        rows = [{"id": number} | after._asdict() for number, _, after in self._revisions]
        self._write(_REVISE, rows)
        session.execute(
            insert(AuditEntry),
            [
                {
                    "workspace_id": self.workspace_id,
                    "at": now,
                    "action": "receivable.revise",
                    "actor_kind": actor.kind.value,
                    "user_id": actor.user_id,
                    "actor_name": actor.name,
                    "address": actor.address,
                    "subject_kind": "receivable",
                    "subject_id": number,
                    "detail": {
                        "changed": before.changed_to(after),
                        "import_id": self.import_id,
                    },
                }
                for number, before, after in self._revisions
            ],
        )


def key(receivable_id: int, day: date, cents: int, occurrence: int = 1) -> str:
    """What makes a payment of a receivable the same one in whatever file it stands.

    `occurrence` counts equal payments within one file.
    """
    again = f":{occurrence}" if occurrence > 1 else ""
    return f"{SOURCE}:{receivable_id}:{day}:{cents}{again}"


def _entry(
    receivable: int,
    payment: int | None,
    kind: str,
    day: date,
    principal: int,
    interest: int,
    reason: str | None = None,
) -> dict[str, Any]:
    return {
        "receivable_id": receivable,
        "payment_id": payment,
        "kind": kind,
        "day": day,
        "principal": principal,
        "interest": interest,
        "reason": reason,
    }


def _plain(value: date | int) -> str | int:
    return value.isoformat() if isinstance(value, date) else value
