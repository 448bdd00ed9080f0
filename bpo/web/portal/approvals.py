"""What the client company decides about offers to its debtors."""

from flask import g, redirect, render_template, url_for
from werkzeug.wrappers import Response

from bpo.db import db
from bpo.domain.deals.approvals import LABELS
from bpo.domain.people.access import Permission
from bpo.kernel import clock
from bpo.kernel.actor import Role
from bpo.queries.insight import actions
from bpo.web import access, approvals, forms
from bpo.web.portal import blueprint


@blueprint.get("/<slug>/approvals", endpoint="approvals")
@access.requires(Permission.SEE_PORTAL)
def show_approvals(slug: str) -> str:
    """What waits for the client's word, each with its reasons, and what was decided."""
    return _page({})


@blueprint.post("/<slug>/approvals/<int:request_id>")
@access.requires(Permission.DECIDE)
def decide_approval(slug: str, request_id: int) -> Response | tuple[str, int]:
    """Accept, refuse or answer with other terms."""
    faults = approvals.decide(request_id)
    if faults:
        return _page({request_id: faults}), 422
    return redirect(url_for("portal.approvals", slug=slug))


def _page(faults: dict[int, dict[str, str]]) -> str:
    day = clock.local_day(g.now, g.workspace.time_zone)
    asked = actions.decisions(db.session(), g.workspace, day)
    return render_template(
        "portal/approvals.html",
        found=approvals.shown(Role.CLIENT_MANAGER),
        labels=LABELS,
        others=sum(one.kind != "approval" for one in asked),
        faults=faults,
        typed=forms.typed().values if faults else {},
        decide_endpoint="portal.decide_approval",
    )
