"""What each company carries into its day, what is expected of debtors, and what left by day.

Revision ID: 0027
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

SCOPE = (
    "workspace_id = ANY ((SELECT string_to_array("
    "current_setting('bpo.workspaces', true), ',')::bigint[])::bigint[])"
)
TABLES = ("debtor_chances", "carried_figures")


def upgrade() -> None:
    """The tables, their walls, and indexes that answer without the rows."""
    op.create_table(
        "debtor_chances",
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("debtor_id", sa.BigInteger(), nullable=False),
        sa.Column("pay_chance", sa.Float(), nullable=False),
        sa.Column("scored_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "debtor_id"],
            ["debtors.workspace_id", "debtors.id"],
            name=op.f("fk_debtor_chances_workspace_id_debtor_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "debtor_id", name=op.f("pk_debtor_chances")),
    )
    amounts = postgresql.ARRAY(sa.BigInteger())
    op.create_table(
        "carried_figures",
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("aged_cents", amounts, nullable=False),
        sa.Column("open_count", sa.BigInteger(), nullable=False),
        sa.Column("sales_cents", sa.BigInteger(), nullable=False),
        sa.Column("was_open_cents", sa.BigInteger(), nullable=False),
        sa.Column("was_overdue_cents", sa.BigInteger(), nullable=False),
        sa.Column("past_sales_cents", sa.BigInteger(), nullable=False),
        sa.Column("received_cents", amounts, nullable=False),
        sa.Column("overdue_pct", postgresql.ARRAY(sa.Float()), nullable=False),
        sa.Column("largest_ids", amounts, nullable=False),
        sa.Column("largest_cents", amounts, nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_carried_figures_workspace_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", name=op.f("pk_carried_figures")),
    )
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY workspace ON {table} USING ({SCOPE}) WITH CHECK ({SCOPE})")
    _touches(["state", "channel"])
    op.create_index(
        "ix_contacts_valid",
        "contacts",
        ["workspace_id", "debtor_id"],
        postgresql_where=sa.text("status = 'valid'"),
        postgresql_include=["channel", "address"],
    )


def _touches(covered: list[str]) -> None:
    op.drop_index("ix_touches_settled", table_name="touches")
    op.create_index(
        "ix_touches_settled",
        "touches",
        ["workspace_id", "settled_at"],
        postgresql_where=sa.text("settled_at IS NOT NULL"),
        postgresql_include=covered,
    )


def downgrade() -> None:
    """Everything counted anew for each page."""
    op.drop_index("ix_contacts_valid", table_name="contacts")
    _touches([])
    for table in reversed(TABLES):
        op.drop_table(table)
