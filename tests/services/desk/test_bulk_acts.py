"""Acts on many at once: what each changes, what it leaves out, and the undo that keeps off."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from bpo.db import acting_as
from bpo.domain.desk.bulk_acts import Kind, Terms
from bpo.domain.desk.disputes import Grounds
from bpo.domain.reminders.holds import HoldReason
from bpo.kernel import actor as actors
from bpo.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from bpo.models import AuditEntry, BulkActRow, Debtor, Dispute, Hold, Promise
from bpo.queries.books import debtor_lists, receivable_lists
from bpo.queries.desk.bulk_acts import Selection
from bpo.services.desk import bulk_acts, disputes, promises
from bpo.services.reminders import holds
from tests import counting
from tests.factories import debts, people
from tests.factories.people import NOW

TODAY = date(2026, 11, 23)
LATE = TODAY - timedelta(days=10)
OWING = debtor_lists.Filter(TODAY, show=debtor_lists.Show.OVERDUE)


@pytest.fixture
def cast(session):
    return people.cast(session)


@pytest.fixture
def sol(cast):
    with acting_as(actors.system([cast.sol.id], name="test")):
        yield cast.sol


@pytest.fixture
def crowd(session, sol):
    """Five who owe R$ 100,00 to R$ 500,00, and one who owes nothing."""
    found = []
    for number in range(1, 7):
        one = debts.debtor(session, sol, f"Debtor {number}", reference=f"D-{number}")
        if number < 6:
            debts.receivable(session, one, f"{number}", due=LATE, cents=number * 100_00)
        found.append(one)
    return found


@pytest.fixture
def ana(session, cast):
    return people.actor(session, cast.ana)


def by_ids(rows, wanted=OWING):
    return Selection(wanted, tuple(row.id for row in rows))


ALL = Selection(OWING, None)


def acts(session, action):
    return session.scalars(select(AuditEntry).where(AuditEntry.action == action)).all()


def test_all_that_match_are_paused_but_those_who_are_and_undone_but_what_changed(
    session, sol, crowd, ana
):
    until = TODAY + timedelta(days=7)
    held = holds.place(ana, sol.id, crowd[0].id, HoldReason.CLIENT, until=until, now=NOW)
    terms = Terms(reason=HoldReason.CLIENT, until=until)

    made = bulk_acts.act(ana, sol.id, Kind.HOLD, ALL, terms, now=NOW, expected=(5, 1_500_00))

    assert (made.chosen, made.cents, made.done) == (5, 1_500_00, 4)
    rows = session.scalars(select(Hold).where(Hold.id != held.id)).all()
    assert {row.debtor_id for row in rows} == {one.id for one in crowd[1:5]}
    assert {(row.reason, row.until, row.created_by) for row in rows} == {
        ("client", until, ana.user_id)
    }
    told = acts(session, "hold.place")
    assert [row.detail.get("bulk") for row in told] == [None, *[made.id] * 4]
    assert {row.detail["until"] for row in told} == {until.isoformat()}
    (batch,) = acts(session, "bulk.act")
    assert (batch.detail["done"], batch.detail["amount_cents"]) == (4, 1_500_00)

    holds.release(ana, sol.id, rows[0].id, now=NOW + timedelta(hours=1))
    bulk_acts.undo(ana, sol.id, made.id, now=NOW + timedelta(hours=2))

    assert made.undone == 3
    session.expire_all()
    assert session.get(Hold, (sol.id, held.id)).released_at is None
    assert all(row.released_at for row in session.scalars(select(Hold).where(Hold.id != held.id)))
    assert len(acts(session, "hold.release")) == 4
    with pytest.raises(Conflict):
        bulk_acts.undo(ana, sol.id, made.id, now=NOW)


def test_pauses_are_released_and_come_back(session, sol, crowd, ana):
    first, second = (
        holds.place(ana, sol.id, one.id, HoldReason.MANUAL, now=NOW) for one in crowd[:2]
    )
    made = bulk_acts.act(ana, sol.id, Kind.RELEASE, by_ids(crowd), Terms(), now=NOW)
    session.expire_all()
    assert made.done == 2
    assert first.released_at == NOW

    bulk_acts.undo(ana, sol.id, made.id, now=NOW + timedelta(minutes=1))

    session.expire_all()
    assert (first.released_at, second.released_at) == (None, None)


def test_each_promises_what_is_overdue_and_those_who_promised_are_left_out(
    session, sol, crowd, ana
):
    day = TODAY + timedelta(days=3)
    promises.make(ana, sol.id, crowd[0].id, 50_00, day, now=NOW)

    made = bulk_acts.act(ana, sol.id, Kind.PROMISE, by_ids(crowd), Terms(promised_for=day), now=NOW)

    assert (made.chosen, made.done) == (6, 4)
    found = session.execute(select(Promise.debtor_id, Promise.amount_cents)).all()
    assert dict(found[1:]) == {one.id: n * 100_00 for n, one in enumerate(crowd[1:5], start=2)}
    first = session.scalars(select(Promise).where(Promise.debtor_id == crowd[1].id)).one()
    first.state = "kept"
    session.commit()
    bulk_acts.undo(ana, sol.id, made.id, now=NOW)
    session.expire_all()
    assert made.undone == 3
    states = session.scalars(select(Promise.state).order_by(Promise.debtor_id)).all()
    assert states == ["active", "kept", "cancelled", "cancelled", "cancelled"]


def test_titles_are_disputed_one_by_one_and_a_debtors_promise_adds_them_up(
    session, sol, crowd, ana
):
    other = debts.receivable(session, crowd[0], "1-B", due=LATE, cents=50_00)
    wanted = receivable_lists.Filter(TODAY)
    everything = Selection(wanted, None)
    disputes.begin(ana, sol.id, crowd[1].id, Grounds.AMOUNT, now=NOW)

    made = bulk_acts.act(
        ana, sol.id, Kind.DISPUTE, everything, Terms(grounds=Grounds.QUALITY), now=NOW
    )

    assert (made.chosen, made.done, made.list) == (6, 5, "receivables")
    mine = session.scalars(select(Dispute).where(Dispute.debtor_id == crowd[0].id)).all()
    assert other.id in {row.receivable_id for row in mine}
    terms = Terms(promised_for=TODAY + timedelta(days=1))
    promised = bulk_acts.act(ana, sol.id, Kind.PROMISE, everything, terms, now=NOW)
    assert promised.done == 5
    cents = select(Promise.amount_cents).where(Promise.debtor_id == crowd[0].id)
    assert session.scalar(cents) == 150_00


def test_a_tag_is_put_on_and_taken_off_without_touching_others(session, sol, crowd, ana):
    crowd[0].tags, crowd[1].tags = ["vip"], ["vip", "school"]
    session.commit()

    on = bulk_acts.act(ana, sol.id, Kind.TAG, by_ids(crowd[:3]), Terms(tag=" school "), now=NOW)
    session.expire_all()
    assert (on.done, crowd[0].tags, crowd[1].tags) == (2, ["vip", "school"], ["vip", "school"])
    bulk_acts.undo(ana, sol.id, on.id, now=NOW)
    session.expire_all()
    assert [one.tags for one in crowd[:3]] == [["vip"], ["vip", "school"], []]
    off = bulk_acts.act(ana, sol.id, Kind.UNTAG, ALL, Terms(tag="vip"), now=NOW)
    session.expire_all()
    assert (off.done, crowd[1].tags) == (2, ["school"])
    for wrong in ("", "a, b"):
        with pytest.raises(BadInput):
            bulk_acts.act(ana, sol.id, Kind.TAG, ALL, Terms(tag=wrong), now=NOW)


def test_what_was_confirmed_is_what_is_done_or_nothing(session, sol, crowd, ana):
    with pytest.raises(Conflict, match="confirm it again"):
        bulk_acts.act(ana, sol.id, Kind.HOLD, ALL, Terms(), now=NOW, expected=(5, 1_400_00))
    with pytest.raises(BadInput, match="at least one"):
        bulk_acts.act(ana, sol.id, Kind.HOLD, by_ids([]), Terms(), now=NOW)
    past = Terms(until=TODAY - timedelta(days=1), promised_for=TODAY - timedelta(days=1))
    with pytest.raises(BadInput, match="before today"):
        bulk_acts.act(ana, sol.id, Kind.HOLD, ALL, past, now=NOW)
    with pytest.raises(BadInput, match="has passed"):
        bulk_acts.act(ana, sol.id, Kind.PROMISE, ALL, past, now=NOW)
    assert session.scalars(select(BulkActRow)).all() == []


def test_others_reach_nothing_not_even_by_the_ids_of_rows(session, cast, sol, crowd, ana):
    bruno, carla = (people.actor(session, one) for one in (cast.bruno, cast.carla))
    with pytest.raises(Forbidden):
        bulk_acts.act(bruno, sol.id, Kind.HOLD, ALL, Terms(), now=NOW)
    with pytest.raises(NotFound):
        bulk_acts.act(carla, sol.id, Kind.HOLD, ALL, Terms(), now=NOW)
    with pytest.raises(BadInput, match="at least one"):
        bulk_acts.act(carla, cast.lua.id, Kind.HOLD, by_ids(crowd), Terms(), now=NOW)
    made = bulk_acts.act(ana, sol.id, Kind.HOLD, ALL, Terms(), now=NOW)
    with pytest.raises(NotFound):
        bulk_acts.undo(carla, cast.lua.id, made.id, now=NOW)


def test_the_number_of_statements_does_not_grow_with_the_rows(session, sol, crowd, ana):
    def statements(selection, kind, terms):
        with counting.statements() as said:
            bulk_acts.act(ana, sol.id, kind, selection, terms, now=NOW)
        return len(said)

    few = statements(by_ids(crowd[:1]), Kind.TAG, Terms(tag="one"))
    many = statements(by_ids(crowd), Kind.TAG, Terms(tag="two"))
    assert few == many <= 16
    assert session.scalar(select(Debtor.tags).where(Debtor.id == crowd[5].id)) == ["two"]
