"""Pauses: of one receivable, of a debtor or of everybody, placed and released by people."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bpo.db import unit_of_work
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.domain.reminders import holds as rules
from bpo.domain.reminders.holds import HoldReason
from bpo.kernel import clock
from bpo.kernel.actor import Actor
from bpo.kernel.errors import Conflict, NotFound
from bpo.models import Hold, Workspace
from bpo.queries.books import receivables
from bpo.queries.people import debtors, workspaces
from bpo.services.people import audit

BY_PEOPLE, LONGEST = rules.BY_PEOPLE, rules.LONGEST


def place(
    actor: Actor,
    workspace_id: int,
    debtor_id: int | None,
    reason: HoldReason,
    *,
    now: datetime,
    receivable_id: int | None = None,
    until: date | None = None,
    note: str | None = None,
) -> Hold:
    """Pause from today until a day inclusive, or until released.

    Of one receivable when it is given, else of the debtor, else (no debtor) of the whole workspace.
    Manual, automatic and bulk contacts all respect it. A form sent twice places one pause. Raises
    BadInput for a day that has passed or is more than `holds.LONGEST` away.
    """
    access.require(actor, Permission.HOLD, workspace_id)
    with unit_of_work(actor) as session:
        workspace = _checked(session, workspace_id, debtor_id, receivable_id)
        today = clock.local_day(now, workspace.time_zone)
        rules.check(reason, until, today)
        hold = Hold(
            workspace_id=workspace_id,
            debtor_id=debtor_id,
            receivable_id=receivable_id,
            reason=reason.value,
            source=actor.kind.value,
            note=note,
            starts_on=today,
            until=until,
            created_by=actor.user_id,
        )
        if found := _same(session, hold):
            return found
        session.add(hold)
        session.flush()
        _record(session, actor, hold, "hold.place", now)
    return hold


def release(actor: Actor, workspace_id: int, hold_id: int, *, now: datetime) -> Hold:
    """End a pause; reminders go on at the step where they stopped."""
    access.require(actor, Permission.HOLD, workspace_id)
    with unit_of_work(actor) as session:
        hold = session.get(Hold, (workspace_id, hold_id), with_for_update=True)
        if hold is None:
            raise NotFound("There is no such pause")
        if hold.released_at is not None:
            raise Conflict("This pause has already been released")
        hold.released_at, hold.released_by = now, actor.user_id
        _record(session, actor, hold, "hold.release", now)
    return hold


def _checked(
    session: Session, workspace_id: int, debtor_id: int | None, receivable_id: int | None
) -> Workspace:
    workspace = workspaces.by_id(session, workspace_id)
    if workspace is None:
        raise NotFound("This page does not exist or is not yours to see")
    if debtor_id is not None and debtors.locked(session, workspace_id, debtor_id) is None:
        raise NotFound("There is no such debtor")
    if receivable_id is not None:
        row = receivables.by_id(session, workspace_id, receivable_id)
        if row is None or row.debtor_id != debtor_id:
            raise NotFound("There is no such receivable")
    return workspace


def _same(session: Session, hold: Hold) -> Hold | None:
    """The very pause, placed today by the same person and still there."""
    alike = ("workspace_id", "debtor_id", "receivable_id", "reason", "source", "note")
    whole = (*alike, "starts_on", "until", "created_by")
    same = [getattr(Hold, name).is_not_distinct_from(getattr(hold, name)) for name in whole]
    return session.scalar(select(Hold).where(*same, Hold.released_at.is_(None)).limit(1))


def _record(session: Session, actor: Actor, hold: Hold, action: str, now: datetime) -> None:
    audit.record(
        session,
        actor,
        hold.workspace_id,
        action,
        now=now,
        subject=("hold", hold.id),
        debtor_id=hold.debtor_id,
        receivable_id=hold.receivable_id,
        reason=hold.reason,
        until=hold.until and hold.until.isoformat(),
    )
