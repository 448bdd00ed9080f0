"""A credit of a bank may be split over several debtors, and a part of it stay in suspense.

Revision ID: 0035
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

LIVE = sa.text("undone_at IS NULL")


def upgrade() -> None:
    """How much of a line is placed, and which part of a line a match is."""
    op.add_column(
        "bank_lines",
        sa.Column("placed_cents", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
    )
    op.execute("UPDATE bank_lines SET placed_cents = amount_cents WHERE state = 'matched'")
    op.create_check_constraint(
        op.f("ck_bank_lines_placed"),
        "bank_lines",
        "placed_cents = 0 OR placed_cents BETWEEN 0 AND amount_cents",
    )
    op.create_check_constraint(
        op.f("ck_bank_lines_whole"),
        "bank_lines",
        "CASE state WHEN 'matched' THEN placed_cents = amount_cents"
        " WHEN 'open' THEN placed_cents < amount_cents ELSE true END",
    )
    op.add_column(
        "bank_matches",
        sa.Column("part", sa.SmallInteger(), server_default=sa.text("1"), nullable=False),
    )
    op.drop_index("uq_bank_matches_live", "bank_matches")
    op.create_index(
        "uq_bank_matches_live",
        "bank_matches",
        ["workspace_id", "line_id", "part"],
        unique=True,
        postgresql_where=LIVE,
    )


def downgrade() -> None:
    """A line is one payment again; refused by the index while any is split."""
    op.drop_index("uq_bank_matches_live", "bank_matches")
    op.create_index(
        "uq_bank_matches_live",
        "bank_matches",
        ["workspace_id", "line_id"],
        unique=True,
        postgresql_where=LIVE,
    )
    op.drop_column("bank_matches", "part")
    op.drop_constraint(op.f("ck_bank_lines_whole"), "bank_lines")
    op.drop_constraint(op.f("ck_bank_lines_placed"), "bank_lines")
    op.drop_column("bank_lines", "placed_cents")
