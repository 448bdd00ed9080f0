"""The public page of a collection policy: no login, every version by its number."""

from flask import abort, g, render_template

from bpo.db import acting_as, db
from bpo.domain.books import policies, policy_examples
from bpo.gateways import outside
from bpo.kernel import actor as actors
from bpo.kernel import clock
from bpo.models import Workspace
from bpo.queries.books import public_policies
from bpo.queries.books.public_policies import PublicPolicy
from bpo.queries.people import workspaces
from bpo.web import access, forms
from bpo.web.public import blueprint


@blueprint.get("/p/<slug>/policy")
@access.public
def policy(slug: str) -> str:
    """The policy in force today, or the version asked for."""
    g.workspace = _company(slug)
    page = _read(g.workspace, forms.asked().whole("version"))
    if page is None:
        abort(404)
    return render_template(
        "public/policy.html",
        workspace=g.workspace,
        page=page,
        sentences=policies.sentences(page.terms),
        examples=policy_examples.examples(page.terms),
        today=clock.local_day(g.now, g.workspace.time_zone),
        bpo=outside.current().settings.bpo_name,
    )


def _company(slug: str) -> Workspace:
    found = workspaces.by_slug(db.session(), slug)
    if found is None or not found.active:
        abort(404)
    return found


def _read(workspace: Workspace, number: int | None) -> PublicPolicy | None:
    """Read with this one company in reach, whoever asks."""
    with acting_as(actors.system((workspace.id,), name="public policy")):
        today = clock.local_day(g.now, workspace.time_zone)
        return public_policies.page(db.session(), workspace, today, number)
