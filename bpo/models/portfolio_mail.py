"""When each manager gets the portfolio by mail, and what became of it each time.

Outside the row policies: nothing here tells of a company. What the mail says is read for its reader
when it leaves, within that reader's reach.
"""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bpo.db import Model
from bpo.models.columns import Created, Instant, Keyed, OnItsWay, on_its_way


class PortfolioSchedule(Keyed, Created, Model):
    """A reader's weekday (Monday is 0) and hour on the wall clock of the office."""

    __tablename__ = "portfolio_schedules"
    __table_args__ = (
        UniqueConstraint("user_id"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("hour BETWEEN 0 AND 23", name="hour"),
    )

    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("users.id"))
    weekday: Mapped[int] = mapped_column(server_default=text("0"))
    hour: Mapped[int] = mapped_column(server_default=text("8"))
    paused: Mapped[bool] = mapped_column(server_default=text("false"))


class PortfolioDelivery(Keyed, OnItsWay, Created, Model):
    """One mail of the portfolio to a reader; claimed before sending, `uncertain` without an answer.

    While it is read and drawn it is only lent: `retry_at` says from when another worker may.

    `scheduled`: one due slot of a reader, unique, so that it goes out once; the one that was never
    tried (`recipient` null) is their next, and there is only one. `as_of` and `clients`: the day
    and the number of companies that the mail told of.
    """

    __tablename__ = "portfolio_deliveries"
    __table_args__ = (
        *on_its_way(),
        Index(
            "uq_portfolio_deliveries_slot",
            "user_id",
            "slot",
            unique=True,
            postgresql_where=text("scheduled"),
        ),
        Index(
            "uq_portfolio_deliveries_next",
            "user_id",
            unique=True,
            postgresql_where=text("scheduled AND recipient IS NULL"),
        ),
        Index(
            "ix_portfolio_deliveries_waiting",
            "slot",
            postgresql_where=text("state IN ('planned', 'sending', 'failed')"),
        ),
    )

    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("users.id"))
    scheduled: Mapped[bool] = mapped_column(server_default=text("false"))
    slot: Mapped[Instant]
    recipient: Mapped[str | None] = mapped_column(Text)
    as_of: Mapped[date | None]
    clients: Mapped[int | None]
