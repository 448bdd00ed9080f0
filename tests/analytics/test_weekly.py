"""The weekly report of Bruno's company: the same numbers as everywhere else."""

from dataclasses import fields
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpo.analytics import aging, collection, weekly
from bpo.analytics.weekly import Actions, Decision, ExpectedWeek
from bpo.kernel.text import Phrase
from tests.analytics import ledger
from tests.analytics.ledger import Title, day

STORY = [
    Title(1, 0, 5, 100_000, ((8, "payment", 30_000), (15, "payment", 20_000))),
    Title(2, 0, 10, 80_000),
    Title(2, 2, 40, 60_000, ((16, "payment", 10_000),)),
]


def test_a_week_is_named_as_in_the_calendar() -> None:
    week = weekly.week("2026-W53")
    assert (week.first, week.last) == (date(2026, 12, 28), date(2027, 1, 3))
    assert weekly.week_of(date(2027, 1, 2)) == week


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_every_day_has_its_week(day_: date) -> None:
    week = weekly.week_of(day_)
    assert week.first <= day_ <= week.last
    assert weekly.week(week.label) == week


@pytest.mark.parametrize("label", ["2026-47", "2026-W7", "2026-W54", "last"])
def test_what_is_no_week_is_refused(label: str) -> None:
    with pytest.raises(ValueError, match=r"week|\d"):
        weekly.week(label)


def test_brunos_week_counted_by_hand() -> None:
    week = weekly.week_of(day(14))  # the third Monday
    ahead = (ExpectedWeek(day(19), day(25), 0, 40_000), ExpectedWeek(day(26), day(32), 0, 10_000))
    figures = weekly.build(ledger.build(STORY), Actions(reminders_sent=3), week, day(18), ahead)
    assert figures.as_of == day(18)
    assert (figures.received_week.cents, figures.received_week.count) == (30_000, 2)
    assert figures.received_previous_week.cents == 30_000
    assert (figures.received_change_cents, figures.received_change_pct) == (0, 0.0)
    assert (figures.open_cents, figures.overdue_cents) == (180_000, 130_000)
    assert (figures.overdue_count, figures.overdue_debtors) == (2, 2)
    assert figures.overdue_change_cents == -20_000
    assert [(top.name, top.overdue_cents, top.days_late) for top in figures.top_debtors] == [
        ("Dora", 80_000, 8),
        ("Davi", 50_000, 13),
    ]
    assert figures.top_debtors_share_pct == 100.0
    assert figures.actions.reminders_sent == 3
    assert (figures.expected_weeks, figures.expected_total_cents) == (ahead, 50_000)


def test_the_change_compares_the_same_days_of_both_weeks() -> None:
    story = [Title(1, 0, 5, 90_000, ((8, "payment", 10_000), (12, "payment", 50_000)))]
    week = weekly.week_of(day(14))
    figures = weekly.build(ledger.build(story), Actions(), week, day(15))
    assert figures.received_previous_week.cents == 10_000
    assert figures.received_change_pct == -100.0
    assert figures.received_weeks[-2].cents == 60_000


def test_a_finished_week_ends_on_its_sunday() -> None:
    week = weekly.week_of(day(14))
    figures = weekly.build(ledger.build(STORY), Actions(), week, day(90))
    assert figures.as_of == week.last


def test_a_week_to_come_has_no_report() -> None:
    with pytest.raises(ValueError, match="has not begun"):
        weekly.build(ledger.build(STORY), Actions(), weekly.week_of(day(14)), day(13))


def test_an_empty_workspace_has_a_report_too() -> None:
    figures = weekly.build(ledger.build([]), Actions(), weekly.week_of(day(14)), day(18))
    assert figures.top_debtors == ()
    assert (figures.dso, figures.overdue_pct, figures.received_change_pct) == (None, None, None)


def test_what_waits_for_bruno_is_told() -> None:
    question = Phrase("Accept a discount of {discount_cents}?", discount_cents=5_000)
    decision = Decision("discount", 1, "Davi", 50_000, day(15), question)
    week = weekly.week_of(day(14))
    figures = weekly.build(ledger.build(STORY), Actions(decisions=(decision,)), week, day(18))
    assert figures.decisions == (decision,)


@ledger.few
@given(ledger.stories(), st.integers(0, 450))
def test_the_report_says_what_the_metrics_say(story: list[Title], number: int) -> None:
    built, week = ledger.build(story), weekly.week_of(day(number))
    figures = weekly.build(built, Actions(), week, day(number))
    metrics = collection.metrics(built, day(number))
    before = collection.metrics(built, week.first - timedelta(days=1))
    assert figures.open_cents == metrics.open_cents
    assert figures.aging_cents == metrics.aging_cents
    assert figures.overdue_pct == metrics.delinq_gt0_pct
    assert figures.dso == metrics.dso_simple_90 == figures.trend[-1].dso
    assert figures.received_month.cents == metrics.received_month_cents
    assert figures.received_weeks[-1].cents == figures.received_week.cents
    assert figures.over_90_cents == metrics.aging_cents["90+"]
    assert figures.overdue_cents == weekly.overdue_cents(metrics)
    assert figures.overdue_change_cents == figures.overdue_cents - weekly.overdue_cents(before)
    assert sum(figures.aging_count.values()) == figures.open_count
    assert figures.overdue_debtors == (aging.by_debtor(built, day(number))["days_late"] > 0).sum()


def test_every_figure_is_filled_in() -> None:
    figures = weekly.build(ledger.build(STORY), Actions(), weekly.week_of(day(14)), day(18))
    missing = {item.name for item in fields(figures) if getattr(figures, item.name) is None}
    assert missing == set()
