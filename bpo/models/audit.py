"""The audit trail of a workspace: who did what, to what, when and from where. Append only."""

from sqlalchemy import BigInteger, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from bpo.db import Model
from bpo.models.columns import Instant, InWorkspace, Json, Name


class AuditEntry(InWorkspace, Model):
    """One act, written in the transaction of what it records."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_at", "workspace_id", "at"),
        Index("ix_audit_entries_subject", "workspace_id", "subject_kind", "subject_id"),
    )

    at: Mapped[Instant]
    action: Mapped[Name]
    actor_kind: Mapped[Name]
    user_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id"))
    actor_name: Mapped[Name]
    address: Mapped[str | None] = mapped_column(Text)
    subject_kind: Mapped[str | None] = mapped_column(Text)
    subject_id: Mapped[int | None] = mapped_column(BigInteger)
    detail: Mapped[Json] = mapped_column(server_default=text("'{}'"))
