"""The provider's answer is kept with the contact, not with its text.

A message is written once and never again: settling it rewrote kilobytes of text for a line.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("touches", sa.Column("answer", sa.Text()))
    _move("touches", "messages")
    op.drop_column("messages", "answer")


def downgrade() -> None:
    op.add_column("messages", sa.Column("answer", sa.Text()))
    _move("messages", "touches")
    op.drop_column("touches", "answer")


def _move(to: str, origin: str) -> None:
    ids = {"touches": "id", "messages": "touch_id"}
    op.execute(
        f"UPDATE {to} t SET answer = o.answer FROM {origin} o WHERE o.answer IS NOT NULL"
        f" AND o.workspace_id = t.workspace_id AND o.{ids[origin]} = t.{ids[to]}"
    )
