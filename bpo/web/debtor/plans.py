"""I want instalments: offers with their reasons and total cost, and the choice of one."""

from uuid import uuid4

from flask import g, redirect, request

from bpo.domain.links import Purpose
from bpo.domain.terms import OfferKind
from bpo.kernel.errors import Refusal
from bpo.kernel.text import Phrase
from bpo.services import negotiation, page_plans
from bpo.services.negotiation import Proposals
from bpo.services.visits import Closed, Visitor
from bpo.web import access, forms
from bpo.web.debtor import blueprint, door
from bpo.web.debtor.acts import sent
from bpo.web.debtor.door import Answer
from bpo.web.debtor.telling import closed, tell
from bpo.web.forms import Typed
from bpo.web.throttle import limiter

TITLES = {
    OfferKind.LUMP_SUM: Phrase("All at once"),
    OfferKind.SHORT_PLAN: Phrase("In a few instalments"),
    OfferKind.LONG_PLAN: Phrase("In smaller instalments"),
    OfferKind.CHOSEN_PLAN: Phrase("What you can pay a month"),
}


@blueprint.get("/d/<token>/plan")
@access.signed(Purpose.DEBTOR_PAGE)
@limiter.limit("60 per hour", key_func=door.link_tried)
@door.proved
def plan_offers(visitor: Visitor) -> Answer:
    """The offers of today, and what the debtor's own figure makes of them."""
    return _page(visitor, Typed(request.args, visitor.locale))


@blueprint.post("/d/<token>/plan")
@access.signed(Purpose.DEBTOR_PAGE)
@limiter.limit(door.ACTS_PER_LINK, key_func=door.link_tried)
@limiter.limit(door.ACTS_PER_ADDRESS)
@door.proved
def plan_choose(visitor: Visitor) -> Answer:
    """Choose one: its terms are made anew, never taken from the form."""
    home, typed = door.home(visitor), Typed(request.form, visitor.locale)
    attempt = forms.attempt(
        lambda: page_plans.ask(
            visitor, sent(typed), typed.needed("offer"), typed.whole("monthly_cents"), now=g.now
        )
    )
    if attempt.result is not None:
        return redirect(f"{home}/done/{attempt.result}", 303)
    again = door.arrive(door.asked_token())
    if isinstance(again, Closed):
        return closed(again)
    return _page(again.visitor, Typed({}, again.visitor.locale), attempt.refusal), 409


def _page(visitor: Visitor, typed: Typed, refusal: Refusal | None = None) -> str:
    attempt = forms.attempt(lambda: _offers(visitor, typed))
    found = attempt.result or page_plans.offers(visitor, None, now=g.now)
    cents = typed.cents("monthly") if attempt.result else None
    said = refusal or attempt.refusal
    sentence = _said(visitor, said.phrase) if said else ""
    return tell(
        "plan",
        visitor,
        found=found,
        offers=[
            (page_plans.mark(offer), offer, _why(visitor, offer.reasons)) for offer in found.offers
        ],
        titles=TITLES,
        note=_said(visitor, found.note) if found.note else "",
        monthly_cents=cents,
        typed=typed.values,
        fault=sentence if attempt.refusal else "",
        changed=sentence if refusal else "",
        key=uuid4().hex,
        home=door.home(visitor),
        faults={},
    )


def _offers(visitor: Visitor, typed: Typed) -> Proposals:
    return page_plans.offers(visitor, typed.cents("monthly"), now=g.now)


def _why(visitor: Visitor, reasons: tuple[Phrase, ...]) -> list[str]:
    return [_said(visitor, reason) for reason in reasons]


def _said(visitor: Visitor, phrase: Phrase) -> str:
    return negotiation.sentence(phrase, visitor.locale, visitor.workspace.currency)
