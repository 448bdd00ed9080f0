"""What is stored of a debtor's account, read whole in three statements."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from bpo.db import db, driver
from bpo.models import Debtor

_TITLES = """
SELECT id, amount_cents, settled_cents, settled_on, agreement_id FROM receivables
WHERE workspace_id = %(workspace)s AND debtor_id = %(debtor)s ORDER BY id
"""
_ENTRIES = """
SELECT e.id, e.receivable_id, e.payment_id, e.kind, e.on_day, e.principal_cents,
    e.principal_cents + e.fine_cents + e.interest_cents, e.reverses_id
FROM entries e JOIN receivables r ON r.workspace_id = e.workspace_id AND r.id = e.receivable_id
WHERE r.workspace_id = %(workspace)s AND r.debtor_id = %(debtor)s ORDER BY e.id
"""
_PAYMENTS = """
SELECT p.id, p.amount_cents, p.reverses_id, coalesce((SELECT sum(f.amount_cents) FROM refunds f
    WHERE f.workspace_id = p.workspace_id AND f.payment_id = p.id), 0)::bigint
FROM payments p
WHERE p.workspace_id = %(workspace)s AND p.debtor_id = %(debtor)s ORDER BY p.id
"""
OTHERS = {
    "refunds": "SELECT f.id FROM refunds f JOIN payments p ON p.workspace_id = f.workspace_id"
    " AND p.id = f.payment_id WHERE p.workspace_id = %(workspace)s"
    " AND p.debtor_id = %(debtor)s ORDER BY f.id",
    "disputes": "SELECT id FROM disputes WHERE workspace_id = %(workspace)s"
    " AND debtor_id = %(debtor)s ORDER BY id",
    "agreements": "SELECT id FROM agreements WHERE workspace_id = %(workspace)s"
    " AND debtor_id = %(debtor)s AND agreed_on IS NOT NULL ORDER BY id",
}
ENDED = """
SELECT id FROM agreements WHERE workspace_id = %(workspace)s AND debtor_id = %(debtor)s
  AND agreed_on IS NOT NULL AND state IN ('broken', 'cancelled')
"""


class Title(NamedTuple):
    id: int
    amount: int
    settled: int
    settled_on: date | None
    agreement_id: int | None


class Line(NamedTuple):
    id: int
    title: int
    payment: int | None
    kind: str
    on: date
    principal: int
    total: int
    undoes: int | None


class Paid(NamedTuple):
    id: int
    amount: int
    undoes: int | None
    given: int


@dataclass
class Books:
    """What is stored of a debtor, read at one moment."""

    titles: list[Title]
    lines: list[Line]
    payments: list[Paid]
    by_day: dict[int, dict[date, int]] = field(init=False)

    def __post_init__(self) -> None:
        self.by_day = {title.id: defaultdict(int) for title in self.titles}
        for line in self.lines:
            self.by_day[line.title][line.on] += line.principal

    def open_on(self, day: date) -> dict[int, int]:
        """The balance of every title at the end of a day."""
        return {
            title.id: title.amount
            - sum(cents for on, cents in self.by_day[title.id].items() if on <= day)
            for title in self.titles
        }

    def used(self, payment_id: int) -> int:
        """The money of a payment that stands in entries."""
        kinds = ("payment", "reversal")
        own = (one for one in self.lines if one.payment == payment_id and one.kind in kinds)
        return sum(one.total for one in own)


@dataclass
class Scene:
    """Who walks, for whom, and on which debtor's account."""

    place: Any
    actor: Any
    davi: Debtor

    def where(self, query: str) -> list[Any]:
        values = {"workspace": self.place.id, "debtor": self.davi.id}
        with driver(db.session()).cursor() as cursor:
            return cursor.execute(query, values).fetchall()

    def read(self) -> Books:
        return Books(
            [Title._make(row) for row in self.where(_TITLES)],
            [Line._make(row) for row in self.where(_ENTRIES)],
            [Paid._make(row) for row in self.where(_PAYMENTS)],
        )
