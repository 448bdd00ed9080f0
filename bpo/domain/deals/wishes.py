"""Terms that somebody typed, checked at once against the limits of the client company."""

from dataclasses import replace
from datetime import date

from bpo.domain.books.policies import NegotiationLimits
from bpo.domain.deals import installments, proposals, rationale, terms
from bpo.domain.deals.cases import Case, Entry
from bpo.domain.deals.terms import PRACTICE, Offer, OfferKind, Practice, Situation, Waiver, Wish
from bpo.kernel.calendar import Calendar
from bpo.kernel.errors import BadInput


def offer(
    situation: Situation,
    limits: NegotiationLimits,
    calendar: Calendar,
    today: date,
    wish: Wish,
    practice: Practice = PRACTICE,
) -> Offer:
    """The offer that a wish makes: one payment with the discount at once, or a plan.

    A plan no longer than a short one keeps its discount. Raises BadInput naming the field and the
    limit that the wish leaves; nothing outside the limits comes back.
    """
    practice = replace(practice, method=wish.method)
    case = proposals.case_of(situation, limits, calendar, today, practice)
    case = replace(case, entry=Entry.LIGHT)
    if situation.due_today_cents <= 0:
        raise BadInput("Nothing is owed: there is nothing to negotiate", field="payments")
    most = case.most_after_entry + 1
    if not 1 <= wish.payments <= most:
        raise BadInput("The policy accepts from 1 to {most} payments", field="payments", most=most)
    if wish.payments == 1:
        due = installments.first_due(today, calendar, practice.entry_days)
        return replace(proposals.lump_sum(case, due), kind=OfferKind.CUSTOM_PLAN)
    waiver = case.discount_of_short_plan if wish.payments - 1 <= case.custom.short else Waiver()
    amounts = _amounts(case, wish, situation.due_today_cents - waiver.total_cents)
    made = proposals.scheduled(case, OfferKind.CUSTOM_PLAN, waiver, amounts)
    return replace(made, reasons=rationale.of_plan(situation, made))


def _amounts(case: Case, wish: Wish, base_cents: int) -> list[int]:
    down, rate, smallest = wish.down_cents, case.rate, case.limits.min_installment_cents
    if down >= base_cents:
        raise BadInput("This pays everything: choose one payment", field="down_cents")
    least = max(terms.ceiling_share(base_cents, case.least_entry_rate), smallest)
    if down < least:
        raise _too_little(least)
    rest = installments.amounts(base_cents - down, rate, wish.payments - 1, case.practice.method)
    if min(rest) < smallest:
        raise BadInput(
            "Each payment must be at least {smallest_cents}: choose fewer payments or a smaller"
            " down payment",
            field="payments",
            smallest_cents=smallest,
        )
    least = terms.ceiling_share(down + sum(rest), case.least_entry_rate)
    if down < least:
        raise _too_little(least)
    return [down, *rest]


def _too_little(least_cents: int) -> BadInput:
    return BadInput(
        "The down payment must be at least {least_cents}",
        field="down_cents",
        least_cents=least_cents,
    )
