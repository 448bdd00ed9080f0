"""The legal rates of default interest, month by month."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "legal_rates",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("rate", sa.Numeric(10, 8), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.BigInteger()),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.CheckConstraint("rate BETWEEN 0 AND 0.1", name=op.f("ck_legal_rates_rate")),
        sa.CheckConstraint("extract(day FROM month) = 1", name=op.f("ck_legal_rates_month")),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["users.id"], name=op.f("fk_legal_rates_recorded_by")
        ),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_legal_rates")),
    )


def downgrade() -> None:
    op.drop_table("legal_rates")
