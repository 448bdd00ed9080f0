"""Report schedules, the runs they gave rise to, and what each recipient got."""

from datetime import date

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Text,
    UniqueConstraint,
    text,
)
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


class ReportRun(InWorkspace, Created, Model):
    """One due slot of a report: local wall time stored in UTC, unique, so that it runs once.

    A `weekly` run in state `due` is the next one of its workspace's schedule, and there is only
    one; `requested` runs were asked for by a person. While a worker builds, `retry_at` says from
    when another may try. `figures` are the numbers of the document, for whoever tells them again.
    """

    __tablename__ = "report_runs"
    __table_args__ = (
        within_workspace("file_id", "stored_files"),
        UniqueConstraint("workspace_id", "kind", "slot"),
        CheckConstraint("kind IN ('weekly', 'requested')", name="kind"),
        Index(
            "uq_report_runs_next",
            "workspace_id",
            unique=True,
            postgresql_where=text("kind = 'weekly' AND state = 'due'"),
        ),
        CheckConstraint("state IN ('due', 'built', 'done', 'failed')", name="state"),
    )

    kind: Mapped[Name]
    slot: Mapped[Instant]
    week: Mapped[Name]
    as_of: Mapped[date]
    state: Mapped[str] = mapped_column(Text, server_default="due")
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    retry_at: Mapped[Instant | None]
    error: Mapped[str | None] = mapped_column(Text)
    file_id: Mapped[int | None] = mapped_column(BigInteger)
    figures: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    built_at: Mapped[Instant | None]
    requested_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id"))


class ReportDelivery(WithinParent, Created, Model):
    """One recipient of a run; claimed before sending, `uncertain` when no answer came.

    `cancelled`: the recipient's access ended before it left.
    """

    __tablename__ = "report_deliveries"
    __table_args__ = (
        within_workspace("run_id", "report_runs", ondelete="CASCADE"),
        UniqueConstraint("workspace_id", "run_id", "recipient"),
        CheckConstraint(
            "state IN ('planned', 'sending', 'sent', 'failed', 'refused', 'uncertain',"
            " 'cancelled')",
            name="state",
        ),
        CheckConstraint("(state = 'sending') = (claimed_at IS NOT NULL)", name="claim"),
        Index(
            "ix_report_deliveries_waiting",
            "workspace_id",
            "retry_at",
            postgresql_where=text("state IN ('planned', 'sending', 'failed')"),
        ),
    )

    run_id: Mapped[int] = mapped_column(BigInteger)
    user_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id"))
    recipient: Mapped[Name]
    state: Mapped[str] = mapped_column(Text, server_default="planned")
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    retry_at: Mapped[Instant | None]
    claimed_at: Mapped[Instant | None]
    settled_at: Mapped[Instant | None]
    message_id: Mapped[str | None] = mapped_column(Text)
    answer: Mapped[str | None] = mapped_column(Text)
