"""Davi promises; Ana records; the calendar judges."""

from dataclasses import replace

import pytest

from bpo.domain.desk import disputes, promises
from bpo.domain.desk.promises import Promise, State
from bpo.domain.reminders import holds
from bpo.kernel.calendar import Calendar
from bpo.kernel.errors import BadInput, Conflict
from tests.domain.stories import day

BR = Calendar("br")
PROMISE = Promise(10_000, day("2026-03-03"), day("2026-03-06"))  # a Friday


def judged(today: str, *payments: tuple[str, int]) -> State:
    return promises.judge(PROMISE, [(day(on), cents) for on, cents in payments], day(today), BR)


def test_kept_through_one_business_day_after():
    assert judged("2026-03-09", ("2026-03-09", 10_000)) == State.KEPT
    assert judged("2026-03-10", ("2026-03-10", 10_000)) == State.BROKEN


def test_nearly_all_is_kept_a_part_is_partly_kept_only_when_over():
    assert judged("2026-03-09", ("2026-03-05", 9_500)) == State.KEPT
    assert judged("2026-03-09", ("2026-03-05", 9_499)) == State.ACTIVE
    assert judged("2026-03-10", ("2026-03-05", 9_499)) == State.PARTLY_KEPT


def test_what_was_paid_before_the_promise_does_not_count():
    assert judged("2026-03-10", ("2026-03-02", 10_000)) == State.BROKEN


def test_an_active_promise_holds_through_its_last_day():
    hold = promises.hold(PROMISE, BR)
    assert hold is not None
    assert holds.is_active(hold, day("2026-03-09"))
    assert not holds.is_active(hold, day("2026-03-10"))
    assert promises.hold(replace(PROMISE, state=State.BROKEN), BR) is None


def test_promises_that_make_no_sense_are_refused():
    for wrong in (
        replace(PROMISE, amount_cents=0),
        replace(PROMISE, promised_for=day("2026-03-02")),
        replace(PROMISE, promised_for=day("2026-12-01")),
    ):
        with pytest.raises(BadInput):
            promises.check(wrong)
    assert promises.check(PROMISE) is PROMISE


def test_legal_moves_of_promises_and_disputes():
    assert promises.move(State.ACTIVE, State.BROKEN) == State.BROKEN
    with pytest.raises(Conflict):
        promises.move(State.CANCELLED, State.ACTIVE)
    assert disputes.move(disputes.State.OPEN, disputes.State.UPHELD)
    with pytest.raises(Conflict):
        disputes.move(disputes.State.UPHELD, disputes.State.REJECTED)
    assert disputes.move(disputes.State.PARTLY_UPHELD, disputes.State.OPEN)
    assert set(promises.TRANSITIONS) == set(State)
    assert set(disputes.TRANSITIONS) == set(disputes.State)


def test_an_open_dispute_holds_without_end():
    hold = disputes.hold(disputes.State.OPEN, day("2026-03-03"))
    assert hold is not None
    assert holds.is_active(hold, day("2030-01-01"))
    assert disputes.hold(disputes.State.REJECTED, day("2026-03-03")) is None
