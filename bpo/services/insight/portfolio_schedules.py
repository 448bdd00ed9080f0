"""The portfolio by mail: each reader says when, and the row of the next mail follows at once."""

from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from bpo.db import unit_of_work
from bpo.domain.insight import report_schedule
from bpo.domain.insight.report_schedule import Schedule
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.kernel.actor import Actor
from bpo.kernel.errors import BadInput, NotFound
from bpo.models import PortfolioDelivery, PortfolioSchedule, User
from bpo.queries.insight import portfolio_mails
from bpo.queries.people import users
from bpo.services.insight.portfolio_reports import USUAL_ZONE
from bpo.services.people import audit


def rhythm(weekday: int, hour: int) -> Schedule:
    """When a schedule is due, on the wall clock of the office."""
    return Schedule(weekday, hour, USUAL_ZONE)


def choose(actor: Actor, weekday: int, hour: int, *, now: datetime) -> datetime:
    """The actor gets the portfolio each week from now on; returns the first slot.

    Also changes or resumes what was chosen before; a mail that is late stays due. Raises BadInput
    by field.
    """
    access.require(actor, Permission.SEE_PORTFOLIO)
    if hour not in range(24):
        raise BadInput("Choose an hour from 0 to 23", field="hour")
    if weekday not in range(7):
        raise BadInput("Choose a day of the week", field="weekday")
    with unit_of_work(actor) as session:
        reader = _reader(session, actor)
        wish = {"weekday": weekday, "hour": hour, "paused": False}
        session.execute(
            upsert(PortfolioSchedule)
            .values(user_id=reader.id, **wish)
            .on_conflict_do_update(index_elements=["user_id"], set_=wish)
        )
        slot = _kept(session, reader.id, weekday, hour, now)
        _note(session, actor, reader, "portfolio_mail", now, weekday=weekday, hour=hour)
    return slot


def stop(actor: Actor, *, now: datetime) -> None:
    """The actor gets no portfolio until they choose a day again; harmless when repeated."""
    access.require(actor, Permission.SEE_PORTFOLIO)
    with unit_of_work(actor) as session:
        reader = _reader(session, actor)
        row = portfolio_mails.schedule(session, reader.id, held=True)
        if row is None or row.paused:
            return
        row.paused = True
        session.execute(
            delete(PortfolioDelivery).where(
                PortfolioDelivery.user_id == reader.id,
                PortfolioDelivery.scheduled,
                PortfolioDelivery.recipient.is_(None),
            )
        )
        _note(session, actor, reader, "portfolio_mail_off", now)


def keep(actor: Actor, user_id: int, *, now: datetime) -> datetime | None:
    """Keep the row of a reader's next mail in line with the schedule; None when there is none.

    Harmless when repeated, and from two clocks at once: a key allows one next mail of a reader.
    """
    with unit_of_work(actor) as session:
        row = portfolio_mails.schedule(session, user_id, held=True)
        if row is None or row.paused:
            return None
        return _kept(session, user_id, row.weekday, row.hour, now)


def _kept(session: Session, user_id: int, weekday: int, hour: int, now: datetime) -> datetime:
    """Write or move the next mail of a reader; returns its slot."""
    planned = portfolio_mails.upcoming(session, user_id)
    before = planned.slot if planned else None
    slot = report_schedule.upcoming(rhythm(weekday, hour), before, now)
    if planned is None:
        new = upsert(PortfolioDelivery).values(user_id=user_id, scheduled=True, slot=slot)
        session.execute(new.on_conflict_do_nothing())
    elif planned.slot != slot:
        session.execute(
            update(PortfolioDelivery)
            .where(PortfolioDelivery.id == planned.id, PortfolioDelivery.recipient.is_(None))
            .values(slot=slot)
            .execution_options(synchronize_session="fetch")
        )
    return slot


def _reader(session: Session, actor: Actor) -> User:
    reader = users.by_id(session, actor.user_id) if actor.user_id else None
    if reader is None:
        raise NotFound("There is no such user")
    return reader


def _note(
    session: Session, actor: Actor, reader: User, action: str, now: datetime, **detail: int
) -> None:
    audit.record_access(
        session,
        action,
        now=now,
        user_id=reader.id,
        subject=reader.email,
        address=actor.address,
        **detail,
    )
