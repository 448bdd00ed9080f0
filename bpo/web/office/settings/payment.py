"""The ways to pay that a client company offers."""

from typing import Any

from flask import g, request
from flask_babel import gettext as _

from bpo.db import db
from bpo.domain.people.access import Permission
from bpo.domain.people.payment_methods import FIELDS, Kind
from bpo.kernel.text import Phrase
from bpo.queries.people import workspaces
from bpo.services.people import payment_methods
from bpo.web import access, forms
from bpo.web.office import blueprint
from bpo.web.office.settings import Answer, back, page

HERE = "office.settings_payment"
KINDS = {
    Kind.PIX: Phrase("Pix"),
    Kind.BOLETO: Phrase("Boleto"),
    Kind.LINK: Phrase("Payment link (card)"),
    Kind.TRANSFER: Phrase("Bank transfer"),
}


@blueprint.get("/w/<slug>/settings/payment")
@access.requires(Permission.SEE_WORKSPACE)
def settings_payment(slug: str) -> Answer:
    """What is offered, and a form for one more."""
    return _page()


@blueprint.post("/w/<slug>/settings/payment")
@access.requires(Permission.EDIT_WORKSPACE)
def settings_payment_add(slug: str) -> Answer:
    """Offer one more way to pay."""
    typed, place = forms.typed(), g.workspace
    attempt = forms.attempt(
        lambda: payment_methods.add(
            g.actor,
            place.id,
            typed.one_of("kind", Kind),
            typed.needed("label"),
            dict(typed.values.items()),
            now=g.now,
        )
    )
    if attempt.result is None:
        return _page(faults=forms.faults(attempt)), 400
    return back(HERE, _("Debtors are offered this from now on."))


@blueprint.post("/w/<slug>/settings/payment/<int:method_id>/withdraw")
@access.requires(Permission.EDIT_WORKSPACE)
def settings_payment_withdraw(slug: str, method_id: int) -> Answer:
    """Offer a way to pay no longer."""
    payment_methods.withdraw(g.actor, g.workspace.id, method_id, now=g.now)
    return back(HERE, _("No longer offered."))


@blueprint.post("/w/<slug>/settings/payment/<int:method_id>/restore")
@access.requires(Permission.EDIT_WORKSPACE)
def settings_payment_restore(slug: str, method_id: int) -> Answer:
    """Offer it again."""
    place = g.workspace
    attempt = forms.attempt(
        lambda: payment_methods.restore(g.actor, place.id, method_id, now=g.now)
    )
    return back(HERE, _("Offered again."), attempt)


@blueprint.post("/w/<slug>/settings/payment/<int:method_id>/up")
@access.requires(Permission.EDIT_WORKSPACE)
def settings_payment_up(slug: str, method_id: int) -> Answer:
    """Offer it before the one above."""
    seen = forms.seen_version()
    payment_methods.move_up(g.actor, g.workspace.id, method_id, now=g.now, seen=seen)
    return back(HERE, _("The order is kept."))


def _page(**context: Any) -> str:
    chosen = request.values.get("kind", Kind.LINK.value)
    kind = Kind(chosen) if chosen in {Kind.BOLETO, Kind.LINK, Kind.TRANSFER} else Kind.LINK
    methods = workspaces.every_payment_method(db.session(), g.workspace.id)
    return page(
        "payment",
        HERE,
        was={forms.WAS + forms.VERSION: payment_methods.sighting(methods)},
        typed=request.form,
        kind=kind,
        kinds=KINDS,
        fields=FIELDS,
        methods=methods,
        **context,
    )
