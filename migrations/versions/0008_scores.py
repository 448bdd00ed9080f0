"""Models of payment behaviour, and what the latest says of each open receivable.

Revision ID: 0008
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

SCOPE = (
    "workspace_id = ANY ((SELECT string_to_array("
    "current_setting('bpo.workspaces', true), ',')::bigint[])::bigint[])"
)
TABLES = ("score_models", "scores")


def upgrade() -> None:
    """The tables and their walls."""
    op.create_table(
        "score_models",
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("fitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("model", postgresql.JSONB(), nullable=False),
        sa.Column("trial", postgresql.JSONB(), nullable=False),
        sa.Column("record", postgresql.JSONB(), nullable=False),
        sa.Column("cash", postgresql.JSONB(), nullable=False),
        sa.Column("scored_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_score_models_workspace_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_score_models")),
        sa.UniqueConstraint(
            "workspace_id", "version", name=op.f("uq_score_models_workspace_id_version")
        ),
    )
    op.create_table(
        "scores",
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("receivable_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scored_on", sa.Date(), nullable=False),
        sa.Column("late_chance", sa.Float(), nullable=False),
        sa.Column("week_chances", postgresql.ARRAY(sa.Float()), nullable=False),
        sa.Column("expected_on", sa.Date(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "receivable_id"],
            ["receivables.workspace_id", "receivables.id"],
            name=op.f("fk_scores_workspace_id_receivable_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "receivable_id", name=op.f("pk_scores")),
    )
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY workspace ON {table} USING ({SCOPE}) WITH CHECK ({SCOPE})")


def downgrade() -> None:
    """Without predictions."""
    for table in reversed(TABLES):
        op.drop_table(table)
