"""Documents attached to debtors and receivables.

Revision ID: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SCOPE = (
    "workspace_id = ANY ((SELECT string_to_array("
    "current_setting('bpo.workspaces', true), ',')::bigint[])::bigint[])"
)
KINDS = "'invoice', 'fiscal_document', 'boleto', 'contract', 'payment_proof', 'other'"


def upgrade() -> None:
    """The table, its keys within the workspace, and its wall."""
    op.create_table(
        "attachments",
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("debtor_id", sa.BigInteger(), nullable=False),
        sa.Column("receivable_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=True),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hidden_by", sa.BigInteger(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
        ),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_attachments_kind")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "debtor_id"],
            ["debtors.workspace_id", "debtors.id"],
            name=op.f("fk_attachments_workspace_id_debtor_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "receivable_id"],
            ["receivables.workspace_id", "receivables.id"],
            name=op.f("fk_attachments_workspace_id_receivable_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "file_id"],
            ["stored_files.workspace_id", "stored_files.id"],
            name=op.f("fk_attachments_workspace_id_file_id"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_attachments_created_by")
        ),
        sa.ForeignKeyConstraint(["hidden_by"], ["users.id"], name=op.f("fk_attachments_hidden_by")),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_attachments")),
    )
    op.create_index(
        "uq_attachments_content",
        "attachments",
        ["workspace_id", "debtor_id", "receivable_id", "sha256"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_index("ix_attachments_receivable", "attachments", ["workspace_id", "receivable_id"])
    op.create_index("ix_attachments_file", "attachments", ["workspace_id", "file_id"])
    op.execute("ALTER TABLE attachments ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY workspace ON attachments USING ({SCOPE}) WITH CHECK ({SCOPE})")


def downgrade() -> None:
    """Without documents."""
    op.drop_table("attachments")
