"""What quickens or delays a payment from week to week: learned where it is so, else left alone."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from bpo.analytics import cash, pace, past, scorecard, scoring
from bpo.analytics.frames import Frames, day_of, ordinal
from bpo.analytics.pace import Pace
from bpo.analytics.scorecard import Scorecard
from bpo.world import parameters
from tests.analytics import books
from tests.analytics.ledger import Title, build, day

ON = books.day(600)


@pytest.fixture(scope="module")
def paydays() -> Frames:
    return books.paydays(3).frames()


@pytest.fixture(scope="module")
def by_payday(paydays: Frames) -> Scorecard:
    return scorecard.fit(paydays, ON)


@pytest.fixture(scope="module")
def short() -> Frames:
    world = next(world for world in parameters.built_in() if world.name == "ordinary")
    return books.short(world, 5, 60)


def test_who_waits_for_a_payday_is_expected_on_it(paydays: Frames, by_payday: Scorecard) -> None:
    assert by_payday.pace.season > 1
    steady = replace(by_payday, pace=Pace())
    assert surprise(paydays, by_payday) < 0.8 * surprise(paydays, steady)


def test_where_the_oldest_is_paid_first_what_is_due_later_waits(short: Frames) -> None:
    on = day_of(int(short.entries.on.max()) - 90)
    card = scorecard.fit(short, on)
    assert card.pace.queue < -0.3
    told = scoring.score(short, card, on)
    even = scoring.score(short, replace(card, pace=Pace()), on)
    came = paid_within_a_week(short, told)
    assert abs(told.weeks[:, 0].sum() - came.sum()) < abs(even.weeks[:, 0].sum() - came.sum())
    behind = told.waiting >= 2
    assert told.weeks[behind, 0].mean() < even.weeks[behind, 0].mean() / 2


def test_where_neither_tells_anything_nothing_is_shifted() -> None:
    found = [
        scorecard.fit(books.habits(seed, by_chance=True).frames(), books.day(700)).pace
        for seed in (4, 6)
    ]
    assert all(one.is_steady for one in found)


def test_the_future_does_not_reach_the_pace(paydays: Frames, by_payday: Scorecard) -> None:
    keep = paydays.entries.on <= ordinal(ON)
    entries = replace(
        paydays.entries,
        **{
            name: getattr(paydays.entries, name)[keep]
            for name in ("receivable", "on", "principal", "charges", "money", "receipt")
        },
        withdrawn=paydays.entries.withdrawn[keep],
        agreed=paydays.entries.agreed[keep],
        payment=paydays.entries.payment[keep],
    )
    assert scorecard.fit(replace(paydays, entries=entries), ON).pace == by_payday.pace


def test_the_chances_stay_one_whole_and_agree_with_each_other(
    paydays: Frames, by_payday: Scorecard
) -> None:
    told = scoring.score(paydays, by_payday, ON)
    assert (told.weeks >= 0).all()
    assert (told.weeks.sum(axis=1) <= 1 + 1e-9).all()
    unpaid = 1 - np.cumsum(told.weeks, axis=1)
    due = paydays.receivables.effective[told.title] - ordinal(ON)
    for row, days in enumerate(due):
        if 0 <= days < 7 * scoring.WEEKS:
            later = unpaid[row, days // 7]
            before = 1.0 if days < 7 else unpaid[row, days // 7 - 1]
            assert min(later, 0.99) - 1e-9 <= told.late[row] <= max(before, 0.0) + 1e-9
    ahead = cash.weeks(paydays, told)
    assert sum(week.expected_cents for week in ahead) <= int(told.balance.sum())


def test_half_are_paid_by_the_day_that_is_told(paydays: Frames, by_payday: Scorecard) -> None:
    told = scoring.score(paydays, by_payday, ON)
    so_far = np.cumsum(told.weeks, axis=1)
    for row, days in enumerate(told.in_days):
        week = (days - 1) // 7
        if week < scoring.WEEKS and told.delay[row] > 1 and days > 1:
            assert so_far[row, min(week + 1, scoring.WEEKS - 1)] >= 0.4


def test_only_older_titles_of_the_same_debtor_are_waited_for() -> None:
    story = build(
        [Title(1, 0, 10, 100), Title(1, 0, 20, 100), Title(1, 5, 20, 100), Title(2, 0, 30, 100)]
    )
    assert pace.waiting(story, np.arange(4)).tolist() == [0, 1, 1, 0]
    assert pace.waiting(story, np.array([1, 3])).tolist() == [0, 0]


def test_the_queue_fades_and_the_season_is_of_each_week() -> None:
    queue, season = Pace(0.0, -0.6, 0.5).shifts(np.array([2.0, 0.0]), np.array([[1.0, -1.0]] * 2))
    assert queue[0, 0] == pytest.approx(-1.2)
    assert all(before < after < 0 for before, after in pairwise(queue[0]))
    assert not queue[1].any()
    assert season.tolist() == [[0.5, -0.5]] * 2


def test_few_payments_of_a_debtor_are_told_by_those_of_the_company() -> None:
    always = [Title(1, n * 30, n * 30 + 5, 100, ((n * 30 + 5, "payment", 100),)) for n in range(12)]
    story = build([*always, Title(2, 300, 340, 100)])
    remembered, asked = past.remember(story, ordinal(day(360))), np.array([0, 12])
    by_week = pace.season(story, remembered, asked, ordinal(day(360)), 5)
    assert by_week.shape == (2, 5)
    assert np.abs(by_week[1]).max() <= np.abs(by_week[0]).max()


def test_a_pace_is_told_as_a_fact_and_kept_with_the_model(
    paydays: Frames, by_payday: Scorecard
) -> None:
    assert scorecard.from_json(by_payday.to_json()).pace == by_payday.pace
    told = scoring.score(paydays, by_payday, ON)
    words = {str(one) for row in range(len(told.title)) for one in scoring.reasons(told, row)}
    assert {
        "In the coming week of the month this debtor seldom pays",
        "In the coming week of the month this debtor mostly pays",
    } & words
    size = len(told.title)
    waiting = replace(
        told, queue=np.full(size, -2.0), season=np.zeros(size), waiting=told.waiting + 2
    )
    assert any("usually paid before this one" in str(one) for one in scoring.reasons(waiting, 0))


def surprise(book: Frames, card: Scorecard) -> float:
    """The log loss of what is said of the next week, on three days after the model's."""
    found = []
    for number in range(600, 680, 28):
        told = scoring.score(book, card, books.day(number))
        came, said = paid_within_a_week(book, told), told.weeks[:, 0].clip(1e-4, 1 - 1e-4)
        found.append(-np.log(np.where(came, said, 1 - said)).mean())
    return float(np.mean(found))


def paid_within_a_week(book: Frames, told: scoring.Scores) -> np.ndarray:
    closed = past.remember(book, 99_999).closed_on[told.title]
    return (closed > ordinal(told.as_of)) & (closed <= ordinal(told.as_of) + 7)
