"""What the model says of open receivables: chances that agree, and reasons that are true."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from bpo.analytics import cash, scorecard, scoring
from bpo.analytics.frames import Frames
from bpo.analytics.scorecard import FEATURES, MONOTONE, Scorecard
from bpo.analytics.scoring import Scores
from tests.analytics import books
from tests.analytics.ledger import Title, build, day

ON = books.day(600)


@pytest.fixture(scope="module")
def book() -> Frames:
    return books.habits(2, by_chance=False, drift=0.1).frames()


@pytest.fixture(scope="module")
def card(book: Frames) -> Scorecard:
    return scorecard.fit(book, ON)


@pytest.fixture(scope="module")
def told(book: Frames, card: Scorecard) -> Scores:
    return scoring.score(book, card, ON)


def test_the_chances_of_all_weeks_are_one_whole_at_most(told: Scores) -> None:
    assert len(told.title)
    assert (told.weeks >= 0).all()
    assert (told.weeks.sum(axis=1) <= 1 + 1e-9).all()
    assert ((told.late >= 0) & (told.late <= 1)).all()
    assert (told.in_days >= 1).all()


def test_what_is_overdue_is_late_for_certain_and_nothing_else(book: Frames, told: Scores) -> None:
    overdue = book.receivables.effective[told.title] < (ON - books.day(0)).days + books.START
    assert (told.late[overdue] == 1).all()
    assert (told.late[~overdue] < 1).all()


def test_more_lateness_never_lowers_the_chance(card: Scorecard, told: Scores) -> None:
    for name in MONOTONE:
        assert card.late[FEATURES.index(name)] >= 0
    worse = replace(
        told.traits,
        late_rate=(told.traits.late_rate + 0.2).clip(0, 1),
        plain_rate=(told.traits.plain_rate + 0.2).clip(0, 1),
        overdue=told.traits.overdue + 1,
        delay=told.traits.delay + 5,
    )
    assert (card.chance(worse) >= card.chance(told.traits) - 1e-9).all()


def test_reasons_are_facts_of_the_debtor() -> None:
    late = [Title(1, n, n + 10, 100, ((n + 30, "payment", 100),)) for n in range(0, 400, 20)]
    early = [Title(2, n, n + 10, 100, ((n + 4, "payment", 100),)) for n in range(0, 400, 20)]
    story = build([*late, *early, Title(1, 450, 470, 100), Title(2, 450, 470, 100)])
    found = scoring.score(story, scorecard.fit(story, day(455)), day(455))
    slow, quick = (list(map(str, scoring.reasons(found, n))) for n in range(2))
    assert "Paid late so far: 20 of 20 invoices" in slow
    assert "Usually pays 20 days after the due date" in slow
    assert "Paid late so far: 0 of 20 invoices" in quick
    assert found.late[0] > 0.7 > 0.2 > found.late[1]
    assert found.delay[0] > 10 > 0 > found.delay[1]


def test_a_model_reads_back_as_it_was_written(card: Scorecard, book: Frames) -> None:
    again = scorecard.from_json(card.to_json())
    one, other = scoring.score(book, card, ON), scoring.score(book, again, ON)
    assert np.allclose(one.late, other.late)
    assert np.allclose(one.weeks, other.weeks)


def test_without_any_history_the_prior_speaks() -> None:
    story = build([Title(1, 0, 30, 100)])
    card = scorecard.fit(story, day(10))
    assert (card.known, card.trust) == (0, scorecard.LEAST)
    found = scoring.score(story, card, day(10))
    assert 0.05 < found.late[0] < 0.6


def test_the_prior_is_what_drawn_books_teach_on_average() -> None:
    """The shipped table, made again from eight books of its population (decision 0009)."""
    taught = []
    for seed in range(40, 48):
        drawn = books.habits(seed, by_chance=seed % 2 == 0)
        taught.append(scorecard.fit(drawn.frames(), books.day(books.LENGTH)).late)
    means = np.mean(taught, axis=0)
    spread = np.array(scorecard.SPREAD_LATE)
    assert (np.abs(means - np.array(scorecard.PRIOR_LATE)) < spread).all()


class TestCash:
    def test_weeks_hold_no_more_than_is_open(self, book: Frames, told: Scores) -> None:
        ahead = cash.weeks(book, told)
        assert len(ahead) == 13
        assert ahead[0].first == ON + timedelta(days=1)
        assert sum(week.expected_cents for week in ahead) <= int(told.balance.sum()) + 13
        for week in ahead:
            assert 0 <= week.low_cents <= week.expected_cents <= week.high_cents

    def test_the_band_holds_about_what_it_says(self, book: Frames) -> None:
        record = cash.look_back(book, ON, back=8)
        assert record.held_pct is not None
        assert record.held_pct >= 70
        assert record.bias_pct is not None
        assert abs(record.bias_pct) < 15
        assert all(week.last <= ON for week in record.next_week)

    def test_the_look_back_does_not_see_ahead(self) -> None:
        past = [Title(1, n, n + 10, 100, ((n + 12, "payment", 100),)) for n in range(0, 300, 7)]
        ahead = [Title(1, n, n + 10, 100, ((n + 90, "payment", 100),)) for n in range(301, 360, 7)]
        assert cash.look_back(build(past), day(300)) == cash.look_back(
            build([*past, *ahead]), day(300)
        )
