"""People who sign in, the workspaces they may reach, and links that stand for a signature."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from bpo.db import Model
from bpo.models.columns import Created, Instant, Json, Keyed, Name


class User(Keyed, Created, Model):
    """A person with a password. `session_version` grows to end every open session of theirs.

    `totp_step` is the last time step whose code was used, so that no code serves twice;
    `recovery_hashes` are SHA-256 digests of the second factor's unused recovery codes.
    """

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("role IN ('admin', 'analyst', 'client_manager')", name="role"),
        CheckConstraint("email = lower(email)", name="email_lower"),
    )

    email: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[Name]
    role: Mapped[Name]
    password_hash: Mapped[str | None] = mapped_column(Text)
    totp_secret: Mapped[str | None] = mapped_column(Text)
    totp_step: Mapped[int | None] = mapped_column(BigInteger)
    recovery_hashes: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    locale: Mapped[str] = mapped_column(Text, server_default="pt_BR")
    theme: Mapped[str] = mapped_column(Text, server_default="auto")
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    session_version: Mapped[int] = mapped_column(server_default=text("1"))
    last_login_at: Mapped[Instant | None]


class Membership(Created, Model):
    """A user's access to one workspace. Admins reach all workspaces without rows here."""

    __tablename__ = "memberships"
    __table_args__ = (Index("ix_memberships_workspace_id", "workspace_id"),)

    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("users.id"), primary_key=True)
    workspace_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("workspaces.id"), primary_key=True
    )


class SignedLink(Keyed, Created, Model):
    """The revocable side of a signed link; the token itself is never stored.

    `subject_id` is a user for invitations and resets, a debtor for debtor pages. `mail_state` says
    how the mail that carries the link stands; it is null when the link travels otherwise.
    """

    __tablename__ = "signed_links"
    __table_args__ = (
        CheckConstraint(
            "purpose IN ('invite', 'reset', 'debtor_page', 'unsubscribe')", name="purpose"
        ),
        CheckConstraint("(purpose IN ('invite', 'reset')) = (workspace_id IS NULL)", name="scope"),
        CheckConstraint(
            "mail_state IN ('waiting', 'sending', 'sent', 'failed', 'refused', 'uncertain')",
            name="mail_state",
        ),
        Index(
            "ix_signed_links_mail",
            "mail_state",
            postgresql_where=text("mail_state IN ('waiting', 'sending', 'failed')"),
        ),
        Index(
            "uq_signed_links_live",
            "purpose",
            "workspace_id",
            "subject_id",
            unique=True,
            postgresql_where=text("revoked_at IS NULL"),
            postgresql_nulls_not_distinct=True,
        ),
    )

    purpose: Mapped[Name]
    workspace_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("workspaces.id"))
    subject_id: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[Instant]
    revoked_at: Mapped[Instant | None]
    used_at: Mapped[Instant | None]
    mail_state: Mapped[str | None] = mapped_column(Text)
    mail_at: Mapped[Instant | None]
    mail_attempts: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))


class AccessEntry(Keyed, Model):
    """What happened to accounts: sign-ins, refusals, invitations, roles. Append only."""

    __tablename__ = "access_entries"
    __table_args__ = (Index("ix_access_entries_at", "at"),)

    at: Mapped[Instant]
    action: Mapped[Name]
    user_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id"))
    subject: Mapped[str | None] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(Text)
    detail: Mapped[Json] = mapped_column(server_default=text("'{}'"))
