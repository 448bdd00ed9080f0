"""Client companies for the BPO manager: all of them, taking one on, opening a closed one again."""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from bpo.db import db
from bpo.domain.people.access import Permission
from bpo.domain.people.workspaces import STATES
from bpo.kernel import colours
from bpo.kernel.text import slug as slug_of
from bpo.queries.people import workspaces as stored
from bpo.services.people import workspaces
from bpo.web import access, forms
from bpo.web import choices as offered
from bpo.web.office import blueprint
from bpo.web.office.settings.company import profile

Answer = str | Response | tuple[str, int]


@blueprint.get("/office/workspaces", endpoint="workspaces")
@access.requires(Permission.CREATE_WORKSPACE)
def companies() -> Answer:
    """Every client company, closed ones last."""
    everything = stored.everything(db.session())
    members = stored.member_counts(db.session())
    return render_template("office/settings/all.html", places=everything, members=members)


@blueprint.get("/office/workspaces/new")
@access.requires(Permission.CREATE_WORKSPACE)
def workspace_new() -> Answer:
    """The form to take on a company."""
    return _new()


@blueprint.post("/office/workspaces/new")
@access.requires(Permission.CREATE_WORKSPACE)
def workspace_create() -> Answer:
    """Take on a company."""
    typed = forms.typed()
    slug = typed.text("slug") or slug_of(typed.values.get("name", ""))[:40].strip("-")
    attempt = forms.attempt(lambda: workspaces.create(g.actor, slug, profile(typed), now=g.now))
    if attempt.result is None:
        return _new(faults=forms.faults(attempt)), 400
    flash(_("Ready to collect. Check the policy, then import the receivables."), "success")
    return redirect(url_for("office.settings_policy", slug=attempt.result.slug))


@blueprint.post("/office/workspaces/<int:workspace_id>/reopen")
@access.requires(Permission.CREATE_WORKSPACE)
def workspace_reopen(workspace_id: int) -> Answer:
    """Work for a closed company again."""
    place = workspaces.reopen(g.actor, workspace_id, now=g.now)
    flash(_("%(name)s is open again.", name=place.name), "success")
    return redirect(url_for("office.workspaces"))


def _new(**context: Any) -> str:
    taken = [place.colour for place in stored.listed(db.session())]
    fresh = {
        "colour": colours.next_free(taken),
        "time_zone": "America/Sao_Paulo",
        "locale": "pt_BR",
        "currency": "BRL",
        "calendar": "br",
        "year_end_closed": "1",
    }
    return render_template(
        "office/settings/new.html",
        typed=request.form or fresh,
        states=STATES,
        offered=offered,
        **{"faults": {}} | context,
    )
