"""Who reads the reports of a client company: those who may, and those chosen for each kind."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from bpo.domain.insight.report_schedule import SCHEDULED
from bpo.kernel.actor import Role
from bpo.models import Membership, ReportReader, ReportSchedule, User
from bpo.queries.people import users


def schedules(session: Session, workspace_id: int) -> dict[str, ReportSchedule]:
    """The schedules of a company by kind."""
    query = select(ReportSchedule).where(ReportSchedule.workspace_id == workspace_id)
    return {row.kind: row for row in session.scalars(query)}


class Timing(NamedTuple):
    """When a kind of report of a company goes out."""

    workspace_id: int
    kind: str
    weekday: int
    month_day: int | None
    hour: int


def running(session: Session) -> list[Timing]:
    """The schedules of all companies in reach that are not paused."""
    query = select(*(getattr(ReportSchedule, name) for name in Timing._fields))
    return [Timing(*row) for row in session.execute(query.where(~ReportSchedule.paused))]


def candidates(session: Session, workspace_id: int) -> Sequence[User]:
    """Everybody who may get a report: active client managers first, then staff, by name."""
    member = and_(Membership.user_id == User.id, Membership.workspace_id == workspace_id)
    return session.scalars(
        select(User)
        .outerjoin(Membership, member)
        .where(User.active, or_(Membership.user_id.is_not(None), User.role == Role.ADMIN.value))
        .order_by(User.role != Role.CLIENT_MANAGER.value, User.name, User.id)
    ).all()


def chosen(session: Session, workspace_id: int) -> dict[str, set[int]]:
    """Ids of the people chosen for each kind that does not go to everyone."""
    rows = session.execute(
        select(ReportSchedule.kind, ReportReader.user_id)
        .join(
            ReportReader,
            and_(
                ReportReader.workspace_id == ReportSchedule.workspace_id,
                ReportReader.schedule_id == ReportSchedule.id,
            ),
        )
        .where(ReportSchedule.workspace_id == workspace_id)
    )
    found: dict[str, set[int]] = {}
    for kind, user_id in rows:
        found.setdefault(kind, set()).add(user_id)
    return found


def of(session: Session, workspace_id: int, kind: str) -> Sequence[User]:
    """Who gets a kind of report as things stand: all client managers, or who was chosen.

    Of those chosen only who may still read it. A kind without a schedule goes to nobody.
    """
    if kind not in SCHEDULED:
        return ()
    schedule = schedules(session, workspace_id).get(kind)
    if schedule is None or schedule.everyone:
        return users.client_managers(session, workspace_id)
    wanted = chosen(session, workspace_id).get(kind, set())
    return picked(candidates(session, workspace_id), wanted)


def picked(people: Iterable[User], ids: set[int]) -> list[User]:
    """Those of some people whose ids are given."""
    return [person for person in people if person.id in ids]
