"""The whole file of a hard case, as of the day when a person is asked to decide it."""

from typing import Any

from bpo.domain.deals.terms import Offer
from bpo.domain.intake import findings
from bpo.services.deals.negotiation import Proposals

_FACTS = (
    "usual_monthly_cents",
    "oldest_overdue_days",
    "on_time_pct",
    "capacity_cents",
    "promises_broken",
    "plans_broken",
)


def of(found: Proposals) -> dict[str, Any]:
    """Class, figures and reasons of a debtor, and what the engine would offer; in centavos."""
    seen, rating = found.portrait.behaviour, found.portrait.rating
    facts = {name: getattr(seen, name).value for name in _FACTS}
    return facts | {
        "class": rating.risk_class.value,
        "class_reasons": [findings.phrase_to_json(one) for one in rating.reasons],
        "due_today_cents": found.due_today_cents,
        "offers": [_offer(one) for one in found.offers],
    }


def about(offer: Offer, found: Proposals) -> dict[str, Any]:
    """The file behind one offer, with what it would bring."""
    return of(found) | {
        "total_cents": offer.total_cents,
        "discount_on_charges_cents": offer.discount_on_charges_cents,
        "discount_on_principal_cents": offer.discount_on_principal_cents,
        "payments": len(offer.installments),
        "down_cents": offer.installments[0].amount_cents,
        "acceptance_pct": offer.acceptance_pct,
        "completion_pct": offer.completion_pct,
        "expected_recovery_cents": offer.expected_recovery_cents,
        "reasons": [findings.phrase_to_json(one) for one in offer.reasons],
    }


def _offer(offer: Offer) -> dict[str, Any]:
    return {
        "kind": offer.kind.value,
        "total_cents": offer.total_cents,
        "payments": len(offer.installments),
        "first_cents": offer.installments[0].amount_cents,
        "largest_cents": max(one.amount_cents for one in offer.installments),
        "needed_by": offer.needs_approval_by and offer.needs_approval_by.value,
    }
