"""Ana empties her inbox: lines closed one by one and many at once, and everything undone."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event, select

from bpo.db import acting_as, db
from bpo.domain.desk.inbox import Kind, Ref, ref
from bpo.gateways.queue import MemoryQueue
from bpo.jobs import Job
from bpo.kernel import actor as actors
from bpo.kernel.errors import BadInput, Conflict, NotFound
from bpo.models import AuditEntry, Contact, OptOut, Task, Touch
from bpo.queries.desk import inbox
from bpo.services.cash import freshness
from bpo.services.desk import tasks
from bpo.services.desk.tasks import Closed
from tests.factories import debts, people, waiting

TODAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
LATE = date(2026, 11, 3)


@pytest.fixture
def cast(session):
    cast = people.cast(session)
    with acting_as(actors.system([cast.sol.id, cast.lua.id], name="test")):
        for place in (cast.sol, cast.lua):
            debts.running(session, place, since=NOON - timedelta(days=60))
            debts.fresh(session, place, TODAY, NOON)
        yield cast


@pytest.fixture
def ana(session, cast):
    return people.actor(session, cast.ana)


@pytest.fixture
def marta(session, cast):
    return people.actor(session, cast.marta)


def _refs(actor, *places):
    with acting_as(actor):
        lines = inbox.page(db.session(), inbox.scope(db.session(), places, NOON))
    return [line.ref for line in lines]


def _sent(session, place, state, name="Davi Lima", email="davi@example.org"):
    """A contact in some state, and the task it left."""
    who = debts.debtor(session, place, name, email=email)
    title = debts.receivable(session, who, due=LATE)
    found = waiting.touch(session, title, state, day=TODAY)
    return found, waiting.task(session, found, due=TODAY)


def _everything(session, place):
    """One line of many kinds, of many debtors."""
    _sent(session, place, "uncertain")
    _sent(session, place, "sent", "Bia", "bia@example.org")
    eva = debts.debtor(session, place, "Eva", email=None)
    title = debts.receivable(session, eva, due=LATE)
    waiting.promise(session, eva, 50_00, TODAY)
    waiting.dispute(session, title, TODAY)
    waiting.act(session, eva, "follow_up", TODAY, text="Ligar")


def test_ana_finishes_a_call_and_it_is_written_down(session, cast, ana):
    _, call = _sent(session, cast.sol, "sent")
    assert tasks.close(ana, _refs(ana, cast.sol), Closed.DONE, now=NOON) == 1
    assert _refs(ana, cast.sol) == []
    session.refresh(call)
    assert (call.state, call.closed_at, call.closed_by) == ("done", NOON, cast.ana.id)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "task.done")).one()
    assert (entry.subject_kind, entry.subject_id, entry.actor_name) == ("task", call.id, "Ana")
    assert entry.detail == {"kind": "call", "debtor_id": call.debtor_id}


def test_many_lines_of_every_kind_are_closed_in_one_statement_and_come_back(session, cast, ana):
    _everything(session, cast.sol)
    before = _refs(ana, cast.sol)
    assert len({line.kind for line in before}) == 6
    with _updates() as one:
        tasks.close(ana, before[:1], Closed.DISMISSED, now=NOON)
    tasks.reopen(ana, NOON, now=NOON)
    with _updates() as many:
        assert tasks.close(ana, before, Closed.DISMISSED, now=NOON) == 6
    assert len(many) == len(one)
    assert _refs(ana, cast.sol) == []
    assert tasks.reopen(ana, NOON, now=NOON) == 6
    assert _refs(ana, cast.sol) == before


def test_only_what_was_closed_at_that_instant_and_by_her_comes_back(session, cast, ana, marta):
    _everything(session, cast.sol)
    first, second, *rest = _refs(ana, cast.sol)
    later = NOON + timedelta(seconds=1)
    tasks.close(ana, [first], Closed.DONE, now=NOON)
    tasks.close(ana, [second], Closed.DONE, now=later)
    tasks.close(marta, rest, Closed.DONE, now=later)
    assert tasks.reopen(ana, later, now=later) == 1
    assert _refs(ana, cast.sol) == [second]


def test_carla_can_neither_see_nor_close_what_is_anas(session, cast, ana):
    _everything(session, cast.sol)
    lines = _refs(ana, cast.sol)
    carla = people.actor(session, cast.carla)
    assert _refs(carla, cast.sol) == []
    with pytest.raises(NotFound):
        tasks.close(carla, lines, Closed.DONE, now=NOON)
    with pytest.raises(NotFound):
        tasks.send_again(carla, lines, now=NOON, queue=MemoryQueue())
    forged = [Ref(cast.lua.id, line.kind, line.subject_id) for line in lines]
    assert tasks.close(carla, forged, Closed.DONE, now=NOON) == 0
    assert _refs(ana, cast.sol) == lines


def test_a_line_that_is_none_is_refused():
    assert ref("3.promise_due.17") == Ref(3, Kind.PROMISE_DUE, 17)
    assert str(Ref(3, Kind.CALL, 17)) == "3.call.17"
    for text in ("", "3", "3.call", "3.nothing.17", "x.call.1", "3.call.1;"):
        with pytest.raises(BadInput):
            ref(text)


def test_sends_of_two_clients_go_again_together(session, cast, marta):
    touches = [
        _sent(session, cast.sol, "uncertain")[0],
        _sent(session, cast.sol, "failed", "Bia", "bia@example.org")[0],
        _sent(session, cast.lua, "refused", "Leo", "leo@example.org")[0],
    ]
    _, call = _sent(session, cast.lua, "sent", "Rui", "rui@example.org")
    queue = MemoryQueue()
    lines = _refs(marta, cast.sol, cast.lua)
    assert tasks.send_again(marta, lines, now=NOON, queue=queue) == 3
    for touch in touches:
        session.refresh(touch)
        assert (touch.attempts, touch.scheduled_at, touch.settled_at) == (0, NOON, None)
    assert [touch.state for touch in touches] == ["planned", "failed", "planned"]
    assert queue.jobs == [
        (Job.SEND_DELIVERIES, (cast.sol.id,)),
        (Job.SEND_DELIVERIES, (cast.lua.id,)),
    ]
    assert [line.subject_id for line in _refs(marta, cast.sol, cast.lua)] == [call.id]
    resolved = select(AuditEntry.detail).where(AuditEntry.action == "delivery.resolve")
    assert {"before": "uncertain", "after": "planned"} in session.scalars(resolved).all()


def test_a_contact_that_waits_for_nobody_does_not_go_again(session, cast, ana):
    touch, _ = _sent(session, cast.sol, "failed")
    queue = MemoryQueue()
    tasks.try_again(ana, cast.sol.id, touch.id, now=NOON, queue=queue)
    assert queue.jobs == [(Job.SEND_DELIVERIES, (cast.sol.id,))]
    sent = waiting.touch(
        session,
        debts.receivable(session, debts.debtor(session, cast.sol, "Bia"), due=LATE),
        "sent",
        day=TODAY,
    )
    with pytest.raises(Conflict):
        tasks.try_again(ana, cast.sol.id, sent.id, now=NOON, queue=queue)


def test_an_address_put_right_comes_first_and_what_was_refused_goes_again(session, cast, ana):
    touch, task = _sent(session, cast.sol, "refused")
    contact = session.scalars(select(Contact)).one()
    contact.status = "invalid"
    session.commit()
    queue = MemoryQueue()
    sent = tasks.mend(
        ana, cast.sol.id, touch.debtor_id, " Davi@Novo.example ", now=NOON, queue=queue
    )
    session.refresh(touch)
    session.refresh(task)
    added = session.scalars(select(Contact).where(Contact.status == "valid")).one()
    assert (sent, touch.state, task.state) == (1, "planned", "done")
    assert (added.address, added.position < contact.position) == ("davi@novo.example", True)
    assert queue.jobs == [(Job.SEND_DELIVERIES, (cast.sol.id,))]
    assert session.scalars(select(AuditEntry).where(AuditEntry.action == "contact.mend")).one()


def test_the_same_address_can_be_said_to_work_after_all(session, cast, ana):
    touch, _ = _sent(session, cast.sol, "refused")
    session.query(Contact).update({"status": "invalid"})
    tasks.mend(ana, cast.sol.id, touch.debtor_id, "davi@example.org", now=NOON, queue=MemoryQueue())
    assert session.scalars(select(Contact.status)).all() == ["valid"]


@pytest.mark.parametrize("address", ["", "nobody", "silent@example.org"])
def test_an_address_that_cannot_be_used_changes_nothing(session, cast, ana, address):
    touch, task = _sent(session, cast.sol, "refused")
    silence = OptOut(
        workspace_id=cast.sol.id, channel="email", address="silent@example.org", source="t", at=NOON
    )
    session.add(silence)
    session.commit()
    with pytest.raises((BadInput, Conflict)) as refused:
        tasks.mend(ana, cast.sol.id, touch.debtor_id, address, now=NOON, queue=MemoryQueue())
    assert refused.value.field == "address"
    session.refresh(touch)
    assert touch.state == "refused"
    assert session.get(Task, (cast.sol.id, task.id)).state == "open"


def test_ana_says_that_payments_are_known_and_what_waited_is_rung_for(session, cast, ana):
    queue = MemoryQueue()
    freshness.confirm(ana, cast.sol.id, TODAY, now=NOON, queue=queue)
    assert queue.jobs == [(Job.SEND_DELIVERIES, (cast.sol.id,))]
    tomorrow = TODAY + timedelta(days=1)
    with pytest.raises(BadInput):
        freshness.confirm(ana, cast.sol.id, tomorrow, now=NOON, queue=queue)
    bruno = people.actor(session, cast.bruno)
    with pytest.raises(Exception, match="role"):
        freshness.confirm(bruno, cast.sol.id, TODAY, now=NOON, queue=queue)


@contextmanager
def _updates() -> Iterator[list[str]]:
    """The statements that change something, while it lasts."""
    seen: list[str] = []

    def note(connection, cursor, statement, parameters, context, many) -> None:
        if any(word in statement for word in ("UPDATE", "INSERT", "DELETE")):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)


def test_touch_rows_stay_whole(session, cast, ana):
    """What goes again keeps the constraint between claim and state."""
    touch, _ = _sent(session, cast.sol, "uncertain")
    tasks.try_again(ana, cast.sol.id, touch.id, now=NOON, queue=MemoryQueue())
    assert session.scalars(select(Touch.claimed_at)).all() == [None]


def test_what_is_closed_late_in_the_evening_is_of_that_evening(session, cast, ana):
    eva = debts.debtor(session, cast.sol, "Eva", email=None)
    debts.receivable(session, eva, due=LATE)
    late = datetime(2026, 11, 25, 1, 30, tzinfo=UTC)
    assert tasks.close(ana, [Ref(cast.sol.id, Kind.NO_CONTACT, eva.id)], Closed.DONE, now=late) == 1
    assert session.scalars(select(Task.due_on)).one() == TODAY
