"""Channels of a client company, and what came back over them: receipts, bounces, replies."""

from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from bpo.db import Model
from bpo.models.columns import Created, Instant, InWorkspace, Json, Name, within_workspace


class ChannelSetting(InWorkspace, Created, Model):
    """How a client company sends on a channel, or where its mail is read (`mailbox`).

    `secrets` holds names alone; their values live in the environment. `position` is what a mailbox
    remembers of how far it was read. `problem` is the phrase of what went wrong last.
    """

    __tablename__ = "channel_settings"
    __table_args__ = (
        UniqueConstraint("workspace_id", "channel"),
        CheckConstraint("channel IN ('sms', 'whatsapp', 'mailbox', 'pix')", name="channel"),
    )

    channel: Mapped[Name]
    provider: Mapped[Name]
    options: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    secrets: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    position: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    checked_at: Mapped[Instant | None]
    problem: Mapped[list[Any] | None] = mapped_column(JSONB(none_as_null=True))


class DeliveryEvent(InWorkspace, Model):
    """A later fact about a message that left: delivered, opened, bounced, complained.

    `event_key` is the provider's name of the fact: the same one told twice is one row.
    """

    __tablename__ = "delivery_events"
    __table_args__ = (
        within_workspace("touch_id", "touches", ondelete="CASCADE"),
        UniqueConstraint("workspace_id", "provider", "event_key"),
        CheckConstraint(
            "kind IN ('sent', 'delivered', 'opened', 'bounced', 'complained', 'delayed')",
            name="kind",
        ),
        Index("ix_delivery_events_touch", "workspace_id", "touch_id"),
        Index(
            "ix_delivery_events_bounced",
            "workspace_id",
            "at",
            "touch_id",
            postgresql_where=text("kind = 'bounced'"),
        ),
    )

    touch_id: Mapped[int | None] = mapped_column(BigInteger)
    provider: Mapped[Name]
    event_key: Mapped[Name]
    kind: Mapped[Name]
    at: Mapped[Instant]
    recipient: Mapped[str | None] = mapped_column(Text)
    words: Mapped[str | None] = mapped_column(Text)


class IncomingMessage(InWorkspace, Model):
    """A message that came in, threaded to the debtor and the contact it answers when known.

    `suggestion` is what the rules read in it (see `domain.replies`), for a person to confirm;
    `outcome` what became of it.
    """

    __tablename__ = "incoming_messages"
    __table_args__ = (
        within_workspace("debtor_id", "debtors", ondelete="CASCADE"),
        within_workspace("touch_id", "touches", ondelete="CASCADE"),
        UniqueConstraint("workspace_id", "provider", "message_key"),
        CheckConstraint("channel IN ('email', 'sms', 'whatsapp')", name="channel"),
        Index("ix_incoming_messages_debtor", "workspace_id", "debtor_id"),
    )

    channel: Mapped[Name]
    provider: Mapped[Name]
    message_key: Mapped[Name]
    debtor_id: Mapped[int | None] = mapped_column(BigInteger)
    touch_id: Mapped[int | None] = mapped_column(BigInteger)
    sender: Mapped[Name]
    sender_name: Mapped[str | None] = mapped_column(Text)
    subject: Mapped[str | None] = mapped_column(Text)
    body: Mapped[Name]
    automatic: Mapped[bool] = mapped_column(server_default=text("false"))
    suggestion: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    outcome: Mapped[str | None] = mapped_column(Text)
    at: Mapped[Instant]
    received_at: Mapped[Instant]
