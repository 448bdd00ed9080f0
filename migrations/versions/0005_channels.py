"""Channels: settings, delivery events, incoming messages, the provider's name of a message.

Revision ID: 0005
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SCOPE = (
    "workspace_id = ANY ((SELECT string_to_array("
    "current_setting('bpo.workspaces', true), ',')::bigint[])::bigint[])"
)
PROTECTED = ("channel_settings", "delivery_events", "incoming_messages")


def upgrade() -> None:
    """Three tables behind the wall, and two columns."""
    op.add_column("messages", sa.Column("reference", sa.Text()))
    op.create_index(
        "ix_messages_reference",
        "messages",
        ["workspace_id", "reference"],
        postgresql_where=sa.text("reference IS NOT NULL"),
    )
    op.add_column("workspaces", sa.Column("reply_hold_days", sa.Integer()))
    op.create_check_constraint(
        op.f("ck_workspaces_reply_hold_days"), "workspaces", "reply_hold_days BETWEEN 1 AND 30"
    )
    _channel_settings()
    _delivery_events()
    _incoming_messages()
    for table in PROTECTED:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY workspace ON {table} USING ({SCOPE}) WITH CHECK ({SCOPE})")


def downgrade() -> None:
    """Without them."""
    for table in PROTECTED:
        op.drop_table(table)
    op.drop_column("workspaces", "reply_hold_days")
    op.drop_index("ix_messages_reference", "messages")
    op.drop_column("messages", "reference")


def _keyed(name: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f(f"pk_{name}")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f(f"fk_{name}_workspace_id")
        ),
    ]


def _within(name: str, column: str, table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["workspace_id", column],
        [f"{table}.workspace_id", f"{table}.id"],
        name=op.f(f"fk_{name}_workspace_id_{column}"),
        ondelete="CASCADE",
    )


def _instant(name: str, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _json(name: str) -> sa.Column:
    return sa.Column(name, JSONB(), server_default=sa.text("'{}'"), nullable=False)


def _channel_settings() -> None:
    name = "channel_settings"
    op.create_table(
        name,
        *_keyed(name),
        _text("channel"),
        _text("provider"),
        _json("options"),
        _json("secrets"),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        _json("position"),
        _instant("checked_at", nullable=True),
        _text("problem", nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "channel IN ('sms', 'whatsapp', 'mailbox')", name=op.f(f"ck_{name}_channel")
        ),
        sa.UniqueConstraint(
            "workspace_id", "channel", name=op.f(f"uq_{name}_workspace_id_channel")
        ),
    )


def _delivery_events() -> None:
    name = "delivery_events"
    op.create_table(
        name,
        *_keyed(name),
        sa.Column("touch_id", sa.BigInteger()),
        _text("provider"),
        _text("event_key"),
        _text("kind"),
        _instant("at"),
        _text("recipient", nullable=True),
        _text("words", nullable=True),
        _within(name, "touch_id", "touches"),
        sa.CheckConstraint(
            "kind IN ('sent', 'delivered', 'opened', 'bounced', 'complained', 'delayed')",
            name=op.f(f"ck_{name}_kind"),
        ),
        sa.UniqueConstraint(
            "workspace_id",
            "provider",
            "event_key",
            name=op.f(f"uq_{name}_workspace_id_provider_event_key"),
        ),
    )
    op.create_index("ix_delivery_events_touch", name, ["workspace_id", "touch_id"])


def _incoming_messages() -> None:
    name = "incoming_messages"
    op.create_table(
        name,
        *_keyed(name),
        _text("channel"),
        _text("provider"),
        _text("message_key"),
        sa.Column("debtor_id", sa.BigInteger()),
        sa.Column("touch_id", sa.BigInteger()),
        _text("sender"),
        _text("sender_name", nullable=True),
        _text("subject", nullable=True),
        _text("body"),
        sa.Column("automatic", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        _json("suggestion"),
        _text("outcome", nullable=True),
        _instant("at"),
        _instant("received_at"),
        _within(name, "debtor_id", "debtors"),
        _within(name, "touch_id", "touches"),
        sa.CheckConstraint(
            "channel IN ('email', 'sms', 'whatsapp')", name=op.f(f"ck_{name}_channel")
        ),
        sa.UniqueConstraint(
            "workspace_id",
            "provider",
            "message_key",
            name=op.f(f"uq_{name}_workspace_id_provider_message_key"),
        ),
    )
    op.create_index("ix_incoming_messages_debtor", name, ["workspace_id", "debtor_id"])
