"""Offers that wait for somebody's approval: asked by analysts, decided by the BPO manager."""

from flask import flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from bpo.domain.deals.approvals import LABELS
from bpo.domain.people.access import Permission
from bpo.gateways import outside
from bpo.kernel.actor import Role
from bpo.services.desk import approvals as asking
from bpo.web import access, approvals, forms
from bpo.web.office import blueprint
from bpo.web.office.deals.wishes import wished
from bpo.web.office.people.debtors import found


@blueprint.get("/w/<slug>/approvals", endpoint="approvals")
@access.requires(Permission.NEGOTIATE)
def show_approvals(slug: str) -> str:
    """What waits and what was decided, by whom and why."""
    return _page({})


@blueprint.post("/w/<slug>/approvals/<int:request_id>")
@access.requires(Permission.DECIDE)
def decide_approval(slug: str, request_id: int) -> Response | tuple[str, int]:
    """Accept, refuse or answer with other terms."""
    faults = approvals.decide(request_id)
    if faults:
        return _page({request_id: faults}), 422
    return redirect(url_for("office.approvals", slug=slug))


@blueprint.post("/w/<slug>/debtors/<int:debtor_id>/negotiation/approval")
@access.requires(Permission.NEGOTIATE)
def ask_approval(slug: str, debtor_id: int) -> Response:
    """Put one of today's offers to whoever may grant it."""
    debtor, typed = found(debtor_id), forms.typed()
    attempt = forms.attempt(
        lambda: asking.ask(
            g.actor,
            g.workspace.id,
            debtor.id,
            typed.needed("fingerprint"),
            now=g.now,
            queue=outside.current().queue,
            note=typed.text("note"),
            monthly_cents=typed.cents("monthly"),
            wish=wished(typed),
        )
    )
    if attempt.result is None:
        flash(" ".join(forms.faults(attempt).values()), "bad")
        return redirect(url_for("office.debtor_negotiation", slug=slug, debtor_id=debtor.id))
    told = {
        Role.ADMIN: _("The BPO manager finds it in the inbox."),
        Role.CLIENT_MANAGER: _("The client is told by mail and decides in the portal."),
    }
    flash(told[Role(attempt.result.needed_by)], "good")
    return redirect(url_for("office.approvals", slug=slug))


def _page(faults: dict[int, dict[str, str]]) -> str:
    return render_template(
        "office/approvals/page.html",
        found=approvals.shown(),
        labels=LABELS,
        faults=faults,
        typed=forms.typed().values if faults else {},
        decide_endpoint="office.decide_approval",
    )
