"""Making a campaign, naming it, putting it away."""

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from bpo.db import db
from bpo.domain.people.access import Permission
from bpo.queries.reminders import campaigns as stored
from bpo.services.reminders import campaign_shelf as shelf
from bpo.web import access, forms
from bpo.web.office import blueprint

Answer = str | tuple[str, int] | Response


@blueprint.get("/w/<slug>/campaigns/new")
@access.requires(Permission.EDIT_CAMPAIGN)
def campaign_new(slug: str) -> Answer:
    """The form of a new campaign."""
    return _page({"model": "standard"})


@blueprint.post("/w/<slug>/campaigns/new")
@access.requires(Permission.EDIT_CAMPAIGN)
def campaign_create(slug: str) -> Answer:
    """Make it, then work on its steps."""
    typed = forms.typed()
    attempt = forms.attempt(
        lambda: shelf.create(
            g.actor,
            g.workspace.id,
            typed.text("name") or "",
            typed.text("model") or "",
            now=g.now,
        )
    )
    if attempt.result is None:
        return _page(request.form, forms.faults(attempt)), 400
    flash(_("Made. It sends nothing before its go."), "success")
    return redirect(url_for("office.campaign_edit", slug=slug, campaign_id=attempt.result))


@blueprint.post("/w/<slug>/campaigns/<int:campaign_id>/rename")
@access.requires(Permission.EDIT_CAMPAIGN)
def campaign_rename(slug: str, campaign_id: int) -> Answer:
    """Another name."""
    name = forms.typed().text("name") or ""
    attempt = forms.attempt(
        lambda: shelf.rename(g.actor, g.workspace.id, campaign_id, name, now=g.now)
    )
    _say(attempt, _("Renamed."))
    return redirect(url_for("office.campaign", slug=slug, campaign_id=campaign_id))


@blueprint.post("/w/<slug>/campaigns/<int:campaign_id>/<any(archive, take_out):act>")
@access.requires(Permission.EDIT_CAMPAIGN)
def campaign_put(slug: str, campaign_id: int, act: str) -> Answer:
    """Put away, or take out again."""
    do = shelf.archive if act == "archive" else shelf.take_out
    attempt = forms.attempt(lambda: do(g.actor, g.workspace.id, campaign_id, now=g.now))
    put_away = _("Archived: it plans and sends nothing. Its history stays.")
    _say(attempt, put_away if act == "archive" else _("Taken out again; it is paused."))
    return redirect(url_for("office.campaigns", slug=slug))


def _say(attempt: forms.Attempt[None], done: str) -> None:
    if attempt.refusal is None:
        flash(done, "success")
    else:
        flash(next(iter(forms.faults(attempt).values())), "bad")


def _page(typed: object, faults: object = None) -> str:
    return render_template(
        "office/campaigns/new.html",
        typed=typed,
        faults=faults or {},
        campaigns=stored.listed(db.session(), g.workspace.id),
    )
