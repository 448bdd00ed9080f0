"""What debtors do on their own page, the team's answers, and what debtors think of it.

Revision ID: 0013
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

SCOPE = (
    "workspace_id = ANY ((SELECT string_to_array("
    "current_setting('bpo.workspaces', true), ',')::bigint[])::bigint[])"
)
TABLES = ("page_acts", "feedback")
KINDS = (
    "kind IN ('paid', 'dispute', 'plan', 'promise', 'message', 'contact', 'access',"
    " 'correction', 'deletion', 'hardship', 'answer')"
)


def upgrade() -> None:
    """Two tables of the debtor, behind the walls of the workspace."""
    create(
        "page_acts",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("request_key", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column(
            "detail",
            JSONB(),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(KINDS, name=op.f("ck_page_acts_kind")),
        sa.UniqueConstraint(
            "workspace_id",
            "debtor_id",
            "request_key",
            name=op.f("uq_page_acts_workspace_id_debtor_id_request_key"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_page_acts_created_by")
        ),
    )
    op.create_index("ix_page_acts_debtor", "page_acts", ["workspace_id", "debtor_id", "at"])
    create(
        "feedback",
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("about IN ('payment', 'act')", name=op.f("ck_feedback_about")),
        sa.CheckConstraint("score BETWEEN 1 AND 5", name=op.f("ck_feedback_score")),
        sa.UniqueConstraint(
            "workspace_id",
            "about",
            "subject_id",
            name=op.f("uq_feedback_workspace_id_about_subject_id"),
        ),
    )
    op.create_index("ix_feedback_at", "feedback", ["workspace_id", "at"])
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY workspace ON {table} USING ({SCOPE}) WITH CHECK ({SCOPE})")


def create(name: str, *parts: sa.schema.SchemaItem) -> None:
    """A table of rows about a debtor."""
    op.create_table(
        name,
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("debtor_id", sa.BigInteger(), nullable=False),
        *parts,
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f(f"pk_{name}")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "debtor_id"],
            ["debtors.workspace_id", "debtors.id"],
            name=op.f(f"fk_{name}_workspace_id_debtor_id"),
            ondelete="CASCADE",
        ),
    )


def downgrade() -> None:
    """Without the acts."""
    for table in reversed(TABLES):
        op.drop_table(table)
