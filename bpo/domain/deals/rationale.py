"""Why an offer has the terms it has, in sentences that cite the debtor's own history."""

from collections.abc import Sequence

from bpo.domain.books.policies import NegotiationLimits, percent
from bpo.domain.deals import risk, terms
from bpo.domain.deals.installments import Cost, Installment
from bpo.domain.deals.risk import RiskClass
from bpo.domain.deals.terms import Offer, Situation, Waiver
from bpo.kernel.text import Phrase

_PARTNERS = frozenset({RiskClass.A, RiskClass.B})


def of_lump_sum(situation: Situation, waiver: Waiver, amount_cents: int) -> tuple[Phrase, ...]:
    """For a payment at once: the discount, what the amount means to the debtor, the history."""
    return (
        _discount(situation, waiver),
        *_weight_of_total(situation, amount_cents),
        *_history(situation),
    )


def of_plan(situation: Situation, offer: Offer) -> tuple[Phrase, ...]:
    """For a plan: what the instalment means to the debtor, the history, the price of the credit."""
    return (
        _weight_of_installment(situation, offer.installments),
        *_history(situation),
        _down_payment(situation, offer),
        *_kept_discount(offer),
        *_interest(offer),
    )


def _discount(situation: Situation, waiver: Waiver) -> Phrase:
    late = max(debt.days_late for debt in situation.debts)
    if waiver.principal_cents:
        return Phrase(
            "Paying at once takes {charges_cents} off the charges and {principal_cents} off the "
            "principal: the oldest invoice is one day late"
            if late == 1
            else "Paying at once takes {charges_cents} off the charges and {principal_cents} off "
            "the principal: the oldest invoice is {late_days} days late",
            charges_cents=waiver.charges_cents,
            principal_cents=waiver.principal_cents,
            late_days=late,
        )
    if waiver.charges_cents:
        return Phrase(
            "Paying at once takes {charges_cents} off the charges",
            charges_cents=waiver.charges_cents,
        )
    return Phrase("Paying at once settles the debt and stops new charges")


def _history(situation: Situation) -> list[Phrase]:
    behaviour, rating = situation.behaviour, situation.rating
    if rating.risk_class is RiskClass.NEW and not behaviour.decided_count.value:
        return [risk.no_history()]
    if rating.risk_class is RiskClass.NEW:
        return [
            Phrase(
                "Too little history with this company (invoices already decided: {total}), "
                "so the terms are neutral",
                total=behaviour.decided_count.value,
            )
        ]
    found = [risk.punctuality(behaviour)] if behaviour.recent_count.value else []
    found += risk.commitments(behaviour)
    return found + (_relationship(situation) if rating.risk_class in _PARTNERS else [])


def _relationship(situation: Situation) -> list[Phrase]:
    return [
        Phrase(
            "Customer since {since}, with one invoice until today"
            if situation.behaviour.invoice_count.value == 1
            else "Customer since {since}, with {count} invoices until today",
            since=situation.behaviour.first_purchase.value,
            count=situation.behaviour.invoice_count.value,
        )
    ]


def _weight_of_total(situation: Situation, amount_cents: int) -> list[Phrase]:
    usual = situation.behaviour.usual_monthly_cents.value
    if not usual:
        return []
    return [
        Phrase(
            "Usually pays {usual_cents} a month; this amount is {share_pct} of that",
            usual_cents=usual,
            share_pct=terms.percent_of(amount_cents, usual),
        )
    ]


def _weight_of_installment(situation: Situation, installments: Sequence[Installment]) -> Phrase:
    behaviour = situation.behaviour
    usual, running = behaviour.usual_monthly_cents.value, behaviour.running_monthly_cents.value
    largest = max(one.amount_cents for one in installments[1:])
    if not usual:
        return Phrase("No payment in the last 12 months to measure the instalment by")
    if not running:
        return Phrase(
            "Usually pays {usual_cents} a month; the instalment is {share_pct} of that",
            usual_cents=usual,
            share_pct=terms.percent_of(largest, usual),
        )
    return _weight_beside_others(usual, running, largest)


