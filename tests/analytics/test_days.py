"""The table of days says of each day what the metrics say of it, and later facts do not matter."""

import random
from datetime import date, timedelta

import pandas as pd
import pytest

from bpo.analytics import aging, collection, days, frames
from bpo.analytics.frames import ordinal
from bpo.domain.books.receivables import EntryKind

START = date(2025, 1, 1)


def _day(dice: random.Random, span: int) -> date:
    return START + timedelta(days=dice.randint(0, span))


def drawn(seed: int, size: int = 120) -> tuple[list[dict], list[dict]]:
    """Titles paid in full or part, twice, given back and paid again; some settled before issue."""
    dice = random.Random(seed)
    titles, entries = [], []
    for number in range(size):
        issue = _day(dice, 600)
        due = issue + timedelta(days=dice.randint(-3, 60))
        amount = dice.randint(1, 1_000_000)
        titles.append(
            {"receivable_id": number, "debtor_id": number % 9, "issue_date": issue}
            | {"due_date": due, "effective_due_date": due + timedelta(days=dice.choice([0, 0, 2]))}
            | {"amount_cents": amount}
        )
        left, on = amount, due + timedelta(days=dice.randint(-70, 130))
        while left and dice.random() < 0.7:
            cents = dice.choice([left, dice.randint(1, left)])
            kind = dice.choice([*EntryKind, EntryKind.PAYMENT, EntryKind.PAYMENT])
            if kind is EntryKind.REVERSAL:
                cents = -dice.randint(0, amount - left)
            entries.append(
                {"receivable_id": number, "on": on, "kind": kind.value, "principal_cents": cents}
                | {"charges_cents": dice.choice([0, 0, 9])}
            )
            left -= cents
            on += timedelta(days=dice.randint(0, 40))
    return titles, entries


def built(titles: list[dict], entries: list[dict]) -> frames.Frames:
    return frames.build(pd.DataFrame(titles), pd.DataFrame(entries))


@pytest.mark.parametrize("seed", range(6))
def test_each_day_says_what_the_metrics_say_of_it(seed):
    book = built(*drawn(seed))
    last = START + timedelta(days=720)
    table = days.table(book, START, last)
    for back in random.Random(seed).sample(range(700), 25):
        day = last - timedelta(days=back)
        assert days.metrics(table, day) == collection.metrics(book, day), day
        counts = tuple(aging.totals(book, day).count.values())
        assert tuple(table.loc[ordinal(day), list(days.COUNTS)]) == counts


@pytest.mark.parametrize("seed", range(6))
def test_facts_of_later_days_change_no_day_before(seed):
    titles, entries = drawn(seed)
    day = START + timedelta(days=400)
    early = [row for row in entries if row["on"] <= day]
    prepaid = {row["receivable_id"] for row in early}
    seen = [r for r in titles if r["issue_date"] <= day or r["receivable_id"] in prepaid]
    known = built(seen, early)
    assert days.table(known, START, day).equals(days.table(built(titles, entries), START, day))


def test_the_days_that_differ_are_named():
    book = built(*drawn(1))
    table = days.table(book, START, START + timedelta(days=9))
    stored = table.iloc[:8].copy()
    stored.loc[ordinal(START) + 2, "open_age"] += 1
    assert days.differing(stored, table) == [START + timedelta(days=n) for n in (2, 8, 9)]
    assert days.differing(table, table) == []


def test_enough_days_are_read_for_the_months_counted_back():
    assert days.reach(date(2026, 11, 25)) == date(2024, 11, 1)
