"""The portfolio by mail: each reader's schedule, and what became of each mail.

Revision ID: 0034
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Two tables that tell nothing of a company, beside users and outside the policies."""
    _schedules()
    _deliveries()


def downgrade() -> None:
    """Without the mails of the portfolio."""
    op.drop_table("portfolio_deliveries")
    op.drop_table("portfolio_schedules")


def _schedules() -> None:
    name = "portfolio_schedules"
    op.create_table(
        name,
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("weekday", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("hour", sa.Integer(), server_default=sa.text("8"), nullable=False),
        sa.Column("paused", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        _created(),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f(f"ck_{name}_weekday")),
        sa.CheckConstraint("hour BETWEEN 0 AND 23", name=op.f(f"ck_{name}_hour")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("user_id", name=op.f(f"uq_{name}_user_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f(f"fk_{name}_user_id")),
    )


def _deliveries() -> None:
    name = "portfolio_deliveries"
    op.create_table(
        name,
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("scheduled", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("slot", INSTANT, nullable=False),
        sa.Column("recipient", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), server_default="planned", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        *(sa.Column(at, INSTANT, nullable=True) for at in ("retry_at", "claimed_at", "settled_at")),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("clients", sa.Integer(), nullable=True),
        _created(),
        sa.CheckConstraint(
            "state IN ('planned', 'sending', 'sent', 'failed', 'refused', 'uncertain',"
            " 'cancelled')",
            name=op.f(f"ck_{name}_state"),
        ),
        sa.CheckConstraint(
            "(state = 'sending') = (claimed_at IS NOT NULL)", name=op.f(f"ck_{name}_claim")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f(f"fk_{name}_user_id")),
    )
    for index, columns, unique, rows in (
        ("uq_portfolio_deliveries_slot", ["user_id", "slot"], True, "scheduled"),
        ("uq_portfolio_deliveries_next", ["user_id"], True, "scheduled AND recipient IS NULL"),
        (
            "ix_portfolio_deliveries_waiting",
            ["slot"],
            False,
            "state IN ('planned', 'sending', 'failed')",
        ),
    ):
        op.create_index(index, name, columns, unique=unique, postgresql_where=sa.text(rows))


def _created() -> sa.Column[object]:
    return sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False)
