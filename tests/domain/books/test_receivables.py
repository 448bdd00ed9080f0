"""One receivable through its days: open, overdue, paid, withdrawn, and back again."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpo.domain.books import receivables
from bpo.domain.books.receivables import (
    AGING,
    AGING_FINE,
    CLOSED,
    UNSETTLED,
    Entry,
    EntryKind,
    Status,
)

SATURDAY, MONDAY, TUESDAY = date(2026, 11, 7), date(2026, 11, 9), date(2026, 11, 10)


def davi(*entries: Entry) -> receivables.Receivable:
    return receivables.Receivable(100_00, SATURDAY, MONDAY, entries)


def test_a_title_due_on_saturday_is_overdue_on_tuesday() -> None:
    assert receivables.status(davi(), MONDAY) == Status.OPEN
    assert receivables.status(davi(), TUESDAY) == Status.OVERDUE
    assert receivables.days_late(davi(), MONDAY) == 0
    assert receivables.days_late(davi(), TUESDAY) == 3


def test_a_partial_payment_leaves_it_overdue_with_the_rest() -> None:
    part = davi(Entry(TUESDAY, EntryKind.PAYMENT, 60_00))
    assert receivables.balance(part, TUESDAY) == 40_00
    assert receivables.status(part, TUESDAY) == Status.OVERDUE


def test_any_past_day_can_be_rebuilt() -> None:
    wednesday = TUESDAY + timedelta(days=1)
    title = davi(
        Entry(TUESDAY, EntryKind.PAYMENT, 100_00), Entry(wednesday, EntryKind.REVERSAL, -100_00)
    )
    by_day = [receivables.status(title, day) for day in (SATURDAY, TUESDAY, wednesday)]
    assert by_day == [Status.OPEN, Status.PAID, Status.OVERDUE]


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (EntryKind.PAYMENT, Status.PAID),
        (EntryKind.DISCOUNT, Status.PAID),
        (EntryKind.WITHDRAWAL, Status.WITHDRAWN),
        (EntryKind.WRITE_OFF, Status.WRITTEN_OFF),
    ],
)
def test_why_it_closed_is_kept(kind: EntryKind, status: Status) -> None:
    closed = davi(Entry(SATURDAY, EntryKind.PAYMENT, 60_00), Entry(MONDAY, kind, 40_00))
    assert receivables.status(closed, TUESDAY) == status
    assert status in CLOSED


def test_an_undone_withdrawal_no_longer_counts() -> None:
    title = davi(
        Entry(SATURDAY, EntryKind.WITHDRAWAL, 100_00),
        Entry(MONDAY, EntryKind.WITHDRAWAL, -100_00),
        Entry(MONDAY, EntryKind.PAYMENT, 100_00),
    )
    assert receivables.status(title, MONDAY) == Status.PAID


def test_states_are_either_settled_or_not() -> None:
    assert {Status.OPEN, Status.OVERDUE} == UNSETTLED
    assert not UNSETTLED & CLOSED


@pytest.mark.parametrize(
    ("days", "name"),
    [(0, "current"), (1, "1-30"), (30, "1-30"), (31, "31-60"), (90, "61-90"), (91, "90+")],
)
def test_ninety_days_are_not_more_than_ninety(days: int, name: str) -> None:
    assert receivables.bucket(days) == name


@given(st.integers(0, 2_000), st.sampled_from([AGING, AGING_FINE]))
def test_every_day_has_one_bucket(days: int, buckets: tuple[receivables.Bucket, ...]) -> None:
    fitting = [b.name for b in buckets if b.first <= days and (b.last is None or days <= b.last)]
    assert fitting == [receivables.bucket(days, buckets)]
