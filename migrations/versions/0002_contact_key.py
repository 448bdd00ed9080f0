"""The key of a contact leads with its debtor.

Look-ups of a touch by its id were planned by whichever index begins with the workspace; while the
table was small, that could be this key instead of the primary key, and each check of a foreign key
then read all touches of the workspace.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_REST = "campaign_id, anchor_kind, anchor_id, cycle, step_key, channel"


def upgrade() -> None:
    _replace("debtor_id, workspace_id")


def downgrade() -> None:
    _replace("workspace_id, debtor_id")


def _replace(first: str) -> None:
    op.drop_constraint("uq_touches_contact", "touches", type_="unique")
    op.execute(
        "ALTER TABLE touches ADD CONSTRAINT uq_touches_contact UNIQUE NULLS NOT DISTINCT "
        f"({first}, {_REST})"
    )
