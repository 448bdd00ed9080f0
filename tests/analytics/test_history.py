"""How the figures went: each past day as it was, without looping over days or rows."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from bpo.analytics import collection, frames, history
from tests.analytics import ledger
from tests.analytics.ledger import Title, day


@ledger.few
@given(ledger.stories(), st.integers(0, 450))
def test_every_day_is_what_the_metrics_of_that_day_say(story: list[Title], number: int) -> None:
    built = ledger.build(story)
    table = history.daily(built, day(number), day(number + 40))
    for offset in (0, 1, 17, 40):
        row = table.loc[frames.ordinal(day(number + offset))]
        figures = collection.metrics(built, day(number + offset))
        assert row["open_cents"] == figures.open_cents
        assert row["overdue_cents"] == figures.open_cents - figures.aging_cents["current"]


@ledger.few
@given(ledger.stories(), st.integers(0, 450))
def test_the_trend_ends_with_todays_figures(story: list[Title], number: int) -> None:
    built = ledger.build(story)
    for point in history.trend(built, day(number), months=3):
        figures = collection.metrics(built, point.day)
        assert point.dso == figures.dso_simple_90
        assert point.overdue_pct == figures.delinq_gt0_pct
        assert point.open_cents == figures.open_cents


def test_month_ends_go_back_a_year() -> None:
    ends = history.month_ends(date(2026, 11, 23))
    assert (ends[0], ends[-2], ends[-1]) == (date(2025, 11, 30), date(2026, 10, 31), ends[-1])
    assert len(ends) == 13
    assert history.month_ends(date(2026, 3, 31), 1) == [date(2026, 2, 28), date(2026, 3, 31)]


def test_weeks_run_from_monday_and_stop_today() -> None:
    story = [  # day 0 is a Monday
        Title(1, 0, 30, 100, ((6, "payment", 40), (7, "payment", 50))),
        Title(1, 0, 30, 100, ((9, "payment", 60), (13, "payment", 40))),
    ]
    weeks = history.received_weeks(ledger.build(story), day(9), weeks=2)
    assert [(week.first, week.last) for week in weeks] == [(day(0), day(6)), (day(7), day(9))]
    assert [(week.cents, week.count) for week in weeks] == [(40, 1), (110, 2)]


@ledger.few
@given(ledger.stories(), st.integers(0, 450))
def test_months_add_up_to_the_money_received(story: list[Title], number: int) -> None:
    built = ledger.build(story)
    table = history.received_months(built, day(number), months=3)
    assert table["first"].tolist()[-1] == day(number).replace(day=1)
    assert len(table) == 3
    span = history.received(built, table["first"].iloc[0], day(number))
    assert int(table["received_cents"].sum()) == span.cents
    last = collection.metrics(built, day(number))
    assert table["received_cents"].iloc[-1] == last.received_month_cents
    assert table["issued_cents"].iloc[-1] == last.issued_month_cents
