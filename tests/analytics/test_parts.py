"""Every figure is the sum of what it is made of, on random books, whole and by segment."""

import random
from datetime import timedelta

import numpy as np
import pytest

from bpo.analytics import collection, parts, recovery, segments
from bpo.analytics.definitions import DEFINITIONS
from bpo.analytics.frames import balances, days_late
from bpo.analytics.segments import Traits
from tests.analytics.test_days import START, built, drawn

WITHOUT_PARTS = {
    "aging_cents",
    "dso_countback",
    "expected_cents",
    "due_cents",
    "roll_pct",  # one for each age: roll_1-30
    "promises_kept_pct",  # made of promises and plans: tests/web/test_commitments.py
    "plans_broken_pct",
}
LOST = ((0, 5), (15, 20), (30, 50), (60, 100), (90, 250), (180, 500), (10**6, 1000))
"""Late by at most so many days: lost of a thousand."""
DEBTORS = {
    number: Traits(f"D{number}", "ABC"[number % 3] if number else None, ("x", "y")[: number % 3])
    for number in range(9)
}


def told(book, day) -> dict[str, float | int | None]:
    metrics = collection.metrics(book, day).as_json()
    ages = metrics.pop("aging_cents")
    metrics |= {f"aging_{name}": cents for name, cents in ages.items()}
    monday = day - timedelta(days=day.weekday())
    week = collection.money_within(book, monday, day)
    open_, late = balances(book, day), days_late(book, day)
    rolls = recovery.rolls(book, day.replace(day=1) - timedelta(days=1), day)
    rolled = rolls.set_index("bucket")["roll_pct"].to_dict()
    lost, after = 0, -1
    for last, mille in LOST:
        lost += (int(open_[(late > after) & (late <= last)].sum()) * mille + 500) // 1000
        after = last
    metrics |= {f"roll_{age}": None if pct != pct else pct for age, pct in rolled.items()}
    return metrics | {
        "expected_loss_cents": lost,
        "overdue_cents": metrics["open_cents"] - ages["current"],
        "received_week_cents": int((book.entries.principal + book.entries.charges)[week].sum()),
    }


@pytest.mark.parametrize("seed", range(4))
def test_a_figure_is_counted_from_its_parts_alone(seed):
    book = built(*drawn(seed))
    for back in random.Random(seed).sample(range(20, 600), 6):
        day = START + timedelta(days=back)
        known = told(book, day)
        for key in parts.KEYS:
            found = parts.of(book, key, day)
            assert found.value == known[key], (key, day)
            if key == "expected_loss_cents":
                assert sum(part.total for part in found.parts) == known["open_cents"]
            elif DEFINITIONS.get(key) and DEFINITIONS[key].unit == "cents":
                assert found.parts[0].total == found.value


def test_every_defined_figure_has_a_way_down_or_says_why_not():
    assert set(DEFINITIONS) - set(parts.KEYS) == WITHOUT_PARTS
    assert {key for key in parts.KEYS if key not in DEFINITIONS} == {
        key for key in parts.KEYS if key.startswith(("aging_", "roll_"))
    }


@pytest.mark.parametrize("by", ["class", "band", "debtor"])
def test_segments_come_to_the_whole_and_count_as_books_of_their_own(by):
    book, day = built(*drawn(3)), START + timedelta(days=400)
    found = segments.split(book, by, DEBTORS)
    assert np.array_equal(sum(found.values()), np.ones(len(book.receivables.ids)))
    some = [collection.metrics(segments.only(book, which), day) for which in found.values()]
    whole = collection.metrics(book, day)
    for key in ("open_cents", "open_count", "issued_month_cents", "received_month_cents"):
        assert sum(getattr(one, key) for one in some) == getattr(whole, key)


def test_a_debtor_of_two_tags_is_in_both_and_one_of_none_apart():
    book = built(*drawn(2))
    found = segments.split(book, "tag", DEBTORS)
    assert set(found) == {"-", "x", "y"}
    open_ = balances(book, START + timedelta(days=300))
    assert open_[found["y"] & ~found["x"]].sum() == 0
