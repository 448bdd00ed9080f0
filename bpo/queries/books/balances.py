"""Balances of many companies, money by week, the largest debtor: as carried, or from facts.

Both ways give the same figures; a test holds them together on random books.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from bpo.analytics.carried import TREND_WEEKS, WEEKS
from bpo.analytics.collection import DSO_DAYS
from bpo.queries.books import positions, standings
from bpo.queries.books.positions import HERE
from bpo.queries.books.standings import NEVER_WAS

_BALANCES = f"""
WITH {HERE}, later AS (
    SELECT e.workspace_id, e.receivable_id,
           sum(e.principal_cents) AS before,
           sum(e.principal_cents) FILTER (WHERE e.on_day > here.today) AS today
    FROM here JOIN entries e ON e.workspace_id = here.workspace_id AND e.on_day > here.before
    GROUP BY e.workspace_id, e.receivable_id
), titles AS (
    SELECT r.workspace_id, here.today, here.before, r.issue_date,
           CASE WHEN r.agreement_id IS NULL AND NOT {NEVER_WAS}
           THEN r.amount_cents ELSE 0 END AS amount_cents,
           r.effective_due_date, CASE WHEN here.today > r.effective_due_date
           THEN here.today - r.due_date ELSE 0 END AS late,
           CASE WHEN r.issue_date <= here.today
           THEN r.amount_cents - r.settled_cents + coalesce(l.today, 0) ELSE 0 END AS open,
           CASE WHEN r.issue_date <= here.before
           THEN r.amount_cents - r.settled_cents + coalesce(l.before, 0) ELSE 0 END AS was_open
    FROM here JOIN receivables r ON r.workspace_id = here.workspace_id
    LEFT JOIN later l ON l.workspace_id = r.workspace_id AND l.receivable_id = r.id
    WHERE r.settled_on IS NULL OR r.settled_on > here.before
       OR r.issue_date > here.before - {DSO_DAYS}
)
SELECT workspace_id, sum(open)::bigint, count(*) FILTER (WHERE open > 0),
       coalesce(sum(open) FILTER (WHERE late = 0), 0)::bigint,
       coalesce(sum(open) FILTER (WHERE late BETWEEN 1 AND 30), 0)::bigint,
       coalesce(sum(open) FILTER (WHERE late BETWEEN 31 AND 60), 0)::bigint,
       coalesce(sum(open) FILTER (WHERE late BETWEEN 61 AND 90), 0)::bigint,
       coalesce(sum(open) FILTER (WHERE late > 90), 0)::bigint,
       coalesce(sum(amount_cents) FILTER (
           WHERE issue_date > today - {DSO_DAYS} AND issue_date <= today), 0)::bigint,
       sum(was_open)::bigint,
       coalesce(sum(was_open) FILTER (WHERE before > effective_due_date), 0)::bigint,
       coalesce(sum(amount_cents) FILTER (
           WHERE issue_date > before - {DSO_DAYS} AND issue_date <= before), 0)::bigint
FROM titles GROUP BY workspace_id
"""
_RECEIVED = f"""
WITH {HERE}
SELECT e.workspace_id, (here.today - extract(isodow FROM here.today)::int + 7 - e.on_day) / 7,
       sum(e.principal_cents + e.fine_cents + e.interest_cents)::bigint
FROM here JOIN entries e ON e.workspace_id = here.workspace_id
WHERE e.on_day > here.today - extract(isodow FROM here.today)::int - 7 * ({WEEKS} - 1)
  AND e.on_day <= here.today AND e.kind IN ('payment', 'reversal')
GROUP BY 1, 2
"""
_LARGEST = f"""
WITH {HERE}
SELECT workspace_id, max(cents)::bigint FROM (
    SELECT r.workspace_id, sum(r.amount_cents - r.settled_cents) AS cents
    FROM here JOIN receivables r ON r.workspace_id = here.workspace_id
        AND r.settled_on IS NULL AND r.issue_date <= here.today
    GROUP BY r.workspace_id, r.debtor_id
) owed GROUP BY workspace_id
"""


class Balances(NamedTuple):
    """What is open today by age, and a week's end before, with the sales of 90 days: centavos."""

    open_cents: int = 0
    open_count: int = 0
    current_cents: int = 0
    to_30_cents: int = 0
    to_60_cents: int = 0
    to_90_cents: int = 0
    over_90_cents: int = 0
    sales_cents: int = 0
    was_open_cents: int = 0
    was_overdue_cents: int = 0
    past_sales_cents: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """By workspace: balances, centavos of the last weeks (oldest first), the largest debtor's.

    `overdue_pct`: the overdue share (0 to 100) at the ends of the last weeks, oldest first.
    """

    balances: dict[int, Balances]
    received: dict[int, tuple[int, ...]]
    largest: dict[int, int]
    overdue_pct: dict[int, tuple[float | None, ...]]


def of(session: Session, values: dict[str, Any]) -> Standing:
    """How companies stand (`values`: places, days, and the last days of the weeks before).

    From what they carried into it where that can be trusted, else from the facts; as many queries
    either way.
    """
    found = standings.known(session, values)
    slow = _others(values, set(found))
    balances = {place: Balances._make(own.position.balances) for place, own in found.items()}
    received = {place: dict(own.position.received) for place, own in found.items()}
    largest = {place: own.position.largest_cents for place, own in found.items()}
    trend = {place: own.overdue_pct for place, own in found.items()}
    for place, *row in positions.fetched(session, _BALANCES, slow):
        balances[place] = Balances._make(row)
    for place, ago, cents in positions.fetched(session, _RECEIVED, slow):
        received.setdefault(place, {})[int(ago)] = cents
    largest |= dict(positions.fetched(session, _LARGEST, slow))
    weeks = {place: _weeks(own) for place, own in received.items()}
    trend |= positions.overdue_trend(session, slow, TREND_WEEKS)
    return Standing(balances, weeks, largest, trend)


def _others(values: dict[str, Any], found: set[int]) -> dict[str, Any]:
    """The same values for all companies but those found."""
    rows = list(zip(values["places"], values["days"], values["before"], strict=True))
    some = [row for row in rows if row[0] not in found]
    return {name: [row[at] for row in some] for at, name in enumerate(values)}


def _weeks(by_weeks_ago: Mapping[int, int]) -> tuple[int, ...]:
    return tuple(by_weeks_ago.get(WEEKS - 1 - week, 0) for week in range(WEEKS))
