"""What comes in parts is told by one figure, learned from the company's own past four weeks."""

import numpy as np
import pytest

from bpo.analytics import cash, scorecard, scoring
from bpo.analytics.cash import CashWeek
from bpo.analytics.frames import Frames, day_of, ordinal
from bpo.analytics.scoring import Scores
from bpo.world import parameters
from tests.analytics import books
from tests.analytics.ledger import Title, build, day


@pytest.fixture(scope="module")
def short() -> Frames:
    world = next(world for world in parameters.built_in() if world.name == "unwilling")
    return books.short(world, 7, 60)


@pytest.fixture(scope="module")
def told(short: Frames) -> Scores:
    on = day_of(int(short.entries.on.max()) - 60)
    return scoring.score(short, scorecard.fit(short, on), on)


def test_where_invoices_are_paid_in_parts_more_comes_than_whole_ones_explain(
    short: Frames,
) -> None:
    off, last = np.zeros(2), int(short.entries.on.max())
    for back in (60, 100, 140):
        on = day_of(last - back)
        record = cash.look_back(short, on)
        assert record.parts > 1.1
        told = scoring.score(short, scorecard.fit(short, on), on)
        said = [
            sum(week.expected_cents for week in ahead[: cash.MONTH])
            for ahead in (cash.weeks(short, told), cash.by({"parts": record.parts}, short, told))
        ]
        off += np.abs(np.array(said) - came_of(short, told))
    assert off[1] < off[0]


def test_where_they_are_paid_whole_nothing_is_added() -> None:
    book = books.habits(2, by_chance=False, drift=0.1).frames()
    assert cash.look_back(book, books.day(600)).parts < 1.03


def test_parts_bring_more_and_never_less() -> None:
    """Both debtors stop paying twelve weeks before: less came than was told."""
    story = [
        Title(who, n, n + 10, 100, ((n + 12, "payment", 100),) if n < 300 else ())
        for who in (1, 2)
        for n in range(0, 390, 7)
    ]
    found = cash.look_back(build(story), day(390))
    assert found.bias_pct is not None
    assert (found.bias_pct > 20, found.parts) == (True, 1.0)


def test_four_weeks_are_raised_and_what_follows_stays(short: Frames, told: Scores) -> None:
    plain, raised = (cash.weeks(short, told, parts=parts) for parts in (1.0, 1.2))
    for n, (one, other) in enumerate(zip(plain, raised, strict=True)):
        times = 1.2 if n < cash.MONTH else 1.0
        assert other.expected_cents == pytest.approx(one.expected_cents * times, abs=2)
        assert bounds(other)[1] >= bounds(one)[1]


def test_however_much_comes_in_parts_not_all_that_is_open_is_taken_for_certain(
    short: Frames, told: Scores
) -> None:
    ahead, so_far = cash.weeks(short, told, parts=1e6), 0
    assert sum(week.expected_cents for week in ahead) < 0.99 * told.balance.sum()
    for week in ahead:
        so_far += week.expected_cents
        low, high = bounds(week)
        assert week.expected_cents >= 0
        assert low <= so_far <= high <= told.balance.sum()


def bounds(week: CashWeek) -> tuple[int, int]:
    assert week.sum_low_cents is not None
    assert week.sum_high_cents is not None
    return week.sum_low_cents, week.sum_high_cents


def came_of(book: Frames, told: Scores) -> int:
    """Of what was open, the money of the four weeks after."""
    after, asked = (
        book.entries.on - ordinal(told.as_of),
        np.isin(book.entries.receivable, told.title),
    )
    return int(book.entries.principal[asked & (after > 0) & (after <= 28)].sum())
