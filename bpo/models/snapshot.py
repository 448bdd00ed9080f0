"""The figures of each ended day, and the facts that came too late for theirs."""

from datetime import date

from sqlalchemy import BigInteger, ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from bpo.db import Model
from bpo.models.columns import Cents, Created, Instant, InWorkspace


class MetricSnapshot(Model):
    """What is open, by age, at the end of a day, and what was issued and received on it.

    Amounts in centavos; ageing as in the metrics, `late_…` by days from the original due date.
    `open_age`: balance times days since issue. `paid_age` and `paid_delay`: money times days from
    issue, and from the effective due date, to payment. `restated_at`: when a fact dated back
    changed the row last, and `times` how often.
    """

    __tablename__ = "metric_snapshots"

    workspace_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("workspaces.id"), primary_key=True
    )
    day: Mapped[date] = mapped_column(primary_key=True)
    current_cents: Mapped[Cents]
    late_30_cents: Mapped[Cents]
    late_60_cents: Mapped[Cents]
    late_90_cents: Mapped[Cents]
    late_over_cents: Mapped[Cents]
    current_count: Mapped[int]
    late_30_count: Mapped[int]
    late_60_count: Mapped[int]
    late_90_count: Mapped[int]
    late_over_count: Mapped[int]
    issued_cents: Mapped[Cents]
    received_cents: Mapped[Cents]
    open_age: Mapped[Cents]
    paid_age: Mapped[Cents]
    paid_delay: Mapped[Cents]
    taken_at: Mapped[Instant]
    restated_at: Mapped[Instant | None]
    times: Mapped[int] = mapped_column(server_default=text("0"))


class SnapshotChange(InWorkspace, Created, Model):
    """A fact dated on or before a day that already had its snapshot; the days since are restated.

    Written by triggers on receivables and entries, so that no way of writing facts can forget it.
    """

    __tablename__ = "snapshot_changes"

    since: Mapped[date]
