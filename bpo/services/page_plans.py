"""Paying in parts from the debtor's own page: offers of the engine, asked for by their terms."""

import json
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from bpo.db import acting_as, db
from bpo.domain import page_acts as rules
from bpo.domain.page_acts import Kind
from bpo.domain.terms import Offer
from bpo.gateways import wording
from bpo.kernel import clock
from bpo.kernel.errors import Conflict
from bpo.models import Workspace
from bpo.services import negotiation
from bpo.services.negotiation import Proposals
from bpo.services.page_acts import Desk, Form, Outcome, once
from bpo.services.visits import Visitor


def offers(visitor: Visitor, monthly_cents: int | None, *, now: datetime) -> Proposals:
    """What the engine offers the debtor today; `monthly_cents` is what they can pay a month."""
    day = clock.local_day(now, visitor.workspace.time_zone)
    with acting_as(visitor.actor):
        return negotiation.proposals(
            db.session(), visitor.workspace, visitor.debtor, day, monthly_cents
        )


def mark(offer: Offer) -> str:
    """What names an offer by its terms alone: another amount or day is another mark."""
    plain = json.dumps(_terms(offer), sort_keys=True)
    return sha256(plain.encode()).hexdigest()[:32]


def ask(
    visitor: Visitor, form: Form, wanted: str, monthly_cents: int | None, *, now: datetime
) -> int:
    """Ask for the offer with this mark; a person answers. Returns the act.

    The offers are made anew and nothing of the form but the mark is used. Raises Conflict when
    none of them has it any more.
    """
    words = rules.words(form.words)

    def act(desk: Desk) -> Outcome:
        found = negotiation.proposals(
            desk.session, desk.workspace, desk.debtor, desk.today, monthly_cents
        )
        offer = chosen(found.offers, wanted)
        pause = rules.pause(Kind.PLAN, desk.today, desk.calendar)
        detail = {"plan": _terms(offer), "monthly_cents": monthly_cents}
        line = " · ".join(filter(None, (_told(offer, desk.workspace), words)))
        return Outcome(detail, ((pause, None),) if pause else (), line)

    return once(visitor, Kind.PLAN, Form(form.key, words), act, now=now)


def chosen(found: Sequence[Offer], wanted: str) -> Offer:
    """The offer with a mark. Raises Conflict when there is none."""
    for offer in found:
        if mark(offer) == wanted:
            return offer
    raise Conflict("These terms have changed since you saw them: please look at the new ones")


def _told(offer: Offer, workspace: Workspace) -> str:
    """The offer in a line: `6 x R$ 120,00`, or the entry before it."""
    first, *rest = [one.amount_cents for one in offer.installments]

    def say(cents: int) -> str:
        return wording.money(cents, workspace.locale, workspace.currency)

    return f"{say(first)} + {len(rest)} x {say(rest[-1])}" if rest else say(first)


def _terms(offer: Offer) -> dict[str, Any]:
    return {
        "kind": offer.kind.value,
        "total_cents": offer.total_cents,
        "discount_cents": offer.discount_cents,
        "needs_approval_by": offer.needs_approval_by and offer.needs_approval_by.value,
        "installments": [
            {"due_date": one.due_date.isoformat(), "amount_cents": one.amount_cents}
            for one in offer.installments
        ],
    }
