"""The business days of a client company: local holidays, and due dates that follow the calendar."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Cast, Date, cast, column, func, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bpo.db import unit_of_work
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.kernel.actor import Actor
from bpo.kernel.errors import BadInput, Conflict, NotFound
from bpo.models import LocalHoliday, Receivable, Workspace
from bpo.queries.people import workspaces
from bpo.services.people import audit

LONGEST_NAME = 80


def add_holiday(
    actor: Actor, workspace_id: int, day: date, name: str, *, now: datetime
) -> LocalHoliday:
    """Close a state or municipal holiday; what is due on it becomes due on the next open day."""
    access.require(actor, Permission.EDIT_WORKSPACE, workspace_id)
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise BadInput("Give the holiday a name", field="name")
    with unit_of_work(actor) as session:
        holiday = LocalHoliday(workspace_id=workspace_id, day=day, name=name)
        session.add(holiday)
        try:
            session.flush()
        except IntegrityError:
            raise Conflict("{day} is already closed", field="day", day=day) from None
        _moved(session, actor, workspace_id, "holiday.add", day, name, now)
    return holiday


def remove_holiday(actor: Actor, workspace_id: int, holiday_id: int, *, now: datetime) -> None:
    """Open a local holiday again; due dates move back."""
    access.require(actor, Permission.EDIT_WORKSPACE, workspace_id)
    with unit_of_work(actor) as session:
        holiday = session.get(LocalHoliday, (workspace_id, holiday_id))
        if holiday is None:
            raise NotFound("There is no such holiday")
        day, name = holiday.day, holiday.name
        session.delete(holiday)
        session.flush()
        _moved(session, actor, workspace_id, "holiday.remove", day, name, now)


def realign(session: Session, workspace: Workspace) -> int:
    """Bring every effective due date in line with the workspace's calendar.

    Returns how many due dates fall on another day than before.
    """
    calendar = workspaces.calendar(session, workspace)
    moved = {
        due: calendar.effective_due(due)
        for due, stored in workspaces.due_dates(session, workspace.id)
        if stored != calendar.effective_due(due)
    }
    if moved:
        pairs = func.unnest(_dates(list(moved)), _dates(list(moved.values())))
        columns = column("due", Date), column("effective", Date)
        new = pairs.table_valued(*columns, name="moved").render_derived()
        session.execute(
            update(Receivable)
            .where(Receivable.workspace_id == workspace.id, Receivable.due_date == new.c.due)
            .values(effective_due_date=new.c.effective)
        )
    return len(moved)


def _moved(
    session: Session,
    actor: Actor,
    workspace_id: int,
    action: str,
    day: date,
    name: str,
    now: datetime,
) -> None:
    workspace = workspaces.by_id(session, workspace_id)
    if workspace is None:
        raise NotFound("This page does not exist or is not yours to see")
    realign(session, workspace)
    audit.record(session, actor, workspace_id, action, now=now, day=day.isoformat(), name=name)


def _dates(days: list[date]) -> Cast[Any]:
    return cast(days, ARRAY(Date))
