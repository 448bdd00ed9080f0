"""Every amount due is a table whose sums come to it, to the centavo."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from bpo.domain.books import breakdown, charges
from bpo.domain.books.breakdown import Kind
from bpo.domain.books.indices import Correction, Index
from bpo.domain.books.legal_rates import LegalRates
from bpo.domain.books.policies import CollectionPolicy, EarlyDiscount
from bpo.domain.books.receivables import Entry, EntryKind, Receivable

DUE = date(2026, 10, 14)
RATES = LegalRates({date(2026, 10, 1): Decimal("0.008"), date(2026, 11, 1): Decimal("0.009")})
IPCA = Correction(
    Index.IPCA,
    {
        date(2026, 10, 1): Decimal("0.0056"),
        date(2026, 11, 1): Decimal("-0.0010"),
        date(2026, 12, 1): Decimal("0.0130"),
    },
)
AGREED = CollectionPolicy(discounts=(EarlyDiscount(5, Decimal("0.03")),))
LEGAL = CollectionPolicy(legal_interest=True, legal_rates=RATES)
CORRECTED = CollectionPolicy(correction_index=Index.IPCA, correction=IPCA)


def title(*entries: Entry, cents: int = 1_000_00) -> Receivable:
    return Receivable(cents, DUE, DUE, entries)


def told(due):
    return [(row.kind.value, row.days, row.cents, row.total_cents) for row in breakdown.rows(due)]


def test_a_title_paid_in_part_is_counted_in_two_segments() -> None:
    part = Entry(date(2026, 11, 3), EntryKind.PAYMENT, 473_34, 20_00, 6_66)
    due = charges.amount_due(title(part), AGREED, date(2026, 11, 23))
    assert told(due) == [
        ("amount", 0, 1_000_00, 1_000_00),
        ("fine", 0, 20_00, 1_020_00),
        ("interest", 20, 6_67, 1_026_67),
        ("movement", 0, -500_00, 526_67),
        ("interest", 20, 3_51, 530_18),
    ]
    assert due.total_cents == 530_18
    last = breakdown.rows(due)[-1]
    assert (last.base_cents, last.rate) == (526_66, Decimal("0.01"))
    assert (last.since, last.until) == (date(2026, 11, 3), date(2026, 11, 23))


def test_legal_interest_shows_its_months_and_which_rate_is_supposed() -> None:
    due = charges.amount_due(title(), LEGAL, date(2026, 12, 10))
    months = [row for row in breakdown.rows(due) if row.kind is Kind.INTEREST]
    assert [(row.days, row.rate, row.supposed) for row in months] == [
        (17, Decimal("0.008"), False),
        (30, Decimal("0.009"), False),
        (10, Decimal("0.009"), True),
    ]
    assert [row.cents for row in months] == [4_39, 9_00, 2_90]
    assert sum(row.cents for row in months) == due.interest_cents


def test_correction_is_compounded_beside_interest_and_falling_prices_take_nothing_off() -> None:
    due = charges.amount_due(title(), CORRECTED, date(2026, 12, 31))
    corrected = [row for row in breakdown.rows(due) if row.kind is Kind.CORRECTION]
    assert [row.cents for row in corrected] == [3_07, -1_00, 13_02]
    plain = charges.amount_due(title(), CollectionPolicy(), date(2026, 12, 31))
    assert due.total_cents - plain.total_cents == 15_09
    fallen = Correction(Index.IGPM, {date(2026, 10, 1): Decimal("-0.02")})
    policy = replace(CORRECTED, correction_index=Index.IGPM, correction=fallen)
    assert charges.amount_due(title(), policy, date(2026, 12, 31)).total_cents == plain.total_cents


def test_a_discount_and_a_withdrawal_undone_are_told() -> None:
    early = charges.amount_due(title(), AGREED, DUE - timedelta(days=5))
    assert told(early)[-1] == ("discount", 0, -30_00, 970_00)
    back = (
        Entry(date(2026, 11, 3), EntryKind.WITHDRAWAL, 1_000_00),
        Entry(date(2026, 11, 5), EntryKind.WITHDRAWAL, -1_000_00),
    )
    rows = breakdown.rows(charges.amount_due(title(*back), AGREED, date(2026, 11, 23)))
    assert [row.label.template for row in rows][-2:] == ["{what}, undone", "Late interest"]


entries = st.builds(
    Entry,
    st.dates(date(2026, 9, 20), date(2027, 1, 20)),
    st.sampled_from((EntryKind.PAYMENT, EntryKind.REBATE, EntryKind.WAIVER, EntryKind.DISCOUNT)),
    st.integers(0, 300_00),
    st.integers(0, 20_00),
    st.integers(0, 20_00),
)


@settings(max_examples=60)
@given(
    st.lists(entries, max_size=3),
    st.sampled_from((AGREED, LEGAL, CORRECTED, CollectionPolicy(grace_days=3))),
    st.dates(date(2026, 9, 20), date(2027, 2, 20)),
)
def test_the_last_sum_is_what_is_asked(found, policy, day) -> None:
    clean = [e._replace(principal_cents=0) if e.kind is EntryKind.WAIVER else e for e in found]
    due = charges.amount_due(title(*clean), policy, day)
    rows = breakdown.rows(due)
    assert rows[-1].total_cents == due.total_cents
    excess = [row.cents for row in rows if row.kind is Kind.EXCESS]
    paid = sum(e.fine_cents + e.interest_cents for e in clean if e.on <= day)
    asked = sum(
        row.cents for row in rows if row.kind in (Kind.FINE, Kind.INTEREST, Kind.CORRECTION)
    )
    assert sum(excess) == due.fine_cents + due.interest_cents - (asked - paid)
    assert sum(excess) >= 0
