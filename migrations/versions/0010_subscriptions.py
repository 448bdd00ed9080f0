"""Recurring charges: subscriptions, their prices, pauses and charged periods.

Revision ID: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SCOPE = (
    "workspace_id = ANY ((SELECT string_to_array("
    "current_setting('bpo.workspaces', true), ',')::bigint[])::bigint[])"
)
TABLES = (
    "subscriptions",
    "subscription_prices",
    "subscription_pauses",
    "subscription_periods",
)


def upgrade() -> None:
    """The tables, their keys within the workspace, and their walls."""
    create(
        "subscriptions",
        sa.Column("debtor_id", sa.BigInteger(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("every", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("first_due", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("notice_days", sa.Integer(), server_default=sa.text("5"), nullable=False),
        sa.Column("prorated", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("next_issue_on", sa.Date(), nullable=True),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        check(
            "subscriptions", "every", "every IN ('weekly', 'monthly', 'quarterly', 'yearly')"
        ),
        check("subscriptions", "start", "starts_on <= first_due"),
        check("subscriptions", "notice_days", "notice_days BETWEEN 0 AND 60"),
        within("subscriptions", "debtor_id", "debtors"),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_subscriptions_created_by")
        ),
    )
    op.create_index("ix_subscriptions_debtor", "subscriptions", ["workspace_id", "debtor_id"])
    op.create_index(
        "ix_subscriptions_due",
        "subscriptions",
        ["workspace_id", "next_issue_on"],
        postgresql_where=sa.text("next_issue_on IS NOT NULL"),
    )
    create(
        "subscription_prices",
        sa.Column("subscription_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        check("subscription_prices", "amount", "amount_cents > 0"),
        within("subscription_prices", "subscription_id", "subscriptions", ondelete="CASCADE"),
        once("subscription_prices", "subscription_id", "since"),
    )
    create(
        "subscription_pauses",
        sa.Column("subscription_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        check("subscription_pauses", "order", "until IS NULL OR until >= since"),
        within("subscription_pauses", "subscription_id", "subscriptions", ondelete="CASCADE"),
    )
    op.create_index(
        "ix_subscription_pauses", "subscription_pauses", ["workspace_id", "subscription_id"]
    )
    create(
        "subscription_periods",
        sa.Column("subscription_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("receivable_id", sa.BigInteger(), nullable=True),
        check("subscription_periods", "order", "ends_on >= starts_on"),
        within("subscription_periods", "subscription_id", "subscriptions", ondelete="CASCADE"),
        within("subscription_periods", "receivable_id", "receivables"),
        once("subscription_periods", "subscription_id", "starts_on"),
    )
    op.create_index(
        "ix_subscription_periods_receivable",
        "subscription_periods",
        ["workspace_id", "receivable_id"],
    )
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY workspace ON {table} USING ({SCOPE}) WITH CHECK ({SCOPE})")


def create(name: str, *parts: sa.schema.SchemaItem) -> None:
    """A table of the workspace."""
    op.create_table(
        name,
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        *parts,
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f(f"pk_{name}")),
    )


def check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    """A rule on each row."""
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def within(
    table: str, column: str, to: str, ondelete: str | None = None
) -> sa.ForeignKeyConstraint:
    """A key that cannot point into another workspace."""
    return sa.ForeignKeyConstraint(
        ["workspace_id", column],
        [f"{to}.workspace_id", f"{to}.id"],
        name=op.f(f"fk_{table}_workspace_id_{column}"),
        ondelete=ondelete,
    )


def once(table: str, *columns: str) -> sa.UniqueConstraint:
    """What exists once within the workspace."""
    name = op.f(f"uq_{table}_workspace_id_{'_'.join(columns)}")
    return sa.UniqueConstraint("workspace_id", *columns, name=name)


def downgrade() -> None:
    """Without recurring charges."""
    for table in reversed(TABLES):
        op.drop_table(table)
