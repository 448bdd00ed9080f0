"""What becomes of a contact: no answer is ever taken for a yes, and nothing is sent twice."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpo.domain.reminders import deliveries
from bpo.domain.reminders.deliveries import Cancelled, Silence, Stage, State, TaskKind
from bpo.domain.reminders.reasons import Code
from bpo.domain.reminders.steps import Moment
from bpo.kernel.errors import Conflict

NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)


def outcome(stage, answer, tries=1):
    return deliveries.outcome(stage, answer, tries=tries, now=NOW)


@pytest.mark.parametrize(
    ("stage", "answer", "state"),
    [
        (Stage.CONTENT, 250, State.SENT),
        (Stage.CONTENT, 451, State.FAILED),
        (Stage.CONTENT, 554, State.REFUSED),
        (Stage.CONTENT, Silence.TIMEOUT, State.UNCERTAIN),
        (Stage.CONTENT, Silence.DROPPED, State.UNCERTAIN),
        (Stage.CONTENT, 354, State.UNCERTAIN),
        (Stage.DATA, Silence.TIMEOUT, State.FAILED),
        (Stage.DATA, 451, State.FAILED),
        (Stage.DATA, 554, State.REFUSED),
        (Stage.RCPT, 450, State.FAILED),
        (Stage.RCPT, 550, State.REFUSED),
        (Stage.MAIL, 550, State.REFUSED),
        (Stage.CONNECT, Silence.UNREACHABLE, State.FAILED),
        (Stage.CONNECT, 554, State.FAILED),
        (Stage.RCPT, Silence.DIED, State.UNCERTAIN),
    ],
)
def test_each_answer_at_each_stage(stage, answer, state):
    assert outcome(stage, answer).state == state


def test_only_the_recipients_refusal_marks_the_address():
    assert outcome(Stage.RCPT, 550).bad_address
    assert outcome(Stage.RCPT, 550).task == TaskKind.ADDRESS_REFUSED
    assert not outcome(Stage.MAIL, 550).bad_address
    assert not outcome(Stage.CONTENT, 554).bad_address


def test_five_tries_ever_further_apart_then_a_task():
    waits = [outcome(Stage.RCPT, 450, tries).retry_at for tries in range(1, 6)]
    assert [wait - NOW for wait in waits[:4]] == list(deliveries.BACK_OFF)
    assert waits[4] is None
    assert outcome(Stage.RCPT, 450, 5).task == TaskKind.SEND_FAILED


def test_a_server_that_is_down_stops_the_batch_a_single_refusal_does_not():
    assert outcome(Stage.CONNECT, Silence.UNREACHABLE).stop
    assert outcome(Stage.MAIL, 421).stop
    assert not outcome(Stage.RCPT, 550).stop
    assert not outcome(Stage.RCPT, 450).stop


@given(
    st.sampled_from(Stage),
    st.one_of(st.integers(200, 599), st.sampled_from(Silence)),
    st.integers(1, 9),
)
def test_sent_needs_a_yes_and_what_may_have_arrived_is_never_tried_again(stage, answer, tries):
    found = outcome(stage, answer, tries)
    if found.state == State.SENT:
        assert stage == Stage.CONTENT
        assert 200 <= answer < 300
    if found.state in deliveries.MAY_HAVE_ARRIVED:
        assert found.retry_at is None
    if stage == Stage.CONTENT and isinstance(answer, Silence):
        assert found.state == State.UNCERTAIN
    assert found.state in deliveries.TRANSITIONS[State.SENDING]
    assert (found.task is not None) or found.retry_at or found.state == State.SENT


def test_legal_moves_only():
    assert deliveries.move(State.PLANNED, State.SENDING) == State.SENDING
    for state, to in ((State.SENT, State.PLANNED), (State.UNCERTAIN, State.SENDING)):
        with pytest.raises(Conflict, match="This delivery is already settled"):
            deliveries.move(state, to)
    assert set(deliveries.TRANSITIONS) == set(State)
    assert all(
        State.SENDING not in deliveries.TRANSITIONS[state] for state in deliveries.BY_PERSON_ONLY
    )


def test_why_a_contact_is_cancelled_rather_than_put_off():
    assert deliveries.cancelled_because([Code.PAID, Code.DAILY_CAP]) == Cancelled.PAID
    assert deliveries.cancelled_because([Code.PAYMENT_SEEN]) == Cancelled.PAID
    assert deliveries.cancelled_because([Code.PROMISE]) == Cancelled.HOLD
    assert deliveries.cancelled_because([Code.OPT_OUT]) == Cancelled.OPT_OUT
    for wait in (Code.OUTSIDE_HOURS, Code.STALE, Code.WEEKLY_CAP):
        assert deliveries.cancelled_because([wait]) is None


def test_a_cancelled_step_counts_only_when_a_person_withdrew_it():
    assert deliveries.counts("uncertain", None)
    assert not deliveries.counts("cancelled", "hold")
    assert deliveries.counts("cancelled", "withdrawn")


def test_a_reminder_that_is_no_longer_true_is_outdated():
    due, tomorrow = date(2026, 3, 3), date(2026, 3, 3) + timedelta(days=1)
    assert deliveries.is_outdated(Moment.PRE_DUE, due, due)
    assert not deliveries.is_outdated(Moment.DUE_DAY, due, due)
    assert deliveries.is_outdated(Moment.DUE_DAY, due, tomorrow)
    assert not deliveries.is_outdated(Moment.OVERDUE, due, tomorrow)
    assert deliveries.is_outdated(Moment.OVERDUE, due, due)
    assert deliveries.is_outdated(Moment.INSTALLMENT, tomorrow, due, 3)
    assert not deliveries.is_outdated(Moment.INSTALLMENT, due, tomorrow, 3)
