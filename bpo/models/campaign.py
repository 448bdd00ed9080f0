"""Campaigns and every contact they planned, made or left out."""

from datetime import date

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA
from sqlalchemy.orm import Mapped, mapped_column

from bpo.db import Model
from bpo.models.columns import (
    Cents,
    Created,
    Instant,
    InWorkspace,
    Json,
    JsonList,
    Name,
    WithinParent,
    within_workspace,
)


class Campaign(InWorkspace, Created, Model):
    """A dunning policy at work on a workspace. Only a `running` one plans contacts.

    `released_version`: the version that ran last with a go; resuming it is no going live.
    """

    __tablename__ = "campaigns"
    __table_args__ = (
        UniqueConstraint("workspace_id", "key"),
        CheckConstraint(
            "state IN ('draft', 'awaiting_go', 'running', 'paused', 'archived')", name="state"
        ),
    )

    key: Mapped[Name]
    name: Mapped[Name]
    state: Mapped[str] = mapped_column(Text, server_default="draft")
    version: Mapped[int] = mapped_column(Integer, server_default=text("1"))
    precedence: Mapped[int] = mapped_column(server_default=text("0"))
    started_at: Mapped[Instant | None]
    released_version: Mapped[int | None]


class CampaignVersion(WithinParent, Created, Model):
    """The steps of a campaign as they were from one version to the next; never changed."""

    __tablename__ = "campaign_versions"
    __table_args__ = (
        within_workspace("campaign_id", "campaigns"),
        UniqueConstraint("workspace_id", "campaign_id", "version"),
    )

    campaign_id: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[int]
    steps: Mapped[JsonList]
    options: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    created_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id"))


class PlanRun(Model):
    """A day on which a campaign was planned, once: what it created and whom it left in peace."""

    __tablename__ = "plan_runs"
    __table_args__ = (within_workspace("campaign_id", "campaigns"),)

    workspace_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    on_day: Mapped[date] = mapped_column(primary_key=True)
    ran_at: Mapped[Instant]
    created: Mapped[int]
    skipped: Mapped[int]


class Touch(WithinParent, Created, Model):
    """One contact with one debtor on one channel, and how its delivery stands.

    The unique key makes a second contact for the same step impossible, whatever runs twice.
    It leads with the debtor, so that a look-up by id, planned while the table is nearly empty, can
    only go by the primary key: a tie between the two once read the whole table for each check.
    `anchor_id` is a day as yyyymmdd for `due_date`, otherwise the id of what the anchor names.
    `answer` is what the provider said last.
    """

    __tablename__ = "touches"
    __table_args__ = (
        within_workspace("debtor_id", "debtors"),
        within_workspace("campaign_id", "campaigns"),
        UniqueConstraint(
            "debtor_id",
            "workspace_id",
            "campaign_id",
            "anchor_kind",
            "anchor_id",
            "cycle",
            "step_key",
            "channel",
            name="uq_touches_contact",
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint(
            "state IN ('planned', 'sending', 'sent', 'failed', 'refused', 'uncertain',"
            " 'cancelled')",
            name="state",
        ),
        CheckConstraint(
            "anchor_kind IN ('due_date', 'debtor', 'payment', 'installment', 'request',"
            " 'greeting')",
            name="anchor_kind",
        ),
        CheckConstraint("(state = 'sending') = (claimed_at IS NOT NULL)", name="claim"),
        Index(
            "ix_touches_waiting",
            "workspace_id",
            "scheduled_at",
            "id",
            postgresql_where=text("state IN ('planned', 'failed')"),
        ),
        Index(
            "ix_touches_settled",
            "workspace_id",
            "settled_at",
            postgresql_where=text("settled_at IS NOT NULL"),
            postgresql_include=["state", "channel"],
        ),
        Index(
            "ix_touches_attention",
            "workspace_id",
            "state",
            postgresql_where=text("state IN ('sending', 'failed', 'refused', 'uncertain')"),
        ),
    )

    debtor_id: Mapped[int] = mapped_column(BigInteger)
    campaign_id: Mapped[int | None] = mapped_column(BigInteger)
    anchor_kind: Mapped[Name]
    anchor_id: Mapped[int] = mapped_column(BigInteger)
    cycle: Mapped[int]
    step_key: Mapped[Name]
    channel: Mapped[Name]
    template_key: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column(server_default=text("1"))
    planned_on: Mapped[date]
    scheduled_at: Mapped[Instant]
    total_cents: Mapped[Cents]
    moved_because: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="planned")
    state_reason: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    answer: Mapped[str | None] = mapped_column(Text)
    claimed_at: Mapped[Instant | None]
    settled_at: Mapped[Instant | None]


