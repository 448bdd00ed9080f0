"""Reading accounts: every dated change of what a debtor owes, and receipts by debtor."""

from datetime import date

from sqlalchemy.orm import Session

from bpo.db import driver
from bpo.domain.books.statements import Move
from bpo.domain.intake.remittances import Received, Remittance

_MOVES = """
WITH titles AS (
    SELECT r.workspace_id, r.id, r.number, r.description, r.issue_date, r.due_date, r.amount_cents
    FROM receivables r
    WHERE r.workspace_id = %(workspace)s AND r.debtor_id = %(debtor)s
      AND r.issue_date <= %(until)s
      AND NOT EXISTS (SELECT FROM entries w
          WHERE w.workspace_id = r.workspace_id AND w.receivable_id = r.id
            AND w.kind = 'withdrawal' AND w.import_id = r.import_id AND w.reverses_id IS NULL
            AND NOT EXISTS (SELECT FROM entries o
                WHERE o.workspace_id = w.workspace_id AND o.reverses_id = w.id))
)
SELECT day, kind, receivable_id, number, text, due_on, cents, charges FROM (
    SELECT r.issue_date AS day, 'issued' AS kind, r.id AS receivable_id, r.number,
        coalesce(r.description, '') AS text, r.due_date AS due_on, r.amount_cents AS cents,
        0::bigint AS charges, 0 AS place, r.id AS nth
    FROM titles r
    UNION ALL
    SELECT greatest(e.on_day, r.issue_date), e.kind, r.id, r.number, coalesce(e.reason, ''), NULL,
        -e.principal_cents, e.fine_cents + e.interest_cents, 1, e.id
    FROM titles r
    JOIN entries e ON e.workspace_id = r.workspace_id AND e.receivable_id = r.id
    WHERE e.on_day <= %(until)s
) moves
ORDER BY day, place, nth
"""
"""What came in a file that was undone is left out: it was never owed, and everything it brought
was taken back on the day it carried, so that no balance of any day changes."""

_RECEIVED = """
SELECT p.debtor_id, d.reference, d.name, sum(p.counted)::int,
    sum(p.amount_cents)::bigint, coalesce(sum(e.principal), 0)::bigint,
    coalesce(sum(e.fine), 0)::bigint, coalesce(sum(e.interest), 0)::bigint
FROM (
    SELECT workspace_id, id, debtor_id, amount_cents, (reverses_id IS NULL)::int AS counted
    FROM payments
    WHERE workspace_id = %(workspace)s AND paid_on BETWEEN %(since)s AND %(until)s
    UNION ALL
    SELECT f.workspace_id, NULL, of.debtor_id, -f.amount_cents, 0
    FROM refunds f
    JOIN payments of ON of.workspace_id = f.workspace_id AND of.id = f.payment_id
    WHERE f.workspace_id = %(workspace)s AND f.on_day BETWEEN %(since)s AND %(until)s
) p
JOIN debtors d ON d.workspace_id = p.workspace_id AND d.id = p.debtor_id
LEFT JOIN LATERAL (
    SELECT sum(x.principal_cents) AS principal, sum(x.fine_cents) AS fine,
        sum(x.interest_cents) AS interest
    FROM entries x
    WHERE x.workspace_id = p.workspace_id AND x.payment_id = p.id
      AND x.kind IN ('payment', 'reversal')
) e ON true
GROUP BY p.debtor_id, d.reference, d.name
ORDER BY sum(p.amount_cents) DESC, d.name, p.debtor_id
"""


def moves(session: Session, workspace_id: int, debtor_id: int, until: date) -> list[Move]:
    """Every change of what a debtor owes up to a day, the oldest first."""
    values = {"workspace": workspace_id, "debtor": debtor_id, "until": until}
    with driver(session).cursor() as cursor:
        return [Move._make(row) for row in cursor.execute(_MOVES, values)]


def remittance(session: Session, workspace_id: int, since: date, until: date) -> Remittance:
    """What was received in a period by debtor: payments undone are taken off on the day of undoing,
    credits given back on the day of the refund."""
    values = {"workspace": workspace_id, "since": since, "until": until}
    with driver(session).cursor() as cursor:
        rows = tuple(Received._make(row) for row in cursor.execute(_RECEIVED, values))
    return Remittance(since, until, rows)
