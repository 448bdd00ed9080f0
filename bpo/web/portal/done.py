"""What was done for a client company and what should come, for the company itself to look at."""

from flask import g, render_template
from werkzeug.wrappers import Response

from bpo.db import db
from bpo.domain.people.access import Permission
from bpo.queries.insight import figures as figures_of
from bpo.queries.insight import forecasts
from bpo.web import access, done, figures
from bpo.web.portal import blueprint

MOST = 100


@blueprint.get("/<slug>/done/<kind>", endpoint="done")
@access.requires(Permission.SEE_PORTAL)
def show_done(slug: str, kind: str) -> str:
    """The contacts, promises, agreements or payments that a count is made of."""
    return render_template("portal/done.html", **done.page(kind))


@blueprint.get("/<slug>/done/<kind>.<any(csv, xlsx):form>")
@access.requires(Permission.SEE_PORTAL)
def done_file(slug: str, kind: str, form: str) -> Response:
    """The same as rows."""
    return done.table(kind)


@blueprint.get("/<slug>/expected", endpoint="expected")
@access.requires(Permission.SEE_PORTAL)
def show_expected(slug: str) -> str:
    """The four weeks that are expected, and the open invoices that should bring it."""
    session, place, position = db.session(), g.workspace.id, figures.position()
    weeks = figures_of.expected(session, place, position.as_of)
    found = forecasts.behind(session, place, position.as_of, figures_of.EXPECTED_WEEKS)
    explained = sum(one.expected_cents for one in found.titles) + found.in_parts_cents
    total = sum(week.expected_cents for week in weeks)
    return render_template(
        "portal/expected.html",
        weeks=weeks,
        total=total,
        hoped=found.titles[:MOST],
        others=found.titles[MOST:],
        in_parts=found.in_parts_cents,
        since=total - explained,
        position=position,
    )
