"""What the model says of open receivables: chances that agree, and reasons that are true."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest

from bpo.analytics import cash, scorecard, scoring, trust
from bpo.analytics.cash import Record
from bpo.analytics.frames import Frames, day_of, ordinal
from bpo.analytics.scorecard import FEATURES, MONOTONE, Scorecard
from bpo.analytics.scoring import Scores
from bpo.world import parameters
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
    once = build([Title(1, 0, 10, 100, ((11, "payment", 100),)), Title(1, 20, 30, 100)])
    alone = scoring.score(once, scorecard.fit(story, day(455)), day(25))
    said = list(map(str, scoring.reasons(alone, 0)))
    assert "The only invoice decided so far was paid late" in said, said
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
    assert (card.known, card.trust) == (0, trust.LEAST)
    found = scoring.score(story, card, day(10))
    assert 0.05 < found.late[0] < 0.6


def test_the_prior_is_what_drawn_books_teach_on_average() -> None:
    """The shipped table, made again from two books of each of its four kinds (decision 0009)."""
    worlds = [world for world in parameters.built_in() if world.name in ("ordinary", "rich")]
    drawn = [
        *(books.habits(seed, by_chance=seed % 2 == 0).frames() for seed in range(40, 44)),
        *(books.changing(seed).frames() for seed in (40, 41)),
        *(books.short(world, 40) for world in worlds),
    ]
    taught = [scorecard.fit(book, day_of(int(book.entries.on.max()))).late for book in drawn]
    means = np.mean(taught, axis=0)
    spread = np.array(scorecard.SPREAD_LATE)
    assert (np.abs(means - np.array(scorecard.PRIOR_LATE)) < spread).all()


@pytest.fixture(scope="module")
def record(book: Frames) -> Record:
    return cash.look_back(book, ON)


class TestOutlook:
    """Debtors who pay on the due date or in their own time, told by plain days and by own ones."""

    def test_who_pays_in_time_on_the_due_date_is_not_expected_a_week_before_it(self) -> None:
        story = [
            Title(who, n, n + 30, 100, ((n + 30 + late, "payment", 100),))
            for who in range(1, 9)
            for n, late in zip(range(0, 400, 20), (0, 0, 25, 0, 35) * 4, strict=True)
        ]
        book = build([*story, *(Title(who, 440, 470, 100) for who in range(1, 9))])
        found = scorecard.fit(book, day(445))
        assert found.shape.early > 0.9
        told = scoring.score(book, found, day(455))
        assert (told.weeks[:, 0] < 0.05).all()
        assert (told.weeks[:, 2] > 0.4).all()

    def test_where_each_debtor_has_a_day_of_their_own_that_day_speaks(
        self, card: Scorecard
    ) -> None:
        assert card.shape.late < 0.5
        assert card.shape.early < 0.5

    def test_half_are_paid_by_the_day_that_is_told(self, book: Frames, card: Scorecard) -> None:
        known = scoring.score(book, card, ON).traits
        view = card.outlook(known, card.chance(known))
        for share in (0.2, 0.5, 0.9):
            reached = view.reached(np.full(len(known.delay), share))
            assert (view.unpaid(reached) <= share + 1e-6).all()
            assert (view.unpaid(reached - 0.01) >= share - 0.02).all()

    def test_the_chance_of_being_unpaid_never_rises_and_meets_that_of_lateness(
        self, book: Frames, card: Scorecard
    ) -> None:
        known = scoring.score(book, card, ON).traits
        chance = card.chance(known)
        view = card.outlook(known, chance)
        days = [view.unpaid(np.full(len(chance), float(n))) for n in range(-40, 90, 5)]
        for earlier, later in pairwise(days):
            assert (later <= earlier + 1e-9).all()
        assert np.allclose(view.unpaid(np.zeros(len(chance))), chance)

    def test_the_first_models_kept_in_the_database_are_still_read(self, card: Scorecard) -> None:
        kept = {
            name: value
            for name, value in card.to_json().items()
            if name not in ("plain", "plain_shares")
        }
        assert (scorecard.from_json(kept).shape.early, scorecard.from_json(kept).shape.late) == (
            0,
            0,
        )


class TestCash:
    def test_weeks_hold_no_more_than_is_open(self, book: Frames, told: Scores) -> None:
        ahead = cash.weeks(book, told)
        assert len(ahead) == 13
        assert ahead[0].first == ON + timedelta(days=1)
        assert sum(week.expected_cents for week in ahead) <= int(told.balance.sum())
        for week in ahead:
            assert 0 <= week.low_cents <= week.expected_cents <= week.high_cents

    def test_the_band_of_a_sum_of_weeks_holds_the_sum_and_no_more_than_is_open(
        self, book: Frames, told: Scores
    ) -> None:
        ahead, whole, so_far = cash.weeks(book, told), int(told.balance.sum()), 0
        for week in ahead:
            so_far += week.expected_cents
            assert week.sum_low_cents is not None
            assert week.sum_high_cents is not None
            assert 0 <= week.sum_low_cents <= so_far <= week.sum_high_cents <= whole
        assert so_far <= whole
        one, four = ahead[0], ahead[3]
        assert (four.sum_low_cents or 0) > (one.sum_low_cents or 0)

    def test_the_sum_of_four_weeks_comes_within_its_band(self, book: Frames) -> None:
        held = []
        for number in range(300, 600, 28):
            on = books.day(number)
            scored = scoring.score(book, scorecard.fit(book, on), on)
            week = cash.weeks(book, scored)[3]
            asked = np.isin(book.entries.receivable, scored.title)
            span = (book.entries.on > ordinal(on)) & (book.entries.on <= ordinal(week.last))
            came = book.entries.principal[asked & span].sum()
            held.append((week.sum_low_cents or 0) <= came <= (week.sum_high_cents or 0))
        assert np.mean(held) >= 0.6

    def test_the_band_holds_about_what_it_says(self, record: Record) -> None:
        assert record.held_pct is not None
        assert 70 <= record.held_pct <= 95
        assert record.bias_pct is not None
        assert abs(record.bias_pct) < 15
        assert all(week.last <= ON for week in record.next_week)

    def test_a_week_that_may_well_bring_nothing_begins_at_nothing(self) -> None:
        one = [Title(1, n, n + 10, 100, ((n + 12, "payment", 100),)) for n in range(0, 300, 7)]
        story = build([*one, Title(1, 301, 311, 100)])
        found = scorecard.fit(story, day(303))
        ahead = cash.weeks(story, scoring.score(story, found, day(303)))
        seldom = [week for week in ahead if 0 < week.expected_cents < 80]
        assert seldom
        assert all(week.low_cents == 0 for week in seldom)
        assert all(week.high_cents >= week.expected_cents for week in ahead)

    def test_weeks_that_vary_more_make_a_wider_band(self, book: Frames, told: Scores) -> None:
        narrow, wide = cash.weeks(book, told, 0.5), cash.weeks(book, told, 4.0)
        for one, other in zip(narrow, wide, strict=True):
            assert one.expected_cents == other.expected_cents
            assert one.high_cents <= other.high_cents
            assert one.low_cents >= other.low_cents

    def test_four_and_thirteen_weeks_are_told_together_and_compared_with_what_came(
        self, record: Record
    ) -> None:
        assert (len(record.months), len(record.quarters)) == (4, cash.QUARTERS)
        for weeks, spans in ((4, record.months), (13, record.quarters)):
            assert spans[0].last <= ON
            for span in spans:
                assert (span.last - span.first).days == 7 * weeks - 1
                assert span.low_cents <= span.expected_cents <= span.high_cents
                assert abs(span.expected_cents - span.came_cents) < span.came_cents / 2
        assert all(
            one.first - later.first == timedelta(days=28)
            for spans in (record.months, record.quarters)
            for one, later in pairwise(spans)
        )

    def test_weeks_before_the_first_title_are_no_test(self) -> None:
        record = cash.look_back(build([Title(1, 398, 430, 100)]), day(400))
        assert record.held_pct is None
        assert (record.next_week, record.months, record.quarters) == ((), (), ())

    def test_the_look_back_does_not_see_ahead(self) -> None:
        past = [Title(1, n, n + 10, 100, ((n + 12, "payment", 100),)) for n in range(0, 300, 7)]
        ahead = [Title(1, n, n + 10, 100, ((n + 90, "payment", 100),)) for n in range(301, 360, 7)]
        assert cash.look_back(build(past), day(300)) == cash.look_back(
            build([*past, *ahead]), day(300)
        )
