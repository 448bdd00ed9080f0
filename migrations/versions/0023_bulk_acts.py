"""Acts on many rows at once are kept with what they left, so that they can be undone as one.

Revision ID: 0023
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

SCOPE = (
    "workspace_id = ANY ((SELECT string_to_array("
    "current_setting('bpo.workspaces', true), ',')::bigint[])::bigint[])"
)
TABLES = ("bulk_acts", "bulk_act_rows")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Two tables behind the walls of the workspace."""
    _acts("bulk_acts")
    _rows("bulk_act_rows")
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY workspace ON {table} USING ({SCOPE}) WITH CHECK ({SCOPE})")


def _acts(name: str) -> None:
    op.create_table(
        name,
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("list", sa.Text(), nullable=False),
        sa.Column("terms", JSONB(), nullable=False),
        sa.Column("chosen", sa.Integer(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("made_by_name", sa.Text(), nullable=False),
        sa.Column("undone", sa.Integer(), nullable=True),
        sa.Column("undone_at", INSTANT, nullable=True),
        sa.Column("undone_by_name", sa.Text(), nullable=True),
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('hold', 'release', 'promise', 'dispute', 'tag', 'untag')",
            name=op.f(f"ck_{name}_kind"),
        ),
        sa.CheckConstraint("list IN ('debtors', 'receivables')", name=op.f(f"ck_{name}_list")),
        sa.CheckConstraint(
            "(undone IS NULL) = (undone_at IS NULL)", name=op.f(f"ck_{name}_undone")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f(f"fk_{name}_workspace_id")
        ),
        sa.ForeignKeyConstraint(["made_by"], ["users.id"], name=op.f(f"fk_{name}_made_by")),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f(f"pk_{name}")),
    )


def _rows(name: str) -> None:
    op.create_table(
        name,
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("bulk_act_id", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.BigInteger(), nullable=False),
        sa.Column("debtor_id", sa.BigInteger(), nullable=True),
        sa.Column("receivable_id", sa.BigInteger(), nullable=True),
        _within(name, "bulk_act_id", "bulk_acts"),
        _within(name, "debtor_id", "debtors"),
        _within(name, "receivable_id", "receivables"),
        sa.PrimaryKeyConstraint(
            "workspace_id", "bulk_act_id", "subject", name=op.f(f"pk_{name}")
        ),
    )


def _within(name: str, column: str, table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["workspace_id", column],
        [f"{table}.workspace_id", f"{table}.id"],
        name=op.f(f"fk_{name}_workspace_id_{column}"),
        ondelete="CASCADE",
    )


def downgrade() -> None:
    """Without acts on many."""
    for table in reversed(TABLES):
        op.drop_table(table)