class TouchReceivable(Model):
    """A receivable that a contact lists, with the balance it had when planned."""

    __tablename__ = "touch_receivables"
    __table_args__ = (
        within_workspace("touch_id", "touches", ondelete="CASCADE"),
        within_workspace("receivable_id", "receivables"),
    )

    workspace_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    touch_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    receivable_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    open_cents: Mapped[Cents]


class Message(Model):
    """What was handed to the provider, to the letter.

    `body` is the zlib-compressed RFC 5322 message of an e-mail, or the UTF-8 text of an SMS.
    `reference` is the provider's own name for it.
    """

    __tablename__ = "messages"
    __table_args__ = (
        within_workspace("touch_id", "touches", ondelete="CASCADE"),
        Index("ix_messages_message_id", "message_id"),
        Index(
            "ix_messages_reference",
            "workspace_id",
            "reference",
            postgresql_where=text("reference IS NOT NULL"),
        ),
    )

    workspace_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    touch_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    recipient: Mapped[Name]
    subject: Mapped[str | None] = mapped_column(Text)
    message_id: Mapped[str | None] = mapped_column(Text)
    template: Mapped[Name]
    body: Mapped[bytes] = mapped_column(BYTEA)
    reference: Mapped[str | None] = mapped_column(Text)
    rendered_at: Mapped[Instant]


class Skip(Model):
    """A debtor whom a campaign left in peace on a day, and why; `days` has the day to which each
    of the reasons points, where it does."""

    __tablename__ = "skips"
    __table_args__ = (
        within_workspace("debtor_id", "debtors", ondelete="CASCADE"),
        within_workspace("campaign_id", "campaigns"),
    )

    workspace_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    debtor_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    on_day: Mapped[date] = mapped_column(primary_key=True)
    reasons: Mapped[list[str]] = mapped_column(ARRAY(Text))
    days: Mapped[list[date | None] | None] = mapped_column(ARRAY(Date))
    next_on: Mapped[date | None]


class Task(InWorkspace, Created, Model):
    """Work for a person: a call to make, a refused address to mend, an uncertain send to judge.

    A row with a `subject_id` is not work but an answer: what the inbox derives from other rows (a
    promise, a dispute, a debtor out of reach) was closed by somebody and keeps quiet.
    """

    __tablename__ = "tasks"
    __table_args__ = (
        within_workspace("debtor_id", "debtors", ondelete="CASCADE"),
        within_workspace("touch_id", "touches", ondelete="CASCADE"),
        UniqueConstraint("workspace_id", "kind", "touch_id"),
        UniqueConstraint("workspace_id", "kind", "subject_id"),
        CheckConstraint("state IN ('open', 'done', 'dismissed')", name="state"),
        Index(
            "ix_tasks_open",
            "workspace_id",
            "due_on",
            postgresql_where=text("state = 'open'"),
        ),
    )

    kind: Mapped[Name]
    debtor_id: Mapped[int | None] = mapped_column(BigInteger)
    touch_id: Mapped[int | None] = mapped_column(BigInteger)
    subject_id: Mapped[int | None] = mapped_column(BigInteger)
    due_on: Mapped[date]
    detail: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    state: Mapped[str] = mapped_column(Text, server_default="open")
    closed_at: Mapped[Instant | None]
    closed_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id"))
