"""Who the client company is: names, address, colour, sender, calendar, Pix key, weekly report."""

from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from bpo.domain.people.access import Permission
from bpo.domain.people.workspaces import STATES, Profile
from bpo.models import Workspace
from bpo.services.people import workspaces
from bpo.web import access, forms
from bpo.web import choices as offered
from bpo.web.forms import Attempt, Typed
from bpo.web.office import blueprint
from bpo.web.office.settings import Answer, back, page

TEXTS = (
    "legal_name",
    "cnpj",
    "trade",
    "street",
    "district",
    "city",
    "state",
    "postal_code",
    "phone",
    "email",
    "sender_name",
    "sender_email",
    "reply_to",
    "pix_key",
)


@blueprint.get("/w/<slug>/settings", endpoint="settings")
@access.requires(Permission.SEE_WORKSPACE)
def company(slug: str) -> Answer:
    """The company's data."""
    return _page()


@blueprint.post("/w/<slug>/settings")
@access.requires(Permission.EDIT_WORKSPACE)
def settings_describe(slug: str) -> Answer:
    """Change the company's data."""
    typed, seen = forms.typed(), forms.seen()

    def change() -> Workspace:
        was = profile(seen) if seen else None
        return workspaces.describe(g.actor, g.workspace.id, profile(typed), now=g.now, seen=was)

    attempt = forms.attempt(change)
    if attempt.result is None:
        return _page(attempt), 400
    return back("office.settings", _("Saved."))


@blueprint.post("/w/<slug>/settings/close")
@access.requires(Permission.CREATE_WORKSPACE)
def settings_close(slug: str) -> Response:
    """Stop working for the company."""
    workspaces.close(g.actor, g.workspace.id, now=g.now)
    undo = url_for("office.workspace_reopen", workspace_id=g.workspace.id)
    message: Any = {"text": _("%(name)s is closed.", name=g.workspace.name), "undo": undo}
    flash(message, "success")
    return redirect(url_for("office.workspaces"))


def profile(typed: Typed) -> Profile:
    """The company as typed. Raises BadInput by field."""
    texts = {name: typed.text(name) for name in TEXTS}
    return Profile(
        typed.needed("name"),
        **(texts | {"legal_name": texts["legal_name"] or ""}),  # type: ignore[arg-type]
        colour=typed.values.get("colour", ""),
        time_zone=typed.values.get("time_zone", ""),
        locale=typed.values.get("locale", ""),
        currency=typed.text("currency") or "BRL",
        calendar=typed.values.get("calendar", ""),
        year_end_closed=typed.checked("year_end_closed"),
    )


def _page(attempt: Attempt[Workspace] | None = None) -> str:
    texts = workspaces.texts_of(g.workspace)
    return page(
        "company",
        "office.settings",
        typed=request.form or texts,
        was=forms.still_seen(texts, attempt),
        faults=forms.faults(attempt) if attempt else {},
        states=STATES,
        offered=offered,
    )
