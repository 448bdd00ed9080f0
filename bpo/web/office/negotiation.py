"""Offers to a debtor side by side, each with its reasons, its schedule and a text to send."""

from datetime import date
from uuid import uuid4

from flask import g, render_template
from werkzeug.wrappers import Response

from bpo.db import db
from bpo.domain.access import Permission
from bpo.domain.proposals import Offer, OfferKind
from bpo.kernel.actor import Role
from bpo.kernel.text import Phrase
from bpo.models import Debtor
from bpo.services import agreement_choices, negotiation
from bpo.services.agreement_choices import Choices
from bpo.web import access, forms, language
from bpo.web.office import blueprint, lists
from bpo.web.office.debtors import found

KINDS = {
    OfferKind.LUMP_SUM: (Phrase("Everything at once"), "banknote"),
    OfferKind.SHORT_PLAN: (Phrase("Short plan"), "calendar"),
    OfferKind.LONG_PLAN: (Phrase("Longer plan"), "calendar-clock"),
    OfferKind.CHOSEN_PLAN: (Phrase("What the debtor can pay"), "hand"),
}
APPROVERS = {
    Role.ANALYST: Phrase("Within your limits"),
    Role.ADMIN: Phrase("Needs the BPO manager's approval"),
    Role.CLIENT_MANAGER: Phrase("Needs the client's approval"),
}


@blueprint.get("/w/<slug>/debtors/<int:debtor_id>/negotiation")
@access.requires(Permission.NEGOTIATE)
def debtor_negotiation(slug: str, debtor_id: int) -> str | Response:
    """What can be offered today, and what the debtor's own figure would make of it."""
    debtor, today, asked = found(debtor_id), lists.today(), forms.asked()
    attempt = forms.attempt(lambda: _offers(debtor, today, asked.cents("monthly")))
    choices = attempt.result or _offers(debtor, today, None)
    offers = choices.found
    return render_template(
        "office/negotiation/page.html",
        debtor=debtor,
        today=today,
        found=offers,
        fingerprints=agreement_choices.marks(choices),
        forbidden=choices.note if choices.forbidden else None,
        key=uuid4().hex,
        monthly_cents=asked.cents("monthly") if attempt.result else None,
        texts=[_text(debtor, offer) for offer in offers.offers],
        said=_said,
        kinds=KINDS,
        approvers=APPROVERS,
        typed=asked.values,
        faults=forms.faults(attempt),
    )


def _offers(debtor: Debtor, day: date, monthly_cents: int | None) -> Choices:
    return agreement_choices.of(db.session(), g.actor, g.workspace, debtor, day, monthly_cents)


def _said(phrase: Phrase) -> str:
    return negotiation.sentence(phrase, language.current(), g.workspace.currency)


def _text(debtor: Debtor, offer: Offer) -> str:
    """The offer as a message that can be pasted anywhere."""
    text = render_template("office/negotiation/offer.txt", debtor=debtor, offer=offer)
    return text.strip()
