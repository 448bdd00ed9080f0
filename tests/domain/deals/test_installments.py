"""Schedules: amounts that add up to the centavo, due dates on open days, and the cost of credit."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpo.domain.deals import installments
from bpo.domain.deals.installments import Installment, Method
from bpo.kernel.calendar import Calendar

ONE_PERCENT = Decimal("0.01")
CALENDAR = Calendar()
presents = st.integers(1, 50_000_000)
counts = st.integers(1, 72)
rates = st.decimals("0.0001", "0.1", places=4)


def test_equal_parts_put_the_remainder_where_asked():
    nothing = Decimal(0)

    assert installments.amounts(10_000, nothing, 3) == [3_333, 3_333, 3_334]
    assert installments.amounts(10_000, nothing, 3, remainder="first") == [3_334, 3_333, 3_333]


def test_the_price_table_of_a_thousand_at_one_percent_in_three_months():
    rows = installments.table(100_000, ONE_PERCENT, 3)

    assert [row.amount_cents for row in rows] == [34_002, 34_002, 34_003]
    assert [row.interest_cents for row in rows] == [1_000, 670, 337]
    assert rows[-1].balance_cents == 0


def test_sac_amortises_equally_and_pays_less_each_month():
    rows = installments.table(100_000, ONE_PERCENT, 3, Method.SAC)

    assert [row.amortization_cents for row in rows] == [33_333, 33_333, 33_334]
    assert [row.interest_cents for row in rows] == [1_000, 667, 333]
    assert [row.amount_cents for row in rows] == [34_333, 34_000, 33_667]


@given(presents, rates, counts, st.sampled_from(Method))
def test_every_table_closes_to_nothing_and_adds_up(present, rate, count, method):
    rows = installments.table(present, rate, count, method)

    assert len(rows) == count
    assert sum(row.amortization_cents for row in rows) == present
    assert rows[-1].balance_cents == 0
    assert all(row.amount_cents == row.interest_cents + row.amortization_cents for row in rows)
    assert all(row.amortization_cents >= 0 for row in rows)


@given(presents, counts)
def test_without_interest_the_parts_are_equal_but_for_the_last(present, count):
    parts = installments.amounts(present, Decimal(0), count)

    assert sum(parts) == present
    assert len(set(parts[:-1])) <= 1
    assert 0 <= parts[-1] - parts[0] < count


@given(presents, st.integers(100, 5_000_000), st.integers(1, 60), st.sampled_from(Method))
def test_the_fewest_payments_within_an_amount_are_the_fewest(present, monthly, most, method):
    count = installments.smallest_count(present, ONE_PERCENT, monthly, most, method)

    def largest(months: int) -> int:
        return max(installments.amounts(present, ONE_PERCENT, months, method))

    if count is None:
        assert largest(most) > monthly
    else:
        assert largest(count) <= monthly
        assert count == 1 or largest(count - 1) > monthly


def test_nobody_pays_a_debt_with_nothing_a_month():
    assert installments.smallest_count(1_000, ONE_PERCENT, 0, 12) is None


def test_the_first_payment_falls_three_days_from_now_or_on_the_next_open_day():
    assert installments.first_due(date(2026, 11, 23), CALENDAR) == date(2026, 11, 26)
    assert installments.first_due(date(2026, 11, 25), CALENDAR) == date(2026, 11, 30)
    assert installments.first_due(date(2026, 12, 28), CALENDAR) == date(2027, 1, 4)


def test_due_dates_keep_the_day_of_the_month_through_february():
    open_every_day = Calendar(kind="none")

    days = installments.due_dates(date(2027, 1, 31), 4, open_every_day)

    assert days == [date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30)]


def test_due_dates_move_to_the_next_open_day_and_back_to_their_own():
    days = installments.due_dates(date(2027, 1, 29), 4, CALENDAR)

    assert days == [date(2027, 1, 29), date(2027, 3, 1), date(2027, 3, 29), date(2027, 4, 29)]


@given(
    st.dates(date(2020, 1, 1), date(2035, 12, 31)),
    st.integers(1, 60),
    st.frozensets(st.dates(date(2020, 1, 1), date(2036, 12, 31)), max_size=20),
)
def test_due_dates_are_open_and_ascend(anchor, count, local):
    calendar = Calendar(local=local)

    days = installments.due_dates(anchor, count, calendar)

    assert all(calendar.is_open(day) for day in days)
    assert all(earlier < later for earlier, later in pairwise(days))


def test_a_whole_closed_month_does_not_put_two_payments_on_one_day():
    february = frozenset(date(2027, 2, 1) + timedelta(days=n) for n in range(35))

    days = installments.due_dates(date(2027, 1, 29), 3, Calendar(local=february))

    assert days == sorted(set(days))


def test_a_plan_without_interest_costs_nothing():
    plan = [Installment(date(2026, 12, 23), 5_000), Installment(date(2027, 1, 25), 5_000)]

    cost = installments.effective_cost(10_000, plan, date(2026, 11, 23))

    assert (cost.monthly_pct, cost.annual_pct) == (0, 0)


def test_ten_percent_in_a_year_is_a_cost_of_ten_percent():
    cost = installments.effective_cost(
        100_000, [Installment(date(2027, 11, 23), 110_000)], date(2026, 11, 23)
    )

    assert cost.annual_pct == Decimal("10.00")
    assert cost.monthly_pct == Decimal("0.80")


@given(st.integers(10_000, 10_000_000), rates, st.integers(2, 48))
def test_the_cost_of_a_price_plan_is_about_its_rate(present, rate, count):
    today = date(2026, 11, 23)
    days = installments.due_dates(today, count, Calendar(kind="none"), start=1)
    amounts = installments.amounts(present, rate, count)
    plan = [Installment(day, cents) for day, cents in zip(days, amounts, strict=True)]

    cost = installments.effective_cost(present, plan, today)

    assert float(cost.monthly_pct) == pytest.approx(float(rate) * 100, rel=0.05, abs=0.1)
