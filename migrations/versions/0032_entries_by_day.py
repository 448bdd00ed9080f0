"""Money by day is told from its index alone, however old the company is.

Which receivables moved since a day was read from the index by receivable, all of it.

Revision ID: 0032
"""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

BY_DAY = "ix_entries_day"
TOLD = ["receivable_id", "kind", "principal_cents", "fine_cents", "interest_cents"]


def upgrade() -> None:
    """What was entered on a day, with whose and how much."""
    op.drop_index(BY_DAY, table_name="entries")
    op.create_index(BY_DAY, "entries", ["workspace_id", "on_day"], postgresql_include=TOLD)


def downgrade() -> None:
    """The days alone."""
    op.drop_index(BY_DAY, table_name="entries")
    op.create_index(BY_DAY, "entries", ["workspace_id", "on_day"])
