"""The reports of a client company: when the next is due, those made, who has them, and one now."""

from datetime import date, timedelta

from flask import flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from bpo.analytics import snapshot, weekly
from bpo.analytics.weekly import Week, WeeklyFigures
from bpo.db import db
from bpo.domain import report_schedule
from bpo.domain.access import Permission
from bpo.gateways import outside
from bpo.gateways.weekly import overview
from bpo.gateways.weekly.overview import KeyFigure
from bpo.gateways.weekly.voice import Voice
from bpo.kernel import clock
from bpo.kernel.errors import NotFound
from bpo.models import ReportRun
from bpo.queries import reports as stored
from bpo.queries import users
from bpo.services import report_deliveries, reports
from bpo.web import access, documents, figures, forms
from bpo.web.office import blueprint

Answer = str | Response | tuple[str, int]
WEEKS_OFFERED = 12


@blueprint.get("/w/<slug>/reports", endpoint="reports")
@access.requires(Permission.SEE_WORKSPACE)
def show_reports(slug: str) -> Answer:
    """The schedule, the reports made, and the form for one now."""
    return _list({})


@blueprint.post("/w/<slug>/reports")
@access.requires(Permission.BUILD_REPORTS)
def report_build(slug: str) -> Answer:
    """Ask for the report of a week."""
    typed = forms.typed()
    attempt = forms.attempt(
        lambda: reports.request(
            g.actor,
            g.workspace.id,
            typed.needed("week"),
            now=g.now,
            queue=outside.current().queue,
            to_managers=typed.checked("send"),
        )
    )
    if attempt.result is None:
        return _list(forms.faults(attempt)), 400
    flash(_("The report is being made. It will be here in a moment."), "info")
    return redirect(url_for("office.report", slug=slug, run_id=attempt.result))


@blueprint.get("/w/<slug>/reports/<int:run_id>", endpoint="report")
@access.requires(Permission.SEE_WORKSPACE)
def show_report(slug: str, run_id: int) -> Answer:
    """One report: its key figures, and how it stands with each reader."""
    session, run = db.session(), _found(run_id)
    speaking = figures.voice()
    told = snapshot.from_json(run.figures) if run.figures else None
    deliveries = stored.deliveries_of(session, g.workspace.id, run.id)
    had = {delivery.user_id for delivery, name in deliveries}
    readers = users.client_managers(session, g.workspace.id)
    return render_template(
        "office/reports/page.html",
        run=run,
        week=weekly.week(run.week),
        figures=_key_figures(told, speaking) if told else (),
        headline=overview.headline(told, speaking) if told else (),
        deliveries=deliveries,
        readers=readers,
        without=[reader for reader in readers if reader.id not in had],
        tries=report_schedule.MAX_TRIES,
    )


@blueprint.get("/w/<slug>/reports/<int:run_id>.pdf")
@access.requires(Permission.SEE_WORKSPACE)
def report_file(slug: str, run_id: int) -> Response:
    """The document itself."""
    return documents.report(run_id, for_client=False)


@blueprint.post("/w/<slug>/reports/<int:run_id>/send")
@access.requires(Permission.BUILD_REPORTS)
def report_send(slug: str, run_id: int) -> Response:
    """Send a report that is there to the client managers."""
    attempt = forms.attempt(
        lambda: report_deliveries.address(
            g.actor, g.workspace.id, run_id, now=g.now, queue=outside.current().queue
        )
    )
    return _back(slug, run_id, attempt, _("The report is on its way to the client managers."))


@blueprint.post("/w/<slug>/reports/<int:run_id>/deliveries/<int:delivery_id>/resend")
@access.requires(Permission.BUILD_REPORTS)
def report_resend(slug: str, run_id: int, delivery_id: int) -> Response:
    """Try a delivery again that failed, was refused or is uncertain."""
    attempt = forms.attempt(
        lambda: report_deliveries.resend(
            g.actor, g.workspace.id, delivery_id, now=g.now, queue=outside.current().queue
        )
    )
    return _back(slug, run_id, attempt, _("The report will be sent again."))


@blueprint.post("/w/<slug>/reports/<int:run_id>/deliveries/<int:delivery_id>/confirm")
@access.requires(Permission.BUILD_REPORTS)
def report_confirm(slug: str, run_id: int, delivery_id: int) -> Response:
    """A person knows that an uncertain delivery arrived."""
    attempt = forms.attempt(
        lambda: report_deliveries.confirm(g.actor, g.workspace.id, delivery_id, now=g.now)
    )
    return _back(slug, run_id, attempt, _("Noted: the report arrived."))


def _list(faults: dict[str, str]) -> str:
    session, workspace = db.session(), g.workspace
    today = clock.local_day(g.now, workspace.time_zone)
    schedule = reports.schedule_of(workspace)
    planned = stored.upcoming(session, workspace.id)
    slot = report_schedule.upcoming(schedule, planned.slot if planned else None, g.now)
    return render_template(
        "office/reports/list.html",
        runs=[(run, weekly.week(run.row.week)) for run in stored.listed(session, workspace.id)],
        slot=slot,
        position=report_schedule.position(slot, workspace.time_zone),
        readers=users.client_managers(session, workspace.id),
        weeks=_weeks(today),
        faults=faults,
        local_slot=clock.local_time(slot, workspace.time_zone),
    )


def _key_figures(told: WeeklyFigures, speaking: Voice) -> list[tuple[KeyFigure, str]]:
    """The three figures of the report, each with what it means."""
    keys = ("received_week_cents", "expected_cents", "overdue_cents")
    values = overview.key_figures(told, speaking)
    return [
        (value, figures.why(key, told, speaking)) for key, value in zip(keys, values, strict=True)
    ]


def _weeks(today: date) -> list[Week]:
    """The weeks to choose from, the last complete one first; the running one at the end."""
    span = weekly.week_of(today)
    past = [weekly.week_of(span.first - timedelta(days=7 * n)) for n in range(1, WEEKS_OFFERED)]
    return [*past, span]


def _found(run_id: int) -> ReportRun:
    run = stored.by_id(db.session(), g.workspace.id, run_id)
    if run is None:
        raise NotFound("There is no such report")
    return run


def _back(slug: str, run_id: int, attempt: forms.Attempt, done: str) -> Response:
    refused = forms.faults(attempt).get("")
    flash(refused or done, "error" if refused else "success")
    return redirect(url_for("office.report", slug=slug, run_id=run_id))
