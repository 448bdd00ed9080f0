"""A word to stay close is a contact with an anchor of its own.

Revision ID: 0024
"""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

BEFORE = "'due_date', 'debtor', 'payment', 'installment', 'request'"


def upgrade() -> None:
    """One more kind of anchor."""
    _allow(f"{BEFORE}, 'greeting'")


def downgrade() -> None:
    """Without it, and without the contacts that have it."""
    op.execute("DELETE FROM touches WHERE anchor_kind = 'greeting'")
    _allow(BEFORE)


def _allow(kinds: str) -> None:
    op.drop_constraint(op.f("ck_touches_anchor_kind"), "touches")
    op.create_check_constraint(
        op.f("ck_touches_anchor_kind"), "touches", f"anchor_kind IN ({kinds})"
    )
