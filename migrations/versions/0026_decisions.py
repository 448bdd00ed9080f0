"""What the ledger keeps of decisions: what a dispute took off, to whom a refund went, what is undone.

A payment that was undone is used no more, even by somebody who was at it in the same moment: who
undoes holds the payment, and who uses it looks again once it is free.

Revision ID: 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_STATES = "'open', 'upheld', 'rejected', 'withdrawn'"
_SPENT = """
CREATE OR REPLACE FUNCTION check_spent() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    amount bigint;
    spent bigint;
BEGIN
    SELECT p.amount_cents INTO amount FROM payments p
    WHERE p.workspace_id = NEW.workspace_id AND p.id = NEW.payment_id
    FOR NO KEY UPDATE;
    {undone}
    SELECT coalesce(sum(e.principal_cents + e.fine_cents + e.interest_cents), 0) INTO spent
    FROM entries e
    WHERE e.workspace_id = NEW.workspace_id AND e.payment_id = NEW.payment_id
      AND e.kind IN ('payment', 'reversal');
    SELECT spent + coalesce(sum(f.amount_cents), 0) INTO spent FROM refunds f
    WHERE f.workspace_id = NEW.workspace_id AND f.payment_id = NEW.payment_id;
    IF spent NOT BETWEEN least(amount, 0) AND greatest(amount, 0) THEN
        RAISE EXCEPTION 'more is used of payment % than came in', NEW.payment_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_is_enough';
    END IF;
    RETURN NULL;
END $$
"""
_STANDS = """
    IF EXISTS (
        SELECT FROM payments u
        WHERE u.workspace_id = NEW.workspace_id AND u.reverses_id = NEW.payment_id
    ) THEN
        RAISE EXCEPTION 'payment % has been undone', NEW.payment_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_stands';
    END IF;
"""
_UNDOING = """
CREATE FUNCTION check_undoing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM payments p
    WHERE p.workspace_id = NEW.workspace_id AND p.id = NEW.reverses_id
    FOR NO KEY UPDATE;
    IF (
        SELECT coalesce(sum(f.amount_cents), 0) FROM refunds f
        WHERE f.workspace_id = NEW.workspace_id AND f.payment_id = NEW.reverses_id
    ) <> 0 THEN
        RAISE EXCEPTION 'part of payment % was given back', NEW.reverses_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_is_whole';
    END IF;
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    """The columns, and the two checks of payments that are undone."""
    op.add_column("disputes", sa.Column("entry_id", sa.BigInteger()))
    op.create_foreign_key(
        op.f("fk_disputes_workspace_id_entry_id"),
        "disputes",
        "entries",
        ["workspace_id", "entry_id"],
        ["workspace_id", "id"],
    )
    _dispute_states(f"state IN ({_STATES}, 'partly_upheld')")
    op.add_column("refunds", sa.Column("paid_to", sa.Text()))
    op.add_column("refunds", sa.Column("file_id", sa.BigInteger()))
    op.create_foreign_key(
        op.f("fk_refunds_workspace_id_file_id"),
        "refunds",
        "stored_files",
        ["workspace_id", "file_id"],
        ["workspace_id", "id"],
    )
    op.execute(_SPENT.format(undone=_STANDS))
    op.execute(_UNDOING)
    op.execute(
        "CREATE TRIGGER payments_undoing BEFORE INSERT ON payments FOR EACH ROW"
        " WHEN (NEW.reverses_id IS NOT NULL) EXECUTE FUNCTION check_undoing()"
    )


def downgrade() -> None:
    """Disputes decided in part count as decided in the debtor's favour."""
    op.execute("DROP TRIGGER payments_undoing ON payments")
    op.execute("DROP FUNCTION check_undoing()")
    op.execute(_SPENT.format(undone=""))
    op.drop_column("refunds", "file_id")
    op.drop_column("refunds", "paid_to")
    op.execute("UPDATE disputes SET state = 'upheld' WHERE state = 'partly_upheld'")
    _dispute_states(f"state IN ({_STATES})")
    op.drop_column("disputes", "entry_id")


def _dispute_states(rule: str) -> None:
    op.drop_constraint(op.f("ck_disputes_state"), "disputes", type_="check")
    op.create_check_constraint(op.f("ck_disputes_state"), "disputes", rule)
