"""How companies stand now: what they carried into their day, and what moved on the day itself.

Three queries, none of which looks at the book: one row a company, the facts dated today, and the
debtors whom those may have made the largest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from bpo.analytics.carried import LARGEST
from bpo.queries.books.positions import HERE, Position, fetched

AGES = 5

_CARRIED = f"""
WITH {HERE}
SELECT c.workspace_id, c.aged_cents, c.open_count, c.sales_cents, c.was_open_cents,
       c.was_overdue_cents, c.past_sales_cents, c.received_cents, c.overdue_pct,
       c.largest_ids, c.largest_cents
FROM carried_figures c JOIN here ON here.workspace_id = c.workspace_id AND here.today = c.day
WHERE NOT EXISTS (SELECT FROM snapshot_changes n WHERE n.workspace_id = c.workspace_id)
  AND NOT EXISTS (SELECT FROM entries e
                  WHERE e.workspace_id = c.workspace_id AND e.on_day > c.day)
"""
NEVER_WAS = """
(r.settled_on <= r.issue_date AND EXISTS (
    SELECT FROM entries gone WHERE gone.workspace_id = r.workspace_id
      AND gone.receivable_id = r.id AND gone.kind = 'withdrawal'
      AND gone.principal_cents = r.amount_cents))
"""
"""Withdrawn whole on the day of its issue, as when an import is undone: that was no sale."""

_AGE = """
CASE WHEN here.today <= r.effective_due_date THEN 0 WHEN here.today - r.due_date <= 30 THEN 1
     WHEN here.today - r.due_date <= 60 THEN 2 WHEN here.today - r.due_date <= 90 THEN 3
     ELSE 4 END
"""
_SUMS = ", ".join(
    f"coalesce(sum(cents) FILTER (WHERE age = {age}), 0)::bigint AS cents_{age}"
    for age in range(AGES)
)
_TOTALS = ", ".join(f"sum(cents_{age})::bigint" for age in range(AGES))
_MOVED = f"""
WITH {HERE}, entered AS (
    SELECT e.workspace_id, e.receivable_id, sum(e.principal_cents)::bigint AS principal,
           (sum(e.principal_cents + e.fine_cents + e.interest_cents)
                FILTER (WHERE e.kind IN ('payment', 'reversal')))::bigint AS money
    FROM here JOIN entries e ON e.workspace_id = here.workspace_id AND e.on_day = here.today
    GROUP BY e.workspace_id, e.receivable_id
), moved AS (
    SELECT r.workspace_id, r.debtor_id, {_AGE} AS age, m.money, 0 AS sold,
           CASE WHEN r.issue_date < here.today THEN -m.principal ELSE 0 END AS cents,
           CASE WHEN r.issue_date < here.today
                THEN (r.settled_cents < r.amount_cents)::int
                   - (r.settled_cents - m.principal < r.amount_cents)::int ELSE 0 END AS titles
    FROM entered m JOIN here ON here.workspace_id = m.workspace_id
    JOIN receivables r ON r.workspace_id = m.workspace_id AND r.id = m.receivable_id
    UNION ALL
    SELECT r.workspace_id, r.debtor_id, {_AGE}, 0,
           CASE WHEN r.agreement_id IS NULL AND NOT {NEVER_WAS} THEN r.amount_cents ELSE 0 END,
           r.amount_cents - r.settled_cents, (r.settled_cents < r.amount_cents)::int
    FROM here JOIN receivables r ON r.workspace_id = here.workspace_id
        AND r.issue_date = here.today
)
, owed AS (
    SELECT workspace_id, debtor_id, {_SUMS}, sum(cents)::bigint AS cents,
           sum(titles)::bigint AS titles, sum(sold)::bigint AS sold,
           coalesce(sum(money), 0)::bigint AS money
    FROM moved GROUP BY workspace_id, debtor_id
)
SELECT workspace_id, {_TOTALS}, sum(titles)::bigint, sum(sold)::bigint, sum(money)::bigint,
       coalesce(jsonb_object_agg(debtor_id, cents)
                FILTER (WHERE cents > 0 OR debtor_id = ANY (c.largest_ids)), '{{}}')
FROM owed JOIN carried_figures c USING (workspace_id) GROUP BY workspace_id
"""
_OWED = """
SELECT r.workspace_id, r.debtor_id, sum(r.amount_cents - r.settled_cents)::bigint
FROM unnest(%(who)s::bigint[], %(debtors)s::bigint[], %(until)s::date[])
     AS asked (workspace_id, debtor_id, today)
