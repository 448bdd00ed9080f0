"""Requests to grant offers beyond somebody's limits, and the mails that carry them.

Revision ID: 0018
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

SCOPE = (
    "workspace_id = ANY ((SELECT string_to_array("
    "current_setting('bpo.workspaces', true), ',')::bigint[])::bigint[])"
)
TABLES = ("approval_requests", "approval_mails")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Two tables behind the walls of the workspace."""
    _requests()
    _mails()
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY workspace ON {table} USING ({SCOPE}) WITH CHECK ({SCOPE})")


def _requests() -> None:
    name = "approval_requests"
    op.create_table(
        name,
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("agreement_id", sa.BigInteger(), nullable=False),
        sa.Column("debtor_id", sa.BigInteger(), nullable=False),
        sa.Column("needed_by", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("case_file", JSONB(), nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=True),
        sa.Column("asked_by_name", sa.Text(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_by_name", sa.Text(), nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("counter", JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("answered_with_id", sa.BigInteger(), nullable=True),
        _created(),
        sa.CheckConstraint(
            "needed_by IN ('admin', 'client_manager')", name=op.f(f"ck_{name}_needed_by")
        ),
        sa.CheckConstraint(
            "state IN ('asked', 'accepted', 'refused', 'countered', 'expired')",
            name=op.f(f"ck_{name}_state"),
        ),
        sa.CheckConstraint(
            "(state = 'asked') = (decided_at IS NULL)", name=op.f(f"ck_{name}_decided")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint(
            "workspace_id", "agreement_id", name=op.f(f"uq_{name}_workspace_id_agreement_id")
        ),
        _within(name, "agreement_id", "agreements", "CASCADE"),
        _within(name, "debtor_id", "debtors", "CASCADE"),
        _within(name, "answered_with_id", "agreements", None),
        sa.ForeignKeyConstraint(["asked_by"], ["users.id"], name=op.f(f"fk_{name}_asked_by")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f(f"fk_{name}_decided_by")),
    )
    op.create_index(
        "ix_approval_requests_open",
        name,
        ["workspace_id", "needed_by"],
        postgresql_where=sa.text("state = 'asked'"),
    )


def _mails() -> None:
    name = "approval_mails"
    op.create_table(
        name,
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("at", INSTANT, nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        _created(),
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'sent', 'failed', 'refused', 'uncertain')",
            name=op.f(f"ck_{name}_state"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint(
            "workspace_id",
            "request_id",
            "user_id",
            name=op.f(f"uq_{name}_workspace_id_request_id_user_id"),
        ),
        _within(name, "request_id", "approval_requests", "CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f(f"fk_{name}_user_id")),
    )
    op.create_index(
        "ix_approval_mails_due",
        name,
        ["workspace_id"],
        postgresql_where=sa.text("state IN ('waiting', 'sending', 'failed')"),
    )


def _created() -> sa.Column[object]:
    return sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False)


def _within(
    name: str, column: str, table: str, ondelete: str | None
) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["workspace_id", column],
        [f"{table}.workspace_id", f"{table}.id"],
        name=op.f(f"fk_{name}_workspace_id_{column}"),
        ondelete=ondelete,
    )


def downgrade() -> None:
    """Without requests."""
    for table in reversed(TABLES):
        op.drop_table(table)
