"""The first room of a client company: its figures on a day, and what is going on."""

from flask import g, render_template, url_for

from bpo.db import db
from bpo.domain.people.access import Permission
from bpo.queries.insight import reports as stored
from bpo.queries.reminders import campaigns
from bpo.services.insight import report_kinds
from bpo.web import access, figures
from bpo.web.office import blueprint


@blueprint.get("/w/<slug>", endpoint="workspace")
@access.requires(Permission.SEE_WORKSPACE)
def show_workspace(slug: str) -> str:
    """Figures with their definitions, ageing, money, DSO, who owes most, what was done."""
    session, workspace, place = db.session(), g.workspace, figures.position()
    return render_template(
        "office/overview/page.html",
        campaigns=campaigns.listed(session, workspace.id),
        reports=[
            (run, report_kinds.of(run.row.kind).period(run.row.period))
            for run in stored.listed(session, workspace.id, limit=3)
        ],
        upcoming=stored.upcoming(session, workspace.id),
        down=lambda key, day=place.as_of: url_for(
            "office.analysis_figure", slug=slug, key=key, day=day.isoformat()
        ),
        list_of=lambda kind, **span: url_for("office.done", slug=slug, kind=kind, **span),
        **figures.context(place),
    )
