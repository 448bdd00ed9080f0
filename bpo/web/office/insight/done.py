"""What was done for a client company, behind the counts of its first room."""

from flask import render_template
from werkzeug.wrappers import Response

from bpo.domain.people.access import Permission
from bpo.web import access, done
from bpo.web.office import blueprint


@blueprint.get("/w/<slug>/done/<kind>", endpoint="done")
@access.requires(Permission.SEE_WORKSPACE)
def show_done(slug: str, kind: str) -> str:
    """The contacts, promises, agreements or payments that a count is made of."""
    return render_template("office/overview/done.html", **done.page(kind))


@blueprint.get("/w/<slug>/done/<kind>.<any(csv, xlsx):form>")
@access.requires(Permission.SEE_WORKSPACE)
def done_file(slug: str, kind: str, form: str) -> Response:
    """The same as rows."""
    return done.table(kind)
