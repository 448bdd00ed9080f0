"""The figures of each ended day, and the facts that came too late for theirs."""

from datetime import date

from sqlalchemy import BigInteger, Float, ForeignKey, text
from sqlalchemy.dialects.postgresql import ARRAY
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


class ReachChange(InWorkspace, Created, Model):
    """Debtors from `first_id` to `last_id` may have lost their last valid contact, or are new.

    Written by triggers on debtors, contacts and opt-outs; the night that counts them forgets it.
    """

    __tablename__ = "reach_changes"

    first_id: Mapped[int] = mapped_column(BigInteger)
    last_id: Mapped[int] = mapped_column(BigInteger)


class CarriedFigures(Model):
    """What a company brings into a day from all the days before: one row, that of its last night.

    Together with the facts dated on `day` itself it gives the figures of the day exactly, without
    a look at the book. Amounts in centavos. `aged_cents`: open at the end of the day before, by
    how late it is on `day` if nothing comes in, from not due to over 90. `sales_cents`: issued in
    the 89 days before. `was_…`, `past_sales_cents`: at the end of the week before. `received_cents`
    by week, the running one last; `overdue_pct` at the ends of weeks. `largest_…`: the debtors who
    owe most, in order. `unreached_ids`: the debtors without a valid contact as of that night; null
    where they were never counted.
    """

    __tablename__ = "carried_figures"

    workspace_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("workspaces.id"), primary_key=True
    )
    day: Mapped[date]
    aged_cents: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    open_count: Mapped[int] = mapped_column(BigInteger)
    sales_cents: Mapped[Cents]
    was_open_cents: Mapped[Cents]
    was_overdue_cents: Mapped[Cents]
    past_sales_cents: Mapped[Cents]
    received_cents: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    overdue_pct: Mapped[list[float | None]] = mapped_column(ARRAY(Float))
    largest_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    largest_cents: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    unreached_ids: Mapped[list[int] | None] = mapped_column(ARRAY(BigInteger))
