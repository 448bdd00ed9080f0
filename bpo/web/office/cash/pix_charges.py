"""Having the bank asked again for a Pix charge that it refused."""

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from bpo.domain.people.access import Permission
from bpo.gateways import outside
from bpo.services.cash import pix_charges
from bpo.web import access, forms
from bpo.web.office import blueprint


@blueprint.post("/w/<slug>/receivables/<int:receivable_id>/pix-charge/again")
@access.requires(Permission.RECORD_PAYMENT)
def receivable_pix_again(slug: str, receivable_id: int) -> Response:
    """Ask for it as a new charge, within minutes."""
    attempt = forms.attempt(
        lambda: pix_charges.again(
            g.actor, g.workspace.id, receivable_id, now=g.now, queue=outside.current().queue
        )
    )
    for sentence in forms.faults(attempt).values():
        flash(sentence, "error")
    if attempt.result is not None:
        flash(_("The bank is asked again, within a few minutes."), "success")
    back = access.safe_next(request.form.get("next"))
    return redirect(back or url_for("office.receivable", slug=slug, receivable_id=receivable_id))
