"""What the history of a debtor with one creditor says on a day, and the class that follows."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpo.domain.deals import behaviour, risk
from bpo.domain.deals.behaviour import Commitment, Fact, History, Move, Running
from bpo.domain.deals.risk import RiskClass
from tests.domain.negotiations import TODAY, invoice, month, paid, yearly


def observe(*records, promises=(), plans=(), running=(), today=TODAY):
    return behaviour.observe(History(records, promises, plans, running), today)


def test_a_debtor_without_history_has_no_rate_no_capacity_and_a_neutral_class():
    facts = observe()

    assert facts.on_time_pct.value is None
    assert facts.mean_delay_days.value is None
    assert facts.capacity_cents.value is None
    assert facts.invoice_count.value == 0
    assert risk.classify(facts).risk_class is RiskClass.NEW


def test_davi_pays_on_the_business_day_after_a_saturday_and_is_on_time():
    saturday = date(2026, 10, 10)
    tuesday_after_the_holiday = date(2026, 10, 13)
    record = invoice(1, saturday, 5_000, Move(tuesday_after_the_holiday, 5_000, 5_000))

    facts = observe(record)

    assert facts.on_time_pct.value == 100.0
    assert facts.mean_delay_days.value == 0.0


def test_a_rate_counts_invoices_not_money_and_cites_them():
    small = [paid(n, month(n), 0, 1_000) for n in (1, 2, 3)]
    large = paid(4, month(4), 20, 900_000)

    facts = observe(*small, large)

    assert facts.recent_count.value == 4
    assert facts.recent_on_time_count.value == 3
    assert facts.recent_on_time_count.receivable_ids == (3, 2, 1)
    assert facts.on_time_pct.value > 70
    assert set(facts.on_time_pct.receivable_ids) == {1, 2, 3, 4}


def test_recent_outcomes_weigh_more_than_old_ones():
    improving = observe(*yearly(20, 20, 20, 0, 0, 0))
    worsening = observe(*yearly(0, 0, 0, 20, 20, 20))

    assert improving.on_time_pct.value > 50 > worsening.on_time_pct.value
    assert improving.mean_delay_days.value < 10 < worsening.mean_delay_days.value


def test_an_outcome_one_half_life_ago_weighs_half():
    old = TODAY - timedelta(days=behaviour.HALF_LIFE_DAYS)
    late = replace(invoice(1, TODAY), moves=(), effective_due=old, due_date=old, issue_date=old)
    on_time = replace(
        invoice(2, TODAY, 100, Move(TODAY, 100, 100)), effective_due=TODAY, due_date=TODAY
    )

    assert observe(late, on_time).on_time_pct.value == pytest.approx(200 / 3, abs=0.001)


def test_an_open_overdue_invoice_is_already_late_and_one_not_yet_due_says_nothing():
    overdue = invoice(1, date(2026, 11, 3))
    not_due = invoice(2, date(2026, 12, 3))

    facts = observe(overdue, not_due)

    assert facts.decided_count.value == 1
    assert facts.on_time_pct.value == 0.0
    assert facts.mean_delay_days.value == 20.0
    assert facts.exposure_cents.value == 240_000
    assert facts.oldest_overdue_days.value == 20
    assert facts.oldest_overdue_days.receivable_ids == (1,)


def test_an_invoice_due_on_saturday_is_not_overdue_on_monday():
    facts = observe(invoice(1, date(2026, 11, 21)))

    assert facts.oldest_overdue_days.value == 0
    assert facts.decided_count.value == 0
    assert observe(invoice(1, date(2026, 11, 20))).oldest_overdue_days.value == 0
    assert observe(invoice(1, date(2026, 11, 19))).oldest_overdue_days.value == 4


def test_partial_payments_share_the_delay_by_principal():
    due = date(2026, 9, 1)
    half_late = invoice(
        1, due, 1_000, Move(due, 500, 500), Move(due + timedelta(days=30), 500, 520)
    )

    facts = observe(half_late)

    assert facts.on_time_pct.value == 0.0
    assert facts.mean_delay_days.value == 15.0


def test_paying_one_early_does_not_make_up_for_paying_another_late():
    facts = observe(paid(1, month(1), -20), paid(2, month(1), 10))

    assert facts.mean_delay_days.value == 5.0


def test_a_reversed_payment_leaves_the_invoice_open():
    due = date(2026, 10, 1)
    bounced = invoice(
        1, due, 1_000, Move(due, 1_000, 1_000), Move(due + timedelta(days=2), -1_000, -1_000)
    )

    facts = observe(bounced)

    assert facts.on_time_pct.value == 0.0
    assert facts.exposure_cents.value == 1_000
    assert facts.usual_monthly_cents.value is None


def test_a_withdrawn_title_says_nothing_and_a_written_off_one_says_late():
    due = date(2026, 8, 3)
    later = date(2026, 10, 2)
    withdrawn = invoice(1, due, 1_000, Move(later, 1_000, withdrawn=True))
    written_off = invoice(2, due, 1_000, Move(later, 1_000))

    facts = observe(withdrawn, written_off)

    assert facts.on_time_pct.receivable_ids == (2,)
    assert facts.mean_delay_days.value == 60.0
    assert facts.exposure_cents.value == 0


def test_capacity_is_the_median_of_the_months_with_payment_less_running_instalments():
    records = [paid(n, month(n), 0, cents) for n, cents in ((1, 900), (3, 1_000), (5, 5_000))]

    facts = observe(*records, running=(Running(300, (9,)),))

    assert facts.usual_monthly_cents.value == 1_000
    assert facts.capacity_cents.value == 700
    assert facts.running_monthly_cents.receivable_ids == (9,)
    assert len(facts.monthly_paid_cents.value) == 12
    assert facts.monthly_paid_cents.value[-1] == 900
    assert facts.capacity_cents.receivable_ids == (1, 3, 5)


def test_a_month_still_running_counts_only_when_it_is_the_only_one():
    this_month = paid(1, date(2026, 11, 10), 0, 800)

    assert observe(this_month).usual_monthly_cents.value == 800
    assert observe(this_month, paid(2, month(1), 0, 300)).usual_monthly_cents.value == 300


def test_capacity_never_falls_below_nothing():
    facts = observe(paid(1, month(1), 0, 500), running=(Running(900),))

    assert facts.capacity_cents.value == 0


def test_facts_dated_after_the_day_are_not_looked_at():
    records = yearly(0, 0, 0, 0, 0, 0)
    broken = Commitment(TODAY, kept=False)
    then = date(2026, 8, 1)

    seen_then = observe(*records, promises=(broken,), today=then)

    assert seen_then.invoice_count.value == 4  # May to July decided, August issued
    assert seen_then.decided_count.value == 3
    assert seen_then.promises_broken.value == 0


def test_old_breaks_are_forgotten():
    old = Commitment(TODAY - timedelta(days=behaviour.MEMORY_DAYS + 1), kept=False)
    recent = Commitment(TODAY - timedelta(days=10), kept=False, receivable_ids=(7,))

    facts = observe(promises=(old, recent), plans=(Commitment(TODAY, kept=True),))

    assert facts.promises_broken.value == 1
    assert facts.plans_kept.value == 1
    assert facts.last_break.value == recent.decided_on
    assert facts.last_break.receivable_ids == (7,)


def test_the_facts_as_json_name_each_receivable():
    facts = behaviour.to_json(observe(*yearly(0, 4)), named=lambda one: f"F-{one}")

    assert facts["recent_on_time_count"] == {"value": 1, "receivables": ["F-0"]}
    assert facts["first_purchase"]["value"] == "2026-08-11"
    assert facts["monthly_paid_cents"]["value"][-2:] == [120_000, 120_000]
    assert set(facts) == set(behaviour.Behaviour.__dataclass_fields__)


@pytest.mark.parametrize(
    ("late", "expected"),
    [
        ((0,) * 12, RiskClass.A),
        ((0, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0), RiskClass.A),
        ((0, 0, 0, 0, 0, 60, 0, 0, 0, 0, 0, 0), RiskClass.B),
        ((0, 0, 10, 0, 0, 10, 0, 0, 10, 0, 0, 0), RiskClass.B),
        ((10, 0, 10, 0, 10, 0, 10, 0, 10, 0, 10, 0), RiskClass.C),
        ((10, 20, 10, 20, 10, 0, 10, 30, 10, 10, 10, 0), RiskClass.D),
        ((0, 0), RiskClass.NEW),
        ((60,), RiskClass.NEW),
    ],
)
def test_the_class_follows_punctuality_and_delay(late, expected):
    assert risk.classify(observe(*yearly(*late))).risk_class is expected


@pytest.mark.parametrize(
    ("on_time_pct", "mean_delay_days", "expected"),
    [
        (90.0, 3.0, "A"),
        (90.0, 3.1, "B"),
        (89.9, 0.0, "B"),
        (70.0, 0.0, "B"),
        (69.9, 0.0, "C"),
        (40.0, 0.0, "C"),
        (39.9, 0.0, "D"),
    ],
)
def test_the_borders_between_classes(on_time_pct, mean_delay_days, expected):
    facts = replace(
        observe(*yearly(0, 0, 0)),
        on_time_pct=Fact("on_time_pct", on_time_pct),
        mean_delay_days=Fact("mean_delay_days", mean_delay_days),
    )

    assert risk.classify(facts).risk_class == expected


def test_one_broken_promise_makes_a_good_payer_c_and_two_make_d():
    good = yearly(*[0] * 12)
    first = Commitment(date(2026, 9, 1), kept=False)
    second = Commitment(date(2026, 10, 1), kept=False)

    assert risk.classify(observe(*good, promises=(first,))).risk_class is RiskClass.C
    assert risk.classify(observe(*good, promises=(first,), plans=(second,))).risk_class == "D"


def test_more_than_ninety_days_overdue_is_d_whatever_the_history():
    good = yearly(*[0] * 12)
    at_ninety = invoice(50, TODAY - timedelta(days=90))
    beyond = invoice(51, TODAY - timedelta(days=91))

    assert risk.classify(observe(*good, at_ninety)).risk_class is not RiskClass.D
    assert risk.classify(observe(*good, beyond)).risk_class is RiskClass.D


def test_the_class_says_why():
    facts = observe(*yearly(*[0] * 11, 8), promises=(Commitment(date(2026, 11, 3), kept=False),))

    said = [str(reason) for reason in risk.classify(facts).reasons]

    assert "Paid 11 of the last 12 invoices on time" in said
    assert "Promises broken: 1; plans broken: 0; the latest on 2026-11-03" in said


@given(
    st.lists(st.tuples(st.integers(0, 900), st.integers(-30, 400), st.booleans()), max_size=25),
    st.integers(0, 3),
)
def test_facts_stay_within_their_ranges(history, broken):
    records = []
    for number, (ago, late, settled) in enumerate(history):
        due = TODAY - timedelta(days=ago)
        records.append(paid(number, due, late) if settled else invoice(number, due))
    promises = tuple(Commitment(TODAY, kept=False) for _ in range(broken))

    facts = observe(*records, promises=promises)

    assert facts.on_time_pct.value is None or 0 <= facts.on_time_pct.value <= 100
    assert facts.mean_delay_days.value is None or facts.mean_delay_days.value >= 0
    assert facts.recent_on_time_count.value <= facts.recent_count.value <= behaviour.RECENT
    assert 0 <= facts.exposure_cents.value <= 120_000 * len(records)
    assert risk.classify(facts).reasons
    assert broken < 2 or risk.classify(facts).risk_class is RiskClass.D
