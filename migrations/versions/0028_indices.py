"""Indices of prices that contracts correct open amounts by, month by month.

Revision ID: 0028
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "index_rates",
        sa.Column("index_name", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("rate", sa.Numeric(10, 8), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.BigInteger()),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.CheckConstraint("rate BETWEEN -0.2 AND 0.2", name=op.f("ck_index_rates_rate")),
        sa.CheckConstraint("extract(day FROM month) = 1", name=op.f("ck_index_rates_month")),
        sa.CheckConstraint(
            "index_name IN ('ipca', 'inpc', 'igpm')", name=op.f("ck_index_rates_index_name")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["users.id"], name=op.f("fk_index_rates_recorded_by")
        ),
        sa.PrimaryKeyConstraint("index_name", "month", name=op.f("pk_index_rates")),
    )


def downgrade() -> None:
    op.drop_table("index_rates")
