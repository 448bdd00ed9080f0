"""A silence keeps the day that each of its reasons points to.

Revision ID: 0025
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One day a reason, in their order; older rows have none."""
    op.add_column("skips", sa.Column("days", ARRAY(sa.Date()), nullable=True))


def downgrade() -> None:
    """Without the days."""
    op.drop_column("skips", "days")
