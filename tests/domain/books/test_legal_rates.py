"""The legal rate, for contracts that agree on none."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpo.domain.books import charges, legal_rates, policies
from bpo.domain.books.legal_rates import LegalRates
from bpo.domain.books.policies import CollectionPolicy
from bpo.domain.books.receivables import Receivable
from bpo.kernel.errors import BadInput

RATES = LegalRates({date(2026, 9, 1): Decimal("0.006"), date(2026, 10, 1): Decimal("0.0093")})


def test_a_whole_month_bears_its_rate_and_a_part_its_days():
    assert RATES.interest(1_000_00, date(2026, 8, 31), date(2026, 9, 30)) == 6_00
    assert RATES.interest(1_000_00, date(2026, 9, 25), date(2026, 10, 10)) == 1_00 + 3_00


def test_a_month_not_entered_bears_that_of_the_last_before_it_and_says_so():
    assert RATES.interest(1_000_00, date(2026, 10, 31), date(2026, 11, 30)) == 9_30
    assert RATES.missing(date(2026, 10, 31), date(2026, 11, 30)) == (date(2026, 11, 1),)
    assert LegalRates().interest(1_000_00, date(2026, 9, 1), date(2026, 10, 1)) == 0


@given(
    st.integers(1, 10**9),
    st.dates(date(2026, 8, 1), date(2026, 12, 1)),
    st.integers(0, 90),
    st.integers(0, 90),
)
def test_two_spans_are_one_but_for_a_rounding(principal, since, first, second):
    middle = date.fromordinal(since.toordinal() + first)
    until = date.fromordinal(middle.toordinal() + second)
    parts = RATES.interest(principal, since, middle) + RATES.interest(principal, middle, until)
    assert abs(parts - RATES.interest(principal, since, until)) <= 1


def test_davi_owes_what_the_law_says_where_nothing_was_agreed():
    agreed = CollectionPolicy(legal_interest=True)
    terms = policies.under_law(agreed, RATES)
    title = Receivable(1_000_00, date(2026, 9, 10), date(2026, 9, 10))
    due = charges.amount_due(title, terms, date(2026, 10, 10))
    assert (due.fine_cents, due.interest_cents) == (20_00, 4_00 + 3_00)
    assert any("art. 406" in step.template for step in due.steps)
    assert policies.from_json(policies.to_json(terms)) == agreed


def test_rates_are_pasted_as_people_find_them():
    read = legal_rates.read("10/2026 0,930000%\n\n2026-09;0.6")
    assert read == [(date(2026, 9, 1), Decimal("0.006")), (date(2026, 10, 1), Decimal("0.0093"))]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "10/2026",
        "13/2026 0,5",
        "10/2026 muito",
        "10/2026 1\n2026-10 1",
        "07/2024 1",
        "10/2026 11",
        "10/2026 -1",
        "10/2026 NaN",
    ],
)
def test_what_is_no_rate_is_refused(text):
    with pytest.raises(BadInput):
        legal_rates.read(text)
