"""Aged balances straight from SQL, for lists over many debtors; the same buckets as the metrics."""

from datetime import date
from typing import NamedTuple

from sqlalchemy.orm import Session

from bpo.db import driver

_BY_DEBTOR = """
SELECT debtor_id, sum(open), count(*),
       sum(open) FILTER (WHERE late = 0),
       sum(open) FILTER (WHERE late BETWEEN 1 AND 30),
       sum(open) FILTER (WHERE late BETWEEN 31 AND 60),
       sum(open) FILTER (WHERE late BETWEEN 61 AND 90),
       sum(open) FILTER (WHERE late > 90),
       max(late)
FROM (
    SELECT debtor_id, (amount_cents - settled_cents)::bigint AS open,
           CASE WHEN effective_due_date >= %(today)s THEN 0 ELSE %(today)s - due_date END AS late
    FROM receivables
    WHERE workspace_id = %(workspace)s AND settled_on IS NULL AND issue_date <= %(today)s
) balances
GROUP BY debtor_id
"""


class Aged(NamedTuple):
    """What a debtor owes by age, in centavos; None where a bucket is empty.

    Days count from the original due date and are 0 until the effective due date has passed.
    `days_late` is the oldest overdue receivable's.
    """

    debtor_id: int
    open_cents: int
    open_count: int
    current_cents: int | None
    to_30_cents: int | None
    to_60_cents: int | None
    to_90_cents: int | None
    over_90_cents: int | None
    days_late: int


def by_debtor(session: Session, workspace_id: int, today: date) -> list[Aged]:
    """Every debtor with an open balance today."""
    values = {"workspace": workspace_id, "today": today}
    with driver(session).cursor(binary=True) as cursor:
        return [Aged._make(row) for row in cursor.execute(_BY_DEBTOR, values).fetchall()]
