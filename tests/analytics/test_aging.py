"""Ageing: every centavo in one bucket, for the workspace and for each debtor."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from bpo.analytics import aging
from bpo.domain.books.receivables import AGING_FINE
from tests.analytics import ledger
from tests.analytics.ledger import Title, day

STORY = [
    Title(debtor=1, issue=0, due=10, cents=500),
    Title(debtor=1, issue=0, due=100, cents=200),
    Title(debtor=2, issue=0, due=60, cents=900, entries=((70, "payment", 300),)),
    Title(debtor=3, issue=0, due=60, cents=800, entries=((70, "payment", 800),)),
    Title(debtor=3, issue=200, due=230, cents=100),
]


def test_each_debtor_has_a_row_most_overdue_first() -> None:
    table = aging.by_debtor(ledger.build(STORY), day(75))
    assert table["debtor_id"].tolist() == [2, 1]
    assert table["overdue_cents"].tolist() == [600, 500]
    assert table["open_cents"].tolist() == [600, 700]
    assert table["61-90"].tolist() == [0, 500]
    assert table["days_late"].tolist() == [15, 65]
    assert table["overdue_count"].tolist() == [1, 1]
    assert set(table.dtypes) == {pd.Series([1]).dtype}


def test_who_owes_nothing_overdue_is_no_top_debtor() -> None:
    built = ledger.build(STORY)
    assert aging.top_debtors(built, day(5)).empty
    assert aging.top_debtors(built, day(75), 1)["debtor_id"].tolist() == [2]


def test_finer_buckets_are_the_same_money() -> None:
    built = ledger.build(STORY)
    fine = aging.totals(built, day(75), AGING_FINE)
    assert fine.cents["1-15"] == 600
    assert fine.count["1-15"] == 1
    assert sum(fine.cents.values()) == sum(aging.totals(built, day(75)).cents.values()) == 1_300


@ledger.few
@given(ledger.stories(), st.integers(0, 520))
def test_debtors_add_up_to_the_workspace(story: list[Title], number: int) -> None:
    built = ledger.build(story)
    table, totals = aging.by_debtor(built, day(number)), aging.totals(built, day(number))
    for name, cents in totals.cents.items():
        assert int(table[name].sum()) == cents
    assert int(table["open_count"].sum()) == sum(totals.count.values())
    assert (table["overdue_cents"] > 0).equals(table["days_late"] > 0)
    assert table["overdue_cents"].is_monotonic_decreasing
