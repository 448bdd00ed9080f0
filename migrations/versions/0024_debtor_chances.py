"""How much of what a debtor owes is expected, for lists ordered by it.

Revision ID: 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

SCOPE = (
    "workspace_id = ANY ((SELECT string_to_array("
    "current_setting('bpo.workspaces', true), ',')::bigint[])::bigint[])"
)


def upgrade() -> None:
    """The table and its wall."""
    op.create_table(
        "debtor_chances",
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("debtor_id", sa.BigInteger(), nullable=False),
        sa.Column("pay_chance", sa.Float(), nullable=False),
        sa.Column("scored_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "debtor_id"],
            ["debtors.workspace_id", "debtors.id"],
            name=op.f("fk_debtor_chances_workspace_id_debtor_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "debtor_id", name=op.f("pk_debtor_chances")),
    )
    op.execute("ALTER TABLE debtor_chances ENABLE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY workspace ON debtor_chances USING ({SCOPE}) WITH CHECK ({SCOPE})"
    )


def downgrade() -> None:
    """Without what is expected of debtors."""
    op.drop_table("debtor_chances")
