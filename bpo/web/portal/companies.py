"""The portal of client managers: their companies, the figures of each, its debtors."""

from flask import g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bpo.db import db
from bpo.domain.people.access import Permission
from bpo.gateways import outside
from bpo.kernel import clock
from bpo.models import ReportRun
from bpo.queries.books import debtor_lists
from bpo.queries.books.debtor_lists import Filter, Show
from bpo.queries.insight import portfolio
from bpo.queries.insight import reports as stored
from bpo.services.insight import report_kinds
from bpo.services.insight.report_kinds import Period
from bpo.web import access, documents, figures, session
from bpo.web.office.people import lists
from bpo.web.portal import blueprint


@blueprint.get("/", endpoint="home")
@access.requires(Permission.SEE_PORTAL)
def show_home() -> str | Response:
    """The companies of a client manager; straight to the one of who has only one."""
    places = session.reachable()
    if len(places) == 1:
        return redirect(url_for("portal.workspace", slug=places[0].slug))
    return render_template(
        "portal/home.html",
        rows=portfolio.rows(db.session(), places, g.now),
        today=clock.local_day(g.now, session.time_zone()),
    )


@blueprint.get("/<slug>", endpoint="workspace")
@access.requires(Permission.SEE_PORTAL)
def show_company(slug: str) -> str:
    """What came in, what is late, what is expected, what was done, and what waits for an answer."""
    return render_template(
        "portal/company.html",
        reports=_reports(4),
        answer_to=outside.current().settings.mail_sender,
        down=lambda key, day=None: url_for(
            "portal.figure", slug=slug, key=key, day=day or request.args.get("day")
        ),
        list_of=lambda kind, **span: url_for("portal.done", slug=slug, kind=kind, **span),
        **figures.context(figures.position()),
    )


@blueprint.get("/<slug>/debtors", endpoint="debtors")
@access.requires(Permission.SEE_PORTAL)
def show_debtors(slug: str) -> str:
    """Who owes and since when, to be looked at."""
    db_session, place, today = db.session(), g.workspace.id, lists.today()
    asked = request.args
    wanted = Filter(
        today,
        show=Show.OVERDUE if asked.get("show") == "overdue" else Show.OPEN,
        search=asked.get("q", ""),
        sort=asked.get("sort") or "-overdue",
    )
    page = debtor_lists.page(db_session, place, wanted, lists.asked(wanted))
    return render_template(
        "portal/debtors.html",
        rows=page.rows,
        around=lists.around(page, wanted),
        totals=debtor_lists.totals(db_session, place, wanted),
        wanted=wanted,
        today=today,
    )


@blueprint.get("/<slug>/reports", endpoint="reports")
@access.requires(Permission.SEE_REPORTS)
def show_reports(slug: str) -> str:
    """The weekly reports, to be read again."""
    return render_template("portal/reports.html", runs=_reports(60))


@blueprint.get("/<slug>/reports/<int:run_id>.pdf")
@access.requires(Permission.SEE_REPORTS)
def report_file(slug: str, run_id: int) -> Response:
    """A weekly report that was made for the client."""
    return documents.report(run_id, for_client=True)


def _reports(limit: int) -> list[tuple[ReportRun, Period]]:
    """The latest reports that the client may read, each with its days."""
    runs = stored.shared(db.session(), g.workspace.id, limit=limit)
    return [(run, report_kinds.of(run.kind).period(run.period)) for run in runs]
