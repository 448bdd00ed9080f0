"""Accounts of a company have a name, can be opened by a person, and can be closed.

Revision ID: 0033
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

TABLE = "bank_accounts"


def upgrade() -> None:
    """A name, who opened it, and when it was closed; and the lines of an account are found."""
    op.add_column(TABLE, sa.Column("name", sa.Text(), server_default="", nullable=False))
    op.add_column(TABLE, sa.Column("opened_by", sa.BigInteger(), nullable=True))
    op.add_column(TABLE, sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_foreign_key(
        op.f(f"fk_{TABLE}_opened_by"), TABLE, "users", ["opened_by"], ["id"]
    )
    op.create_index("ix_bank_lines_account", "bank_lines", ["workspace_id", "account_id"])


def downgrade() -> None:
    """Every account takes lines again."""
    op.drop_index("ix_bank_lines_account", "bank_lines")
    for column in ("closed_at", "opened_by", "name"):
        op.drop_column(TABLE, column)
