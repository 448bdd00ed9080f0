"""Thousands who owe, written in bulk."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from bpo.models import Workspace

_CROWD = (
    """
    INSERT INTO debtors (workspace_id, reference, reference_key, name, search_name, state)
    SELECT :w, g::text, g::text, 'Cliente ' || g, 'cliente ' || g, 'SP'
    FROM generate_series(1, :n) g
    """,
    """
    INSERT INTO contacts (workspace_id, debtor_id, channel, address)
    SELECT :w, id, 'email', 'cliente' || reference || '@example.org' FROM debtors
    """,
    """
    INSERT INTO receivables (workspace_id, debtor_id, number, number_key, issue_date, due_date,
        effective_due_date, amount_cents)
    SELECT :w, id, 'F' || reference, 'F' || reference, '2026-10-10', '2026-11-10', '2026-11-10',
        10000
    FROM debtors
    """,
)


def overdue(session: Session, workspace: Workspace, count: int) -> None:
    """`count` people of an empty workspace with one invoice each, due on 10 November 2026."""
    for statement in _CROWD:
        session.execute(text(statement), {"w": workspace.id, "n": count})
    session.commit()
