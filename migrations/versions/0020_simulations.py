"""Campaigns lived ahead are kept, so that a change can be read before it holds.

Revision ID: 0020
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

SCOPE = (
    "workspace_id = ANY ((SELECT string_to_array("
    "current_setting('bpo.workspaces', true), ',')::bigint[])::bigint[])"
)


def upgrade() -> None:
    """The table and its wall."""
    op.create_table(
        "simulations",
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("draft", sa.Boolean(), nullable=False),
        sa.Column("pays", sa.Boolean(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("progress", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("result", JSONB(none_as_null=True), nullable=True),
        sa.Column("asked_by", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'failed')", name=op.f("ck_simulations_state")
        ),
        sa.CheckConstraint("days BETWEEN 1 AND 180", name=op.f("ck_simulations_days")),
        sa.ForeignKeyConstraint(["asked_by"], ["users.id"], name=op.f("fk_simulations_asked_by")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "campaign_id"],
            ["campaigns.workspace_id", "campaigns.id"],
            name=op.f("fk_simulations_workspace_id_campaign_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_simulations")),
    )
    op.create_index("ix_simulations_campaign", "simulations", ["workspace_id", "campaign_id", "id"])
    op.execute("ALTER TABLE simulations ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY workspace ON simulations USING ({SCOPE}) WITH CHECK ({SCOPE})")


def downgrade() -> None:
    """Without them."""
    op.drop_table("simulations")
