"""Offers: different ways to settle, within the limits, exact to the centavo, with their reasons."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from bpo.domain.books import policies
from bpo.domain.books.policies import ApprovalLimit, LadderStep
from bpo.domain.deals import proposals
from bpo.domain.deals.behaviour import Commitment, Running
from bpo.domain.deals.proposals import Limits, OfferKind, Practice
from bpo.domain.deals.risk import RiskClass
from bpo.domain.deals.terms import Debt
from bpo.kernel.actor import Role
from bpo.kernel.errors import BadInput
from tests.domain.negotiations import (
    CALENDAR,
    TODAY,
    invoice,
    kinds,
    month,
    owing,
    situation,
    templates,
    yearly,
)

BROKEN = tuple(Commitment(date(2026, 9, day), kept=False) for day in (1, 20))
GOOD = yearly(*[0] * 12)
IRREGULAR = yearly(10, 0, 10, 0, 10, 0, 10, 0, 10, 0, 10, 0)
POOR = yearly(*[40] * 12)


def offered(case, limits=None, monthly_cents=None, today=TODAY, **practice):
    return proposals.offers(
        case, limits or Limits(), CALENDAR, today, monthly_cents, Practice(**practice)
    )


def of_kind(kind, found):
    return next(offer for offer in found if offer.kind is kind)


def test_no_debt_no_offer():
    assert offered(situation(GOOD)) == ()
    assert offered(situation(GOOD, [owing(0)])) == ()


def test_davi_who_pays_on_time_is_offered_three_ways_with_reasons_from_his_history():
    case = situation(GOOD, [owing(300_000, fine_cents=6_000, interest_cents=4_500)])

    found = offered(case)

    assert case.rating.risk_class is RiskClass.A
    assert kinds(found) == ["long_plan", "lump_sum", "short_plan"]
    alone = {offer.kind for offer in found if offer.needs_approval_by is None}
    assert alone == {OfferKind.LUMP_SUM, OfferKind.SHORT_PLAN}
    assert all("Paid all of the last {total} invoices on time" in templates(o) for o in found)
    said = [str(reason) for reason in of_kind(OfferKind.LONG_PLAN, found).reasons]
    assert any(line.startswith("Usually pays 120000 a month; the instalment is ") for line in said)


def test_the_ladder_takes_charges_first_and_principal_only_when_paid_at_once():
    case = situation(GOOD, [owing(100_000, 120, fine_cents=2_000, interest_cents=4_000)])

    found = offered(case)

    at_once = of_kind(OfferKind.LUMP_SUM, found)
    assert at_once.discount_on_charges_cents == 6_000
    assert at_once.discount_on_principal_cents == 10_000
    assert at_once.total_cents == 90_000
    short = of_kind(OfferKind.SHORT_PLAN, found)
    assert (short.discount_on_charges_cents, short.discount_on_principal_cents) == (3_000, 0)
    assert of_kind(OfferKind.LONG_PLAN, found).discount_cents == 0


def test_each_title_has_the_discount_of_its_own_age():
    debts = [
        Debt(1, "F-1", 10_000, 200, 100, days_late=10),
        Debt(2, "F-2", 10_000, 200, 200, days_late=200),
        Debt(3, "F-3", 10_000, days_late=0),
    ]

    at_once = of_kind(OfferKind.LUMP_SUM, offered(situation(GOOD, debts)))

    assert at_once.discount_on_charges_cents == 150 + 400
    assert at_once.discount_on_principal_cents == 2_500


def test_davi_who_broke_two_promises_needs_approval_and_a_third_down():
    case = situation(GOOD, [owing(150_000)], promises=BROKEN)

    found = offered(case)

    assert case.rating.risk_class is RiskClass.D
    assert len(found) >= 3
    for offer in found:
        assert offer.needs_approval_by is Role.ADMIN
        assert offer.pix_only
        assert offer.kind is OfferKind.LUMP_SUM or offer.down_payment_cents * 10 >= (
            offer.total_cents * 3
        )
    said = [str(reason) for reason in found[0].reasons]
    assert "Promises broken: 2; plans broken: 0; the latest on 2026-09-20" in said


def test_the_down_payment_of_class_d_can_be_raised():
    case = situation(GOOD, [owing(300_000)], promises=BROKEN)

    short = of_kind(OfferKind.SHORT_PLAN, offered(case, class_d_entry_rate=Decimal("0.5")))

    assert short.down_payment_cents == 150_000


def test_without_history_the_terms_are_neutral():
    case = situation([], [owing(300_000)])

    short = of_kind(OfferKind.SHORT_PLAN, offered(case))

    assert short.down_payment_cents == 75_000
    assert len(short.installments) == 4
    assert "No history with this company yet: neutral terms" in templates(short)


def test_behaviours_get_different_offers():
    debt = [owing(400_000, 60, 8_000, 6_000)]
    plans = [
        tuple(offer.installments for offer in offered(situation(history, debt, promises)))
        for history, promises in ((GOOD, ()), (IRREGULAR, ()), ([], ()), (GOOD, BROKEN))
    ]

    assert len(set(plans)) == 4


def test_the_long_plan_fits_what_davi_usually_pays():
    case = situation(GOOD, [owing(500_000)])

    plan = of_kind(OfferKind.LONG_PLAN, offered(case))

    assert max(one.amount_cents for one in plan.installments[1:]) <= 60_000
    assert plan.down_payment_cents == 50_000
    assert len(plan.installments) == 9


def test_running_instalments_leave_less_for_new_ones():
    free = situation(GOOD, [owing(300_000)])
    bound = situation(GOOD, [owing(300_000)], running=[Running(60_000)])

    long, longer = (of_kind(OfferKind.LONG_PLAN, offered(case)) for case in (free, bound))

    assert len(longer.installments) > len(long.installments)
    assert any("of the rest" in template for template in templates(longer))


def test_a_debtor_with_nothing_left_a_month_is_sent_to_a_conversation():
    case = situation(GOOD, [owing(300_000)], running=[Running(120_000)])

    plan = of_kind(OfferKind.LONG_PLAN, offered(case))

    assert len(plan.installments) == Limits().max_installments
    assert any("better agreed in a conversation" in template for template in templates(plan))


def test_how_much_can_you_pay_a_month_is_answered_with_that_much():
    case = situation(GOOD, [owing(300_000)])

    plan = of_kind(OfferKind.CHOSEN_PLAN, offered(case, monthly_cents=35_000))

    assert max(one.amount_cents for one in plan.installments) <= 35_000
    assert len(plan.installments) == 9
    assert templates(plan)[0].startswith("Paying up to {monthly_cents} a month")


def test_too_little_a_month_is_answered_with_the_nearest_that_is_allowed():
    case = situation(GOOD, [owing(300_000)])

    plan = of_kind(OfferKind.CHOSEN_PLAN, offered(case, monthly_cents=10_000))

    assert len(plan.installments) == 12
    assert "would take more than the {most} payments" in templates(plan)[0]


def test_below_the_smallest_instalment_the_answer_names_it():
    case = situation(GOOD, [owing(30_000)])

    plan = of_kind(OfferKind.CHOSEN_PLAN, offered(case, monthly_cents=1_000))

    assert plan.reasons[0].params["smallest_cents"] == 5_000
    assert min(one.amount_cents for one in plan.installments) >= 5_000


def test_a_short_plan_chosen_by_the_debtor_keeps_its_discount():
    case = situation(GOOD, [owing(300_000, 60, 6_000, 6_000)])

    quick = of_kind(OfferKind.CHOSEN_PLAN, offered(case, monthly_cents=120_000))
    slow = of_kind(OfferKind.CHOSEN_PLAN, offered(case, monthly_cents=40_000))

    assert quick.discount_on_charges_cents == 6_000
    assert slow.discount_cents == 0


def test_enough_a_month_for_everything_points_to_paying_at_once():
    found = offered(situation(GOOD, [owing(30_000)]), monthly_cents=50_000)

    at_once = [offer for offer in found if offer.kind is OfferKind.LUMP_SUM]
    assert any("single payment" in templates(offer)[0] for offer in at_once)
    assert OfferKind.CHOSEN_PLAN not in kinds(found)


def test_nothing_a_month_is_refused():
    with pytest.raises(BadInput, match="above zero"):
        offered(situation(GOOD, [owing(30_000)]), monthly_cents=0)


def test_a_tiny_debt_is_offered_on_three_days_and_says_why():
    found = offered(situation(GOOD, [owing(4_000, 45, 80, 60)]))

    assert kinds(found) == ["lump_sum"] * 3
    days = sorted(offer.installments[0].due_date for offer in found)
    assert days == [TODAY, date(2026, 11, 26), date(2026, 11, 30)]
    assert sum("leaves no room" in templates(offer)[0] for offer in found) == 2


def test_a_policy_of_few_payments_says_so():
    found = offered(situation(GOOD, [owing(900_000)]), Limits(max_installments=1))

    assert kinds(found) == ["lump_sum"] * 3
    assert sum("Payments accepted by the policy" in templates(offer)[0] for offer in found) == 2


def test_the_month_end_is_worth_less_discount_than_today():
    found = offered(situation(GOOD, [owing(4_000, 45, 80, 60)]))
    today, *_, later = sorted(found, key=lambda offer: offer.installments[0].due_date)

    assert (today.discount_cents, later.discount_cents) == (140, 70)


@pytest.mark.parametrize(
    ("days_late", "approver"), [(100, None), (200, Role.ADMIN), (400, Role.CLIENT_MANAGER)]
)
def test_deeper_discounts_need_a_higher_role(days_late, approver):
    case = situation(GOOD, [owing(100_000, days_late)])

    assert of_kind(OfferKind.LUMP_SUM, offered(case)).needs_approval_by is approver


def test_a_plan_longer_than_an_analyst_may_grant_goes_to_the_admin():
    case = situation(GOOD, [owing(500_000)])

    assert of_kind(OfferKind.LONG_PLAN, offered(case)).needs_approval_by is Role.ADMIN
    assert of_kind(OfferKind.SHORT_PLAN, offered(case)).needs_approval_by is None


def test_a_consumer_is_shown_the_cost_of_the_credit_and_pays_at_most_one_percent():
    limits = Limits(monthly_rate=Decimal("0.03"))
    case = situation(GOOD, [owing(500_000)], consumer=True)

    plan = of_kind(OfferKind.LONG_PLAN, offered(case, limits))

    assert plan.monthly_rate == Decimal("0.01")
    assert plan.plan_interest_cents > 0
    assert Decimal("0.8") < plan.cost.monthly_pct < Decimal("1.1")
    assert any("Total effective cost" in template for template in templates(plan))


def test_a_company_pays_the_agreed_interest_and_is_told_how_much():
    limits = Limits(monthly_rate=Decimal("0.02"))

    plan = of_kind(OfferKind.LONG_PLAN, offered(situation(GOOD, [owing(500_000)]), limits))

    assert plan.total_cents == 500_000 + plan.plan_interest_cents
    stated = next(r for r in plan.reasons if r.template.startswith("Interest of"))
    assert stated.params == {"rate_pct": 2, "interest_cents": plan.plan_interest_cents}


def test_what_davi_can_afford_ranks_first():
    small = offered(situation(GOOD, [owing(50_000)]))
    large = offered(situation(GOOD, [owing(900_000)]))

    assert len(small[0].installments) < len(large[0].installments)
    assert large[0].kind is OfferKind.LONG_PLAN


def test_an_offer_nobody_can_bear_is_worth_nothing_however_large():
    found = offered(situation(GOOD, [owing(3_000_000)]))
    at_once, plan = (of_kind(kind, found) for kind in (OfferKind.LUMP_SUM, OfferKind.LONG_PLAN))

    assert at_once.acceptance_pct < plan.acceptance_pct
    assert at_once.expected_recovery_cents < plan.expected_recovery_cents


def test_the_debtors_own_word_weighs_more_than_the_history():
    case = situation(GOOD, [owing(300_000)])

    silent = of_kind(OfferKind.LONG_PLAN, offered(case))
    tight = of_kind(OfferKind.LONG_PLAN, offered(case, monthly_cents=5_000))

    assert tight.acceptance_pct < silent.acceptance_pct


def test_who_declared_over_indebtedness_may_have_five_years_with_a_persons_approval():
    case = replace(situation(GOOD, [owing(3_000_000)], consumer=True), over_indebted=True)

    found = offered(case, monthly_cents=50_000)

    assert len(of_kind(OfferKind.CHOSEN_PLAN, found).installments) == 55
    assert all(offer.needs_approval_by is not None for offer in found)
    assert max(len(one.installments) for one in offered(replace(case, over_indebted=False))) == 12


def test_what_each_role_may_grant_changes_with_the_age_of_the_debt():
    approvals = (
        ApprovalLimit(Role.ANALYST, Decimal(1), Decimal(0), 12),
        ApprovalLimit(Role.ANALYST, Decimal(1), Decimal("0.10"), 12, from_day=91),
        ApprovalLimit(Role.ADMIN, Decimal(1), Decimal("0.10"), 12),
        ApprovalLimit(Role.CLIENT_MANAGER, Decimal(1), Decimal(1), 60),
    )
    ladder = (LadderStep(1, Decimal(1), Decimal("0.05")),)
    limits = Limits(approvals=approvals, ladder=ladder)

    needed = [
        of_kind(
            OfferKind.LUMP_SUM, offered(situation(GOOD, [owing(90_000, days)]), limits)
        ).needs_approval_by
        for days in (30, 89)
    ]
    old = of_kind(OfferKind.LUMP_SUM, offered(situation([], [owing(90_000, 91)]), limits))

    assert needed == [Role.ADMIN, Role.ADMIN]
    assert old.needs_approval_by is None


def test_waiving_everything_is_not_an_offer():
    charges_alone = situation(GOOD, [owing(0, 60, 2_000, 1_000)])

    assert all(offer.total_cents > 0 for offer in offered(charges_alone))


def test_an_offer_as_json_has_the_agreed_keys_and_adds_up():
    found = offered(situation(GOOD, [owing(300_000)]))

    for offer in map(proposals.to_json, found):
        assert {
            "kind", "total_cents", "discount_cents", "down_payment_cents", "monthly_rate",
            "installments", "expected_recovery_cents", "needs_approval_by", "reasons",
        } <= set(offer)  # fmt: skip
        assert sum(one["amount_cents"] for one in offer["installments"]) == offer["total_cents"]
        assert offer["down_payment_cents"] in (0, offer["installments"][0]["amount_cents"])
        assert all(isinstance(reason, str) for reason in offer["reasons"])


def test_every_sentence_is_said_in_portuguese():
    folder = Path(policies.__file__).parents[1]
    catalog = folder.parent / "translations" / "pt_BR" / "negotiation.po"
    with catalog.open("rb") as file:
        known = {str(message.id): str(message.string) for message in read_po(file) if message.id}
    cases = [
        (situation(history, [debt], promises, running, consumer), limits, monthly)
        for history in (GOOD, IRREGULAR, POOR, [invoice(1, month(2))], yearly(0), [])
        for debt in (owing(400_000, 200, 9_000, 9_000), owing(3_000), owing(90_000, 20, 100))
        for promises in ((), BROKEN[:1], (Commitment(TODAY, kept=True),))
        for running in ((), [Running(60_000)], [Running(900_000)])
        for consumer in (True, False)
        for limits in (Limits(), Limits(max_installments=2), Limits(monthly_rate=Decimal("0.02")))
        for monthly in (None, 100, 20_000, 5_000_000)
    ]

    said = {
        reason
        for case, limits, monthly in cases
        for offer in offered(case, limits, monthly)
        for reason in (*offer.reasons, *case.rating.reasons)
    }

    assert {reason.template for reason in said} - set(known) == set()
    for reason in said:
        known[reason.template].format(**reason.params)
