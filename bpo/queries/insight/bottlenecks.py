"""Where overdue money waits, and for whom: each receivable once, under the first that holds it."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy.orm import Session

from bpo.db import driver

_PLACED = """
WITH late AS (
    SELECT r.id, r.debtor_id, r.amount_cents - r.settled_cents AS cents,
           %(day)s - r.due_date AS days
    FROM receivables r
    WHERE r.workspace_id = %(place)s AND r.settled_on IS NULL AND r.effective_due_date < %(day)s
), disputed AS (
    SELECT debtor_id, receivable_id FROM disputes
    WHERE workspace_id = %(place)s AND state = 'open'
), held AS (
    SELECT debtor_id, receivable_id FROM holds
    WHERE workspace_id = %(place)s AND released_at IS NULL AND starts_on <= %(day)s
      AND (until IS NULL OR until >= %(day)s)
), promised AS (
    SELECT debtor_id FROM promises WHERE workspace_id = %(place)s AND state = 'active'
), reached AS (
    SELECT c.debtor_id FROM contacts c
    LEFT JOIN opt_outs o USING (workspace_id, channel, address)
    WHERE c.workspace_id = %(place)s AND c.status = 'valid' AND o.id IS NULL
), tasks_open AS (
    SELECT debtor_id FROM tasks
    WHERE workspace_id = %(place)s AND state = 'open' AND subject_id IS NULL
      AND due_on <= %(day)s
), placed AS (
    SELECT late.*, CASE
        WHEN late.id IN (SELECT receivable_id FROM disputed WHERE receivable_id IS NOT NULL)
          OR late.debtor_id IN (SELECT debtor_id FROM disputed WHERE receivable_id IS NULL)
            THEN 'dispute'
        WHEN late.debtor_id IN (SELECT debtor_id FROM promised) THEN 'promise'
        WHEN late.id IN (SELECT receivable_id FROM held WHERE receivable_id IS NOT NULL)
          OR late.debtor_id IN (SELECT debtor_id FROM held WHERE receivable_id IS NULL
                                AND debtor_id IS NOT NULL)
          OR EXISTS (SELECT FROM held WHERE receivable_id IS NULL AND debtor_id IS NULL)
            THEN 'hold'
        WHEN late.debtor_id NOT IN (SELECT debtor_id FROM reached) THEN 'no_contact'
        WHEN late.debtor_id IN (SELECT debtor_id FROM tasks_open WHERE debtor_id IS NOT NULL)
            THEN 'task'
        ELSE 'reminders' END AS where_
    FROM late
)
"""
_WAITING = f"""
{_PLACED}
SELECT where_, count(*), count(DISTINCT debtor_id), sum(cents)::bigint,
       (sum(cents * days) / sum(cents))::int
FROM placed GROUP BY where_
"""
_TITLES = f"""
{_PLACED}
SELECT p.id, r.number, p.debtor_id, d.name, r.due_date, p.days, p.cents
FROM placed p
JOIN receivables r ON r.workspace_id = %(place)s AND r.id = p.id
JOIN debtors d ON d.workspace_id = %(place)s AND d.id = p.debtor_id
WHERE p.where_ = %(where)s ORDER BY p.cents DESC, p.id
"""
_MONEY = """
SELECT count(*), coalesce(sum(amount_cents - placed_cents), 0)::bigint, min(on_day) FROM bank_lines
WHERE workspace_id = %(place)s AND state = 'open'
"""
ORDER = ("dispute", "promise", "hold", "no_contact", "task", "reminders")


@dataclass(frozen=True, slots=True)
class Waiting:
    """Overdue receivables that wait in one place; `days`: how late, weighted by balance."""

    where: str
    count: int
    debtors: int
    cents: int
    days: int


class Held(NamedTuple):
    """One overdue receivable that waits: its days late and its balance in centavos."""

    id: int
    number: str
    debtor_id: int
    debtor_name: str
    due_date: date
    days: int
    cents: int


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Money that came in and belongs to no receivable yet."""

    count: int
    cents: int
    since: date | None


def of(session: Session, workspace_id: int, day: date) -> tuple[list[Waiting], Unmatched]:
    """Where the overdue balance of a day waits, in the order of ORDER; the parts are its sum."""
    values = {"place": workspace_id, "day": day}
    with driver(session).cursor() as cursor:
        rows = [Waiting(*row) for row in cursor.execute(_WAITING, values).fetchall()]
        money = cursor.execute(_MONEY, values).fetchone() or (0, 0, None)
    return sorted(rows, key=lambda row: ORDER.index(row.where)), Unmatched(*money)


def titles(session: Session, workspace_id: int, day: date, where: str) -> list[Held]:
    """The receivables that wait in one of the places of ORDER, the largest balance first."""
    values = {"place": workspace_id, "day": day, "where": where}
    with driver(session).cursor() as cursor:
        return [Held(*row) for row in cursor.execute(_TITLES, values).fetchall()]
