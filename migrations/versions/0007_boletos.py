"""The boleto of a receivable.

Revision ID: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SCOPE = (
    "workspace_id = ANY ((SELECT string_to_array("
    "current_setting('bpo.workspaces', true), ',')::bigint[])::bigint[])"
)


def upgrade() -> None:
    """The table, its keys within the workspace, and its wall."""
    op.create_table(
        "boletos",
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("receivable_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
        ),
        sa.CheckConstraint("line ~ '^[0-9]{47}$'", name=op.f("ck_boletos_line")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "receivable_id"],
            ["receivables.workspace_id", "receivables.id"],
            name=op.f("fk_boletos_workspace_id_receivable_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_boletos_created_by")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_boletos")),
        sa.UniqueConstraint(
            "workspace_id", "receivable_id", name=op.f("uq_boletos_workspace_id_receivable_id")
        ),
    )
    op.execute("ALTER TABLE boletos ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY workspace ON boletos USING ({SCOPE}) WITH CHECK ({SCOPE})")


def downgrade() -> None:
    """Without boletos."""
    op.drop_table("boletos")
