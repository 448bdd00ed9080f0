"""Promises to pay, told day by day: kept, kept in part, broken, mended, called off."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from bpo.db import acting_as, driver
from bpo.domain.desk.promises import State
from bpo.kernel import actor as actors
from bpo.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from bpo.models import AuditEntry, Promise, Task
from bpo.queries.people import workspaces
from bpo.queries.reminders import book
from bpo.services.cash import payments
from bpo.services.desk import promises
from bpo.services.desk.promises import Settled
from tests.factories import debts, people
from tests.factories.people import NOW

TODAY = date(2026, 11, 23)
"""A Monday."""
FRIDAY = date(2026, 11, 27)
LAST_DAY = date(2026, 11, 30)
"""One business day after Friday."""


@pytest.fixture
def cast(session):
    return people.cast(session)


@pytest.fixture
def ana(session, cast):
    return people.actor(session, cast.ana)


@pytest.fixture
def program(cast):
    return actors.system([cast.sol.id], name="clock")


@pytest.fixture
def davi(session, cast, program):
    with acting_as(program):
        found = debts.debtor(session, cast.sol)
        debts.receivable(session, found, due=date(2026, 11, 3), cents=1_000_00)
        yield found


@pytest.fixture
def promise(ana, davi):
    return promises.make(ana, davi.workspace_id, davi.id, 500_00, FRIDAY, now=NOW)


def pay(ana, davi, cents, day):
    """Money dated `day`; the clock of the act stands late enough for any day of these stories."""
    later = NOW + timedelta(days=40)
    return payments.record(ana, davi.workspace_id, davi.id, cents, day, now=later)


def judged(program, davi, day):
    return promises.settle_due(program, davi.workspace_id, day, now=NOW)


def state(session, promise):
    session.expire_all()
    return session.get(Promise, (promise.workspace_id, promise.id)).state


def open_tasks(session):
    query = select(Task).where(Task.kind == promises.BROKEN_TASK, Task.state == "open")
    return session.scalars(query).all()


def test_a_promise_pauses_the_reminders_until_its_last_day(session, davi, promise):
    workspace = workspaces.by_id(session, davi.workspace_id)
    calendar = workspaces.calendar(session, workspace)
    page = book.Page(workspace.id, 0, TODAY, workspace.time_zone, calendar)
    held = book.pauses(driver(session), page).of(davi.id)
    assert [(hold.reason, hold.until) for hold in held] == [("promise", LAST_DAY)]


def test_kept_when_nearly_all_came_by_the_next_business_day(session, ana, program, davi, promise):
    pay(ana, davi, 475_00, LAST_DAY)
    assert judged(program, davi, LAST_DAY) == Settled(kept=1)
    assert state(session, promise) == State.KEPT
    assert judged(program, davi, LAST_DAY) == Settled()


def test_not_judged_while_its_day_has_not_passed(session, ana, program, davi, promise):
    pay(ana, davi, 200_00, TODAY)
    assert judged(program, davi, LAST_DAY) == Settled()
    assert judged(program, davi, LAST_DAY + timedelta(days=1)) == Settled(partly_kept=1)
    assert state(session, promise) == State.PARTLY_KEPT


def test_broken_it_becomes_a_task_once(session, program, davi, promise):
    day = LAST_DAY + timedelta(days=1)
    assert judged(program, davi, day) == Settled(broken=1)
    assert judged(program, davi, day) == Settled()
    (task,) = open_tasks(session)
    assert (task.debtor_id, task.due_on) == (davi.id, day)
    assert task.detail["amount_cents"] == 500_00


def test_a_payment_found_late_mends_it_and_drops_the_task(session, ana, program, davi, promise):
    day = LAST_DAY + timedelta(days=1)
    judged(program, davi, day)
    pay(ana, davi, 500_00, FRIDAY)
    assert judged(program, davi, day + timedelta(days=2)) == Settled(kept=1)
    assert state(session, promise) == State.KEPT
    assert open_tasks(session) == []


def test_long_broken_it_stays_broken(session, ana, program, davi, promise):
    judged(program, davi, LAST_DAY + timedelta(days=1))
    pay(ana, davi, 500_00, FRIDAY)
    assert judged(program, davi, LAST_DAY + timedelta(days=60)) == Settled()
    assert state(session, promise) == State.BROKEN


def test_money_given_back_does_not_keep_a_promise(session, ana, program, davi, promise):
    paid = pay(ana, davi, 500_00, FRIDAY).payment
    payments.reverse(
        ana, davi.workspace_id, paid.id, "engano", now=NOW + timedelta(days=6), mistake=True
    )
    assert judged(program, davi, LAST_DAY + timedelta(days=1)) == Settled(broken=1)


def test_many_promises_are_judged_at_once(session, cast, ana, program, davi, promise):
    others = [debts.debtor(session, cast.sol, f"Cliente {n}", email=None) for n in range(20)]
    for other in others:
        promises.make(ana, cast.sol.id, other.id, 10_00, FRIDAY, now=NOW)
    pay(ana, others[3], 10_00, FRIDAY)
    done = judged(program, davi, LAST_DAY + timedelta(days=1))
    assert done == Settled(kept=1, broken=20)


def test_one_promise_at_a_time_and_only_a_sensible_one(ana, davi, promise):
    with pytest.raises(Conflict, match="already running"):
        promises.make(ana, davi.workspace_id, davi.id, 1_00, FRIDAY, now=NOW)
    promises.cancel(ana, davi.workspace_id, promise.id, now=NOW)
    for cents, day, field in (
        (0, FRIDAY, "amount"),
        (1, TODAY - timedelta(days=1), "promised_for"),
        (1, TODAY + timedelta(days=61), "promised_for"),
    ):
        with pytest.raises(BadInput) as refusal:
            promises.make(ana, davi.workspace_id, davi.id, cents, day, now=NOW)
        assert refusal.value.field == field


def test_called_off_it_is_neither_kept_nor_broken(session, ana, program, davi, promise):
    promises.cancel(ana, davi.workspace_id, promise.id, now=NOW)
    assert judged(program, davi, LAST_DAY + timedelta(days=9)) == Settled()
    assert state(session, promise) == State.CANCELLED
    with pytest.raises(Conflict):
        promises.cancel(ana, davi.workspace_id, promise.id, now=NOW)


def test_every_step_is_in_the_audit_trail(session, program, davi, promise):
    judged(program, davi, LAST_DAY + timedelta(days=1))
    query = select(AuditEntry).where(AuditEntry.action.startswith("promise."))
    made, settled = session.scalars(query.order_by(AuditEntry.id)).all()
    assert (made.action, made.subject_id) == ("promise.make", promise.id)
    assert settled.action == "promise.settle"
    assert settled.detail == {"kept": [], "partly_kept": [], "broken": [promise.id]}


def test_carla_cannot_and_bruno_may_not(session, cast, davi, promise):
    carla, bruno = people.actor(session, cast.carla), people.actor(session, cast.bruno)
    for somebody, refusal in ((carla, NotFound), (bruno, Forbidden)):
        with pytest.raises(refusal):
            promises.make(somebody, cast.sol.id, davi.id, 1_00, FRIDAY, now=NOW)
        with pytest.raises(refusal):
            promises.cancel(somebody, cast.sol.id, promise.id, now=NOW)
