"""Offers to a debtor side by side, each with its reasons, its schedule and a text to send."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

from flask import g, render_template
from werkzeug.wrappers import Response

from bpo.db import db
from bpo.domain.deals import agreements
from bpo.domain.deals.installments import Method
from bpo.domain.deals.proposals import Offer, OfferKind
from bpo.domain.deals.terms import Wish
from bpo.domain.people.access import Permission
from bpo.kernel.actor import Role
from bpo.kernel.text import Phrase
from bpo.models import Debtor
from bpo.queries.books import receivables
from bpo.services.deals import agreement_choices, negotiation
from bpo.services.deals.agreement_choices import Choices
from bpo.services.deals.negotiation import Proposals
from bpo.web import access, forms, language
from bpo.web.office import blueprint
from bpo.web.office.deals.wishes import wished
from bpo.web.office.people import lists
from bpo.web.office.people.debtors import found

KINDS = {
    OfferKind.LUMP_SUM: (Phrase("Everything at once"), "banknote"),
    OfferKind.SHORT_PLAN: (Phrase("Short plan"), "calendar"),
    OfferKind.LONG_PLAN: (Phrase("Longer plan"), "calendar-clock"),
    OfferKind.CHOSEN_PLAN: (Phrase("What the debtor can pay"), "hand"),
    OfferKind.CUSTOM_PLAN: (Phrase("Your own plan"), "pencil"),
}
APPROVERS = {
    Role.ANALYST: Phrase("Within your limits"),
    Role.ADMIN: Phrase("Needs the BPO manager's approval"),
    Role.CLIENT_MANAGER: Phrase("Needs the client's approval"),
}
METHODS = {
    Method.PRICE: Phrase("Equal payments (Price)"),
    Method.SAC: Phrase("Falling payments (SAC)"),
}
FACTS = (
    ("on_time_pct", Phrase("Paid on time, recent invoices weighing more"), "percent"),
    ("mean_delay_days", Phrase("Average delay, days"), "days"),
    ("usual_monthly_cents", Phrase("Usually pays a month"), "money"),
    ("running_monthly_cents", Phrase("Running instalments, a month"), "money"),
    ("capacity_cents", Phrase("Capacity a month"), "money"),
    ("exposure_cents", Phrase("Open with this company"), "money"),
    ("oldest_overdue_days", Phrase("Days since the oldest fell due"), "days"),
    ("promises_kept", Phrase("Promises kept"), "count"),
    ("promises_broken", Phrase("Promises broken"), "count"),
    ("plans_kept", Phrase("Plans kept"), "count"),
    ("plans_broken", Phrase("Plans broken"), "count"),
    ("last_payment", Phrase("Last payment"), "day"),
    ("first_purchase", Phrase("Customer since"), "day"),
)


@dataclass(frozen=True, slots=True)
class Behind:
    """A fact as a line: its name, how it is written, and the receivables behind it."""

    label: Phrase
    kind: str
    value: Any
    receivable_ids: tuple[int, ...]
    numbers: dict[int, str]


@blueprint.get("/w/<slug>/debtors/<int:debtor_id>/negotiation")
@access.requires(Permission.NEGOTIATE)
def debtor_negotiation(slug: str, debtor_id: int) -> str | Response:
    """What can be offered today, and what the debtor's own figure would make of it."""
    debtor, today, asked = found(debtor_id), lists.today(), forms.asked()
    attempt = forms.attempt(lambda: _choices(debtor, today, asked.cents("monthly"), wished(asked)))
    choices = attempt.result or _choices(debtor, today)
    offers = choices.found
    return render_template(
        "office/negotiation/page.html",
        debtor=debtor,
        today=today,
        found=offers,
        fingerprints=agreement_choices.marks(choices),
        made=[choices.repeated.get(offer) for offer in offers.offers],
        numbered=agreements.number,
        asks=[not agreement_choices.may_grant(g.actor, o.needs_approval_by) for o in offers.offers],
        forbidden=choices.note if choices.forbidden else None,
        key=uuid4().hex,
        monthly_cents=asked.cents("monthly") if attempt.result else None,
        behind=_behind(offers),
        methods=[(method.value, _said(label)) for method, label in METHODS.items()],
        texts=[_text(debtor, offer) for offer in offers.offers],
        said=_said,
        kinds=KINDS,
        approvers=APPROVERS,
        typed=asked.values,
        faults=forms.faults(attempt),
    )


def _choices(
    debtor: Debtor, day: date, monthly_cents: int | None = None, wish: Wish | None = None
) -> Choices:
    return agreement_choices.of(
        db.session(), g.actor, g.workspace, debtor, day, monthly_cents, wish
    )


def _behind(offers: Proposals) -> list[Behind]:
    """The facts of the history with the receivables that each was computed from."""
    numbers = receivables.numbers(db.session(), g.workspace.id, offers.debtor.id)
    seen = offers.portrait.behaviour
    return [
        Behind(label, kind, getattr(seen, name).value, getattr(seen, name).receivable_ids, numbers)
        for name, label, kind in FACTS
    ]


def _said(phrase: Phrase) -> str:
    return negotiation.sentence(phrase, language.current(), g.workspace.currency)


def _text(debtor: Debtor, offer: Offer) -> str:
    """The offer as a message that can be pasted anywhere."""
    text = render_template("office/negotiation/offer.txt", debtor=debtor, offer=offer)
    return text.strip()
