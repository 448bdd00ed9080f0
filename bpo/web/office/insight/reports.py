"""The reports of a client company: those made, who has them, and one now."""

from datetime import date, timedelta
from itertools import zip_longest
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from bpo.db import db
from bpo.domain.insight import report_schedule
from bpo.domain.insight.report_schedule import SCHEDULED, Kind
from bpo.domain.people.access import Permission
from bpo.gateways import outside
from bpo.gateways.reports import Rendered
from bpo.kernel import clock
from bpo.kernel.actor import Role
from bpo.kernel.errors import NotFound
from bpo.models import ReportRun
from bpo.queries.insight import report_readers
from bpo.queries.insight import reports as stored
from bpo.queries.people import users
from bpo.services.insight import report_deliveries, report_kinds, reports
from bpo.services.insight.report_kinds import Period
from bpo.web import access, documents, figures, forms
from bpo.web.office import blueprint
from bpo.web.office.insight import report_schedules

Answer = str | Response | tuple[str, int]
PERIODS_OFFERED = 12


@blueprint.get("/w/<slug>/reports", endpoint="reports")
@access.requires(Permission.SEE_WORKSPACE)
def show_reports(slug: str) -> Answer:
    """The schedules, the reports made, and the form for one now."""
    return _list({})


@blueprint.post("/w/<slug>/reports")
@access.requires(Permission.BUILD_REPORTS)
def report_build(slug: str) -> Answer:
    """Ask for the report of a week or month."""
    typed = forms.typed()
    attempt = forms.attempt(
        lambda: reports.request(
            g.actor,
            g.workspace.id,
            typed.needed("period"),
            report_schedules.kind(typed.text("kind") or Kind.WEEKLY),
            now=g.now,
            queue=outside.current().queue,
            to_managers=typed.checked("send"),
        )
    )
    if attempt.result is None:
        return _list(forms.faults(attempt)), 400
    flash(_("The report is being made. It will be here in a moment."), "info")
    return redirect(url_for("office.report", slug=slug, run_id=attempt.result))


@blueprint.post("/w/<slug>/reports/schedules/<name>")
@access.requires(Permission.BUILD_REPORTS)
def report_schedule_edit(slug: str, name: str) -> Answer:
    """Change when a report goes out and to whom."""
    attempt = report_schedules.edited(report_schedules.kind(name))
    if attempt.result is None:
        return _list({}, refused=name, attempt=attempt), 400
    flash(_("Saved."), "success")
    return redirect(url_for("office.reports", slug=slug))


@blueprint.post("/w/<slug>/debtors/<int:debtor_id>/dossier")
@access.requires(Permission.BUILD_REPORTS)
def report_dossier(slug: str, debtor_id: int) -> Response:
    """Ask for the whole file of a debtor."""
    run_id = reports.request_dossier(
        g.actor, g.workspace.id, debtor_id, now=g.now, queue=outside.current().queue
    )
    flash(_("The dossier is being made. It will be here in a moment."), "info")
    return redirect(url_for("office.report", slug=slug, run_id=run_id))


@blueprint.get("/w/<slug>/reports/<int:run_id>", endpoint="report")
@access.requires(Permission.SEE_WORKSPACE)
def show_report(slug: str, run_id: int) -> Answer:
    """One report: its key figures, what its mail says, and how it stands with each reader."""
    session, run = db.session(), _found(run_id)
    deliveries = stored.deliveries_of(session, g.workspace.id, run.id)
    had = {delivery.user_id for delivery, name in deliveries}
    readers = report_readers.of(session, g.workspace.id, run.kind)
    may_read = report_readers.candidates(session, g.workspace.id)
    return render_template(
        "office/reports/page.html",
        run=run,
        period=report_kinds.of(run.kind).period(run.period),
        mail=_mail(run),
        deliveries=deliveries,
        readers=readers,
        without=[reader for reader in readers if reader.id not in had],
        others=[person for person in may_read if person.id not in had],
        tries=report_schedule.MAX_TRIES,
        **_key_figures(run),
    )


@blueprint.get("/w/<slug>/reports/<int:run_id>.pdf")
@access.requires(Permission.SEE_WORKSPACE)
def report_file(slug: str, run_id: int) -> Response:
    """The document itself."""
    return documents.report(run_id, for_client=False)


@blueprint.post("/w/<slug>/reports/<int:run_id>/send")
@access.requires(Permission.BUILD_REPORTS)
def report_send(slug: str, run_id: int) -> Response:
    """Send a report that is there to its readers, or to one person."""
    attempt = forms.attempt(
        lambda: report_deliveries.address(
            g.actor,
            g.workspace.id,
            run_id,
            now=g.now,
            queue=outside.current().queue,
            only=forms.typed().whole("only"),
        )
    )
    return _back(slug, run_id, attempt, _("The report is on its way."))


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


def _list(faults: dict[str, str], *, refused: str = "", attempt: Any = None) -> str:
    """`refused`: the kind whose schedule was not changed as `attempt` says; it stays as typed."""
    session, workspace = db.session(), g.workspace
    today = clock.local_day(g.now, workspace.time_zone)
    runs = stored.listed(session, workspace.id)
    return render_template(
        "office/reports/list.html",
        runs=[(run, report_kinds.of(run.row.kind).period(run.row.period)) for run in runs],
        schedules=report_schedules.told(session, workspace, g.now),
        offered=[(kind, _periods(kind, today)) for kind in SCHEDULED],
        has_readers=bool(users.client_managers(session, workspace.id)),
        faults=faults,
        refused=refused,
        typed=request.form,
        ticked=report_schedules.ticked(),
        wrong=forms.faults(attempt) if attempt else {},
        still_seen=lambda was: forms.still_seen(was, attempt),
    )


def _key_figures(run: ReportRun) -> dict[str, Any]:
    """The headline of a report and its three figures, each with what it means."""
    if not run.figures:
        return {"headline": (), "figures": ()}
    maker, speaking = report_kinds.of(run.kind), figures.voice()
    told = maker.revived(run)
    meanings = [figures.why(key, told, speaking) for key in maker.keys]
    values = zip_longest(maker.key_figures(told, speaking), meanings)
    return {"headline": maker.headline(told, speaking), "figures": list(values)}


def _mail(run: ReportRun) -> Rendered | None:
    """What the mail of a report says to a reader of this language; None where nothing is mailed."""
    maker, here = report_kinds.of(run.kind), outside.current().settings
    if not run.figures or maker.mail is None:
        return None
    identity = reports.identity_of(g.workspace, here.bpo_name)
    links = reports.links_of(g.workspace, Role.CLIENT_MANAGER.value, here.base_url)
    return maker.mail(maker.revived(run), identity, figures.voice().locale, links)


def _periods(kind: Kind, today: date) -> list[Period]:
    """The periods to choose from, the last complete one first; the running one at the end."""
    around = report_kinds.of(kind).around
    running = around(today)
    past, day = [], running.first
    for _number in range(PERIODS_OFFERED):
        past.append(around(day - timedelta(days=1)))
        day = past[-1].first
    return [*past, running]


def _found(run_id: int) -> ReportRun:
    run = stored.by_id(db.session(), g.workspace.id, run_id)
    if run is None:
        raise NotFound("There is no such report")
    return run


def _back(slug: str, run_id: int, attempt: forms.Attempt, done: str) -> Response:
    refused = forms.faults(attempt).get("")
    flash(refused or done, "error" if refused else "success")
    return redirect(url_for("office.report", slug=slug, run_id=run_id))
