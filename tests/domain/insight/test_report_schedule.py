"""When the weekly report is due: the wall clock of the company, missed slots, changed schedules."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpo.domain.insight import report_schedule
from bpo.domain.insight.report_schedule import Schedule

FRIDAY_FIVE = Schedule(4, 17, "America/Sao_Paulo")
FRIDAY = datetime(2026, 11, 27, 20, 0, tzinfo=UTC)
WEEK = timedelta(days=7)

schedules = st.builds(
    Schedule,
    st.integers(0, 6),
    st.integers(0, 23),
    st.sampled_from(["America/Sao_Paulo", "America/Rio_Branco", "Europe/Lisbon", "UTC"]),
)
instants = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("America/Sao_Paulo"))


def test_the_hour_is_on_the_companys_clock():
    assert report_schedule.following(FRIDAY_FIVE, at("2026-11-23T09:00")) == FRIDAY
    acre = Schedule(4, 17, "America/Rio_Branco")
    assert report_schedule.following(acre, at("2026-11-23T09:00")) == FRIDAY + timedelta(hours=2)


@pytest.mark.parametrize(
    ("now", "next_slot"),
    [
        ("2026-11-27T16:59", FRIDAY),
        ("2026-11-27T17:00", FRIDAY + WEEK),
        ("2026-11-28T00:00", FRIDAY + WEEK),
    ],
)
def test_a_slot_that_has_come_is_no_longer_the_next(now, next_slot):
    assert report_schedule.following(FRIDAY_FIVE, at(now)) == next_slot


def test_a_new_company_waits_for_its_first_slot():
    assert report_schedule.upcoming(FRIDAY_FIVE, None, at("2026-11-27T18:00")) == FRIDAY + WEEK


def test_of_three_missed_weeks_the_latest_is_made_up_for():
    missed, now = FRIDAY, FRIDAY + 3 * WEEK + timedelta(hours=1)
    assert report_schedule.upcoming(FRIDAY_FIVE, missed, now) == FRIDAY + 3 * WEEK


def test_a_missed_slot_stays_due_until_it_is_made():
    assert report_schedule.upcoming(FRIDAY_FIVE, FRIDAY, FRIDAY + timedelta(days=2)) == FRIDAY


def test_a_changed_schedule_moves_what_is_ahead_and_sends_nothing_at_once():
    tuesday = Schedule(1, 8, "America/Sao_Paulo")
    moved = report_schedule.upcoming(tuesday, FRIDAY, at("2026-11-26T12:00"))
    assert moved == at("2026-12-01T08:00")


@pytest.mark.parametrize(
    ("slot", "as_of"),
    [
        ("2026-11-23T08:00", date(2026, 11, 22)),
        ("2026-11-24T08:00", date(2026, 11, 22)),
        ("2026-11-25T23:00", date(2026, 11, 22)),
        ("2026-11-26T08:00", date(2026, 11, 25)),
        ("2026-11-27T17:00", date(2026, 11, 26)),
        ("2026-11-29T17:00", date(2026, 11, 28)),
    ],
)
def test_early_in_the_week_the_last_one_is_told_whole_later_the_running_one(slot, as_of):
    assert report_schedule.position(at(slot), "America/Sao_Paulo") == as_of


@pytest.mark.parametrize(
    ("today", "position"),
    [
        (date(2026, 11, 16), date(2026, 11, 16)),
        (date(2026, 11, 17), date(2026, 11, 16)),
        (date(2026, 11, 23), date(2026, 11, 22)),
        (date(2027, 3, 1), date(2026, 11, 22)),
    ],
)
def test_a_week_asked_for_ends_with_its_last_complete_day(today, position):
    first, last = date(2026, 11, 16), date(2026, 11, 22)
    assert report_schedule.position_within(first, last, today) == position


@given(schedules, instants)
def test_slots_come_once_a_week_at_the_chosen_hour(schedule, now):
    following = report_schedule.following(schedule, now)
    latest = report_schedule.latest(schedule, now)
    local = following.astimezone(ZoneInfo(schedule.zone))
    assert local.weekday() == schedule.weekday
    assert latest <= now < following
    assert (local.date() - latest.astimezone(ZoneInfo(schedule.zone)).date()).days == 7
    assert report_schedule.latest(schedule, following) == following


@given(schedules, instants, instants)
def test_an_upcoming_slot_is_never_before_the_planned_one_that_was_missed(schedule, planned, now):
    slot = report_schedule.upcoming(schedule, planned, now)
    assert slot > now if planned > now else slot >= planned
