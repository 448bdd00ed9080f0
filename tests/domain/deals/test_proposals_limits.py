"""Any debtor under any policy: no offer leaves the limits, and offers are quick to make."""

import time
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from bpo.domain.books.policies import LadderStep
from bpo.domain.deals import proposals, terms, wishes
from bpo.domain.deals.behaviour import Commitment, Running
from bpo.domain.deals.installments import Method
from bpo.domain.deals.proposals import Limits, OfferKind, Practice
from bpo.domain.deals.risk import RiskClass
from bpo.domain.deals.terms import Debt, Situation, Wish
from bpo.kernel.calendar import Calendar
from bpo.kernel.errors import BadInput
from tests.domain.negotiations import CALENDAR, TODAY, month, owing, paid, situation, yearly

fractions = st.decimals("0", "1", places=2)
debts = st.lists(
    st.builds(
        Debt,
        receivable_id=st.integers(1, 99),
        number=st.just("F"),
        principal_cents=st.integers(0, 3_000_000),
        fine_cents=st.integers(0, 60_000),
        interest_cents=st.integers(0, 90_000),
        days_late=st.integers(-30, 900),
    ),
    max_size=5,
)


@st.composite
def ladders(draw):
    ages = sorted(draw(st.frozensets(st.integers(1, 700), max_size=6)))
    return tuple(LadderStep(age, draw(fractions), draw(fractions)) for age in ages)


@st.composite
def any_limits(draw):
    return Limits(
        max_installments=draw(st.integers(1, 72)),
        min_installment_cents=draw(st.integers(1, 500_000)),
        min_entry_rate=draw(fractions),
        monthly_rate=draw(st.decimals("0", "0.08", places=4)),
        validity_days=draw(st.integers(0, 30)),
        ladder=draw(ladders()),
    )


@st.composite
def any_situation(draw, today):
    late = draw(st.lists(st.integers(-5, 120), max_size=14))
    amounts = draw(st.lists(st.integers(1, 900_000), min_size=14, max_size=14))
    records = [paid(n, month(n), days, amounts[n]) for n, days in enumerate(late)]
    broken = [Commitment(today, kept=False)] * draw(st.integers(0, 2))
    running = [Running(draw(st.integers(0, 500_000)))]
    consumer = draw(st.booleans())
    found = situation(records, draw(debts), broken, running, consumer=consumer, today=today)
    return replace(found, over_indebted=consumer and draw(st.booleans()))


