"""Business days against the published bank holidays, and the days around them."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpo.kernel import calendar
from bpo.kernel.calendar import Calendar

BANK = Calendar("br")
EVERY_DAY = Calendar("none")

days = st.dates(date(2020, 1, 1), date(2035, 12, 31))


def test_the_holidays_are_those_that_the_banks_published(shared_data: Path) -> None:
    published = json.loads((shared_data / "holidays/bank_holidays_br_2020_2035.json").read_text())
    listed = {date.fromisoformat(item["date"]) for item in published["holidays"]}
    ours = {day for year in range(2020, 2036) for day in calendar.bank_holidays(year)}
    assert ours == listed


@pytest.mark.parametrize(
    ("year", "sunday"),
    [(2024, date(2024, 3, 31)), (2025, date(2025, 4, 20)), (2038, date(2038, 4, 25))],
)
def test_easter_moves(year: int, sunday: date) -> None:
    assert calendar.easter(year) == sunday


def test_black_awareness_day_closes_banks_since_2024() -> None:
    assert BANK.is_open(date(2023, 11, 20))
    assert not BANK.is_open(date(2024, 11, 20))


def test_ash_wednesday_is_a_business_day() -> None:
    assert not BANK.is_open(date(2026, 2, 17))
    assert BANK.is_open(date(2026, 2, 18))


def test_the_last_day_of_the_year_is_closed_unless_switched_open() -> None:
    thursday = date(2026, 12, 31)
    assert BANK.effective_due(thursday) == date(2027, 1, 4)
    assert Calendar("br", year_end_closed=False).effective_due(thursday) == thursday


def test_a_local_holiday_closes_the_day_where_it_is_kept() -> None:
    founding = date(2027, 1, 25)
    assert BANK.is_open(founding)
    assert not Calendar("br", local=frozenset({founding})).is_open(founding)
    assert not Calendar("none", local=frozenset({founding})).is_open(founding)


def test_carnival_moves_a_due_date_over_four_days() -> None:
    assert BANK.effective_due(date(2026, 2, 14)) == date(2026, 2, 18)
    assert BANK.preceding(date(2026, 2, 17)) == date(2026, 2, 13)


@given(days)
def test_without_a_calendar_every_day_is_open(day: date) -> None:
    assert EVERY_DAY.effective_due(day) == day == EVERY_DAY.preceding(day)


@given(days)
def test_the_effective_day_is_the_nearest_open_one_after(day: date) -> None:
    effective = BANK.effective_due(day)
    assert effective >= day
    assert BANK.is_open(effective)
    between = (day + timedelta(days=n) for n in range((effective - day).days))
    assert not any(BANK.is_open(closed) for closed in between)


@given(days, st.integers(1, 60))
def test_counting_business_days_forth_and_back(day: date, count: int) -> None:
    later = BANK.add_business_days(day, count)
    assert BANK.business_days_between(day, later) == count
    assert BANK.is_open(later)
    back = BANK.add_business_days(later, -count)
    assert back <= BANK.following(day)


@given(days)
def test_no_business_day_lies_before_its_beginning(day: date) -> None:
    assert BANK.business_days_between(day, day) == 0
    assert BANK.business_days_between(day, day - timedelta(days=9)) == 0


def test_the_same_day_each_month_is_clamped_from_the_first_one() -> None:
    anchor = date(2027, 10, 31)
    moved = [calendar.same_day_next_month(anchor, months) for months in range(6)]
    assert [(day.month, day.day) for day in moved] == [
        (10, 31),
        (11, 30),
        (12, 31),
        (1, 31),
        (2, 29),
        (3, 31),
    ]


@given(days, st.integers(0, 600))
def test_months_are_added_one_by_one(anchor: date, months: int) -> None:
    moved = calendar.same_day_next_month(anchor, months)
    elapsed = (moved.year - anchor.year) * 12 + moved.month - anchor.month
    assert elapsed == months
    assert moved.day == anchor.day or (moved + timedelta(days=1)).day == 1
