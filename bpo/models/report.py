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
    OnItsWay,
    WithinParent,
    on_its_way,
    within_workspace,
)


class ReportSchedule(InWorkspace, Created, Model):
    """When a kind of report goes out, on the company's wall clock, and to whom.

    `weekday` counts from Monday, 0; `month_day` 1 to 28 is for monthly ones. `everyone`: all client
    managers, whoever they are by then; else those of `report_readers`.
    """

    __tablename__ = "report_schedules"
    __table_args__ = (
        UniqueConstraint("workspace_id", "kind"),
        CheckConstraint("kind IN ('weekly', 'monthly')", name="kind"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("month_day BETWEEN 1 AND 28", name="month_day"),
        CheckConstraint("(kind = 'monthly') = (month_day IS NOT NULL)", name="rhythm"),
        CheckConstraint("hour BETWEEN 0 AND 23", name="hour"),
    )

    kind: Mapped[Name]
    weekday: Mapped[int] = mapped_column(server_default=text("4"))
    month_day: Mapped[int | None]
    hour: Mapped[int] = mapped_column(server_default=text("17"))
    paused: Mapped[bool] = mapped_column(server_default=text("false"))
    everyone: Mapped[bool] = mapped_column(server_default=text("true"))


class ReportReader(WithinParent, Created, Model):
    """Somebody chosen to get a kind of report."""

    __tablename__ = "report_readers"
    __table_args__ = (
        within_workspace("schedule_id", "report_schedules", ondelete="CASCADE"),
        UniqueConstraint("workspace_id", "schedule_id", "user_id"),
    )

    schedule_id: Mapped[int] = mapped_column(BigInteger)
    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("users.id"))


class ReportRun(InWorkspace, Created, Model):
    """A report of a kind and period. `scheduled`: one due slot, unique, so that it runs once.

    The slot is local wall time stored in UTC. A scheduled run in state `due` is the next one of its
    kind, and there is only one; the others were asked for by a person. `period` is a week such as
    `2026-W47` or a month such as `2026-11`; a dossier tells one debtor's whole file. While a worker
    builds, `retry_at` says from when another may try. `figures` are the numbers of the document,
    for whoever tells them again.
    """

    __tablename__ = "report_runs"
    __table_args__ = (
        within_workspace("file_id", "stored_files"),
        within_workspace("debtor_id", "debtors", ondelete="CASCADE"),
        CheckConstraint("kind IN ('weekly', 'monthly', 'dossier')", name="kind"),
        CheckConstraint("(kind = 'dossier') = (debtor_id IS NOT NULL)", name="subject"),
        CheckConstraint("kind <> 'dossier' OR NOT scheduled", name="scheduled"),
        Index(
            "uq_report_runs_slot",
            "workspace_id",
            "kind",
            "slot",
            unique=True,
            postgresql_where=text("scheduled"),
        ),
        Index(
            "uq_report_runs_next",
            "workspace_id",
            "kind",
            unique=True,
            postgresql_where=text("scheduled AND state = 'due'"),
        ),
        CheckConstraint("state IN ('due', 'built', 'done', 'failed')", name="state"),
    )

    kind: Mapped[Name]
    scheduled: Mapped[bool] = mapped_column(server_default=text("false"))
    slot: Mapped[Instant]
    period: Mapped[Name]
    as_of: Mapped[date]
    debtor_id: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(Text, server_default="due")
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    retry_at: Mapped[Instant | None]
    error: Mapped[str | None] = mapped_column(Text)
    file_id: Mapped[int | None] = mapped_column(BigInteger)
    figures: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    built_at: Mapped[Instant | None]
    requested_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id"))


class ReportDelivery(WithinParent, OnItsWay, Created, Model):
    """One recipient of a run; claimed before sending, `uncertain` when no answer came.

    `cancelled`: the recipient's access ended before it left.
    """

    __tablename__ = "report_deliveries"
    __table_args__ = (
        within_workspace("run_id", "report_runs", ondelete="CASCADE"),
        UniqueConstraint("workspace_id", "run_id", "recipient"),
        *on_its_way(),
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
