"""Frames are checked once: gaps, fractions, strangers and excess are refused by name."""

from typing import Any

import pandas as pd
import pytest

from bpo.analytics import frames
from tests.analytics import ledger
from tests.analytics.ledger import day

TITLE: dict[str, Any] = {
    "receivable_id": 7,
    "debtor_id": 1,
    "issue_date": day(0),
    "due_date": day(30),
    "effective_due_date": day(31),
    "amount_cents": 1_000,
}
ENTRY: dict[str, Any] = {
    "receivable_id": 7,
    "on": day(5),
    "kind": "payment",
    "principal_cents": 400,
}


def _build(title: dict[str, Any], *entries: dict[str, Any]) -> frames.Frames:
    rows = pd.DataFrame(list(entries), columns=list(entries[0]) if entries else frames.ENTRIES)
    return frames.build(pd.DataFrame([title]), rows if entries else ledger.typed(rows))


def test_balances_follow_the_entries() -> None:
    built = _build(TITLE, ENTRY)
    by_day = [int(frames.balances(built, day(n))[0]) for n in (-1, 0, 4, 5)]
    assert by_day == [0, 1_000, 1_000, 600]
    assert [int(frames.days_late(built, day(n))[0]) for n in (31, 32)] == [0, 2]


def test_days_are_counted_and_named_again() -> None:
    assert frames.day_of(frames.ordinal(day(123))) == day(123)


@pytest.mark.parametrize("unit", ["s", "us", "ns"])
def test_dates_may_come_in_any_resolution(unit: str) -> None:
    titles = pd.DataFrame([TITLE])
    for column in ("issue_date", "due_date", "effective_due_date"):
        titles[column] = pd.to_datetime(titles[column]).astype(f"datetime64[{unit}]")
    built = frames.build(titles, pd.DataFrame([ENTRY]))
    assert frames.day_of(built.receivables.due[0]) == day(30)


def test_integers_that_allow_gaps_are_fine_without_them() -> None:
    titles = pd.DataFrame([TITLE]).astype({"amount_cents": "Int64"})
    assert frames.build(titles, pd.DataFrame([ENTRY])).receivables.amount.tolist() == [1_000]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"amount_cents": 10.5}, "amount_cents is float64, not whole numbers"),
        ({"amount_cents": None}, "amount_cents has gaps"),
        ({"due_date": None}, "due_date has gaps"),
    ],
)
def test_a_wrong_receivable_is_refused(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        _build(TITLE | change, ENTRY)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"receivable_id": 8}, "unknown receivable 8"),
        ({"principal_cents": 1_001}, "exceed the amount of receivable 7"),
        ({"kind": "gift"}, "unknown kinds of entry: gift"),
        ({"on": None}, "on has gaps"),
    ],
)
def test_a_wrong_entry_is_refused(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        _build(TITLE, ENTRY | change)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(ValueError, match="receivables frame has no column amount_cents"):
        frames.build(pd.DataFrame([TITLE]).drop(columns="amount_cents"), pd.DataFrame([ENTRY]))


def test_entries_without_receivables_are_strangers() -> None:
    nothing = ledger.typed(pd.DataFrame(columns=list(frames.RECEIVABLES)))
    with pytest.raises(ValueError, match="unknown receivable 7"):
        frames.build(nothing, pd.DataFrame([ENTRY]))


def test_an_entry_without_a_payment_stands_for_itself() -> None:
    rows = [ENTRY | {"payment_id": 3}, ENTRY | {"payment_id": 3}, ENTRY | {"payment_id": None}]
    title = TITLE | {"amount_cents": 5_000}
    payments = _build(title, *rows).entries.payment.tolist()
    assert payments[0] == payments[1] == 3
    assert payments[2] < 0
