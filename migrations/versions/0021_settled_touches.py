"""The index of settled contacts holds those alone, so that no check of a key can go by it."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_touches_settled", table_name="touches")
    op.create_index(
        "ix_touches_settled",
        "touches",
        ["workspace_id", "settled_at"],
        postgresql_where=sa.text("settled_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_touches_settled", table_name="touches")
    op.create_index("ix_touches_settled", "touches", ["workspace_id", "settled_at"])
