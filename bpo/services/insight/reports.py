"""Reports: asked for by people or due in a slot, made once, kept as a file with their numbers."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from bpo.analytics import snapshot
from bpo.db import after_commit, unit_of_work
from bpo.domain.insight import report_schedule
from bpo.domain.insight.report_schedule import MAX_TRIES, Kind
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.domain.reminders import deliveries
from bpo.gateways.queue import Queue
from bpo.gateways.reports import Identity, Links
from bpo.jobs import Job
from bpo.kernel import clock
from bpo.kernel.actor import Actor, Role
from bpo.kernel.errors import BadInput, Conflict, NotFound
from bpo.models import ReportDelivery, ReportRun, Workspace
from bpo.queries.insight import report_readers
from bpo.queries.insight import reports as stored
from bpo.queries.people import debtors, workspaces
from bpo.services.insight import report_kinds
from bpo.services.insight.report_kinds import Maker
from bpo.services.people import audit, files

LONGEST_ERROR = 500


def request(
    actor: Actor,
    workspace_id: int,
    label: str,
    kind: Kind = Kind.WEEKLY,
    *,
    now: datetime,
    queue: Queue,
    to_managers: bool = False,
) -> int:
    """Ask for the report of a week such as `2026-W47` or a month; returns the run's id.

    With `to_managers` it goes to the readers of its kind once it is made. A form sent twice asks
    once. Raises BadInput for a period that is none or has not begun.
    """
    access.require(actor, Permission.BUILD_REPORTS, workspace_id)
    with unit_of_work(actor) as session:
        workspace = _workspace(session, workspace_id, held=True)
        span = report_kinds.of(kind).period(label)
        today = clock.local_day(now, workspace.time_zone)
        if span.first > today:
            raise BadInput("{period} has not begun", field="period", period=label)
        run = ReportRun(
            workspace_id=workspace_id,
            kind=kind.value,
            slot=now,
            period=span.label,
            as_of=report_schedule.position_within(span.first, span.last, today),
            requested_by=actor.user_id,
        )
        sent = to_managers and bool(report_readers.of(session, workspace_id, run.kind))
        if found := stored.asked_just_now(session, run, sent=sent):
            return found.id
        run_id = _asked(session, actor, run, now, queue, period=span.label, send=to_managers)
        if to_managers:
            address(session, workspace_id, run)
    return run_id


def request_dossier(
    actor: Actor, workspace_id: int, debtor_id: int, *, now: datetime, queue: Queue
) -> int:
    """Ask for the whole file of a debtor as of today; returns the run's id. Raises NotFound.

    A form sent twice asks once.
    """
    access.require(actor, Permission.BUILD_REPORTS, workspace_id)
    with unit_of_work(actor) as session:
        workspace = _workspace(session, workspace_id)
        if debtors.locked(session, workspace_id, debtor_id) is None:
            raise NotFound("There is no such debtor")
        today = clock.local_day(now, workspace.time_zone)
        run = ReportRun(
            workspace_id=workspace_id,
            kind=Kind.DOSSIER.value,
            slot=now,
            period=today.isoformat(),
            as_of=today,
            debtor_id=debtor_id,
            requested_by=actor.user_id,
        )
        if found := stored.asked_just_now(session, run):
            return found.id
        return _asked(session, actor, run, now, queue, debtor_id=debtor_id)


def _asked(
    session: Session, actor: Actor, run: ReportRun, now: datetime, queue: Queue, **detail: Any
) -> int:
    """Keep a run that somebody asks for, and have it made; returns its id."""
    session.add(run)
    session.flush()
    workspace_id, run_id = run.workspace_id, run.id
    audit.record(
        session,
        actor,
        workspace_id,
        "report.request",
        now=now,
        subject=("report", run_id),
        kind=run.kind,
        **detail,
    )
    after_commit(session, lambda: queue.put(Job.BUILD_REPORT, workspace_id, run_id))
    return run_id


def build(
    actor: Actor, workspace_id: int, run_id: int, *, bpo_name: str, now: datetime, queue: Queue
) -> bool:
    """Make the document of a run and keep it; False when it is made already or somebody is at it.

    A failure is counted and tried again later, at most five times; it never moves the schedule.
    """
    access.require(actor, Permission.BUILD_REPORTS, workspace_id)
    if not _claimed(actor, workspace_id, run_id, now):
        return False
    try:
        maker, told, identity, locale = _figures(actor, workspace_id, run_id, bpo_name)
        document = maker.document(told, identity, locale)
        return _keep(actor, workspace_id, run_id, maker.kept(told), document, now, queue)
    except Exception as error:
        _failed(actor, workspace_id, run_id, str(error) or type(error).__name__, now)
        raise


def identity_of(workspace: Workspace, bpo_name: str) -> Identity:
    """Whose report it is."""
    return Identity(
        name=workspace.name,
        legal_name=workspace.legal_name,
        cnpj=workspace.cnpj,
        colour=workspace.colour,
        bpo_name=bpo_name,
        currency=workspace.currency,
    )


def links_of(workspace: Workspace, role: str, base_url: str) -> Links:
    """Where the mail of a reader leads: the portal, or the office for those who work there."""
    room = "portal" if role == Role.CLIENT_MANAGER.value else "w"
    return Links(f"{base_url}/{room}/{workspace.slug}", f"{base_url}/account")


def _claimed(actor: Actor, workspace_id: int, run_id: int, now: datetime) -> bool:
    """Whether this worker, and no other, takes the run; a claim lasts some minutes."""
    with unit_of_work(actor) as session:
        free = or_(ReportRun.retry_at.is_(None), ReportRun.retry_at <= now)
        taken = session.scalar(
            update(ReportRun)
            .where(
                _this(workspace_id, run_id), ReportRun.state == "due", ReportRun.slot <= now, free
            )
            .values(
                attempts=ReportRun.attempts + 1,
                retry_at=now + deliveries.CLAIM_LASTS,
                error=None,
            )
            .returning(ReportRun.attempts)
        )
        if taken is not None and taken > MAX_TRIES:
            _give_up(session, actor, workspace_id, run_id, "every try was cut short", now)
    return taken is not None and taken <= MAX_TRIES


def _figures(
    actor: Actor, workspace_id: int, run_id: int, bpo_name: str
) -> tuple[Maker, Any, Identity, str]:
    """The numbers of a run; the transaction ends before the document is drawn."""
    with unit_of_work(actor) as session:
        run = _run(session, workspace_id, run_id)
        workspace = _workspace(session, workspace_id)
        maker = report_kinds.of(run.kind)
        told = maker.figures(session, workspace, run)
        return maker, told, identity_of(workspace, bpo_name), workspace.locale


def _keep(
    actor: Actor,
    workspace_id: int,
    run_id: int,
    told: Any,
    document: bytes,
    now: datetime,
    queue: Queue,
) -> bool:
    """Keep the document with its numbers, and name who gets it; False when it was kept before."""
    with unit_of_work(actor) as session:
        run = _run(session, workspace_id, run_id, held=True)
        if run.state != "due":
            return False
        workspace = _workspace(session, workspace_id)
        name = report_kinds.file_name(workspace, run)
        file = files.put(session, workspace_id, name, "application/pdf", document)
        if run.scheduled:
            address(session, workspace_id, run)
        addressed = stored.deliveries_of(session, workspace_id, run_id)
        run.state = "built" if addressed else "done"
        run.file_id, run.figures, run.built_at = file.id, snapshot.plain(told), now
        run.retry_at = None
        audit.record(
            session,
            actor,
            workspace_id,
            "report.build",
            now=now,
            subject=("report", run_id),
            kind=run.kind,
            period=run.period,
            as_of=run.as_of.isoformat(),
            recipients=len(addressed),
        )
        if addressed:
            after_commit(session, lambda: queue.put(Job.SEND_REPORTS, workspace_id))
    return True


def address(session: Session, workspace_id: int, run: ReportRun, only: int | None = None) -> None:
    """Plan a delivery of a run for each of its readers who has none yet; or for one person.

    Raises Conflict for a person who may not read it, and for what is not mailed at all.
    """
    if report_kinds.of(run.kind).mail is None:
        raise Conflict("A dossier is downloaded, not mailed")
    people = report_readers.of(session, workspace_id, run.kind)
    if only is not None:
        people = report_readers.picked(report_readers.candidates(session, workspace_id), {only})
        if not people:
            raise Conflict("This person may not see this company")
    readers = [
        {
            "workspace_id": workspace_id,
            "run_id": run.id,
            "user_id": user.id,
            "recipient": user.email,
        }
        for user in people
    ]
    if readers:
        session.execute(upsert(ReportDelivery).values(readers).on_conflict_do_nothing())


def _failed(actor: Actor, workspace_id: int, run_id: int, error: str, now: datetime) -> None:
    with unit_of_work(actor) as session:
        run = _run(session, workspace_id, run_id, held=True)
        if run.state != "due":
            return
        run.error = error[:LONGEST_ERROR]
        run.retry_at = deliveries.retry_at(run.attempts, now)
        if run.retry_at is None:
            _give_up(session, actor, workspace_id, run_id, run.error, now)


def _give_up(
    session: Session, actor: Actor, workspace_id: int, run_id: int, error: str, now: datetime
) -> None:
    """Leave a run to a person, so that the schedule goes on to its next slot."""
    session.execute(
        update(ReportRun)
        .where(_this(workspace_id, run_id))
        .values(state="failed", retry_at=None, error=error)
    )
    audit.record(
        session,
        actor,
        workspace_id,
        "report.fail",
        now=now,
        subject=("report", run_id),
        error=error,
    )


def _this(workspace_id: int, run_id: int) -> ColumnElement[bool]:
    return and_(ReportRun.workspace_id == workspace_id, ReportRun.id == run_id)


def _run(session: Session, workspace_id: int, run_id: int, *, held: bool = False) -> ReportRun:
    run = session.get(
        ReportRun, (workspace_id, run_id), with_for_update=held, populate_existing=True
    )
    if run is None:
        raise NotFound("There is no such report")
    return run


def _workspace(session: Session, workspace_id: int, *, held: bool = False) -> Workspace:
    read = workspaces.locked if held else workspaces.by_id
    workspace = read(session, workspace_id)
    if workspace is None:
        raise NotFound("There is no such workspace")
    return workspace
