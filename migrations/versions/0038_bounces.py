"""The messages that came back, found by their day: an alert of the portfolio counts them.

Revision ID: 0038
"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

BACK = sa.text("kind = 'bounced'")


def upgrade() -> None:
    """Few of the events are of this kind."""
    op.create_index(
        "ix_delivery_events_bounced",
        "delivery_events",
        ["workspace_id", "at", "touch_id"],
        postgresql_where=BACK,
    )


def downgrade() -> None:
    """The alert reads all events again."""
    op.drop_index("ix_delivery_events_bounced", "delivery_events")
