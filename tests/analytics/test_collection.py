"""The metrics of collection: equal to a published sample, to hand counts and to single rules."""

import csv
import json
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpo.analytics import collection, frames
from bpo.analytics.frames import Frames
from bpo.domain.books import receivables
from tests.analytics import ledger
from tests.analytics.ledger import Title, day

MONTH_ENDS = ["2012-06-30", "2013-03-31", "2013-09-30"]


def _day(text: str) -> date:
    return datetime.strptime(text, "%m/%d/%Y").date()  # noqa: DTZ007


@pytest.fixture(scope="module")
def sample(shared_data: Path) -> Frames:
    """The public sample of 2,466 settled invoices."""
    path = shared_data / "datasets/ibm-wa/WA_Fn-UseC_-Accounts-Receivable.csv"
    with path.open() as lines:
        rows = list(csv.DictReader(lines))
    cents = [int(Decimal(row["InvoiceAmount"]) * 100) for row in rows]
    numbers = range(len(rows))
    due = [_day(row["DueDate"]) for row in rows]
    titles = pd.DataFrame(
        {
            "receivable_id": numbers,
            "debtor_id": pd.factorize(pd.Series([row["customerID"] for row in rows]))[0],
            "issue_date": [_day(row["InvoiceDate"]) for row in rows],
            "due_date": due,
            "effective_due_date": due,
            "amount_cents": cents,
        }
    )
    settled = [_day(row["SettledDate"]) for row in rows]
    entries = pd.DataFrame(
        {"receivable_id": numbers, "on": settled, "kind": "payment", "principal_cents": cents}
    )
    return frames.build(titles, entries)


@pytest.mark.parametrize("month_end", MONTH_ENDS)
def test_the_sample_gives_the_published_figures(
    sample: Frames, shared_data: Path, month_end: str
) -> None:
    goldens = json.loads((shared_data / "vectors/metrics_goldens_ibm.json").read_text())
    assert collection.metrics(sample, date.fromisoformat(month_end)).as_json() == goldens[month_end]


def test_nothing_at_all_is_undefined_not_zero() -> None:
    empty = collection.metrics(ledger.build([]), day(0)).as_json()
    figures = {name for name, value in empty.items() if value is None}
    assert figures == {
        "dso_simple_90",
        "bpdso_90",
        "add",
        "true_dso_open",
        "pmr_month",
        "avg_delay_month",
        "cei_month",
        "delinq_gt0_pct",
        "delinq_gt30_pct",
    }
    assert (empty["open_cents"], empty["dso_countback"]) == (0, 0)


def test_davis_month_counted_by_hand() -> None:
    story = [
        Title(1, issue=0, due=10, cents=90_000, entries=((20, "payment", 90_000),)),
        Title(1, issue=5, due=15, cents=30_000, entries=((25, "payment", 10_000),)),
        Title(2, issue=24, due=54, cents=60_000),
    ]
    figures = collection.metrics(ledger.build(story), day(25))  # 30 January
    assert (figures.open_cents, figures.open_count) == (80_000, 2)
    assert figures.aging_cents == {
        "current": 60_000,
        "1-30": 20_000,
        "31-60": 0,
        "61-90": 0,
        "90+": 0,
    }
    assert figures.dso_simple_90 == 40.0  # 80,000 / 180,000 x 90
    assert figures.bpdso_90 == 30.0
    assert figures.add == 10.0
    assert figures.true_dso_open == 5.75  # (20,000 x 20 + 60,000 x 1) / 80,000
    assert figures.pmr_month == 20.0
    assert figures.avg_delay_month == 10.0
    assert figures.delinq_gt0_pct == 25.0
    assert (figures.issued_month_cents, figures.received_month_cents) == (180_000, 100_000)
    assert figures.cei_month == 83.3333  # 100,000 of 120,000 that could be collected
    assert figures.dso_countback == 13.3333  # 80,000 of the month's 180,000, over 30 days


def test_a_title_due_on_a_closed_day_is_late_from_its_original_day() -> None:
    frames_ = ledger.build([Title(1, issue=0, due=10, cents=100, closed_days=2)])
    assert collection.metrics(frames_, day(12)).delinq_gt0_pct == 0.0
    assert collection.metrics(frames_, day(13)).delinq_gt0_pct == 100.0
    assert collection.metrics(frames_, day(41)).delinq_gt30_pct == 100.0


