"""Debtors, how to reach them, and the addresses that asked not to be written to."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from bpo.db import Model
from bpo.models.columns import (
    Created,
    Instant,
    InWorkspace,
    Json,
    Name,
    WithinParent,
    within_workspace,
)


class Debtor(InWorkspace, Created, Model):
    """Who owes. Identity is `reference` (the creditor's customer number) or `document`.

    `search_name` is the name lower-cased without accents, in the C collation for prefix search.
    `import_id` is the import that registered it, while no other file has added to it.
    """

    __tablename__ = "debtors"
    __table_args__ = (
        UniqueConstraint("workspace_id", "reference"),
        CheckConstraint("kind IN ('person', 'company')", name="kind"),
        Index(
            "uq_debtors_document",
            "workspace_id",
            "document",
            unique=True,
            postgresql_where=text("document IS NOT NULL"),
        ),
        Index("ix_debtors_search_name", "workspace_id", "search_name"),
        Index(
            "ix_debtors_import",
            "workspace_id",
            "import_id",
            postgresql_where=text("import_id IS NOT NULL"),
        ),
    )

    reference: Mapped[Name]
    reference_key: Mapped[Name]
    name: Mapped[Name]
    search_name: Mapped[str] = mapped_column(Text(collation="C"))
    kind: Mapped[str] = mapped_column(Text, server_default="company")
    consumer: Mapped[bool] = mapped_column(server_default=text("false"))
    document: Mapped[str | None] = mapped_column(Text)
    city: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str | None] = mapped_column(Text)
    locale: Mapped[str | None] = mapped_column(Text)
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    risk_class: Mapped[str | None] = mapped_column(Text)
    extra: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    import_id: Mapped[int | None] = mapped_column(BigInteger)


class Contact(WithinParent, Created, Model):
    """An address of a debtor on a channel, for a purpose; `invalid` after a final refusal."""

    __tablename__ = "contacts"
    __table_args__ = (
        within_workspace("debtor_id", "debtors", ondelete="CASCADE"),
        UniqueConstraint("workspace_id", "debtor_id", "channel", "address"),
        CheckConstraint("channel IN ('email', 'phone', 'whatsapp')", name="channel"),
        CheckConstraint("status IN ('valid', 'invalid')", name="status"),
        CheckConstraint("purpose IN ('billing', 'owner', 'legal')", name="purpose"),
        Index(
            "ix_contacts_valid",
            "workspace_id",
            "debtor_id",
            postgresql_where=text("status = 'valid'"),
            postgresql_include=["channel", "address"],
        ),
    )

    debtor_id: Mapped[int] = mapped_column(BigInteger)
    channel: Mapped[Name]
    address: Mapped[Name]
    name: Mapped[str | None] = mapped_column(Text)
    purpose: Mapped[str] = mapped_column(Text, server_default="billing")
    position: Mapped[int] = mapped_column(server_default=text("0"))
    status: Mapped[str] = mapped_column(Text, server_default="valid")
    status_reason: Mapped[str | None] = mapped_column(Text)


class OptOut(InWorkspace, Model):
    """An address that must not be written to on a channel, whoever the debtor is."""

    __tablename__ = "opt_outs"
    __table_args__ = (
        within_workspace("debtor_id", "debtors", ondelete="CASCADE"),
        UniqueConstraint("workspace_id", "channel", "address"),
    )

    debtor_id: Mapped[int | None] = mapped_column(BigInteger)
    channel: Mapped[Name]
    address: Mapped[Name]
    source: Mapped[Name]
    at: Mapped[Instant]


class Hold(InWorkspace, Created, Model):
    """A pause of the workspace, a debtor or a receivable; `until` is inclusive, null is open."""

    __tablename__ = "holds"
    __table_args__ = (
        within_workspace("debtor_id", "debtors", ondelete="CASCADE"),
        within_workspace("receivable_id", "receivables", ondelete="CASCADE"),
        CheckConstraint("until IS NULL OR until >= starts_on", name="order"),
        Index(
            "ix_holds_live",
            "workspace_id",
            "debtor_id",
            postgresql_where=text("released_at IS NULL"),
        ),
    )

    debtor_id: Mapped[int | None] = mapped_column(BigInteger)
    receivable_id: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[Name]
    source: Mapped[Name]
    note: Mapped[str | None] = mapped_column(Text)
    starts_on: Mapped[date]
    until: Mapped[date | None]
    created_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id"))
    released_at: Mapped[Instant | None]
    released_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id"))


class Promise(WithinParent, Created, Model):
    """A promise to pay an amount by a day; active pauses the reminders, broken resumes them."""

    __tablename__ = "promises"
    __table_args__ = (
        within_workspace("debtor_id", "debtors", ondelete="CASCADE"),
        CheckConstraint(
            "state IN ('draft', 'active', 'kept', 'partly_kept', 'broken', 'cancelled')",
            name="state",
        ),
        CheckConstraint("amount_cents > 0", name="amount"),
        Index("ix_promises_debtor", "workspace_id", "debtor_id"),
    )

    debtor_id: Mapped[int] = mapped_column(BigInteger)
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    made_on: Mapped[date]
    promised_for: Mapped[date]
    state: Mapped[str] = mapped_column(Text, server_default="active")
    settled_on: Mapped[date | None]
    note: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text, server_default="analyst")
    created_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id"))


class Dispute(WithinParent, Created, Model):
    """A receivable the debtor disagrees with: out of collection, still in the figures.

    `entry_id`: the rebate or withdrawal by which a decision in the debtor's favour was kept.
    """

    __tablename__ = "disputes"
    __table_args__ = (
        within_workspace("debtor_id", "debtors", ondelete="CASCADE"),
        within_workspace("receivable_id", "receivables", ondelete="CASCADE"),
        within_workspace("entry_id", "entries"),
        CheckConstraint(
            "state IN ('open', 'upheld', 'rejected', 'withdrawn', 'partly_upheld')", name="state"
        ),
        Index("ix_disputes_debtor", "workspace_id", "debtor_id"),
    )

    debtor_id: Mapped[int] = mapped_column(BigInteger)
    receivable_id: Mapped[int | None] = mapped_column(BigInteger)
    entry_id: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[Name]
    opened_on: Mapped[date]
    closed_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(Text, server_default="open")
    created_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id"))


class Note(WithinParent, Created, Model):
    """What a person recorded of a call, a visit, a message or a thought about a debtor."""

    __tablename__ = "notes"
    __table_args__ = (
        within_workspace("debtor_id", "debtors", ondelete="CASCADE"),
        CheckConstraint("kind IN ('call', 'whatsapp', 'visit', 'email', 'note')", name="kind"),
        Index("ix_notes_debtor", "workspace_id", "debtor_id"),
    )

    debtor_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[Name]
    on_day: Mapped[date]
    person: Mapped[str | None] = mapped_column(Text)
    outcome: Mapped[str | None] = mapped_column(Text)
    body: Mapped[Name]
    next_act: Mapped[str | None] = mapped_column(Text)
    next_on: Mapped[date | None]
    created_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id"))
