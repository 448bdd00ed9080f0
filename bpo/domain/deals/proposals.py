"""Offers to settle a debt, inside the client company's limits, ranked by what they recover."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from bpo.domain.books import policies
from bpo.domain.deals import approvals, completion, installments, rationale, terms
from bpo.domain.deals.cases import Case, Entry
from bpo.domain.deals.installments import Installment
from bpo.domain.deals.terms import (
    PRACTICE,
    Debt,
    Offer,
    OfferKind,
    Practice,
    Situation,
    Waiver,
)
from bpo.kernel.calendar import Calendar, same_day_next_month
from bpo.kernel.errors import BadInput
from bpo.kernel.text import Phrase

__all__ = [
    "Debt",
    "Limits",
    "Offer",
    "OfferKind",
    "Practice",
    "Situation",
    "offers",
    "to_json",
]

Limits = policies.NegotiationLimits
FEWEST_OFFERS = 3
LENGTHS = (3, 4, 5, 6, 8, 11, 17, 23, 35, 47, 59)
"""Instalments after the down payment that are compared for the longer plan."""
_NOTHING = Decimal(0)


def offers(
    situation: Situation,
    limits: Limits,
    calendar: Calendar,
    today: date,
    monthly_cents: int | None = None,
    practice: Practice = PRACTICE,
) -> tuple[Offer, ...]:
    """At least three different ways to settle the debts, best expected recovery first.

    A payment at once with the ladder's discount; a down payment with few instalments; a longer
    plan fitted to what the debtor usually pays; and, given `monthly_cents` (what the debtor says
    they can pay a month), the plan that comes nearest. Where the debt is too small for plans the
    offers differ by date. Nothing is offered when nothing is owed. Raises BadInput when
    `monthly_cents` is not positive.
    """
    if monthly_cents is not None and monthly_cents <= 0:
        raise BadInput("The amount per month must be above zero", field="monthly_cents")
    if situation.due_today_cents <= 0:
        return ()
    case = case_of(situation, limits, calendar, today, practice, monthly_cents)
    at_once = lump_sum(case, installments.first_due(today, calendar, practice.entry_days))
    asked = None
    if monthly_cents is not None and monthly_cents >= at_once.total_cents:
        at_once = _with(at_once, rationale.within_reach(monthly_cents))
    elif monthly_cents is not None:
        asked = _chosen_plan(replace(case, entry=Entry.LIGHT), monthly_cents)
    found = _distinct([at_once, asked, _short_plan(case), _long_plan(case)])
    return tuple(sorted(_completed(case, found), key=_rank))


def case_of(
    situation: Situation,
    limits: Limits,
    calendar: Calendar,
    today: date,
    practice: Practice = PRACTICE,
    monthly_cents: int | None = None,
) -> Case:
    """The negotiation of a situation within limits on a day."""
    at_once, short = (
        terms.waiver(situation, limits, practice, at_once=which) for which in (True, False)
    )
    return Case(situation, limits, calendar, today, practice, at_once, short, monthly_cents)


def _rank(offer: Offer) -> tuple[int, int, date, str]:
    """Most expected first, then the soonest over; of what nobody could bear, the lightest."""
    worth, largest = offer.expected_recovery_cents, max(p.amount_cents for p in offer.installments)
    return (-worth, 0 if worth else largest, offer.installments[-1].due_date, offer.kind)


def _distinct(found: Iterable[Offer | None]) -> list[Offer]:
    seen = {offer.installments: offer for offer in reversed(list(found)) if offer}
    return list(reversed(seen.values()))


def _completed(case: Case, found: list[Offer]) -> list[Offer]:
    """Too few ways to split the debt: payments at once on other dates make up the number."""
    taken = {offer.installments[0].due_date for offer in found if len(offer.installments) == 1}
    for due, generous in _other_dates(case):
        if len(found) >= FEWEST_OFFERS:
            break
        if due not in taken:
            offer = lump_sum(case, due, generous=generous)
            found = [*found, _with(offer, _why_dates(case))]
            taken.add(due)
    return found


def _why_dates(case: Case) -> Phrase:
    if case.most_after_entry <= case.custom.short:
        return rationale.few_payments(case.limits)
    return rationale.small_debt(case.limits)


def _other_dates(case: Case) -> list[tuple[date, bool]]:
    """Days to pay a small debt at once, and whether the whole discount still holds then."""
    ends = [_month_end(case.today, ahead) for ahead in (0, 1, 2)]
    later = case.calendar.add_business_days(case.today, 5)
    closing = [case.calendar.preceding(end) for end in ends]
    return [
        (case.calendar.following(case.today), True),
        *((day, False) for day in closing if day >= later),
        (later, True),
    ]


def _month_end(day: date, ahead: int) -> date:
    return same_day_next_month(day.replace(day=1), ahead + 1) - timedelta(days=1)


def _with(offer: Offer, reason: Phrase) -> Offer:
    return replace(offer, reasons=(reason, *offer.reasons))


def lump_sum(case: Case, due: date, *, generous: bool = True) -> Offer:
    """Everything in one payment on a day, with the whole discount or that of a short plan."""
    waiver = case.discount_at_once if generous else case.discount_of_short_plan
    paid = Installment(due, case.situation.due_today_cents - waiver.total_cents)
    offer = _offer(case, OfferKind.LUMP_SUM, waiver, [paid], _NOTHING)
    return replace(offer, reasons=rationale.of_lump_sum(case.situation, waiver, paid.amount_cents))


def _short_plan(case: Case) -> Offer | None:
    return _plan(case, OfferKind.SHORT_PLAN, case.discount_of_short_plan, case.custom.short)


def _long_plan(case: Case) -> Offer | None:
    """A plan longer than the short one: of the lengths compared, the one that should bring most.

    No longer than it takes for the instalment to come down to the share of the capacity that is
    customary for the class; as long as allowed when even that is too much.
    """
    shortest = case.custom.short + 1
    found = [
        _plan(view, OfferKind.LONG_PLAN, Waiver(), n)
        for view in _entries(case)
        for n in _lengths(case, shortest, _enough(view))
    ]
    longer = [one for one in found if one and len(one.installments) > shortest]
    return min(longer, key=_most_worth, default=None)


def _most_worth(offer: Offer) -> tuple[int, int]:
    return (-offer.expected_recovery_cents, -len(offer.installments))


def _enough(case: Case) -> int:
    """The instalments that bring a payment within the customary share of the capacity."""
    if case.able_cents is None:
        return case.custom.long
    budget = terms.floor_share(case.able_cents, case.custom.capacity_share)
    due = case.situation.due_today_cents
    return _fitting(case, due - _entry(case, due), budget) or case.most_after_entry


def _lengths(case: Case, shortest: int, enough: int) -> list[int]:
    most = min(max(enough, shortest * 2 - 2), case.most_after_entry)
    return sorted({n for n in LENGTHS if shortest <= n < most} | {most})


def _entries(case: Case) -> list[Case]:
    """The down payments that are compared, each once: customary, bearable, and the least.

    The least for class D only when the debtor said what they can pay a month.
    """
    due, strict = case.situation.due_today_cents, case.is_class_d and case.monthly_cents is None
    kinds = [one for one in Entry if not (strict and one is Entry.LEAST)]
    views = [replace(case, entry=one) for one in kinds]
    return list({_entry(view, due): view for view in reversed(views)}.values())


def _chosen_plan(case: Case, monthly_cents: int) -> Offer | None:
    """The plan nearest to what the debtor can pay a month; a short one keeps its discount."""
    waiver = case.discount_of_short_plan
    count = _count_for(case, monthly_cents, waiver)
    if count is None or count > case.custom.short:
        waiver = Waiver()
        count = _count_for(case, monthly_cents, waiver)
    first = _first_payment(case, monthly_cents, waiver)
    offer = _plan(case, OfferKind.CHOSEN_PLAN, waiver, count, first)
    return offer and _with(offer, rationale.chosen(case.limits, monthly_cents, offer.installments))


def _count_for(case: Case, monthly_cents: int, waiver: Waiver) -> int | None:
    base = case.situation.due_today_cents - waiver.total_cents
    entry = _entry(case, base, _first_payment(case, monthly_cents, waiver))
    return _fitting(case, base - entry, monthly_cents)


def _first_payment(case: Case, monthly_cents: int, waiver: Waiver) -> int:
    base = case.situation.due_today_cents - waiver.total_cents
    return min(monthly_cents, base - case.limits.min_installment_cents)


def _fitting(case: Case, rest_cents: int, monthly_cents: int) -> int | None:
    """The fewest instalments after the down payment that stay within a monthly amount."""
    if rest_cents <= 0:
        return None
    return installments.smallest_count(
        rest_cents, case.rate, monthly_cents, case.most_after_entry, case.practice.method
    )


def _plan(
    case: Case, kind: OfferKind, waiver: Waiver, count: int | None, first_cents: int = 0
) -> Offer | None:
    """A down payment and up to `count` instalments (None: as many as allowed).

    Fewer where they would be too small; no plan where not even one instalment is possible.
    """
    base = case.situation.due_today_cents - waiver.total_cents
    entry = _entry(case, base, first_cents)
    room = (base - entry) // case.limits.min_installment_cents
    most = case.most_after_entry if count is None else min(count, case.most_after_entry)
    for months in range(min(most, room), 0, -1):
        amounts = _amounts(case, base, entry, months)
        if min(amounts) >= case.limits.min_installment_cents:
            offer = scheduled(case, kind, waiver, amounts)
            return replace(offer, reasons=rationale.of_plan(case.situation, offer))
    return None


def _entry(case: Case, base_cents: int, first_cents: int = 0) -> int:
    needed = terms.ceiling_share(base_cents, case.entry_rate)
    least = terms.ceiling_share(base_cents, case.least_entry_rate)
    if case.entry is Entry.LEAST:
        needed = least
    elif case.entry is Entry.LIGHT and case.free_cents:
        needed = max(min(needed, case.free_cents), least)
    return max(needed, case.limits.min_installment_cents, first_cents)


def _amounts(case: Case, base: int, entry: int, months: int) -> list[int]:
    """The down payment, then the instalments; its share holds for the total with interest too."""
    rest = installments.amounts(base - entry, case.rate, months, case.practice.method)
    least = case.entry_rate if case.entry is Entry.CUSTOMARY else case.least_entry_rate
    needed = terms.ceiling_share(entry + sum(rest), least)
    if needed > entry:
        entry = needed
        rest = installments.amounts(base - entry, case.rate, months, case.practice.method)
    return [entry, *rest]


def _dated(case: Case, amounts: Sequence[int]) -> list[Installment]:
    anchor = case.today + timedelta(days=case.practice.entry_days)
    days = installments.due_dates(anchor, len(amounts), case.calendar)
    return [Installment(day, cents) for day, cents in zip(days, amounts, strict=True)]


def scheduled(case: Case, kind: OfferKind, waiver: Waiver, amounts: Sequence[int]) -> Offer:
    """A plan of these payments, the down payment first; its reasons are still to be given."""
    return _offer(case, kind, waiver, _dated(case, amounts), case.rate)


def _offer(
    case: Case,
    kind: OfferKind,
    waiver: Waiver,
    schedule: Sequence[Installment],
    rate: Decimal,
) -> Offer:
    situation, limits = case.situation, case.limits
    total = sum(one.amount_cents for one in schedule)
    base = situation.due_today_cents - waiver.total_cents
    chance = completion.probability_pct(
        situation.rating.risk_class,
        len(schedule),
        max(one.amount_cents for one in schedule),
        case.able_cents,
    )
    taken = completion.acceptance_pct(
        schedule[0].amount_cents,
        max((one.amount_cents for one in schedule[1:]), default=0),
        situation.rating.risk_class,
        case.assumed_cents if case.ready_cents is None else case.ready_cents,
        case.assumed_cents // completion.FREE_SHARE if case.free_cents is None else case.free_cents,
    )
    first, later = (
        completion.present_value_cents(part, case.today, case.practice.waiting_rate)
        for part in (schedule[:1], schedule[1:])
    )
    return Offer(
        kind=kind,
        total_cents=total,
        discount_cents=waiver.total_cents,
        discount_on_charges_cents=waiver.charges_cents,
        discount_on_principal_cents=waiver.principal_cents,
        plan_interest_cents=total - base,
        down_payment_cents=schedule[0].amount_cents if len(schedule) > 1 else 0,
        monthly_rate=rate,
        installments=tuple(schedule),
        expected_recovery_cents=completion.expected_cents(first, later, chance, taken),
        acceptance_pct=taken,
        completion_pct=chance,
        needs_approval_by=approvals.needed_by(situation, limits, waiver, len(schedule)),
        valid_until=min(schedule[0].due_date, case.today + timedelta(days=limits.validity_days)),
        pix_only=case.is_class_d,
        cost=installments.effective_cost(base, schedule, case.today)
        if situation.consumer
        else None,
        reasons=(),
    )


def to_json(offer: Offer, say: Callable[[Phrase], str] = str) -> dict[str, Any]:
    """An offer for programs: ISO dates, rates as text; `say` puts a reason into words."""
    return {
        "kind": offer.kind.value,
        "total_cents": offer.total_cents,
        "discount_cents": offer.discount_cents,
        "discount_on_charges_cents": offer.discount_on_charges_cents,
        "discount_on_principal_cents": offer.discount_on_principal_cents,
        "plan_interest_cents": offer.plan_interest_cents,
        "down_payment_cents": offer.down_payment_cents,
        "monthly_rate": str(offer.monthly_rate),
        "installments": [
            {"due_date": one.due_date.isoformat(), "amount_cents": one.amount_cents}
            for one in offer.installments
        ],
        "expected_recovery_cents": offer.expected_recovery_cents,
        "acceptance_pct": offer.acceptance_pct,
        "completion_pct": offer.completion_pct,
        "needs_approval_by": offer.needs_approval_by and offer.needs_approval_by.value,
        "valid_until": offer.valid_until.isoformat(),
        "pix_only": offer.pix_only,
        "cet_monthly_pct": offer.cost and str(offer.cost.monthly_pct),
        "cet_annual_pct": offer.cost and str(offer.cost.annual_pct),
        "reasons": [say(reason) for reason in offer.reasons],
    }
