"""Letters of a client company: printed as one PDF, then marked as posted."""

from flask import flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from bpo.db import db
from bpo.domain.people.access import Permission
from bpo.gateways import outside
from bpo.queries.reminders import postal as stored
from bpo.services.reminders import postal
from bpo.services.reminders.letters import Desk
from bpo.web import access, forms
from bpo.web.office import blueprint


@blueprint.get("/w/<slug>/letters")
@access.requires(Permission.SEE_WORKSPACE)
def letters(slug: str) -> str:
    """What is due to be printed, and what waits to be posted."""
    rows = stored.waiting(db.session(), g.workspace.id, g.now)
    return render_template("office/touches/letters.html", rows=rows)


@blueprint.post("/w/<slug>/letters/print")
@access.requires(Permission.CONTACT)
def letters_print(slug: str) -> Response:
    """All letters that are due, as one PDF."""
    here = outside.current()
    desk = Desk(here.signer, here.settings.base_url, here.settings.mail_sender, post=True)
    attempt = forms.attempt(lambda: postal.print_due(g.actor, g.workspace.id, desk=desk, now=g.now))
    if attempt.result is None:
        flash("".join(forms.faults(attempt).values()), "warning")
        return redirect(url_for("office.letters", slug=slug))
    answer = make_response(attempt.result.document)
    answer.mimetype = "application/pdf"
    name = f"{slug}-{g.now:%Y-%m-%d}.pdf"
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


@blueprint.post("/w/<slug>/letters/posted")
@access.requires(Permission.CONTACT)
def letters_posted(slug: str) -> Response:
    """The chosen letters are on their way."""
    ids = forms.numbers(request.form.getlist("id"))
    count = postal.mark_posted(g.actor, g.workspace.id, ids, now=g.now)
    if count:
        flash(ngettext("%(num)s letter posted", "%(num)s letters posted", count), "success")
    else:
        flash(_("None of the chosen letters was printed yet."), "warning")
    return redirect(url_for("office.letters", slug=slug))
