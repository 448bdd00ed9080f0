"""What the team says about texts and steps, for whoever can mend them."""

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from bpo.db import db
from bpo.domain.people.access import Permission
from bpo.queries.writing import remarks as stored
from bpo.services.writing import remarks, texts
from bpo.web import access, forms
from bpo.web.office import blueprint
from bpo.web.office.reminders import campaigns, text_words
from bpo.web.office.reminders.touches import CHANNELS


@blueprint.get("/w/<slug>/remarks", endpoint="remarks")
@access.requires(Permission.SEE_WORKSPACE)
def show_remarks(slug: str) -> str:
    """Everything that was said and waits, or was answered."""
    settled = request.args.get("state") == "settled"
    return render_template(
        "office/texts/remarks.html",
        rows=stored.listed(db.session(), g.workspace.id, settled=settled),
        waiting=stored.waiting(db.session(), g.workspace.id),
        settled=settled,
        channels=CHANNELS,
        names=text_words,
    )


@blueprint.post("/w/<slug>/texts/<channel>/<locale>/<key>/remarks")
@access.requires(Permission.CONTACT)
def remark_text(slug: str, channel: str, locale: str, key: str) -> Response:
    """Say how a text works."""
    where = texts.place(key, channel, locale)
    _make("text", str(where))
    return redirect(
        url_for("office.text", slug=slug, channel=channel, locale=locale, key=key) + "#remarks"
    )


@blueprint.post("/w/<slug>/campaigns/<int:campaign_id>/steps/<key>/remarks")
@access.requires(Permission.CONTACT)
def remark_step(slug: str, campaign_id: int, key: str) -> Response:
    """Say how a step works."""
    campaigns.step_of(campaigns.campaign(campaign_id), key)
    _make("step", key, campaign_id)
    at = url_for("office.campaign_preview", slug=slug, campaign_id=campaign_id, key=key)
    return redirect(f"{at}#remarks")


@blueprint.post("/w/<slug>/remarks/<int:remark_id>/settle")
@access.requires(Permission.EDIT_CAMPAIGN)
def remark_settle(slug: str, remark_id: int) -> Response:
    """Close a remark with what was done."""
    answer = forms.typed().text("answer")
    remarks.settle(g.actor, g.workspace.id, remark_id, answer, now=g.now)
    flash(_("Answered."), "success")
    return redirect(url_for("office.remarks", slug=slug))


def _make(kind: str, subject: str, campaign_id: int | None = None) -> None:
    words = request.form.get("words", "")
    attempt = forms.attempt(
        lambda: remarks.make(
            g.actor, g.workspace.id, kind, subject, words, now=g.now, campaign_id=campaign_id
        )
    )
    if attempt.refusal is None:
        flash(_("Thank you. Whoever looks after the texts will read it."), "success")
    else:
        flash(next(iter(forms.faults(attempt).values())), "bad")
