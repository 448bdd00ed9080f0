"""What a step brought in, and what rolled on or was cured."""

import math

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from bpo.analytics import frames, recovery, segments
from tests.analytics import ledger
from tests.analytics.ledger import Title, day


def _sends(*rows: tuple[int, str, int, int]) -> pd.DataFrame:
    return pd.DataFrame(
        [(receivable, step, day(on), cents) for receivable, step, on, cents in rows],
        columns=list(recovery.SENDS),
    )


def test_money_belongs_to_the_last_step_within_a_week() -> None:
    story = [
        Title(1, 0, 10, 1_000, ((13, "payment", 400), (17, "payment", 600))),
        Title(2, 0, 10, 500, ((30, "payment", 500),)),
    ]
    sends = _sends(
        (100, "d2", 12, 1_000), (101, "d2", 12, 500), (100, "d5", 15, 600), (101, "d5", 15, 500)
    )
    table = recovery.by_step(ledger.build(story), sends, day(99)).set_index("step_key")
    assert table.loc["d2", "recovered_cents"] == 400
    assert table.loc["d5", "recovered_cents"] == 600
    assert table.loc["d2", "recovered_pct"] == 26.6667
    assert table["receivables"].tolist() == [2, 2]


def test_money_before_a_step_or_a_week_after_is_not_its_own() -> None:
    story = [Title(1, 0, 10, 1_000, ((11, "payment", 100), (20, "payment", 900)))]
    table = recovery.by_step(ledger.build(story), _sends((100, "d2", 12, 900)), day(99))
    assert table["recovered_cents"].tolist() == [0]


def test_money_of_a_later_day_is_not_known_yet() -> None:
    story = [Title(1, 0, 10, 1_000, ((13, "payment", 400), (14, "payment", 600)))]
    sends = _sends((100, "d2", 12, 1_000))
    told = [recovery.by_step(ledger.build(story), sends, day(on)) for on in (12, 13, 14)]
    assert [table["recovered_cents"].tolist() for table in told] == [[0], [400], [1_000]]


def test_a_payment_that_was_given_back_followed_nothing() -> None:
    paid = ((13, "payment", 400), (30, "reversal", -400), (14, "payment", 100))
    book = ledger.build([Title(1, 0, 10, 1_000, paid)])
    sends = _sends((100, "d2", 12, 1_000))
    came = book.entries.payment[book.entries.receipt & (book.entries.principal == 400)]
    assert recovery.after(book, sends, day(99)).tolist() == [500]
    assert recovery.after(book, sends, day(99), came.tolist()).tolist() == [100]


def test_no_sends_no_steps() -> None:
    empty = _sends().astype({"receivable_id": "int64", "open_cents": "int64"})
    assert recovery.by_step(ledger.build([Title(1, 0, 10, 100)]), empty, day(99)).empty


def test_what_a_part_of_the_book_renegotiated_is_its_own() -> None:
    paid = tuple((number, "payment", 10) for number in range(20, 25))
    story = [Title(1, 0, 10, 300, ((45, "agreement", 300),)), Title(2, 0, 10, 200, paid)]
    book = ledger.build(story)
    mine = segments.only(book, np.array([True, False]))
    theirs = segments.only(book, np.array([False, True]))
    told = [
        recovery.rolls(part, day(35), day(65))["renegotiated_cents"].sum()
        for part in (mine, theirs, book)
    ]
    assert told == [300, 0, 300]


def test_balances_roll_stay_or_are_cured() -> None:
    story = [
        Title(1, 0, 10, 100),
        Title(1, 0, 10, 200, ((35, "payment", 150),)),
        Title(2, 0, 39, 400),
        Title(3, 0, 10, 900, ((31, "payment", 100), (40, "agreement", 800))),
    ]
    table = recovery.rolls(ledger.build(story), day(30), day(50)).set_index("bucket")
    late = table.loc["1-30"]
    assert (late["open_cents"], late["rolled_cents"], late["cured_cents"]) == (1200, 150, 250)
    assert (late["renegotiated_cents"], late["roll_pct"]) == (800, 12.5)
    assert table.loc["current", "rolled_cents"] == 400
    assert math.isnan(table.loc["90+", "roll_pct"])


@ledger.few
@given(ledger.stories(), st.integers(0, 300), st.integers(0, 90))
def test_nothing_is_lost_between_two_days(story: list[Title], number: int, later: int) -> None:
    built = ledger.build(story)
    table = recovery.rolls(built, day(number), day(number + later))
    parts = table["rolled_cents"] + table["stayed_cents"] + table["cured_cents"]
    parts += table["renegotiated_cents"]
    assert (table.drop(columns=["bucket", "roll_pct"]) >= 0).all(axis=None)
    assert parts.tolist() == table["open_cents"].tolist()
    assert int(table["open_cents"].sum()) == int(frames.balances(built, day(number)).sum())
