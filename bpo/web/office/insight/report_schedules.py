"""The schedules of a company's reports: when each goes out and to whom, changed and paused."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bpo.domain.insight import report_schedule
from bpo.domain.insight.report_schedule import SCHEDULED, Kind
from bpo.domain.people.access import Permission
from bpo.kernel import clock
from bpo.kernel.errors import BadInput
from bpo.models import ReportSchedule, User, Workspace
from bpo.queries.insight import report_readers
from bpo.queries.insight import reports as stored
from bpo.services.insight import report_schedules
from bpo.services.insight.report_schedules import Wish
from bpo.web import access, choices, forms
from bpo.web.office import blueprint


@dataclass(frozen=True, slots=True)
class Told:
    """A schedule as its card shows it; `slot` None while it is paused."""

    row: ReportSchedule
    slot: datetime | None
    local: datetime | None
    position: date | None
    readers: Sequence[User]
    people: Sequence[User]
    chosen: frozenset[int]
    weekdays: choices.Options
    hours: choices.Options


def told(session: Session, workspace: Workspace, now: datetime) -> list[Told]:
    """The schedules of a company with what comes next of each."""
    rows = report_readers.schedules(session, workspace.id)
    return [_told(session, workspace, rows[kind], now) for kind in SCHEDULED if kind in rows]


@blueprint.post("/w/<slug>/reports/schedules/<name>")
@access.requires(Permission.BUILD_REPORTS)
def report_schedule_edit(slug: str, name: str) -> Response:
    """Change when a report goes out and to whom."""
    wanted = kind(name)
    attempt = forms.attempt(
        lambda: report_schedules.edit(g.actor, g.workspace.id, wanted, _wish(wanted), now=g.now)
    )
    return _back(slug, attempt, _("Saved."))


@blueprint.post("/w/<slug>/reports/schedules/<name>/pause")
@access.requires(Permission.BUILD_REPORTS)
def report_schedule_pause(slug: str, name: str) -> Response:
    """Stop sending a report until it is resumed."""
    report_schedules.pause(g.actor, g.workspace.id, kind(name), True, now=g.now)
    flash(_("Paused: nothing goes out until it is resumed."), "success")
    return redirect(url_for("office.reports", slug=slug))


@blueprint.post("/w/<slug>/reports/schedules/<name>/resume")
@access.requires(Permission.BUILD_REPORTS)
def report_schedule_resume(slug: str, name: str) -> Response:
    """Send a report again from its next day on."""
    report_schedules.pause(g.actor, g.workspace.id, kind(name), False, now=g.now)
    flash(_("Resumed: it goes out again on its next day."), "success")
    return redirect(url_for("office.reports", slug=slug))


def kind(name: str) -> Kind:
    """A kind of report that can be scheduled. Raises BadInput."""
    if name not in SCHEDULED:
        raise BadInput("Choose one of the options", field="kind")
    return Kind(name)


def _told(session: Session, workspace: Workspace, row: ReportSchedule, now: datetime) -> Told:
    wanted, zone = Kind(row.kind), workspace.time_zone
    planned = stored.upcoming(session, workspace.id, wanted)
    slot = None
    if not row.paused:
        rhythm = report_schedules.rhythm(row, zone)
        slot = report_schedule.upcoming(rhythm, planned.slot if planned else None, now)
    return Told(
        row=row,
        slot=slot,
        local=clock.local_time(slot, zone) if slot else None,
        position=report_schedule.position(slot, zone, wanted) if slot else None,
        readers=report_readers.of(session, workspace.id, row.kind),
        people=report_readers.candidates(session, workspace.id),
        chosen=frozenset(report_readers.chosen(session, workspace.id).get(row.kind, ())),
        weekdays=choices.weekdays(),
        hours=choices.hours(),
    )


def _wish(wanted: Kind) -> Wish:
    typed = forms.typed()
    hour, weekday = typed.whole("hour"), typed.whole("weekday")
    return Wish(
        hour=-1 if hour is None else hour,
        weekday=4 if weekday is None else weekday,
        month_day=typed.whole("month_day") if wanted is Kind.MONTHLY else None,
        readers=None if typed.text("to") != "chosen" else _readers(),
    )


def _readers() -> frozenset[int]:
    picked = request.form.getlist("reader")
    if not all(one.isascii() and one.isdigit() for one in picked):
        raise BadInput("Choose people who may see this company", field="readers")
    return frozenset(int(one) for one in picked)


def _back(slug: str, attempt: forms.Attempt, done: str) -> Response:
    refused = next(iter(forms.faults(attempt).values()), "")
    flash(refused or done, "error" if refused else "success")
    return redirect(url_for("office.reports", slug=slug))