JOIN receivables r ON r.workspace_id = asked.workspace_id AND r.debtor_id = asked.debtor_id
    AND r.settled_on IS NULL AND r.issue_date <= asked.today
GROUP BY r.workspace_id, r.debtor_id
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """A position, and the overdue share at the ends of the last weeks (0 to 100)."""

    position: Position
    overdue_pct: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class _Day:
    """What moved in a company on its day: sums, and the centavos of debtors.

    Of debtors, those who owe more than before and those remembered as the largest.
    """

    aged: Sequence[int]
    titles: int
    sold: int
    money: int
    by_debtor: Mapping[int, int]


def known(session: Session, values: Mapping[str, Any]) -> dict[int, Standing]:
    """The companies of `values` (places, days, before) that carried their figures into their day.

    Left out are those with a fact dated back since, with facts of days to come, and those whose
    largest debtor cannot be told.
    """
    carried = {row[0]: row[1:] for row in fetched(session, _CARRIED, values)}
    days = dict(zip(values["places"], values["days"], strict=True))
    chosen = {**values, **_only(values, carried)}
    moved = _moved(session, chosen, carried)
    asked = [
        (place, debtor)
        for place, row in carried.items()
        for debtor in _rivals(row, moved[place].by_debtor)
    ]
    owed = _owed(session, asked, days)
    found = {}
    for place, row in carried.items():
        largest = _largest(row, moved[place].by_debtor, owed.get(place, ()))
        if largest is not None:
            found[place] = _standing(row, moved[place], largest)
    return found


def _only(values: Mapping[str, Any], carried: Mapping[int, Any]) -> dict[str, Any]:
    rows = zip(values["places"], values["days"], values["before"], strict=True)
    kept = [row for row in rows if row[0] in carried]
    return {name: [row[at] for row in kept] for at, name in enumerate(("places", "days", "before"))}


def _moved(
    session: Session, values: Mapping[str, Any], carried: Mapping[int, Any]
) -> dict[int, _Day]:
    found = {place: _Day([0] * AGES, 0, 0, 0, {}) for place in carried}
    for place, *aged, titles, sold, money, by_debtor in fetched(session, _MOVED, values):
        changes = {int(who): cents for who, cents in by_debtor.items()}
        found[place] = _Day(aged, titles, sold, money, changes)
    return found


def _best(row: Any, by_debtor: Mapping[int, int]) -> tuple[int, int]:
    """The largest of the remembered debtors now, and the most that any other owed last night."""
    ids, cents = row[-2:]
    now = [owed + by_debtor.get(who, 0) for who, owed in zip(ids, cents, strict=True)]
    return max(now, default=0), cents[-1] if len(cents) == LARGEST else 0


def _rivals(row: Any, by_debtor: Mapping[int, int]) -> list[int]:
    """Debtors not remembered whose new invoices may have made them the largest."""
    best, others = _best(row, by_debtor)
    known_ones = set(row[-2])
    return [
        who
        for who, cents in by_debtor.items()
        if cents > 0 and who not in known_ones and others + cents > best
    ]


def _largest(row: Any, by_debtor: Mapping[int, int], rivals: Any) -> int | None:
    """What the largest debtor owes; None when one of many others may be it."""
    best, others = _best(row, by_debtor)
    best = max(best, *rivals, 0)
    return best if best >= others else None


def _owed(
    session: Session, asked: list[tuple[int, int]], days: Mapping[int, Any]
) -> dict[int, list[int]]:
    values = {
        "who": [place for place, _ in asked],
        "debtors": [debtor for _, debtor in asked],
        "until": [days[place] for place, _ in asked],
    }
    found: dict[int, list[int]] = {}
    for place, _, cents in fetched(session, _OWED, values):
        found.setdefault(place, []).append(cents)
    return found


def _standing(row: Any, day: _Day, largest: int) -> Standing:
    aged_then, count, sales, was_open, was_overdue, past_sales, received, trend, *_ = row
    aged = [a + b for a, b in zip(aged_then, day.aged, strict=True)]
    weeks = dict(enumerate(reversed(received)))
    weeks[0] += day.money
    figures = (sum(aged), count + day.titles, *aged, sales + day.sold)
    balances = (*figures, was_open, was_overdue, past_sales)
    return Standing(Position(balances, largest, weeks), tuple(trend))
