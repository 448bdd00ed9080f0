"""Which import registered a debtor, so that its undo can take along those whom nobody touched.

Revision ID: 0037
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

GIVEN = sa.text("import_id IS NOT NULL")


def upgrade() -> None:
    """Debtors so far are nobody's to remove."""
    op.add_column("debtors", sa.Column("import_id", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_debtors_import", "debtors", ["workspace_id", "import_id"], postgresql_where=GIVEN
    )


def downgrade() -> None:
    """Debtors stay when an import is undone."""
    op.drop_index("ix_debtors_import", "debtors")
    op.drop_column("debtors", "import_id")