def _weight_beside_others(usual: int, running: int, largest: int) -> Phrase:
    if running >= usual:
        return Phrase(
            "Usually pays {usual_cents} a month, and running instalments already take "
            "{running_cents}: better agreed in a conversation",
            usual_cents=usual,
            running_cents=running,
        )
    return Phrase(
        "Usually pays {usual_cents} a month, of which {running_cents} go to running "
        "instalments; the new instalment is {share_pct} of the rest",
        usual_cents=usual,
        running_cents=running,
        share_pct=terms.percent_of(largest, usual - running),
    )


def _down_payment(situation: Situation, offer: Offer) -> Phrase:
    entry_pct = terms.percent_of(offer.down_payment_cents, offer.total_cents)
    due = offer.installments[0].due_date
    if situation.rating.risk_class is RiskClass.D:
        return Phrase(
            "Down payment of {entry_pct} by {due}, by Pix and with a person's approval, because of "
            "the history",
            entry_pct=entry_pct,
            due=due,
        )
    return Phrase(
        "Down payment of {entry_pct} by {due}: plans that begin at once are kept more often",
        entry_pct=entry_pct,
        due=due,
    )


def _kept_discount(offer: Offer) -> list[Phrase]:
    if not offer.discount_cents:
        return []
    return [
        Phrase(
            "Being a short plan, it keeps {discount_cents} of discount on the charges",
            discount_cents=offer.discount_cents,
        )
    ]


def _interest(offer: Offer) -> list[Phrase]:
    if not offer.monthly_rate:
        return [Phrase("The instalments bear no interest")]
    stated = Phrase(
        "Interest of {rate_pct} a month, {interest_cents} in all",
        rate_pct=percent(offer.monthly_rate),
        interest_cents=offer.plan_interest_cents,
    )
    return [stated, *_cost(offer.cost)]


def _cost(cost: Cost | None) -> list[Phrase]:
    if cost is None:
        return []
    return [
        Phrase(
            "Total effective cost (CET): {monthly_pct} a month, {annual_pct} a year; each month's "
            "interest is computed on the balance still open",
            monthly_pct=cost.monthly_pct,
            annual_pct=cost.annual_pct,
        )
    ]


def chosen(
    limits: NegotiationLimits, monthly_cents: int, installments: Sequence[Installment]
) -> Phrase:
    """The answer to how much the debtor says they can pay a month."""
    largest = max(one.amount_cents for one in installments[1:])
    if largest <= monthly_cents:
        return Phrase(
            "Paying up to {monthly_cents} a month, the debt ends on {last}, in {count} payments",
            monthly_cents=monthly_cents,
            last=installments[-1].due_date,
            count=len(installments),
        )
    if monthly_cents < limits.min_installment_cents:
        return Phrase(
            "{monthly_cents} a month is below the smallest instalment accepted, {smallest_cents}; "
            "the nearest possible is {nearest_cents}",
            monthly_cents=monthly_cents,
            smallest_cents=limits.min_installment_cents,
            nearest_cents=largest,
        )
    return Phrase(
        "{monthly_cents} a month would take more than the {most} payments accepted; the nearest "
        "possible is {nearest_cents}",
        monthly_cents=monthly_cents,
        most=limits.max_installments,
        nearest_cents=largest,
    )


def small_debt(limits: NegotiationLimits) -> Phrase:
    """Why the offers differ by date: the instalments would be too small."""
    return Phrase(
        "The debt leaves no room for more instalments of at least {smallest_cents}: the choice is "
        "the date",
        smallest_cents=limits.min_installment_cents,
    )


def few_payments(limits: NegotiationLimits) -> Phrase:
    """Why the offers differ by date: the policy accepts few payments."""
    return Phrase(
        "Payments accepted by the policy: at most {most}; the choice is the date",
        most=limits.max_installments,
    )


def within_reach(monthly_cents: int) -> Phrase:
    """When what the debtor can pay a month covers the whole debt."""
    return Phrase(
        "With {monthly_cents} a month the debt fits in a single payment",
        monthly_cents=monthly_cents,
    )
