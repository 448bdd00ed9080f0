"""A file says something of a receivable that is recorded: the books follow, and lose no payment."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from bpo.domain.intake import restatements
from bpo.domain.intake.restatements import Recorded, Stated, Verdict

ISSUE, DUE, PAID = date(2026, 9, 1), date(2026, 10, 1), date(2026, 10, 5)
OPEN = Recorded(ISSUE, DUE, 100_00)
cents = st.integers(1, 10**7)


def stated(amount: int = 100_00, due: date = DUE, **more: object) -> Stated:
    return Stated(ISSUE, due, amount, **more)  # type: ignore[arg-type]


def paid(cents: int, on: date = PAID, **more: object) -> Stated:
    return stated(paid_on=on, paid_cents=cents, **more)  # type: ignore[arg-type]


def received(cents: int, **more: object) -> Recorded:
    closed = {"settled_on": PAID} if cents >= 100_00 else {}
    given = {"settled_cents": min(cents, 100_00), "received_cents": cents, "is_touched": True}
    return OPEN._replace(**(given | closed | more))  # type: ignore[arg-type]


def test_the_same_again_changes_nothing() -> None:
    assert restatements.decide(OPEN, stated()) == Verdict()


def test_an_untouched_receivable_follows_the_file() -> None:
    verdict = restatements.decide(OPEN, stated(90_00, date(2026, 10, 15)))
    assert (verdict.is_revised, verdict.is_applied, verdict.remark) == (True, True, None)


def test_one_recorded_by_a_person_or_partly_settled_stays_and_the_row_is_named() -> None:
    for recorded in (OPEN._replace(is_imported=False), received(40_00)):
        verdict = restatements.decide(recorded, stated(90_00))
        assert (verdict.is_applied, verdict.is_rejected, verdict.is_conflict) == (False, True, True)
        assert "90" in str(verdict.remark)


def test_a_payment_is_taken_even_when_the_amounts_differ() -> None:
    recorded = OPEN._replace(is_imported=False)
    verdict = restatements.decide(recorded, paid(103_00, amount=103_00))
    assert (verdict.money_cents, verdict.is_revised, verdict.is_rejected) == (103_00, False, False)
    assert verdict.remark is not None


def test_a_payment_that_a_file_brought_before_is_not_taken_again_even_if_it_was_undone() -> None:
    assert not restatements.decide(OPEN._replace(is_repeated=True), paid(100_00)).is_applied


def test_what_the_file_shows_as_open_stays_as_it_is_recorded() -> None:
    assert restatements.decide(received(100_00), stated()) == Verdict()
    assert restatements.decide(received(40_00), stated()) == Verdict()


def test_the_total_paid_brings_only_what_was_not_known() -> None:
    assert restatements.decide(received(40_00), paid(100_00)).money_cents == 60_00
    assert restatements.decide(received(40_00), paid(105_00)).money_cents == 65_00


def test_what_the_creditor_counts_as_paid_in_full_is_closed_though_charges_came_first() -> None:
    charged = received(100_00, settled_cents=98_00, settled_on=None)
    verdict = restatements.decide(charged, paid(100_00))
    assert (verdict.money_cents, verdict.rebate_cents) == (0, 2_00)
    undone = charged._replace(is_repeated=True)
    assert not restatements.decide(undone, paid(100_00)).is_applied


def test_a_part_that_makes_the_title_whole_is_a_second_payment() -> None:
    assert restatements.decide(received(40_00), paid(60_00)).money_cents == 60_00


def test_the_same_money_under_another_date_is_the_same_money() -> None:
    assert restatements.decide(received(40_00), paid(40_00)) == Verdict()


def test_less_paid_than_is_recorded_adds_nothing_and_is_remarked() -> None:
    verdict = restatements.decide(received(60_00), paid(30_00))
    assert (verdict.money_cents, verdict.is_rejected) == (0, False)
    assert verdict.remark is not None


def test_a_settled_receivable_stays_and_another_date_is_remarked() -> None:
    same_day = restatements.decide(received(100_00), paid(100_00))
    other_day = restatements.decide(received(100_00), paid(100_00, date(2026, 10, 6)))
    assert same_day == Verdict()
    assert (other_day.is_applied, other_day.remark is not None) == (False, True)


def test_a_balance_takes_off_what_no_payment_tells_and_only_once() -> None:
    assert restatements.untold(100_00, 60_00, None) == 40_00
    assert restatements.untold(100_00, 60_00, 40_00) == 0
    assert restatements.untold(100_00, None, None) == 0
    assert restatements.untold(100_00, 130_00, None) == 0
    assert restatements.decide(OPEN, stated(untold_cents=40_00)).rebate_cents == 40_00
    assert restatements.decide(received(40_00), stated(untold_cents=40_00)) == Verdict()
    assert restatements.decide(received(40_00), stated(untold_cents=70_00)).rebate_cents == 30_00


@given(amount=cents, before=st.integers(0, 10**7), now=cents)
def test_the_books_never_know_more_money_than_both_tell_together(
    amount: int, before: int, now: int
) -> None:
    settled = min(before, amount)
    recorded = Recorded(
        ISSUE,
        DUE,
        amount,
        settled,
        PAID if settled == amount else None,
        before,
        is_touched=before > 0,
    )
    verdict = restatements.decide(recorded, Stated(ISSUE, DUE, amount, PAID, now))
    assert 0 <= verdict.money_cents <= now
    if now >= amount:
        assert settled + verdict.money_cents + verdict.rebate_cents >= amount
