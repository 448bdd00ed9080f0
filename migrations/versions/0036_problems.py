"""What a bank or a mailbox said is kept as a text and its values, told in each reader's language.

Revision ID: 0036
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

TABLES = ("channel_settings", "pix_charges")


def upgrade() -> None:
    """Sentences kept so far stay as they are, without values."""
    for table in TABLES:
        op.alter_column(
            table,
            "problem",
            type_=postgresql.JSONB(),
            existing_type=sa.Text(),
            postgresql_using=(
                "CASE WHEN problem IS NOT NULL THEN"
                " jsonb_build_array(translate(problem, '{}', '()'), '{}'::jsonb) END"
            ),
        )


def downgrade() -> None:
    """The texts alone, in English."""
    for table in TABLES:
        op.alter_column(
            table,
            "problem",
            type_=sa.Text(),
            existing_type=postgresql.JSONB(),
            postgresql_using="problem ->> 0",
        )
