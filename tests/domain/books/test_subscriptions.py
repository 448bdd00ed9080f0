"""Recurring charges: no period twice, none missing, every sum exact."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpo.domain.books import subscriptions
from bpo.domain.books.subscriptions import Every, Pause, Price, Terms
from bpo.kernel.errors import BadInput

JAN_31 = date(2026, 1, 31)


def terms(every=Every.MONTHLY, first_due=JAN_31, cents=100_00, **more):
    given = {"starts_on": first_due, "prices": (Price(first_due, cents),)} | more
    return Terms(every=every, first_due=first_due, **given)


def starts(found):
    return [period.starts_on for period in found]


def test_the_last_day_of_short_months_comes_back_to_the_31st():
    found = subscriptions.upcoming(terms(), (), 5)
    assert [one.due_on.isoformat() for one in found] == [
        "2026-01-31",
        "2026-02-28",
        "2026-03-31",
        "2026-04-30",
        "2026-05-31",
    ]
    assert found[1].ends_on == date(2026, 3, 30)


@pytest.mark.parametrize(
    ("every", "second"),
    [
        (Every.WEEKLY, date(2024, 3, 7)),
        (Every.MONTHLY, date(2024, 3, 29)),
        (Every.QUARTERLY, date(2024, 5, 29)),
        (Every.YEARLY, date(2025, 2, 28)),
    ],
)
def test_a_leap_day_in_every_rhythm(every, second):
    found = subscriptions.upcoming(terms(every, date(2024, 2, 29)), (), 2)
    assert found[1].starts_on == second


def test_days_before_the_first_due_date_are_charged_in_proportion():
    agreed = terms(first_due=date(2026, 5, 1), starts_on=date(2026, 4, 16), prorated=True)
    first, second = subscriptions.upcoming(agreed, (), 2)
    assert (first.cents, first.partial, first.due_on) == (50_00, True, date(2026, 5, 1))
    assert first.ends_on + timedelta(days=1) == second.starts_on
    assert subscriptions.upcoming(replace(agreed, prorated=False), (), 1) == [second]


def test_a_price_holds_for_periods_that_begin_from_its_day_on():
    agreed = terms(prices=(Price(JAN_31, 100_00), Price(date(2026, 3, 1), 120_00)))
    assert [one.cents for one in subscriptions.upcoming(agreed, (), 3)] == [100_00, 100_00, 120_00]


def test_a_pause_leaves_periods_out_and_resuming_does_not_bring_them_back():
    away = Pause(date(2026, 2, 1), date(2026, 4, 1))
    found = subscriptions.upcoming(terms(pauses=(away,)), (), 2)
    assert starts(found) == [JAN_31, date(2026, 4, 30)]
    forever = terms(pauses=(Pause(date(2026, 2, 1)),))
    assert starts(subscriptions.upcoming(forever, (), 9)) == [JAN_31]
    assert subscriptions.next_issue(forever, {JAN_31}) is None


def test_what_is_issued_late_is_not_late_by_that():
    agreed = terms(notice_days=5)
    period = subscriptions.upcoming(agreed, (), 1)[0]
    assert subscriptions.due_day(agreed, period, JAN_31) == JAN_31
    assert subscriptions.due_day(agreed, period, date(2026, 2, 3)) == date(2026, 2, 8)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"first_due": date(2025, 12, 1)}, "first_due"),
        ({"starts_on": date(2026, 2, 1)}, "starts_on"),
        ({"starts_on": date(2025, 12, 31), "prorated": True}, "starts_on"),
        ({"ends_on": date(2026, 1, 1)}, "ends_on"),
        ({"notice_days": 61}, "notice_days"),
        ({"cents": 0}, "amount"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_field(wrong, field):
    with pytest.raises(BadInput) as refusal:
        subscriptions.check(terms(**wrong), "Plano", date(2026, 1, 1))
    assert refusal.value.field == field


DAYS = st.dates(date(2023, 1, 1), date(2027, 12, 31))
AGREED = st.builds(
    terms,
    every=st.sampled_from(Every),
    first_due=DAYS,
    cents=st.integers(1, 10**9),
    notice_days=st.integers(0, 60),
    ends_on=st.none() | st.dates(date(2024, 1, 1), date(2030, 1, 1)),
    pauses=st.lists(
        st.builds(lambda day, days: Pause(day, day + timedelta(days)), DAYS, st.integers(0, 200)),
        max_size=2,
    ).map(tuple),
)


@given(AGREED, st.lists(st.integers(0, 120), min_size=1, max_size=12))
def test_however_the_clock_runs_every_period_is_issued_once(agreed, steps):
    """Days missed, days repeated: the same periods as one look on the last day."""
    done, today = [], agreed.first_due - timedelta(days=60)
    for step in steps:
        today += timedelta(days=step)
        for _ in range(2):
            done += starts(subscriptions.to_issue(agreed, today, done))
    assert done == starts(subscriptions.to_issue(agreed, today, ()))
    assert len(set(done)) == len(done)
    coming = subscriptions.next_issue(agreed, done)
    assert coming is None or coming > today


@given(AGREED.filter(lambda agreed: not agreed.pauses))
def test_periods_follow_one_another_without_gap_or_overlap(agreed):
    found = subscriptions.upcoming(agreed, (), 30)
    for one, following in pairwise(found):
        assert one.ends_on + timedelta(days=1) == following.starts_on
        assert one.starts_on <= one.ends_on


@given(
    st.integers(1, 10**9),
    st.integers(1, 366).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))),
)
def test_a_share_is_exact_to_half_a_centavo(cents, share):
    days, whole = share
    found = subscriptions.prorated(cents, days, whole)
    assert abs(2 * (found * whole - cents * days)) <= whole
    assert 0 <= found <= cents
    assert found + subscriptions.prorated(cents, whole - days, whole) - cents in (0, 1)
