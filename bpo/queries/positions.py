"""Where many client companies stand on their day, from the open book and the snapshots alone.

A constant number of queries; none of them reads what was settled before. For companies whose
snapshots cannot be trusted (`snapshots.right`), or with facts of days to come, `portfolio` asks
the facts instead.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from bpo.analytics.collection import DSO_DAYS
from bpo.db import driver

HERE = """
here (workspace_id, today, before) AS (
    SELECT * FROM unnest(%(places)s::bigint[], %(days)s::date[], %(before)s::date[])
)
"""
_AHEAD = f"""
WITH {HERE}
SELECT here.workspace_id FROM here
WHERE EXISTS (SELECT FROM entries e
              WHERE e.workspace_id = here.workspace_id AND e.on_day > here.today)
"""
_LATE = "CASE WHEN here.today > r.effective_due_date THEN here.today - r.due_date ELSE 0 END"
_OPEN = f"""
WITH {HERE}, owed AS (
    SELECT r.workspace_id, r.debtor_id, sum(cents)::bigint AS cents, count(*) AS titles,
           (sum(cents) FILTER (WHERE late = 0))::bigint AS current,
           (sum(cents) FILTER (WHERE late BETWEEN 1 AND 30))::bigint AS to_30,
           (sum(cents) FILTER (WHERE late BETWEEN 31 AND 60))::bigint AS to_60,
           (sum(cents) FILTER (WHERE late BETWEEN 61 AND 90))::bigint AS to_90,
           (sum(cents) FILTER (WHERE late > 90))::bigint AS over_90
    FROM here JOIN receivables r ON r.workspace_id = here.workspace_id
        AND r.settled_on IS NULL AND r.issue_date <= here.today
    CROSS JOIN LATERAL (SELECT r.amount_cents - r.settled_cents AS cents, {_LATE} AS late) own
    GROUP BY r.workspace_id, r.debtor_id
)
SELECT workspace_id, sum(cents)::bigint, sum(titles)::bigint, coalesce(sum(current), 0)::bigint,
       coalesce(sum(to_30), 0)::bigint, coalesce(sum(to_60), 0)::bigint,
       coalesce(sum(to_90), 0)::bigint, coalesce(sum(over_90), 0)::bigint, max(cents)
FROM owed GROUP BY workspace_id
"""
_OPEN_THEN = "s.current_cents + s.late_30_cents + s.late_60_cents + s.late_90_cents"
_PAST = f"""
WITH {HERE}
SELECT s.workspace_id,
       (coalesce(sum(s.issued_cents) FILTER (WHERE s.day > here.today - {DSO_DAYS}), 0) + coalesce((
           SELECT sum(r.amount_cents) FROM receivables r
           WHERE r.workspace_id = s.workspace_id AND r.issue_date = min(here.today)
             AND r.agreement_id IS NULL), 0))::bigint,
       coalesce(sum({_OPEN_THEN} + s.late_over_cents)
                FILTER (WHERE s.day = here.before), 0)::bigint,
       coalesce(sum({_OPEN_THEN} + s.late_over_cents - s.current_cents)
                FILTER (WHERE s.day = here.before), 0)::bigint,
       coalesce(sum(s.issued_cents) FILTER (
           WHERE s.day > here.before - {DSO_DAYS} AND s.day <= here.before), 0)::bigint
FROM here JOIN metric_snapshots s ON s.workspace_id = here.workspace_id
    AND s.day > here.before - {DSO_DAYS} AND s.day < here.today
GROUP BY s.workspace_id
"""
_RECEIVED = f"""
WITH {HERE}
SELECT place, weeks_ago, sum(cents)::bigint FROM (
    SELECT s.workspace_id AS place, (here.before + 7 - s.day) / 7 AS weeks_ago,
           s.received_cents AS cents
    FROM here JOIN metric_snapshots s ON s.workspace_id = here.workspace_id
        AND s.day > here.before - 7 * (%(weeks)s - 1) AND s.day < here.today
    UNION ALL
    SELECT e.workspace_id, 0, e.principal_cents + e.fine_cents + e.interest_cents
    FROM here JOIN entries e ON e.workspace_id = here.workspace_id AND e.on_day = here.today
    WHERE e.kind IN ('payment', 'reversal')
) money GROUP BY 1, 2
"""
_TREND = f"""
WITH {HERE}
SELECT s.workspace_id, (here.before - s.day) / 7,
       {_OPEN_THEN} + s.late_over_cents, s.current_cents
FROM here CROSS JOIN generate_series(0, %(weeks)s - 1) AS back
JOIN metric_snapshots s ON s.workspace_id = here.workspace_id AND s.day = here.before - 7 * back
"""


@dataclass(frozen=True, slots=True)
class Position:
    """A company on its day, in centavos, in the order of `balances.Balances`."""

    balances: tuple[int, ...]
    largest_cents: int
    received: Mapping[int, int] = field(default_factory=dict)


def with_facts_ahead(session: Session, values: Mapping[str, Any]) -> set[int]:
    """Companies with entries dated after their day; what is open today is not what is open now."""
    return {row[0] for row in fetched(session, _AHEAD, values)}


def known(session: Session, values: Mapping[str, Any], weeks: int) -> dict[int, Position]:
    """The position of each company in `values` (places, days, before), and money by weeks ago."""
    past = {row[0]: row[1:] for row in fetched(session, _PAST, values)}
    open_ = {row[0]: row[1:] for row in fetched(session, _OPEN, values)}
    received: dict[int, dict[int, int]] = {}
    for place, ago, cents in fetched(session, _RECEIVED, {**values, "weeks": weeks}):
        received.setdefault(place, {})[int(ago)] = cents
    found = {}
    for place in values["places"]:
        *aged, largest = open_.get(place, (0,) * 8)
        sales, was_open, was_overdue, past_sales = past.get(place, (0, 0, 0, 0))
        balances = (*aged, sales, was_open, was_overdue, past_sales)
        found[place] = Position(balances, largest, received.get(place, {}))
    return found


def overdue_trend(
    session: Session, values: Mapping[str, Any], weeks: int
) -> dict[int, list[float | None]]:
    """The overdue share (0 to 100) at the ends of the last weeks, oldest first."""
    found: dict[int, list[float | None]] = {place: [None] * weeks for place in values["places"]}
    for place, back, open_, current in fetched(session, _TREND, {**values, "weeks": weeks}):
        if open_:
            found[place][weeks - 1 - back] = (open_ - current) * 100 / open_
    return found


def fetched(session: Session, sql: str, values: Mapping[str, Any]) -> list[Any]:
    """The rows of a query."""
    with driver(session).cursor() as cursor:
        return cursor.execute(sql, values).fetchall()
