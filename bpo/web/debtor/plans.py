"""I want instalments: offers with their reasons and total cost, the exact terms, and a yes."""

from uuid import uuid4

from flask import g, redirect, request

from bpo.domain.deals.terms import OfferKind
from bpo.domain.people.links import Purpose
from bpo.gateways import outside
from bpo.kernel.errors import Refusal
from bpo.kernel.text import Phrase
from bpo.services.deals import negotiation
from bpo.services.deals.agreement_choices import Choice, Choices
from bpo.services.page import page_plans
from bpo.services.people.visits import Closed, Visitor
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
LOOKS = "60 per hour"


@blueprint.get("/d/<token>/plan")
@access.signed(Purpose.DEBTOR_PAGE)
@limiter.limit(LOOKS, key_func=door.link_tried)
@door.proved
def plan_offers(visitor: Visitor) -> Answer:
    """The offers of today, and what the debtor's own figure makes of them."""
    return _page(visitor, Typed(request.args, visitor.locale))


@door.done("/plan")
def plan_escalate(visitor: Visitor) -> Answer:
    """None of the offers fits: a person gets the whole case."""
    home, typed = door.home(visitor), Typed(request.form, visitor.locale)
    monthly_cents = typed.whole("monthly_cents")
    attempt = forms.attempt(
        lambda: page_plans.escalate(visitor, sent(typed), monthly_cents, now=g.now)
    )
    if attempt.result is not None:
        return redirect(f"{home}/done/{attempt.result}", 303)
    again = door.arrive(door.asked_token())
    if isinstance(again, Closed):
        return closed(again)
    return _page(again.visitor, Typed({}, again.visitor.locale), attempt.refusal), 400


@blueprint.get("/d/<token>/plan/<fingerprint>")
@access.signed(Purpose.DEBTOR_PAGE)
@limiter.limit(LOOKS, key_func=door.link_tried)
@door.proved
def plan_terms(visitor: Visitor, fingerprint: str) -> Answer:
    """The exact terms of one offer, to be read before saying yes."""
    typed = Typed(request.args, visitor.locale)
    attempt = forms.attempt(lambda: _choice(visitor, fingerprint, typed.whole("monthly_cents")))
    if attempt.result is None:
        return _page(visitor, Typed({}, visitor.locale), attempt.refusal), 409
    return tell(
        "agree",
        visitor,
        choice=attempt.result,
        terms=attempt.result.terms,
        monthly_cents=typed.whole("monthly_cents"),
        key=uuid4().hex,
        home=door.home(visitor),
        faults={},
        typed={},
    )


@door.done("/plan/<fingerprint>")
def plan_choose(visitor: Visitor, fingerprint: str) -> Answer:
    """Say yes, or ask for what somebody has to grant; its terms are made anew."""
    home, typed = door.home(visitor), Typed(request.form, visitor.locale)
    attempt = forms.attempt(lambda: _choose(visitor, fingerprint, typed))
    if attempt.result is not None:
        return redirect(f"{home}/done/{attempt.result}", 303)
    again = door.arrive(door.asked_token())
    if isinstance(again, Closed):
        return closed(again)
    return _page(again.visitor, Typed({}, again.visitor.locale), attempt.refusal), 409


def _choose(visitor: Visitor, fingerprint: str, typed: Typed) -> int:
    form, monthly_cents = sent(typed), typed.whole("monthly_cents")
    if typed.checked("ask"):
        queue = outside.current().queue
        return page_plans.ask(visitor, form, fingerprint, monthly_cents, now=g.now, queue=queue)
    typed.needed("agreed")
    return page_plans.accept(
        visitor,
        form,
        fingerprint,
        monthly_cents,
        user_agent=request.user_agent.string,
        now=g.now,
    )


def _page(visitor: Visitor, typed: Typed, refusal: Refusal | None = None) -> str:
    attempt = forms.attempt(lambda: _choices(visitor, typed))
    found = attempt.result or page_plans.choices(visitor, None, now=g.now)
    cents = typed.cents("monthly") if attempt.result else None
    said = refusal or attempt.refusal
    sentence = _said(visitor, said.phrase) if said else ""
    return tell(
        "plan",
        visitor,
        found=found.found,
        choices=[(choice, _why(visitor, choice)) for choice in found.choices],
        titles=TITLES,
        note=_said(visitor, found.note) if found.note else "",
        monthly_cents=cents,
        typed=typed.values,
        fault=sentence if attempt.refusal else "",
        changed=sentence if refusal else "",
        asked=page_plans.asked(visitor, now=g.now),
        fits=cents is None or any(_largest(one) <= cents for one in found.choices),
        key=uuid4().hex,
        home=door.home(visitor),
        faults={},
    )


def _largest(choice: Choice) -> int:
    return max(one.amount_cents for one in choice.terms.installments)


def _choices(visitor: Visitor, typed: Typed) -> Choices:
    return page_plans.choices(visitor, typed.cents("monthly"), now=g.now)


def _choice(visitor: Visitor, fingerprint: str, monthly_cents: int | None) -> Choice:
    return page_plans.named(page_plans.choices(visitor, monthly_cents, now=g.now), fingerprint)


def _why(visitor: Visitor, choice: Choice) -> list[str]:
    reasons = choice.offer.reasons if choice.offer else ()
    return [_said(visitor, reason) for reason in reasons]


def _said(visitor: Visitor, phrase: Phrase) -> str:
    return negotiation.sentence(phrase, visitor.locale, visitor.workspace.currency)
