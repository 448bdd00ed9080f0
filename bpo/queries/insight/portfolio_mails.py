"""Reading the portfolio by mail: who gets it when, what is next, what waits, what became of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from bpo.domain.people.access import MATRIX, Permission
from bpo.domain.reminders import deliveries
from bpo.models import PortfolioDelivery, PortfolioSchedule, User
from bpo.queries.insight import mail_rows

READERS = [role.value for role, may in MATRIX.items() if Permission.SEE_PORTFOLIO in may]
"""The roles that may read a portfolio."""


class Running(NamedTuple):
    """A schedule that is not paused, of somebody who may read a portfolio, and its next slot."""

    user_id: int
    weekday: int
    hour: int
    planned: datetime | None


def schedule(session: Session, user_id: int, *, held: bool = False) -> PortfolioSchedule | None:
    """When a reader gets the portfolio; None for one who never asked for it."""
    query = select(PortfolioSchedule).where(PortfolioSchedule.user_id == user_id)
    if held:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalar(query)


def running(session: Session) -> list[Running]:
    """The schedules that the clock keeps."""
    ahead = and_(PortfolioDelivery.user_id == PortfolioSchedule.user_id, _next())
    rows = session.execute(
        select(
            PortfolioSchedule.user_id,
            PortfolioSchedule.weekday,
            PortfolioSchedule.hour,
            PortfolioDelivery.slot,
        )
        .join(User, User.id == PortfolioSchedule.user_id)
        .outerjoin(PortfolioDelivery, ahead)
        .where(~PortfolioSchedule.paused, User.active, User.role.in_(READERS))
        .order_by(PortfolioSchedule.id)
    )
    return [Running(*row) for row in rows]


def upcoming(session: Session, user_id: int) -> PortfolioDelivery | None:
    """The next mail of a reader's schedule, which may be late; nobody has tried it yet."""
    return session.scalar(
        select(PortfolioDelivery).where(PortfolioDelivery.user_id == user_id, _next())
    )


def listed(
    session: Session, user_id: int | None = None, *, limit: int = 8
) -> Sequence[tuple[PortfolioDelivery, str]]:
    """Mails that were tried or asked for, with their readers' names; of one reader, or of all."""
    query = (
        select(PortfolioDelivery, User.name)
        .join(User, User.id == PortfolioDelivery.user_id)
        .where(~_next())
        .order_by(PortfolioDelivery.slot.desc(), PortfolioDelivery.id.desc())
        .limit(limit)
    )
    if user_id is not None:
        query = query.where(PortfolioDelivery.user_id == user_id)
    return [(row, name) for row, name in session.execute(query)]


def waiting(now: datetime) -> ColumnElement[bool]:
    """Mails that may be tried now."""
    return and_(PortfolioDelivery.slot <= now, mail_rows.waiting(PortfolioDelivery, now))


def cut_short(now: datetime) -> ColumnElement[bool]:
    """Mails of which every try ended before the mail was written."""
    return and_(
        PortfolioDelivery.state.in_([state.value for state in deliveries.WAITING]),
        PortfolioDelivery.attempts >= deliveries.MAX_TRIES,
        PortfolioDelivery.retry_at <= now,
    )


def due(session: Session, now: datetime) -> int:
    """How many mails are to be tried or given up on."""
    counted = select(func.count()).select_from(PortfolioDelivery)
    dead = mail_rows.expired(PortfolioDelivery, now)
    return session.scalar(counted.where(or_(waiting(now), cut_short(now), dead))) or 0


def _next() -> ColumnElement[bool]:
    return and_(PortfolioDelivery.scheduled, PortfolioDelivery.recipient.is_(None))
