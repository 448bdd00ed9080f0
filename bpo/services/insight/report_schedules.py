"""Schedules of reports: kept as rows, changed, paused, with the readers chosen for each kind."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from bpo.db import unit_of_work
from bpo.domain.insight import report_schedule
from bpo.domain.insight.report_schedule import LAST_MONTH_DAY, Kind, Schedule
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.domain.writing import sightings
from bpo.kernel.actor import Actor
from bpo.kernel.errors import BadInput, NotFound
from bpo.models import ReportReader, ReportRun, ReportSchedule, Workspace
from bpo.queries.insight import report_readers
from bpo.queries.insight import reports as stored
from bpo.queries.insight.report_readers import Timing
from bpo.queries.people import workspaces
from bpo.services.insight import report_kinds
from bpo.services.people import audit


@dataclass(frozen=True, slots=True)
class Wish:
    """How a schedule should be. `readers`: users by id; None for all client managers."""

    hour: int
    weekday: int = 4
    month_day: int | None = None
    readers: frozenset[int] | None = None


def rhythm(row: ReportSchedule | Timing, zone: str) -> Schedule:
    """When a schedule is due, on the wall clock of the company."""
    return Schedule(row.weekday, row.hour, zone, row.month_day)


def keep(
    actor: Actor, workspace_id: int, kind: Kind = Kind.WEEKLY, *, now: datetime
) -> datetime | None:
    """Keep the row of the next run in line with its schedule; returns its slot, None when paused.

    Harmless when repeated, and from two clocks at once: a key allows one next run of a kind.
    """
    access.require(actor, Permission.BUILD_REPORTS, workspace_id)
    with unit_of_work(actor) as session:
        row = report_readers.schedules(session, workspace_id).get(kind)
        return None if row is None else _kept(session, row, now)


def wish_of(session: Session, row: ReportSchedule) -> Wish:
    """How a schedule is."""
    chosen = report_readers.chosen(session, row.workspace_id).get(row.kind, set())
    return Wish(row.hour, row.weekday, row.month_day, None if row.everyone else frozenset(chosen))


def edit(
    actor: Actor,
    workspace_id: int,
    kind: Kind,
    wish: Wish,
    *,
    now: datetime,
    seen: Wish | None = None,
) -> ReportSchedule:
    """Change of when a kind goes out and to whom what is another than was `seen`.

    The next run follows at once, none is lost. Raises BadInput by field: an hour or day there is
    not, readers who may not read it, or none; Conflict for a field that another has changed too.
    """
    access.require(actor, Permission.BUILD_REPORTS, workspace_id)
    _checked(kind, wish)
    with unit_of_work(actor) as session:
        row = _held(session, workspace_id, kind)
        before = wish_of(session, row)
        wish = sightings.merged(seen, wish, before)
        if wish == before:
            _kept(session, row, now)
            return row
        row.hour, row.weekday = wish.hour, wish.weekday
        row.month_day = wish.month_day if kind is Kind.MONTHLY else None
        row.everyone = wish.readers is None
        _choose(session, row, wish.readers or frozenset())
        session.flush()
        slot = _kept(session, row, now)
        audit.record(
            session,
            actor,
            workspace_id,
            "report.schedule",
            now=now,
            subject=("report_schedule", row.id),
            kind=kind.value,
            hour=row.hour,
            day=row.month_day or row.weekday,
            readers=sorted(wish.readers) if wish.readers is not None else "everyone",
            next=slot.isoformat() if slot else None,
        )
    return row


def pause(actor: Actor, workspace_id: int, kind: Kind, paused: bool, *, now: datetime) -> None:
    """Stop or resume a kind. What falls into a pause is not made up for; it was not missed."""
    access.require(actor, Permission.BUILD_REPORTS, workspace_id)
    with unit_of_work(actor) as session:
        row = _held(session, workspace_id, kind)
        if row.paused == paused:
            return
        row.paused = paused
        session.flush()
        _kept(session, row, now)
        audit.record(
            session,
            actor,
            workspace_id,
            "report.pause" if paused else "report.resume",
            now=now,
            subject=("report_schedule", row.id),
            kind=kind.value,
        )


def _kept(session: Session, row: ReportSchedule, now: datetime) -> datetime | None:
    """Write, move or take away the next run of a schedule; returns its slot."""
    kind = Kind(row.kind)
    planned = stored.upcoming(session, row.workspace_id, kind)
    if row.paused:
        _forget(session, planned)
        return None
    zone = session.get_one(Workspace, row.workspace_id).time_zone
    schedule = rhythm(row, zone)
    slot = report_schedule.upcoming(schedule, planned.slot if planned else None, now)
    told = stored.told_until(session, row.workspace_id, kind)
    slot = report_schedule.untold(schedule, slot, kind, told)
    as_of = report_schedule.position(slot, zone, kind)
    says = {"as_of": as_of, "period": report_kinds.of(kind).around(as_of).label}
    if planned is None:
        new = upsert(ReportRun).values(
            workspace_id=row.workspace_id, kind=row.kind, scheduled=True, slot=slot, **says
        )
        session.execute(new.on_conflict_do_nothing())
    elif planned.slot != slot:
        session.execute(
            update(ReportRun)
            .where(
                ReportRun.workspace_id == row.workspace_id,
                ReportRun.id == planned.id,
                ReportRun.state == "due",
            )
            .values(slot=slot, **says)
            .execution_options(synchronize_session="fetch")
        )
    return slot


def _forget(session: Session, planned: ReportRun | None) -> None:
    """Take away a next run that nobody has begun; one that was begun goes on."""
    if planned is not None:
        session.execute(
            delete(ReportRun).where(
                ReportRun.workspace_id == planned.workspace_id,
                ReportRun.id == planned.id,
                ReportRun.state == "due",
                ReportRun.attempts == 0,
            )
        )


def _choose(session: Session, row: ReportSchedule, readers: frozenset[int]) -> None:
    allowed = {user.id for user in report_readers.candidates(session, row.workspace_id)}
    if not readers <= allowed:
        raise BadInput("Choose people who may see this company", field="readers")
    session.execute(
        delete(ReportReader).where(
            ReportReader.workspace_id == row.workspace_id, ReportReader.schedule_id == row.id
        )
    )
    session.add_all(
        ReportReader(workspace_id=row.workspace_id, schedule_id=row.id, user_id=user_id)
        for user_id in sorted(readers)
    )


def _checked(kind: Kind, wish: Wish) -> None:
    if wish.hour not in range(24):
        raise BadInput("Choose an hour from 0 to 23", field="hour")
    if kind is Kind.MONTHLY and wish.month_day not in range(1, LAST_MONTH_DAY + 1):
        raise BadInput("Choose a day of the month from 1 to 28", field="month_day")
    if wish.weekday not in range(7):
        raise BadInput("Choose a day of the week", field="weekday")
    if wish.readers is not None and not wish.readers:
        raise BadInput("Choose who gets it, or pause it", field="readers")


def _held(session: Session, workspace_id: int, kind: Kind) -> ReportSchedule:
    if workspaces.by_id(session, workspace_id) is None:
        raise NotFound("There is no such workspace")
    row = report_readers.schedules(session, workspace_id).get(kind)
    if row is None:
        raise NotFound("There is no such report")
    session.refresh(row, with_for_update=True)
    return row
