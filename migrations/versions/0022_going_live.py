"""Going live may wait for an approval; a simulation that was left is known as such.

Revision ID: 0022
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

REQUESTS = "approval_requests"
NEW_STATES = "state IN ('asked', 'accepted', 'refused', 'countered', 'expired', 'voided')"
OLD_STATES = "state IN ('asked', 'accepted', 'refused', 'countered', 'expired')"
APPROVERS = "go_live_by IN ('admin', 'client_manager')"


def upgrade() -> None:
    """Who approves, what ran with a go, and requests about more than offers."""
    op.add_column("workspaces", sa.Column("go_live_by", sa.Text(), nullable=True))
    op.create_check_constraint(op.f("ck_workspaces_go_live_by"), "workspaces", APPROVERS)
    op.add_column("campaigns", sa.Column("released_version", sa.Integer(), nullable=True))
    op.execute("UPDATE campaigns SET released_version = version WHERE started_at IS NOT NULL")
    heard = sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True)
    op.add_column("simulations", heard)
    _requests()


def _requests() -> None:
    about = sa.Column("about", sa.Text(), server_default="offer", nullable=False)
    op.add_column(REQUESTS, about)
    op.alter_column(REQUESTS, "about", server_default=None)
    for name in ("campaign_id", "simulation_id"):
        op.add_column(REQUESTS, sa.Column(name, sa.BigInteger(), nullable=True))
    empty = sa.text("'{}'")
    op.add_column(REQUESTS, sa.Column("content", JSONB(), server_default=empty, nullable=False))
    op.add_column(REQUESTS, sa.Column("fingerprint", sa.Text(), nullable=True))
    for name in ("agreement_id", "debtor_id"):
        op.alter_column(REQUESTS, name, nullable=True)
    op.drop_constraint(op.f(f"ck_{REQUESTS}_state"), REQUESTS)
    op.create_check_constraint(op.f(f"ck_{REQUESTS}_state"), REQUESTS, NEW_STATES)
    op.create_check_constraint(
        op.f(f"ck_{REQUESTS}_about"), REQUESTS, "about IN ('offer', 'go', 'version', 'text')"
    )
    op.create_check_constraint(
        op.f(f"ck_{REQUESTS}_subject"),
        REQUESTS,
        "(about = 'offer') = (agreement_id IS NOT NULL AND debtor_id IS NOT NULL)"
        " AND (about IN ('go', 'version')) = (campaign_id IS NOT NULL)",
    )
    for column, table in (("campaign_id", "campaigns"), ("simulation_id", "simulations")):
        op.create_foreign_key(
            op.f(f"fk_{REQUESTS}_workspace_id_{column}"),
            REQUESTS,
            table,
            ["workspace_id", column],
            ["workspace_id", "id"],
            ondelete="CASCADE" if column == "campaign_id" else None,
        )
    _belongs(REQUESTS)


def _belongs(table: str) -> None:
    """A text belongs to the workspace alone, so the key to it is said."""
    op.create_foreign_key(
        op.f(f"fk_{table}_workspace_id"), table, "workspaces", ["workspace_id"], ["id"]
    )


def downgrade() -> None:
    """Requests about offers alone."""
    op.execute(f"DELETE FROM {REQUESTS} WHERE about <> 'offer' OR state = 'voided'")
    op.drop_constraint(op.f(f"fk_{REQUESTS}_workspace_id"), REQUESTS)
    for name in ("subject", "about", "state"):
        op.drop_constraint(op.f(f"ck_{REQUESTS}_{name}"), REQUESTS)
    op.create_check_constraint(op.f(f"ck_{REQUESTS}_state"), REQUESTS, OLD_STATES)
    for name in ("agreement_id", "debtor_id"):
        op.alter_column(REQUESTS, name, nullable=False)
    for name in ("fingerprint", "content", "simulation_id", "campaign_id", "about"):
        op.drop_column(REQUESTS, name)
    op.drop_column("simulations", "heard_at")
    op.drop_column("campaigns", "released_version")
    op.drop_column("workspaces", "go_live_by")
