"""The schedules of a company's reports: when each goes out and to whom, changed and paused."""

from collections.abc import Mapping, Sequence
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
from bpo.web.forms import Typed
from bpo.web.office import blueprint

EVERYONE = "everyone"


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
    was: Mapping[str, str]


def told(session: Session, workspace: Workspace, now: datetime) -> list[Told]:
    """The schedules of a company with what comes next of each."""
    rows = report_readers.schedules(session, workspace.id)
    return [_told(session, workspace, rows[kind], now) for kind in SCHEDULED if kind in rows]


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


def edited(wanted: Kind) -> forms.Attempt[ReportSchedule]:
    """Change a schedule as the posted form says, of what it showed."""

    def change() -> ReportSchedule:
        shown = forms.seen()
        return report_schedules.edit(
            g.actor,
            g.workspace.id,
            wanted,
            _wish(wanted, forms.typed(), ticked()),
            now=g.now,
            seen=_wish(wanted, shown, (shown.text("readers") or EVERYONE).split())
            if shown
            else None,
        )

    return forms.attempt(change)


def _told(session: Session, workspace: Workspace, row: ReportSchedule, now: datetime) -> Told:
    wanted, zone = Kind(row.kind), workspace.time_zone
    planned = stored.upcoming(session, workspace.id, wanted)
    slot = None
    if not row.paused:
        rhythm = report_schedules.rhythm(row, zone)
        slot = report_schedule.upcoming(rhythm, planned.slot if planned else None, now)
    is_so = report_schedules.wish_of(session, row)
    return Told(
        row=row,
        slot=slot,
        local=clock.local_time(slot, zone) if slot else None,
        position=report_schedule.position(slot, zone, wanted) if slot else None,
        readers=report_readers.of(session, workspace.id, row.kind),
        people=report_readers.candidates(session, workspace.id),
        chosen=is_so.readers or frozenset(),
        weekdays=choices.weekdays(),
        hours=choices.hours(),
        was=_shown(is_so),
    )


def _shown(is_so: Wish) -> dict[str, str]:
    """A schedule as its form says that it was."""
    ids = [EVERYONE] if is_so.readers is None else map(str, sorted(is_so.readers))
    days = {"weekday": is_so.weekday, "month_day": is_so.month_day}
    told = {name: str(day) for name, day in days.items() if day is not None}
    return told | {"hour": str(is_so.hour), "readers": " ".join(ids)}


def _wish(wanted: Kind, typed: Typed, readers: Sequence[str]) -> Wish:
    hour, weekday = typed.whole("hour"), typed.whole("weekday")
    picked = [one for one in readers if one != EVERYONE]
    if not all(forms.number(one) is not None for one in picked):
        raise BadInput("Choose people who may see this company", field="readers")
    return Wish(
        hour=-1 if hour is None else hour,
        weekday=4 if weekday is None else weekday,
        month_day=typed.whole("month_day") if wanted is Kind.MONTHLY else None,
        readers=None if EVERYONE in readers else frozenset(forms.numbers(picked)),
    )


def ticked() -> list[str]:
    """The readers as the posted form names them: those ticked, where they were to be chosen."""
    chosen = forms.typed().text("to") == "chosen"
    return request.form.getlist("reader") if chosen else [EVERYONE]