def most_waived(case: Situation, limits: Limits) -> tuple[Decimal, Decimal]:
    charges = principal = Decimal(0)
    for debt in case.debts:
        step = limits.step(debt.days_late)
        charges += (debt.fine_cents + debt.interest_cents) * step.charges_rate
        principal += debt.principal_cents * step.principal_rate
    return charges, principal


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_no_offer_ever_leaves_the_limits(data):
    today = data.draw(st.dates(date(2024, 1, 1), date(2030, 12, 31)))
    calendar = data.draw(st.sampled_from([Calendar(), Calendar(kind="none")]))
    limits, case = data.draw(any_limits()), data.draw(any_situation(today))
    monthly = data.draw(st.none() | st.integers(1, 2_000_000))
    practice = Practice(method=data.draw(st.sampled_from(Method)))
    charges, principal = most_waived(case, limits)

    found = proposals.offers(case, limits, calendar, today, monthly, practice)

    assert len(found) >= (3 if case.due_today_cents > 0 else 0)
    assert len({offer.installments for offer in found}) == len(found)
    assert [o.expected_recovery_cents for o in found] == sorted(
        (o.expected_recovery_cents for o in found), reverse=True
    )
    for offer in found:
        amounts = [one.amount_cents for one in offer.installments]
        days = [one.due_date for one in offer.installments]
        assert sum(amounts) == offer.total_cents > 0
        assert (
            offer.total_cents
            == case.due_today_cents - offer.discount_cents + offer.plan_interest_cents
        )
        assert offer.total_cents >= case.due_today_cents - charges - principal
        assert 0 <= offer.discount_on_charges_cents <= charges
        assert 0 <= offer.discount_on_principal_cents <= principal
        assert offer.discount_cents == (
            offer.discount_on_charges_cents + offer.discount_on_principal_cents
        )
        assert all(calendar.is_open(day) for day in days)
        assert today <= days[0]
        assert days == sorted(set(days))
        assert len(amounts) <= limits.most_payments(over_indebted=case.over_indebted)
        assert offer.needs_approval_by is not None or not case.over_indebted
        assert offer.valid_until <= today + timedelta(days=limits.validity_days)
        assert 0 <= offer.expected_recovery_cents <= offer.total_cents
        assert offer.monthly_rate <= limits.monthly_rate
        assert offer.reasons
        if len(amounts) > 1:
            assert min(amounts) >= limits.min_installment_cents
            assert offer.down_payment_cents >= limits.min_entry_rate * offer.total_cents
            assert offer.discount_on_principal_cents == 0
        if case.rating.risk_class is RiskClass.D:
            assert offer.needs_approval_by is not None
            able = monthly or case.behaviour.capacity_cents.value
            assert len(amounts) == 1 or (
                offer.down_payment_cents * 10 >= 3 * offer.total_cents
                or (able and offer.down_payment_cents * 10 >= offer.total_cents)
            )
        if case.consumer:
            assert len(amounts) <= 60
            assert offer.monthly_rate <= Decimal("0.01")


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_a_typed_plan_is_within_the_limits_or_refused_by_name(data):
    limits, case = data.draw(any_limits()), data.draw(any_situation(TODAY))
    wish = Wish(data.draw(st.integers(-5, 3_000_000)), data.draw(st.integers(-1, 80)))
    charges, principal = most_waived(case, limits)

    try:
        offer = wishes.offer(case, limits, CALENDAR, TODAY, wish)
    except BadInput as refused:
        offer, field = None, refused.field
    if offer is None:
        assert field in {"down_cents", "payments"}
        return

    amounts = [one.amount_cents for one in offer.installments]
    assert len(amounts) == wish.payments <= limits.most_payments(over_indebted=case.over_indebted)
    assert sum(amounts) == offer.total_cents >= case.due_today_cents - charges - principal
    assert offer.discount_on_charges_cents <= charges
    assert offer.discount_on_principal_cents <= principal
    if len(amounts) > 1:
        assert amounts[0] == wish.down_cents >= limits.min_entry_rate * offer.total_cents
        assert min(amounts) >= limits.min_installment_cents
        assert offer.discount_on_principal_cents == 0
    needs = case.over_indebted or case.rating.risk_class is RiskClass.D
    assert offer.needs_approval_by is not None or not needs


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_paying_at_once_never_has_less_discount_than_a_plan(data):
    limits, case = data.draw(any_limits()), data.draw(any_situation(TODAY))
    found = proposals.offers(case, limits, CALENDAR, TODAY, data.draw(st.integers(1, 900_000)))

    at_once = max((o.discount_cents for o in found if o.kind is OfferKind.LUMP_SUM), default=0)

    assert all(offer.discount_cents <= at_once for offer in found)


@given(st.integers(0, 10_000_000), fractions)
def test_shares_are_rounded_in_the_creditors_favour(cents, rate):
    assert terms.floor_share(cents, rate) <= cents * rate <= terms.ceiling_share(cents, rate)
    assert terms.ceiling_share(cents, rate) - terms.floor_share(cents, rate) <= 1


def test_thousands_of_offers_a_second():
    cases = [
        situation(
            yearly(*[0] * 12),
            [owing(100_000 + 7_919 * n, 20 + n, 2_000, 30 * n)],
            consumer=n % 2 == 0,
        )
        for n in range(100)
    ]
    limits = Limits(monthly_rate=Decimal("0.01"), max_installments=24)
    started = time.process_time()

    made = sum(len(proposals.offers(case, limits, CALENDAR, TODAY, 30_000)) for case in cases)

    assert made / (time.process_time() - started) > 1_000
