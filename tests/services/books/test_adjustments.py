"""Ana gives a rebate, Marta writes off and gives back: each act once, undone once, in the open."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from bpo.db import acting_as
from bpo.domain.cash.payments import Method
from bpo.domain.desk.disputes import Grounds, State
from bpo.kernel import actor as actors
from bpo.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from bpo.models import AuditEntry, Entry, Refund
from bpo.queries.books import ledger
from bpo.queries.cash import payments as stored
from bpo.services.books import adjustments
from bpo.services.cash import payments, refunds
from bpo.services.desk import disputes
from tests.factories import debts, people
from tests.factories.people import NOW

TODAY = date(2026, 11, 23)
DUE = date(2026, 10, 14)
"""Forty days before today: R$ 1.000,00 ask R$ 20,00 of fine and R$ 13,33 of interest."""


@pytest.fixture
def cast(session):
    return people.cast(session)


@pytest.fixture
def ana(session, cast):
    return people.actor(session, cast.ana)


@pytest.fixture
def marta(session, cast):
    return people.actor(session, cast.marta)


@pytest.fixture
def davi(session, cast):
    with acting_as(actors.system([cast.sol.id], name="test")):
        yield debts.debtor(session, cast.sol)


@pytest.fixture
def title(session, davi):
    return debts.receivable(session, davi, "1001", due=DUE, cents=1_000_00)


def state(session, title):
    session.expire_all()
    return title.settled_cents, title.settled_on


def audited(session):
    query = select(AuditEntry.action, AuditEntry.detail).order_by(AuditEntry.id.desc()).limit(1)
    return session.execute(query).one()


def test_a_rebate_is_kept_with_its_reason_and_undone_by_its_opposite(session, ana, title):
    where = ana, title.workspace_id
    given = adjustments.rebate(*where, title.id, 100_00, "Avaria na entrega", now=NOW)
    assert state(session, title) == (100_00, None)
    assert (given.kind, given.reason) == ("rebate", "Avaria na entrega")
    action, detail = audited(session)
    assert (action, detail["reason"]) == ("receivable.rebate", "Avaria na entrega")
    (undone,) = adjustments.undo(*where, given.id, "Era de outro título", now=NOW)
    assert (undone.kind, undone.principal_cents, undone.reverses_id) == (
        "rebate",
        -100_00,
        given.id,
    )
    assert state(session, title) == (0, None)
    with pytest.raises(Conflict, match="already"):
        adjustments.undo(*where, given.id, "de novo", now=NOW)
    with pytest.raises(Conflict, match="undoes another"):
        adjustments.undo(*where, undone.id, "de novo", now=NOW)


def test_a_form_sent_twice_gives_one_rebate(session, ana, title):
    both = [
        adjustments.rebate(ana, title.workspace_id, title.id, 50_00, "Avaria", now=NOW, key="f1")
        for _ in range(2)
    ]
    assert both[0].id == both[1].id
    with pytest.raises(Conflict, match="something else"):
        adjustments.withdraw(ana, title.workspace_id, title.id, "Avaria", now=NOW, key="f1")


def test_beyond_her_limit_ana_asks_the_manager(session, ana, marta, title):
    with pytest.raises(BadInput, match="ask the BPO manager"):
        adjustments.rebate(ana, title.workspace_id, title.id, 100_01, "Avaria", now=NOW)
    adjustments.rebate(marta, title.workspace_id, title.id, 250_00, "Avaria", now=NOW)
    assert state(session, title) == (250_00, None)


def test_charges_are_waived_and_the_rest_is_what_a_payment_then_settles(session, ana, davi, title):
    where = ana, title.workspace_id
    adjustments.waive(*where, title.id, 20_00, 3_33, "Cliente antigo", now=NOW)
    done = payments.record(*where, davi.id, 1_010_00, TODAY, Method.PIX, now=NOW)
    assert done.allocated.unapplied_cents == 0
    assert state(session, title) == (1_000_00, TODAY)
    with pytest.raises(BadInput, match="reason"):
        adjustments.waive(*where, title.id, 1, 0, " ", now=NOW)


def test_ana_takes_a_title_back_only_within_her_limit(session, ana, davi, title):
    where = ana, title.workspace_id
    with pytest.raises(BadInput, match="ask the BPO manager"):
        adjustments.withdraw(*where, title.id, "Venda cancelada", now=NOW)
    case = disputes.begin(*where, davi.id, Grounds.AMOUNT, receivable_id=title.id, now=NOW)
    whole = disputes.Settlement(None, "Tem razão")
    with pytest.raises(BadInput, match="ask the BPO manager"):
        disputes.close(*where, case.id, State.UPHELD, settlement=whole, now=NOW)
    assert state(session, title) == (0, None)
    payments.record(*where, davi.id, 900_00, TODAY - timedelta(days=41), Method.PIX, now=NOW)
    adjustments.withdraw(*where, title.id, "O resto foi engano", now=NOW)
    assert state(session, title)[0] == 1_000_00


def test_a_rebate_and_a_withdrawal_are_one_limit(session, ana, title):
    where = ana, title.workspace_id
    adjustments.rebate(*where, title.id, 100_00, "Avaria", now=NOW)
    with pytest.raises(BadInput, match="may take back"):
        adjustments.withdraw(*where, title.id, "O resto", now=NOW)


def test_a_sale_undone_is_withdrawn_and_comes_back_if_it_was_not(session, marta, title):
    where = marta, title.workspace_id
    gone = adjustments.withdraw(*where, title.id, "Venda cancelada", on=DUE, now=NOW)
    assert state(session, title) == (1_000_00, DUE)
    adjustments.undo(*where, gone.id, "Venda mantida", now=NOW, mistake=True)
    assert state(session, title) == (0, None)
    with pytest.raises(BadInput):
        adjustments.withdraw(*where, title.id, "x y z", on=TODAY + timedelta(days=1), now=NOW)


def test_only_the_manager_writes_off_and_gives_money_back(session, ana, marta, davi, title):
    place = title.workspace_id
    with pytest.raises(Forbidden):
        adjustments.write_off(ana, place, title.id, "Falência", now=NOW)
    lost = adjustments.write_off(marta, place, title.id, "Falência", now=NOW)
    assert (lost.principal_cents, lost.fine_cents, lost.interest_cents) == (1_000_00, 20_00, 13_33)
    with pytest.raises(Forbidden):
        adjustments.undo(ana, place, lost.id, "Pagou", now=NOW)
    paid = payments.record(ana, place, davi.id, 80_00, TODAY, Method.PIX, now=NOW).payment
    with pytest.raises(Forbidden):
        refunds.give_back(ana, place, paid.id, 80_00, "Pagou a mais", now=NOW)


def test_a_credit_is_given_back_in_part_and_the_rest_used(session, ana, marta, davi, title):
    place = title.workspace_id
    paid = payments.record(ana, place, davi.id, 1_133_33, TODAY, Method.PIX, now=NOW).payment
    assert stored.left_cents(session, paid) == 100_00
    with pytest.raises(BadInput, match="Only"):
        refunds.give_back(marta, place, paid.id, 100_01, "Pagou a mais", now=NOW)
    back = refunds.give_back(marta, place, paid.id, 60_00, "Pagou a mais", now=NOW, key="r")
    again = refunds.give_back(marta, place, paid.id, 60_00, "Pagou a mais", now=NOW, key="r")
    assert back.id == again.id
    (credit,) = stored.credits(session, place, davi.id)
    assert credit.left_cents == 40_00
    with pytest.raises(Conflict, match="undo the refund first"):
        payments.reverse(ana, place, paid.id, "Pix devolvido", now=NOW)
    refunds.undo(marta, place, back.id, "Conta errada", now=NOW)
    assert stored.left_cents(session, paid) == 100_00
    with pytest.raises(Conflict, match="already"):
        refunds.undo(marta, place, back.id, "de novo", now=NOW)
    payments.reverse(ana, place, paid.id, "Pix devolvido", now=NOW)
    assert state(session, title) == (0, None)


def test_money_taken_off_one_title_is_credit_again(session, ana, davi, title):
    place = title.workspace_id
    paid = payments.record(ana, place, davi.id, 1_033_33, TODAY, Method.PIX, now=NOW).payment
    (line,) = ledger.lines(session, place, title.id, title.amount_cents)
    assert line.can_undo(title)
    adjustments.undo(ana, place, line.row.id, "Era de outro título", now=NOW, mistake=True)
    assert state(session, title) == (0, None)
    assert stored.left_cents(session, paid) == 1_033_33
    payments.apply_credit(ana, place, paid.id, now=NOW)
    assert state(session, title) == (1_000_00, TODAY)
    payments.reverse(ana, place, paid.id, "Pix devolvido", now=NOW)
    assert state(session, title) == (0, None)
    money = session.scalar(select(func.sum(Entry.principal_cents + Entry.interest_cents)))
    assert money == 0


def test_a_title_paid_on_another_day_than_recorded_first_is_settled_on_the_right_one(
    session, ana, davi, title
):
    place = title.workspace_id
    wrong = payments.record(ana, place, davi.id, 1_033_33, TODAY, Method.PIX, now=NOW).payment
    payments.reverse(ana, place, wrong.id, "Data errada", now=NOW, mistake=True)
    payments.record(ana, place, davi.id, 1_000_00, DUE, Method.PIX, now=NOW)
    assert state(session, title) == (1_000_00, DUE)


@pytest.mark.parametrize(("cents", "settled"), [(80_00, 80_00), (None, 1_000_00)])
def test_a_dispute_in_the_debtors_favour_settles_what_was_wrong(
    session, marta, davi, title, cents, settled
):
    where = marta, title.workspace_id
    case = disputes.begin(*where, davi.id, Grounds.AMOUNT, receivable_id=title.id, now=NOW)
    decision = disputes.Settlement(cents, "Cobrado a mais")
    decided = State.PARTLY_UPHELD if cents else State.UPHELD
    disputes.close(*where, case.id, decided, settlement=decision, now=NOW)
    assert state(session, title)[0] == settled
    assert case.state == decided


def test_a_settlement_beyond_the_limit_leaves_the_dispute_open(session, ana, davi, title):
    where = ana, title.workspace_id
    case = disputes.begin(*where, davi.id, Grounds.AMOUNT, receivable_id=title.id, now=NOW)
    decision = disputes.Settlement(500_00, "Cobrado a mais")
    with pytest.raises(BadInput, match="ask the BPO manager"):
        disputes.close(*where, case.id, State.PARTLY_UPHELD, settlement=decision, now=NOW)
    session.expire_all()
    assert case.state == "open"
    with pytest.raises(BadInput, match="in the debtor's favour"):
        disputes.close(*where, case.id, State.REJECTED, settlement=decision, now=NOW)


def test_carla_of_another_company_finds_nothing(session, cast, title):
    carla = people.actor(session, cast.carla)
    for act in (
        lambda: adjustments.rebate(carla, title.workspace_id, title.id, 1, "xyz", now=NOW),
        lambda: adjustments.undo(carla, title.workspace_id, 1, "xyz", now=NOW),
    ):
        with pytest.raises(NotFound):
            act()


def test_the_database_itself_keeps_the_sums(session, ana, davi, title):
    place = title.workspace_id
    paid = payments.record(ana, place, davi.id, 50_00, TODAY, Method.PIX, now=NOW).payment
    given = adjustments.rebate(ana, place, title.id, 10_00, "Avaria", now=NOW)
    row = {"workspace_id": place, "receivable_id": title.id, "on_day": TODAY}
    paid_by = {"kind": "payment", "payment_id": paid.id, "created_by": ana.user_id}
    wrong = (
        (Entry, row | paid_by | {"principal_cents": 1}),
        (Entry, row | {"kind": "rebate", "reverses_id": given.id, "principal_cents": -9_99}),
        (Entry, row | {"kind": "write_off", "principal_cents": -1}),
        (Entry, row | {"kind": "waiver", "principal_cents": 1}),
        (Entry, row | {"kind": "rebate", "principal_cents": 999_00}),
        (
            Refund,
            {
                "workspace_id": place,
                "payment_id": paid.id,
                "amount_cents": 1,
                "on_day": TODAY,
                "reason": "x",
            },
        ),
    )
    for table, values in wrong:
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(insert(table).values(**values))
