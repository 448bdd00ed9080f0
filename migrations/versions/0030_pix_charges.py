"""Pix charges with a due date that the banks of client companies hold, one live for a receivable.

Revision ID: 0030
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

SCOPE = (
    "workspace_id = ANY ((SELECT string_to_array("
    "current_setting('bpo.workspaces', true), ',')::bigint[])::bigint[])"
)
NAME = "pix_charges"
LIVE = sa.text("state IN ('asked', 'active', 'leaving')")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """The table behind the walls of the workspace; the bank's Pix is set up like a channel."""
    op.create_table(
        NAME,
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("receivable_id", sa.BigInteger(), nullable=False),
        sa.Column("txid", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("copy_paste", sa.Text(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("tries", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_at", INSTANT, nullable=False),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "state IN ('asked', 'active', 'leaving', 'paid', 'cancelled', 'refused')",
            name=op.f(f"ck_{NAME}_state"),
        ),
        sa.CheckConstraint("cents > 0", name=op.f(f"ck_{NAME}_cents")),
        sa.CheckConstraint(
            "state <> 'active' OR copy_paste IS NOT NULL", name=op.f(f"ck_{NAME}_code")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f(f"pk_{NAME}")),
        sa.UniqueConstraint("workspace_id", "txid", name=op.f(f"uq_{NAME}_workspace_id_txid")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "receivable_id"],
            ["receivables.workspace_id", "receivables.id"],
            name=op.f(f"fk_{NAME}_workspace_id_receivable_id"),
            ondelete="CASCADE",
        ),
    )
    op.create_index(
        "uq_pix_charges_live", NAME, ["workspace_id", "receivable_id"], unique=True,
        postgresql_where=LIVE,
    )  # fmt: skip
    op.create_index("ix_pix_charges_receivable", NAME, ["workspace_id", "receivable_id"])
    op.create_index("ix_pix_charges_next", NAME, ["workspace_id", "next_at"], postgresql_where=LIVE)
    op.execute(f"ALTER TABLE {NAME} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY workspace ON {NAME} USING ({SCOPE}) WITH CHECK ({SCOPE})")
    _channels("'sms', 'whatsapp', 'mailbox', 'pix'")


def _channels(names: str) -> None:
    op.drop_constraint("ck_channel_settings_channel", "channel_settings")
    op.create_check_constraint(
        op.f("ck_channel_settings_channel"), "channel_settings", f"channel IN ({names})"
    )


def downgrade() -> None:
    """Without charges."""
    op.execute("DELETE FROM channel_settings WHERE channel = 'pix'")
    _channels("'sms', 'whatsapp', 'mailbox'")
    op.drop_table(NAME)
