"""What debtors bound themselves to and whether they held to it: promises, plans, as of a day."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from bpo.analytics.collection import ratio
from bpo.db import driver

SPAN = timedelta(days=90)
BROKEN_AFTER_DAYS = 10
"""A plan counts as broken while an instalment is more than so many days late."""

_PROMISES = """
SELECT p.debtor_id, d.name, p.promised_for, p.settled_on, p.amount_cents, p.state,
       p.state = 'kept'
FROM promises p JOIN debtors d ON d.workspace_id = p.workspace_id AND d.id = p.debtor_id
WHERE p.workspace_id = %(place)s AND p.state IN ('kept', 'partly_kept', 'broken')
  AND p.settled_on > %(since)s AND p.settled_on <= %(day)s
ORDER BY p.settled_on DESC, p.id
"""
_PLANS = """
WITH due AS (
    SELECT r.agreement_id, min(r.due_date) AS first_due, count(*) AS instalments,
           max(%(day)s - r.due_date) FILTER (
               WHERE %(day)s > r.effective_due_date AND r.amount_cents > (
                   SELECT coalesce(sum(e.principal_cents), 0) FROM entries e
                   WHERE e.workspace_id = r.workspace_id AND e.receivable_id = r.id
                     AND e.on_day <= %(day)s)) AS late
    FROM receivables r
    WHERE r.workspace_id = %(place)s AND r.agreement_id IS NOT NULL
      AND r.due_date > %(since)s AND r.due_date <= %(day)s AND r.issue_date <= %(day)s
    GROUP BY r.agreement_id
)
SELECT a.debtor_id, d.name, due.first_due, a.agreed_on, a.total_cents,
       CASE WHEN a.ended_on > %(day)s THEN 'active' ELSE a.state END,
       NOT (a.state = 'broken' AND a.ended_on <= %(day)s OR coalesce(due.late, 0) > %(most)s)
FROM due
JOIN agreements a ON a.workspace_id = %(place)s AND a.id = due.agreement_id
JOIN debtors d ON d.workspace_id = a.workspace_id AND d.id = a.debtor_id
WHERE a.agreed_on <= %(day)s AND a.state IN ('accepted', 'active', 'settled', 'broken')
  AND (a.ended_on IS NULL OR a.ended_on > %(since)s)
ORDER BY a.agreed_on DESC, a.id
"""


class Commitment(NamedTuple):
    """A promise (`due` its day, `on` the day it was settled) or a plan (first instalment of the
    span, day of the agreement), in centavos; `held` says whether the debtor kept to it."""

    debtor_id: int
    debtor_name: str
    due: date
    on: date
    cents: int
    state: str
    held: bool


@dataclass(frozen=True, slots=True)
class Commitments:
    """Of the 90 days until a day: promises that ended, plans with an instalment due."""

    promises: tuple[Commitment, ...]
    plans: tuple[Commitment, ...]

    @property
    def promises_kept_pct(self) -> float | None:
        """Promises kept of those that ended, 0 to 100; None when none ended."""
        return ratio(sum(one.held for one in self.promises) * 100, len(self.promises))

    @property
    def plans_broken_pct(self) -> float | None:
        """Plans broken of those that had an instalment due, 0 to 100; None when none had."""
        return ratio(sum(not one.held for one in self.plans) * 100, len(self.plans))


def of(session: Session, workspace_id: int, as_of: date) -> Commitments:
    """The promises and plans of a company in the 90 days until `as_of`, in two queries."""
    values = {"place": workspace_id, "day": as_of, "since": as_of - SPAN, "most": BROKEN_AFTER_DAYS}
    with driver(session).cursor() as cursor:
        promises = cursor.execute(_PROMISES, values).fetchall()
        plans = cursor.execute(_PLANS, values).fetchall()
    return Commitments(
        tuple(Commitment(*row) for row in promises), tuple(Commitment(*row) for row in plans)
    )
