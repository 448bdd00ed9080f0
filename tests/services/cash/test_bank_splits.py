"""One credit for several debtors: every centavo is somebody's or in suspense, undone as one."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from bpo.db import acting_as, unit_of_work
from bpo.domain.cash import bank_splits
from bpo.domain.cash.bank_splits import Part
from bpo.formats.ofx import Account, Extract, Movement, Statement
from bpo.kernel.errors import BadInput, Conflict, NotFound
from bpo.models import AuditEntry, BankLine, Hold, Payment
from bpo.queries.cash import bank
from bpo.services.cash import bank_lines, payments, reconciliation
from bpo.services.cash.reconciliation import Ref
from tests.factories import debts, people
from tests.factories.people import NOW

TODAY = date(2026, 11, 23)
DUE = TODAY + timedelta(days=3)


@pytest.fixture
def cast(session):
    return people.cast(session)


@pytest.fixture
def ana(session, cast):
    ana = people.actor(session, cast.ana)
    with acting_as(ana):
        yield ana


@pytest.fixture
def bills(session, cast, ana):
    """Two shops of one holding that owe 60 and 40, both with a code of their own."""
    shops = [debts.debtor(session, cast.sol, name) for name in ("Rede Norte Ltda", "Rede Sul Ltda")]
    return [
        debts.receivable(session, shop, number, due=DUE, cents=cents)
        for shop, number, cents in zip(shops, ("A1", "B1"), (60_00, 40_00), strict=True)
    ]


def _pix(session, ana, cast, cents, number="E1", memo="HOLDING REDE"):
    rows = [bank_lines.row_of_pix(cast.sol.id, number, on_day=TODAY, amount_cents=cents, memo=memo)]
    with unit_of_work(ana) as unit:
        bank_lines.take_notices(unit, ana, cast.sol.id, rows, today=TODAY, now=NOW)
    return session.scalars(select(BankLine).order_by(BankLine.id.desc())).first()


def _split(ana, cast, line, *parts):
    return reconciliation.split(ana, cast.sol.id, line.id, parts, now=NOW)


def _settled(session, bills):
    session.expire_all()
    return [bill.settled_cents for bill in bills]


def test_one_transfer_pays_for_two_and_is_undone_as_one_act(session, cast, ana, bills):
    line, (one, other) = _pix(session, ana, cast, 100_00), bills
    parts = [Part(one.debtor_id, 60_00, (one.id,)), Part(other.debtor_id, 40_00)]
    assert _split(ana, cast, line, *parts) == 0
    assert _settled(session, bills) == [60_00, 40_00]
    assert (line.state, line.placed_cents) == ("matched", 100_00)
    assert session.scalar(select(func.sum(Payment.amount_cents))) == 100_00
    with pytest.raises(Conflict):
        _split(ana, cast, line, *parts)
    first = bank.matches_of(session, cast.sol.id, line.id)[0]
    with pytest.raises(Conflict):
        payments.reverse(ana, cast.sol.id, first.payment_id, "engano", now=NOW)
    assert reconciliation.undo(ana, [Ref(cast.sol.id, line.id)], now=NOW)
    assert _settled(session, bills) == [0, 0]
    assert (line.state, line.placed_cents, line.by_hand) == ("open", 0, True)
    assert session.scalar(select(func.sum(Payment.amount_cents))) == 0
    told = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert told.count("bank.match") == 2
    assert told.count("bank.undo") == 1


def test_what_is_left_waits_in_suspense_and_is_placed_later(session, cast, ana, bills):
    line, (one, other) = _pix(session, ana, cast, 100_00, memo="TED REDE SUL LTDA"), bills
    assert _split(ana, cast, line, Part(one.debtor_id, 60_00)) == 40_00
    session.expire_all()
    assert (line.state, line.placed_cents) == ("open", 60_00)
    assert [one.amount_cents for one in bank.credits(session, cast.sol.id)] == [40_00]
    places = bank.Wanted((cast.sol.id,), "suggested")
    assert bank.total(session, places) == (1, 40_00)
    held = session.scalars(select(Hold.debtor_id).where(Hold.released_at.is_(None)))
    assert list(held) == [other.debtor_id]
    assert reconciliation.accept(ana, [Ref(cast.sol.id, line.id)], now=NOW)
    assert _settled(session, bills) == [60_00, 40_00]
    assert line.state == "matched"
    reconciliation.undo(ana, [Ref(cast.sol.id, line.id)], now=NOW)
    assert _settled(session, bills) == [0, 0]


def test_the_rest_may_be_no_payment_and_one_undo_still_opens_all(session, cast, ana, bills):
    line, (one, _) = _pix(session, ana, cast, 100_00), bills
    _split(ana, cast, line, Part(one.debtor_id, 60_00))
    ref = [Ref(cast.sol.id, line.id)]
    assert reconciliation.set_aside(ana, ref, now=NOW)
    assert _settled(session, bills) == [60_00, 0]
    reconciliation.undo(ana, ref, now=NOW)
    assert _settled(session, bills) == [0, 0]
    assert (line.state, line.placed_cents) == ("open", 0)


def test_the_statement_that_tells_the_same_transfer_later_makes_no_second_payment(
    session, cast, ana, bills
):
    line, (one, other) = _pix(session, ana, cast, 100_00), bills
    _split(ana, cast, line, Part(one.debtor_id, 60_00), Part(other.debtor_id, 40_00))
    account = Account("341", "1", "77")
    moved = [(100_00, "PIX RECEBIDO"), (60_00, "DEPOSITO")]
    told = Extract(
        (Statement(account, None, TODAY, 1),),
        tuple(
            Movement(0, "77", "341", "1", "", TODAY, cents, "CREDIT", memo, "", "", 1)
            for cents, memo in moved
        ),
        (),
    )
    with unit_of_work(ana) as unit:
        bank_lines.take_statement(unit, ana, cast.sol.id, told, None, today=TODAY, now=NOW)
    states = session.execute(
        select(BankLine.amount_cents, BankLine.state).where(BankLine.source == "ofx")
    )
    assert dict(states.all()) == {100_00: "aside", 60_00: "open"}
    reconciliation.undo(ana, [Ref(cast.sol.id, line.id)], now=NOW)
    assert _settled(session, bills) == [0, 0]
    again = select(BankLine.state).where(BankLine.source == "ofx", BankLine.amount_cents == 100_00)
    assert session.scalar(again) == "open"


def test_parts_that_cannot_be_are_refused_and_nothing_is_written(session, cast, ana, bills):
    line, (one, other) = _pix(session, ana, cast, 100_00), bills
    for parts in (
        (),
        (Part(one.debtor_id, 60_00), Part(other.debtor_id, 40_01)),
        (Part(one.debtor_id, 0), Part(other.debtor_id, 40_00)),
        (Part(one.debtor_id, 10_00), Part(one.debtor_id, 20_00)),
        (Part(one.debtor_id, 60_00, (other.id,)),),
    ):
        with pytest.raises(BadInput):
            _split(ana, cast, line, *parts)
    carla = people.actor(session, cast.carla)
    with acting_as(carla):
        stranger = debts.debtor(session, cast.lua, "Alheio").id
    with pytest.raises(NotFound):
        _split(ana, cast, line, Part(stranger, 1_00))
    with pytest.raises(NotFound):
        reconciliation.split(carla, cast.sol.id, line.id, [Part(one.debtor_id, 1_00)], now=NOW)
    assert session.scalar(select(func.count()).select_from(Payment)) == 0


@settings(max_examples=30)
@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=20), st.integers(1, 200_000))
def test_parts_and_rest_are_the_credit(cents, credit):
    parts = [Part(number, part) for number, part in enumerate(cents)]
    if sum(cents) > credit:
        with pytest.raises(BadInput):
            bank_splits.rest(parts, credit)
    else:
        assert sum(cents) + bank_splits.rest(parts, credit) == credit
    offered = bank_splits.proposed(cents, credit)
    assert sum(offered) == min(sum(cents), credit)
    assert all(0 <= one <= asked for one, asked in zip(offered, cents, strict=True))
