"""Davi pays late, early or in parts: what he owes on each day, to the centavo."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpo.domain.books import charges
from bpo.domain.books.charges import InterestBase
from bpo.domain.books.policies import CollectionPolicy, EarlyDiscount
from bpo.domain.books.receivables import Entry, EntryKind, Receivable

POLICY = CollectionPolicy(fine_rate=Decimal("0.02"), monthly_rate=Decimal("0.01"))
FRIDAY = date(2026, 11, 6)
SATURDAY = date(2026, 11, 7)
MONDAY = date(2026, 11, 9)
TUESDAY = date(2026, 11, 10)


def paid(on: date, principal: int, **others: int) -> Entry:
    return Entry(on, EntryKind.PAYMENT, principal, **others)


def title(
    amount: int = 100_000, due: date = FRIDAY, effective: date | None = None, *entries: Entry
):
    return Receivable(amount, due, effective or due, entries)


def test_nothing_is_added_while_paying_is_in_time() -> None:
    due = charges.amount_due(title(100_000, SATURDAY, MONDAY), POLICY, MONDAY)
    assert (due.total_cents, due.fine_cents, due.interest_cents, due.days_late) == (
        100_000,
        0,
        0,
        0,
    )


def test_a_missed_weekend_due_date_counts_from_the_original_day() -> None:
    due = charges.amount_due(title(100_000, SATURDAY, MONDAY), POLICY, TUESDAY)
    assert due.days_late == 3
    assert (due.fine_cents, due.interest_cents) == (2_000, 100)
    assert due.total_cents == 102_100


def test_the_extended_base_counts_from_the_effective_day() -> None:
    extended = CollectionPolicy(interest_base=InterestBase.EXTENDED)
    due = charges.amount_due(title(100_000, SATURDAY, MONDAY), extended, TUESDAY)
    assert (due.days_late, due.interest_cents) == (3, 33)


def test_the_payment_day_is_included_and_each_component_is_rounded_half_up() -> None:
    due = charges.amount_due(title(12_345), POLICY, FRIDAY + timedelta(days=31))
    # 12345 x 2% = 246.9 and 12345 x 1% / 30 x 31 = 127.565
    assert (due.fine_cents, due.interest_cents) == (247, 128)


def test_a_tie_is_rounded_up() -> None:
    half = CollectionPolicy(fine_rate=Decimal("0.05"), monthly_rate=Decimal(0))
    assert charges.amount_due(title(110), half, SATURDAY).fine_cents == 6


def test_a_partial_payment_after_the_due_date_splits_the_interest() -> None:
    first, last = FRIDAY + timedelta(days=10), FRIDAY + timedelta(days=30)
    receivable = title(100_000, FRIDAY, FRIDAY, paid(first, 40_000))
    due = charges.amount_due(receivable, POLICY, last)
    spans = charges.segments(receivable, POLICY, last)
    assert [(s.principal_cents, s.days, s.interest_cents) for s in spans] == [
        (100_000, 10, 333),
        (60_000, 20, 400),
    ]
    assert (due.principal_cents, due.fine_cents, due.interest_cents) == (60_000, 2_000, 733)


def test_a_partial_payment_in_time_is_never_charged() -> None:
    receivable = title(100_000, SATURDAY, MONDAY, paid(MONDAY, 40_000))
    due = charges.amount_due(receivable, POLICY, TUESDAY)
    assert (due.principal_cents, due.fine_cents, due.interest_cents) == (60_000, 1_200, 60)


def test_the_fine_is_charged_once_whatever_is_paid_later() -> None:
    entries = [paid(FRIDAY + timedelta(days=n), 10_000, fine_cents=0) for n in (1, 5, 9)]
    receivable = title(100_000, FRIDAY, FRIDAY, *entries)
    assert charges.amount_due(receivable, POLICY, FRIDAY + timedelta(days=60)).fine_cents == 2_000


def test_charges_already_paid_are_not_asked_again() -> None:
    tenth = FRIDAY + timedelta(days=10)
    receivable = title(
        100_000, FRIDAY, FRIDAY, paid(tenth, 47_667, fine_cents=2_000, interest_cents=333)
    )
    due = charges.amount_due(receivable, POLICY, tenth)
    assert (due.principal_cents, due.fine_cents, due.interest_cents) == (52_333, 0, 0)


def test_interest_is_not_lost_when_the_principal_is_paid() -> None:
    tenth = FRIDAY + timedelta(days=10)
    receivable = title(100_000, FRIDAY, FRIDAY, paid(tenth, 100_000))
    assert charges.amount_due(receivable, POLICY, FRIDAY + timedelta(days=90)).total_cents == 2_333


def test_a_bank_that_charged_more_is_owed_nothing_back() -> None:
    receivable = title(100_000, FRIDAY, FRIDAY, paid(SATURDAY, 50_000, interest_cents=9_000))
    due = charges.amount_due(receivable, POLICY, SATURDAY)
    assert (due.interest_cents, due.fine_cents, due.total_cents) == (0, 2_000, 52_000)


def test_a_rebate_is_never_charged_even_when_it_comes_late() -> None:
    rebate = Entry(FRIDAY + timedelta(days=5), EntryKind.REBATE, 20_000)
    due = charges.amount_due(
        title(100_000, FRIDAY, FRIDAY, rebate), POLICY, FRIDAY + timedelta(days=30)
    )
    assert (due.principal_cents, due.fine_cents, due.interest_cents) == (80_000, 1_600, 800)


def test_what_happens_later_is_not_known_yet() -> None:
    receivable = title(100_000, FRIDAY, FRIDAY, paid(FRIDAY + timedelta(days=9), 100_000))
    assert charges.amount_due(receivable, POLICY, SATURDAY).principal_cents == 100_000


def test_days_of_grace_forgive_all_or_nothing() -> None:
    kind = CollectionPolicy(grace_days=3)
    within = charges.amount_due(title(), kind, FRIDAY + timedelta(days=3))
    after = charges.amount_due(title(), kind, FRIDAY + timedelta(days=4))
    assert (within.total_cents, within.days_late) == (100_000, 3)
    assert (after.fine_cents, after.interest_cents) == (2_000, 133)


def test_rates_left_at_zero_charge_nothing() -> None:
    free = CollectionPolicy(fine_rate=Decimal(0), monthly_rate=Decimal(0))
    due = charges.amount_due(title(), free, FRIDAY + timedelta(days=400))
    assert (due.total_cents, due.days_late) == (100_000, 400)


DISCOUNTED = CollectionPolicy(
    discounts=(
        EarlyDiscount(10, rate=Decimal("0.05")),
        EarlyDiscount(5, rate=Decimal("0.02")),
        EarlyDiscount(0, cents=500),
    )
)


@pytest.mark.parametrize(
    ("days_before", "discount"),
    [(11, 5_000), (10, 5_000), (9, 2_000), (5, 2_000), (4, 500), (0, 500)],
)
def test_the_best_discount_still_open_is_given(days_before: int, discount: int) -> None:
    due = charges.amount_due(title(), DISCOUNTED, FRIDAY - timedelta(days=days_before))
    assert (due.discount_cents, due.total_cents) == (discount, 100_000 - discount)


def test_a_discount_until_the_due_date_holds_on_the_next_business_day_but_not_after() -> None:
    receivable = title(100_000, SATURDAY, MONDAY)
    assert charges.amount_due(receivable, DISCOUNTED, MONDAY).discount_cents == 500
    assert charges.amount_due(receivable, DISCOUNTED, TUESDAY).discount_cents == 0


def test_extended_terms_move_every_discount_date() -> None:
    early = EarlyDiscount(2, rate=Decimal("0.02"))
    receivable, fifth = title(100_000, SATURDAY, MONDAY), SATURDAY - timedelta(days=2)
    original = CollectionPolicy(discounts=(early,))
    extended = CollectionPolicy(discounts=(early,), interest_base=InterestBase.EXTENDED)
    assert charges.discount_until(receivable, original, early) == fifth
    assert charges.discount_until(receivable, extended, early) == SATURDAY


def test_a_discount_is_of_what_is_still_open() -> None:
    receivable = title(100_000, FRIDAY, FRIDAY, paid(FRIDAY - timedelta(days=20), 60_000))
    due = charges.amount_due(receivable, DISCOUNTED, FRIDAY - timedelta(days=12))
    assert (due.principal_cents, due.discount_cents) == (40_000, 2_000)


def test_the_amount_is_explained_line_by_line() -> None:
    receivable = title(
        100_000, SATURDAY, MONDAY, paid(TUESDAY, 40_000, fine_cents=2_000, interest_cents=100)
    )
    due = charges.amount_due(receivable, POLICY, SATURDAY + timedelta(days=30))
    assert [step.template.partition(" ")[0] for step in due.steps] == [
        "Original",
        "Paid",
        "Late",
        "Interest",
        "Interest",
        "Total",
    ]
    assert due.steps[-1].params["total_cents"] == due.total_cents == 60_540


def test_the_closed_day_is_explained_while_it_still_helps() -> None:
    steps = charges.amount_due(title(100_000, SATURDAY, MONDAY), POLICY, MONDAY).steps
    assert steps[1].params == {"effective_due_date": MONDAY}


def _signed(step: str, name: str) -> int:
    negative = ("Paid", "Rebate", "Discount", "Written", "Withdrawn", "Early", "Payment")
    if name == "principal_cents":
        return 0
    return -1 if step.startswith(negative) else 1


cents = st.integers(1, 50_000_000)
rates = st.decimals(0, Decimal("0.2"), places=6)
policies = st.builds(
    CollectionPolicy,
    fine_rate=rates,
    monthly_rate=rates,
    interest_base=st.sampled_from(InterestBase),
    grace_days=st.integers(0, 5),
    discounts=st.sampled_from([(), DISCOUNTED.discounts]),
)


@st.composite
def receivables(draw: st.DrawFn) -> Receivable:
    amount = draw(cents)
    due = FRIDAY + timedelta(days=draw(st.integers(0, 6)))
    effective = due + timedelta(days=draw(st.integers(0, 4)))
    entries, left = [], amount
    for _ in range(draw(st.integers(0, 4))):
        principal = draw(st.integers(0, left))
        left -= principal
        on = due + timedelta(days=draw(st.integers(-30, 120)))
        kind = draw(st.sampled_from([EntryKind.PAYMENT, EntryKind.REBATE, EntryKind.WRITE_OFF]))
        extra = draw(st.integers(0, 500)) if kind == EntryKind.PAYMENT and on > effective else 0
        entries.append(Entry(on, kind, principal, fine_cents=extra))
    return Receivable(amount, due, effective, tuple(entries))


days = st.integers(-30, 400).map(lambda n: FRIDAY + timedelta(days=n))


@given(receivables(), policies, days)
def test_the_lines_of_the_explanation_always_add_up(
    receivable: Receivable, policy: CollectionPolicy, day: date
) -> None:
    due = charges.amount_due(receivable, policy, day)
    *lines, total = due.steps
    added = sum(
        value * _signed(line.template, name)
        for line in lines
        for name, value in line.params.items()
        if name.endswith("_cents")
    )
    assert added == total.params["total_cents"] == due.total_cents


@given(receivables(), policies, days)
def test_owing_is_never_negative_and_never_less_than_the_principal_when_late(
    receivable: Receivable, policy: CollectionPolicy, day: date
) -> None:
    due = charges.amount_due(receivable, policy, day)
    assert min(due.principal_cents, due.fine_cents, due.interest_cents, due.discount_cents) >= 0
    if due.days_late:
        assert due.discount_cents == 0
    else:
        assert due.fine_cents == due.interest_cents == 0


@given(cents, policies, st.integers(0, 900))
def test_the_short_way_is_the_formula(amount: int, policy: CollectionPolicy, late: int) -> None:
    day = FRIDAY + timedelta(days=late)
    due = charges.amount_due(title(amount), policy, day)
    charged = late > policy.grace_days
    fine = amount * policy.fine_rate if charged else Decimal(0)
    interest = amount * policy.monthly_rate * late / 30 if charged else Decimal(0)
    assert due.fine_cents == fine.quantize(Decimal(1), ROUND_HALF_UP)
    assert due.interest_cents == interest.quantize(Decimal(1), ROUND_HALF_UP)


@given(cents, policies, days)
def test_an_entry_of_nothing_changes_nothing(
    amount: int, policy: CollectionPolicy, day: date
) -> None:
    short = charges.amount_due(title(amount), policy, day)
    long = charges.amount_due(title(amount, FRIDAY, FRIDAY, paid(FRIDAY, 0)), policy, day)
    assert short[:5] == long[:5]


@given(receivables(), policies, days)
def test_waiting_a_day_never_makes_it_cheaper(
    receivable: Receivable, policy: CollectionPolicy, day: date
) -> None:
    settled = [entry.on for entry in receivable.entries]
    if day + timedelta(days=1) in settled:
        return
    today = charges.amount_due(receivable, policy, day).total_cents
    assert charges.amount_due(receivable, policy, day + timedelta(days=1)).total_cents >= today
