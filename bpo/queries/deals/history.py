"""How debtors have paid: their histories as of a day, of one or of thousands, in five reads."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from bpo.db import driver
from bpo.domain.deals.behaviour import Commitment, History, Move, Record, Running

_RECORDS = """
SELECT debtor_id, id, issue_date, due_date, effective_due_date, amount_cents FROM receivables
WHERE workspace_id = %(workspace)s AND issue_date <= %(day)s
  AND (%(debtors)s::bigint[] IS NULL OR debtor_id = ANY (%(debtors)s))
ORDER BY debtor_id, due_date, id
"""
_MOVES = """
SELECT e.receivable_id, e.on_day, e.principal_cents,
       CASE WHEN e.kind IN ('payment', 'reversal')
            THEN e.principal_cents + e.fine_cents + e.interest_cents ELSE 0 END,
       e.kind = 'withdrawal'
FROM entries e
JOIN receivables r ON r.workspace_id = e.workspace_id AND r.id = e.receivable_id
WHERE e.workspace_id = %(workspace)s AND e.on_day <= %(day)s AND r.issue_date <= %(day)s
  AND (%(debtors)s::bigint[] IS NULL OR r.debtor_id = ANY (%(debtors)s))
ORDER BY e.receivable_id, e.on_day, e.id
"""
_PROMISES = """
SELECT debtor_id, settled_on, state = 'kept' FROM promises
WHERE workspace_id = %(workspace)s AND settled_on <= %(day)s AND state IN ('kept', 'broken')
  AND (%(debtors)s::bigint[] IS NULL OR debtor_id = ANY (%(debtors)s))
ORDER BY debtor_id, settled_on, id
"""
_PLANS = """
SELECT a.debtor_id, a.ended_on, a.state = 'settled',
       array(SELECT t.receivable_id FROM agreement_receivables t
             WHERE t.workspace_id = a.workspace_id AND t.agreement_id = a.id ORDER BY 1)
FROM agreements a
WHERE a.workspace_id = %(workspace)s AND a.state IN ('settled', 'broken')
  AND a.ended_on <= %(day)s
  AND (%(debtors)s::bigint[] IS NULL OR a.debtor_id = ANY (%(debtors)s))
ORDER BY a.debtor_id, a.ended_on, a.id
"""
_RUNNING = """
SELECT a.debtor_id, max(r.amount_cents), array_agg(r.id ORDER BY r.installment)
FROM agreements a
JOIN receivables r ON r.workspace_id = a.workspace_id AND r.agreement_id = a.id
WHERE a.workspace_id = %(workspace)s AND a.agreed_on <= %(day)s
  AND (a.ended_on IS NULL OR a.ended_on > %(day)s)
  AND (r.settled_on IS NULL OR r.settled_on > %(day)s)
  AND (%(debtors)s::bigint[] IS NULL OR a.debtor_id = ANY (%(debtors)s))
GROUP BY a.debtor_id, a.id ORDER BY a.debtor_id, a.id
"""
EMPTY = History()


def of(session: Session, workspace_id: int, debtor_id: int, day: date) -> History:
    """The history of one debtor with the creditor, of facts dated on or before `day`."""
    return load(session, workspace_id, day, [debtor_id]).get(debtor_id, EMPTY)


def load(
    session: Session, workspace_id: int, day: date, debtor_ids: Sequence[int] | None = None
) -> dict[int, History]:
    """Histories by debtor, of facts dated on or before `day`; all debtors when none are named.

    A promise that was partly kept counts neither way. Debtors without receivables are left out.
    """
    values = {"workspace": workspace_id, "day": day, "debtors": debtor_ids}
    moves = _moves(_rows(session, _MOVES, values))
    records: dict[int, list[Record]] = defaultdict(list)
    for debtor_id, number, issued, due, effective, cents in _rows(session, _RECORDS, values):
        own = Record(number, issued, due, effective, cents, moves.get(number, ()))
        records[debtor_id].append(own)
    promises: dict[int, list[Commitment]] = defaultdict(list)
    for debtor_id, decided_on, kept in _rows(session, _PROMISES, values):
        promises[debtor_id].append(Commitment(decided_on, kept))
    plans: dict[int, list[Commitment]] = defaultdict(list)
    for debtor_id, ended_on, kept, taken in _rows(session, _PLANS, values):
        plans[debtor_id].append(Commitment(ended_on, kept, tuple(taken)))
    running: dict[int, list[Running]] = defaultdict(list)
    for debtor_id, monthly_cents, open_ids in _rows(session, _RUNNING, values):
        running[debtor_id].append(Running(monthly_cents, tuple(open_ids)))
    return {
        debtor_id: History(
            tuple(found),
            tuple(promises.get(debtor_id, ())),
            tuple(plans.get(debtor_id, ())),
            tuple(running.get(debtor_id, ())),
        )
        for debtor_id, found in records.items()
    }


def _moves(rows: Iterable[tuple[Any, ...]]) -> dict[int, tuple[Move, ...]]:
    found: dict[int, list[Move]] = defaultdict(list)
    for number, *facts in rows:
        found[number].append(Move(*facts))
    return {number: tuple(own) for number, own in found.items()}


def _rows(session: Session, sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with driver(session).cursor(binary=True) as cursor:
        return cursor.execute(sql, values).fetchall()
