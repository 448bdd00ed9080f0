"""The guides that a company gives to its debtors: no login, no word about anybody's account."""

from flask import abort, g, render_template

from bpo.db import acting_as, db
from bpo.domain.desk.guides import Guide, Reader
from bpo.kernel import actor as actors
from bpo.models import Workspace
from bpo.queries.people import workspaces
from bpo.services.desk import guides
from bpo.web import access
from bpo.web.public import blueprint


@blueprint.get("/p/<slug>/guides", endpoint="guides")
@access.public
def show_guides(slug: str) -> str:
    """Every guide for debtors."""
    workspace = workspaces.by_slug(db.session(), slug)
    if workspace is None or not workspace.active:
        abort(404)
    g.workspace = workspace
    return render_template("public/guides.html", workspace=workspace, guides=_read(workspace))


def _read(workspace: Workspace) -> list[Guide]:
    """Read with this one company in reach, whoever asks."""
    with acting_as(actors.system((workspace.id,), name="public guides")):
        found = guides.in_force(db.session(), workspace)
        return [guide for guide in found if guide.reader is Reader.DEBTOR]
