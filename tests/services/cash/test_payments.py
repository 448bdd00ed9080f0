"""Money that comes in: spread to the centavo, recorded once, undone in the open."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from bpo.db import acting_as, db, unit_of_work
from bpo.domain.books import charges
from bpo.domain.books.policies import CollectionPolicy
from bpo.domain.books.receivables import Entry, EntryKind, Receivable
from bpo.domain.cash import payments as rules
from bpo.domain.cash.payments import Method
from bpo.kernel import actor as actors
from bpo.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from bpo.models import AuditEntry, Payment
from bpo.models import Entry as EntryRow
from bpo.models import Receivable as Row
from bpo.queries.cash import payments as stored
from bpo.services.cash import payments
from tests.factories import debts, people
from tests.factories.people import NOW

TODAY = date(2026, 11, 23)
DUE = date(2026, 10, 14)
"""Forty days before today, a Wednesday: R$ 1.000,00 then ask R$ 20,00 of fine, R$ 13,33 of
interest."""


@pytest.fixture
def cast(session):
    return people.cast(session)


@pytest.fixture
def ana(session, cast):
    return people.actor(session, cast.ana)


@pytest.fixture
def davi(session, cast, ana):
    with acting_as(actors.system([cast.sol.id], name="test")):
        yield debts.debtor(session, cast.sol)


@pytest.fixture
def late(session, davi):
    return debts.receivable(session, davi, "1001", due=DUE, cents=1_000_00)


@pytest.fixture
def later(session, davi):
    return debts.receivable(session, davi, "1002", due=date(2026, 11, 3), cents=500_00)


def record(ana, davi, cents, day=TODAY, **more):
    return payments.record(ana, davi.workspace_id, davi.id, cents, day, Method.PIX, now=NOW, **more)


def balance(session, title):
    session.expire_all()
    return title.amount_cents - title.settled_cents


def test_the_oldest_receivable_is_settled_first_with_its_charges(session, ana, davi, late, later):
    done = record(ana, davi, 1_100_00)
    first, second = done.allocated.allocations
    assert (first.receivable_id, first.principal_cents) == (late.id, 1_000_00)
    assert (first.fine_cents, first.interest_cents) == (20_00, 13_33)
    assert (second.receivable_id, second.money_cents) == (later.id, 66_67)
    assert balance(session, late) == 0
    assert late.settled_on == TODAY
    assert 0 < balance(session, later) < 500_00


def test_ana_says_which_receivable_the_money_is_for(session, ana, davi, late, later):
    record(ana, davi, 100_00, receivable_ids=[later.id])
    assert balance(session, late) == 1_000_00
    assert balance(session, later) < 500_00


def test_what_is_paid_too_much_stays_as_credit_and_is_used_later(session, ana, davi, late):
    done = record(ana, davi, 1_100_00)
    assert done.allocated.unapplied_cents == 66_67
    (credit,) = stored.credits(session, davi.workspace_id, davi.id)
    assert credit.left_cents == 66_67
    fresh = debts.receivable(session, davi, "1003", due=TODAY + timedelta(days=9), cents=50_00)
    payments.apply_credit(ana, davi.workspace_id, done.payment.id, now=NOW)
    assert balance(session, fresh) == 0
    (credit,) = stored.credits(session, davi.workspace_id, davi.id)
    assert credit.left_cents == 16_67


def test_a_form_sent_twice_records_once(session, ana, davi, late):
    first = record(ana, davi, 200_00, idempotency_key="form-1")
    again = record(ana, davi, 200_00, idempotency_key="form-1")
    assert (again.repeated, again.payment.id) == (True, first.payment.id)
    assert session.scalar(select(func.count()).select_from(Payment)) == 1
    with pytest.raises(Conflict):
        record(ana, davi, 999_00, idempotency_key="form-1")


def test_a_payment_is_undone_by_its_opposite_and_the_debt_is_open_again(session, ana, davi, late):
    done = record(ana, davi, 1_033_33)
    assert balance(session, late) == 0
    undoing = payments.reverse(ana, davi.workspace_id, done.payment.id, "Pix devolvido", now=NOW)
    assert (undoing.amount_cents, undoing.reverses_id) == (-1_033_33, done.payment.id)
    assert balance(session, late) == 1_000_00
    assert late.settled_on is None
    kinds = session.execute(select(EntryRow.kind, EntryRow.principal_cents).order_by(EntryRow.id))
    assert [tuple(row) for row in kinds] == [("payment", 1_000_00), ("reversal", -1_000_00)]
    with pytest.raises(Conflict, match="already"):
        payments.reverse(ana, davi.workspace_id, done.payment.id, "de novo", now=NOW)
    with pytest.raises(Conflict, match="record the payment again"):
        payments.reverse(ana, davi.workspace_id, undoing.id, "desfaz", now=NOW)


def test_a_mistake_is_undone_on_its_own_day_money_given_back_today(session, ana, davi, late):
    day = TODAY - timedelta(days=10)
    wrong = record(ana, davi, 300_00, day).payment
    undoing = payments.reverse(
        ana, davi.workspace_id, wrong.id, "devedor errado", now=NOW, mistake=True
    )
    assert undoing.paid_on == day
    real = record(ana, davi, 300_00, day).payment
    given_back = payments.reverse(ana, davi.workspace_id, real.id, "estorno", now=NOW)
    assert given_back.paid_on == TODAY


def test_a_discount_that_came_with_a_payment_goes_with_it(session, ana, cast, davi):
    title = debts.receivable(session, davi, "1004", due=TODAY + timedelta(days=20), cents=100_00)
    done = record(ana, davi, 99_99)
    assert balance(session, title) == 0
    payments.reverse(ana, davi.workspace_id, done.payment.id, "estorno", now=NOW)
    assert balance(session, title) == 100_00


def test_a_payment_found_late_is_not_asked_for_what_others_paid_since(session, ana, davi, late):
    record(ana, davi, 900_00, TODAY)
    done = record(ana, davi, 500_00, TODAY - timedelta(days=5))
    assert balance(session, late) == 0
    assert done.allocated.unapplied_cents > 0


def test_what_makes_no_sense_is_refused_and_nothing_is_written(session, ana, davi, late, cast):
    for cents, day, field in ((0, TODAY, "amount"), (1, TODAY + timedelta(days=1), "paid_on")):
        with pytest.raises(BadInput) as refusal:
            record(ana, davi, cents, day)
        assert refusal.value.field == field
    with pytest.raises(BadInput):
        record(ana, davi, 1_00, receivable_ids=[late.id + 1000])
    with pytest.raises(BadInput):
        payments.reverse(ana, davi.workspace_id, 1, "  ", now=NOW)
    assert session.scalar(select(func.count()).select_from(Payment)) == 0


def test_carla_cannot_and_bruno_may_not(session, cast, davi, late):
    carla, bruno = people.actor(session, cast.carla), people.actor(session, cast.bruno)
    with pytest.raises(NotFound):
        record(carla, davi, 10_00)
    with pytest.raises(Forbidden):
        record(bruno, davi, 10_00)


def test_every_act_is_in_the_audit_trail_with_its_amounts(session, ana, davi, late):
    done = record(ana, davi, 1_100_00)
    payments.reverse(ana, davi.workspace_id, done.payment.id, "estorno", now=NOW)
    entries = session.scalars(
        select(AuditEntry).where(AuditEntry.action.startswith("payment.")).order_by(AuditEntry.id)
    ).all()
    assert [entry.action for entry in entries] == ["payment.record", "payment.reverse"]
    assert entries[0].detail["amount_cents"] == 1_100_00
    assert entries[0].detail["credit_cents"] == 66_67
    assert (entries[0].actor_name, entries[0].address) == ("Ana", "192.0.2.7")


def test_payments_are_never_deleted(session, ana, davi, late):
    record(ana, davi, 10_00)
    with pytest.raises(IntegrityError, match="append only"), unit_of_work(ana) as unit:
        unit.delete(unit.scalars(select(Payment)).one())


@pytest.fixture
def crowd(fresh_app):
    """A company with one debtor in a database of its own, for real transactions."""
    with fresh_app.app_context():
        place = people.workspace()
        program = actors.system([place.id], name="test")
        with acting_as(program):
            davi = debts.debtor(db.session(), place)
            title = debts.receivable(db.session(), davi, "1001", due=DUE, cents=1_000_00)
        yield fresh_app, program, davi.id, title.id


def _at_once(app, count, act):
    """Run an act in so many threads that start together."""
    gate = Barrier(count)

    def run(number):
        with app.app_context():
            gate.wait()
            try:
                return act(number)
            finally:
                db.session.remove()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_two_payments_at_once_settle_a_receivable_once(crowd):
    app, program, davi, title = crowd
    (workspace_id,) = program.workspace_ids
    done = _at_once(
        app,
        4,
        lambda _: payments.record(
            program, workspace_id, davi, 1_033_33, TODAY, Method.PIX, now=NOW
        ),
    )
    spread = sorted(one.allocated.unapplied_cents for one in done)
    assert spread == [0, 1_033_33, 1_033_33, 1_033_33]
    with acting_as(program):
        row = db.session().get(Row, (workspace_id, title), populate_existing=True)
        assert (row.settled_cents, row.settled_on) == (1_000_00, TODAY)


def test_one_form_sent_by_two_threads_records_once(crowd):
    app, program, davi, _ = crowd
    (workspace_id,) = program.workspace_ids
    done = _at_once(
        app,
        4,
        lambda _: payments.record(
            program, workspace_id, davi, 100_00, TODAY, idempotency_key="form-1", now=NOW
        ),
    )
    assert sorted(one.repeated for one in done) == [False, True, True, True]
    assert len({one.payment.id for one in done}) == 1


def test_a_payment_is_undone_by_one_of_two_who_try(crowd):
    app, program, davi, title = crowd
    (workspace_id,) = program.workspace_ids
    paid = payments.record(program, workspace_id, davi, 1_033_33, TODAY, now=NOW).payment.id

    def undo(_):
        try:
            return payments.reverse(program, workspace_id, paid, "estorno", now=NOW)
        except Conflict:
            return None

    done = _at_once(app, 2, undo)
    assert sum(one is not None for one in done) == 1
    with acting_as(program):
        row = db.session().get(Row, (workspace_id, title), populate_existing=True)
        assert row.settled_cents == 0


@given(
    cents=st.integers(1, 500_000),
    entries=st.lists(st.tuples(st.integers(-60, 60), st.integers(1, 40_000)), max_size=4),
    on=st.integers(-30, 60),
)
def test_what_a_late_found_payment_is_asked_never_exceeds_what_is_open(cents, entries, on):
    kept = []
    for days, part in entries:
        room = cents - sum(entry.principal_cents for entry in kept)
        if room > 0:
            day = DUE + timedelta(days=days)
            kept.append(Entry(day, EntryKind.PAYMENT, min(part, room)))
    title = Receivable(cents, DUE, DUE, tuple(kept), 1)
    due = charges.amount_due(title, CollectionPolicy(), DUE + timedelta(days=on))
    asked = rules.asked(due)
    assert asked.principal_cents == cents - sum(entry.principal_cents for entry in kept)
    assert asked.fine_cents >= 0
    assert asked.interest_cents >= 0
    assert 0 <= asked.discount_cents <= asked.principal_cents


def test_an_entry_and_its_opposite_leave_nothing():
    entry = Entry(DUE, EntryKind.PAYMENT, 10_00, 20, 30)
    back = rules.undone(entry, TODAY)
    assert (back.kind, back.on) == (EntryKind.REVERSAL, TODAY)
    assert rules.money_cents([entry, back]) == 0
    gift = Entry(DUE, EntryKind.DISCOUNT, 5_00)
    assert rules.undone(gift, DUE) == gift._replace(principal_cents=-5_00)


@pytest.mark.parametrize(
    ("cents", "day", "field"),
    [
        (0, TODAY, "amount"),
        (rules.LARGEST_CENTS + 1, TODAY, "amount"),
        (10**30, TODAY, "amount"),
        (1, date(1999, 12, 31), "paid_on"),
        (1, date.min, "paid_on"),
        (1, TODAY + timedelta(days=1), "paid_on"),
    ],
)
def test_a_payment_that_cannot_be_is_refused_by_its_field(cents, day, field):
    with pytest.raises(BadInput) as refusal:
        rules.check(cents, day, TODAY)
    assert refusal.value.field == field


def test_the_largest_and_the_oldest_payment_are_taken():
    rules.check(rules.LARGEST_CENTS, rules.EARLIEST, TODAY)
