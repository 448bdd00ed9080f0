"""Agreeing to instalments is an act of the debtor's page.

Revision ID: 0017
"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

BEFORE = (
    "kind IN ('paid', 'dispute', 'plan', 'promise', 'message', 'contact', 'access',"
    " 'correction', 'deletion', 'hardship', 'answer')"
)
NAME = "ck_page_acts_kind"


def upgrade() -> None:
    """One more kind."""
    op.drop_constraint(op.f(NAME), "page_acts")
    op.create_check_constraint(op.f(NAME), "page_acts", BEFORE.replace("'plan'", "'plan', 'agreement'"))


def downgrade() -> None:
    """The kinds as they were."""
    op.drop_constraint(op.f(NAME), "page_acts")
    op.create_check_constraint(op.f(NAME), "page_acts", BEFORE)