def test_only_money_is_received_and_what_is_given_back_is_not() -> None:
    story = [
        Title(1, 0, 30, 100, ((5, "write_off", 100),)),
        Title(1, 0, 30, 100, ((6, "withdrawal", 100),)),
        Title(1, 0, 30, 100, ((7, "payment", 100), (8, "reversal", -100))),
        Title(1, 0, 30, 100, ((7, "payment", 60),)),
    ]
    figures = collection.metrics(ledger.build(story), day(10))
    assert (figures.received_month_cents, figures.open_cents) == (60, 140)
    assert figures.pmr_month == pytest.approx(7 - 100 / 60, abs=1e-4)


def test_late_charges_are_money_received_but_no_balance() -> None:
    titles = pd.DataFrame([(1, 1, day(0), day(5), day(5), 100)], columns=list(frames.RECEIVABLES))
    entries = pd.DataFrame(
        [(1, day(9), "payment", 100, 7)], columns=[*frames.ENTRIES, "charges_cents"]
    )
    figures = collection.metrics(frames.build(titles, entries), day(20))
    assert (figures.received_month_cents, figures.open_cents) == (107, 0)


def test_no_sales_in_ninety_days_leaves_the_dso_undefined() -> None:
    figures = collection.metrics(ledger.build([Title(1, 0, 30, 100)]), day(90))
    assert figures.dso_simple_90 is None
    assert figures.add is None
    assert figures.delinq_gt0_pct == 100.0


def test_the_window_of_sales_is_ninety_days_with_its_last_day() -> None:
    frames_ = ledger.build([Title(1, 0, 30, 100)])
    assert collection.metrics(frames_, day(89)).dso_simple_90 == 90.0


def test_the_countback_walks_over_months_without_sales() -> None:
    story = [Title(1, 0, 10, 100), Title(1, 60, 90, 50)]  # January and March 2026
    # March: 11 days of 50; February: 28 days of nothing; January: 31 days, 100 of 100
    assert collection.metrics(ledger.build(story), day(65)).dso_countback == 70.0


def test_the_countback_takes_a_share_of_its_last_month() -> None:
    story = [Title(1, 0, 10, 100, ((1, "payment", 75),)), Title(1, 60, 90, 50)]
    assert collection.metrics(ledger.build(story), day(65)).dso_countback == 46.75


def test_the_countback_ends_after_two_years() -> None:
    days = collection.metrics(ledger.build([Title(1, 0, 10, 100)]), day(1_500)).dso_countback
    assert days is not None
    assert 365 + 330 < days < 740


@ledger.few
@given(ledger.stories(), st.integers(-5, 520))
def test_balances_and_ageing_are_those_of_each_receivable(story: list[Title], number: int) -> None:
    as_of = day(number)
    known = [(t, r) for t, r in ledger.one_by_one(story) if t.issue <= number]
    figures = collection.metrics(ledger.build(story), as_of)
    assert figures.open_cents == sum(receivables.balance(r, as_of) for _, r in known)
    assert figures.open_count == sum(receivables.balance(r, as_of) > 0 for _, r in known)
    for bucket, cents in figures.aging_cents.items():
        assert cents == sum(
            receivables.balance(r, as_of)
            for _, r in known
            if receivables.bucket(receivables.days_late(r, as_of)) == bucket
        )


@ledger.few
@given(ledger.stories(), st.integers(0, 520))
def test_the_figures_agree_with_one_another(story: list[Title], number: int) -> None:
    figures = collection.metrics(ledger.build(story), day(number))
    assert sum(figures.aging_cents.values()) == figures.open_cents
    if figures.dso_simple_90 is not None:
        assert figures.bpdso_90 is not None
        assert figures.add == pytest.approx(figures.dso_simple_90 - figures.bpdso_90, abs=2e-4)
    if figures.delinq_gt0_pct is not None:
        assert figures.delinq_gt30_pct is not None
        assert 0 <= figures.delinq_gt30_pct <= figures.delinq_gt0_pct <= 100
    assert (figures.delinq_gt0_pct is None) == (figures.open_cents == 0)


@ledger.few
@given(ledger.stories(), st.integers(0, 200))
def test_what_happens_after_a_day_does_not_change_it(story: list[Title], number: int) -> None:
    known = [
        replace(title, entries=tuple(entry for entry in title.entries if entry[0] <= number))
        for title in story
    ]
    past = [title for title in known if title.issue <= number or title.entries]
    now = collection.metrics(ledger.build(story), day(number))
    assert now == collection.metrics(ledger.build(past), day(number))


def test_money_that_comes_before_its_invoice_is_received_all_the_same() -> None:
    frames_ = ledger.build([Title(1, issue=5, due=30, cents=100, entries=((3, "payment", 40),))])
    early, later = (collection.metrics(frames_, day(n)) for n in (4, 5))
    assert (early.received_month_cents, early.open_cents) == (40, 0)
    assert (later.received_month_cents, later.open_cents) == (40, 60)
