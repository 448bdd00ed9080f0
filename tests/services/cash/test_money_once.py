"""One payment told by a person, a statement, a return file and a Pix notice is one payment."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from bpo.db import acting_as, unit_of_work
from bpo.formats import cnab400, ofx
from bpo.kernel import actor as actors
from bpo.models import BankLine, Hold, Payment
from bpo.services.cash import bank_lines, payments, reconciliation
from bpo.services.cash.reconciliation import Ref
from tests.factories import debts, people
from tests.factories.people import NOW
from tests.formats.test_cnab import header_400, placed
from tests.formats.test_ofx import movement, statement

TODAY = date(2026, 11, 23)
FRIDAY = date(2026, 11, 20)
CPF = "52998224725"


@pytest.fixture
def cast(session):
    return people.cast(session)


@pytest.fixture
def ana(session, cast):
    return people.actor(session, cast.ana)


@pytest.fixture
def davi(session, cast, ana):
    with acting_as(actors.system([cast.sol.id], name="test")):
        yield debts.debtor(session, cast.sol, "Davi Lima Souza", document=CPF)


@pytest.fixture
def bills(session, davi):
    """Two of one amount, as a monthly fee is."""
    return [
        debts.receivable(session, davi, number, due=due, cents=100_00)
        for number, due in (("1001", date(2026, 11, 24)), ("1002", date(2026, 12, 24)))
    ]


def statement_tells(ana, cast, *movements):
    told = ofx.read(statement(*(movements or [movement("100,00", "PIX RECEBIDO", "20261120")])))
    with unit_of_work(ana) as session:
        bank_lines.take_statement(session, ana, cast.sol.id, told, None, today=TODAY, now=NOW)


def return_tells(ana, cast, number="0001001", cents=100_00, day="201126"):
    amount = f"{cents:013d}"
    line = placed(
        400, _1="1", _109="06", _111=day, _63="00000011", _117=number, _153=amount, _254=amount
    )
    told = cnab400.read("\n".join([header_400("341"), line]).encode())
    with unit_of_work(ana) as session:
        bank_lines.take_return(session, ana, cast.sol.id, told, None, today=TODAY, now=NOW)


def pix_tells(ana, cast, bill, end_to_end_id="E1"):
    row = bank_lines.row_of_pix(
        cast.sol.id,
        end_to_end_id,
        on_day=FRIDAY,
        amount_cents=100_00,
        txid=f"REC{bill.id}D261120",
        payer_document=CPF,
    )
    with unit_of_work(ana) as session:
        bank_lines.take_notices(session, ana, cast.sol.id, [row], today=TODAY, now=NOW)


def ana_records(ana, cast, davi):
    payments.record(ana, cast.sol.id, davi.id, 100_00, FRIDAY, now=NOW)


def books(session, bills):
    """What is open of each, and the money received in all."""
    session.expire_all()
    received = session.scalar(select(func.sum(Payment.amount_cents))) or 0
    return [bill.amount_cents - bill.settled_cents for bill in bills], int(received)


def states(session):
    session.expire_all()
    return [line.state for line in session.scalars(select(BankLine).order_by(BankLine.id))]


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2), (2, 1)], ids=str)
def test_whoever_tells_first_the_money_is_counted_once(session, ana, cast, davi, bills, order):
    tellers = (
        lambda: ana_records(ana, cast, davi),
        lambda: statement_tells(ana, cast),
        lambda: pix_tells(ana, cast, bills[0]),
    )
    for number in order:
        tellers[number]()
    reconciliation.rerun(ana, cast.sol.id, now=NOW)
    assert books(session, bills) == ([0, 100_00], 100_00)
    assert set(states(session)) <= {"matched", "aside"}
    assert session.scalars(select(Hold).where(Hold.released_at.is_(None))).all() == []


def test_a_return_file_after_the_statement_counts_no_boleto_again(session, ana, cast, davi, bills):
    statement_tells(ana, cast, movement("100,00", "PIX RECEBIDO DAVI LIMA SOUZA", "20261123"))
    (line,) = session.scalars(select(BankLine))
    reconciliation.accept(ana, [Ref(cast.sol.id, line.id)], now=NOW)
    return_tells(ana, cast)
    assert books(session, bills) == ([0, 100_00], 100_00)
    assert states(session) == ["matched", "aside"]


def test_what_a_person_chooses_takes_its_other_teller_out_of_the_queue_at_once(
    session, ana, cast, davi, bills
):
    """Two bills alike: neither the notice without a code nor the statement says which."""
    row = bank_lines.row_of_pix(
        cast.sol.id, "E1", on_day=FRIDAY, amount_cents=100_00, payer_document="12345678909"
    )
    with unit_of_work(ana) as session:
        bank_lines.take_notices(session, ana, cast.sol.id, [row], today=TODAY, now=NOW)
    statement_tells(ana, cast, movement("100,00", "PIX RECEBIDO", "20261120"))
    assert states(session) == ["open", "open"]
    pix, _ = session.scalars(select(BankLine).order_by(BankLine.id))
    reconciliation.choose(ana, cast.sol.id, pix.id, davi.id, [bills[1].id], now=NOW)
    assert books(session, bills) == ([100_00, 0], 100_00)
    assert states(session) == ["matched", "aside"]
    reconciliation.undo(ana, [Ref(cast.sol.id, pix.id)], now=NOW)
    assert books(session, bills) == ([100_00, 100_00], 0)
    assert states(session) == ["open", "open"]


def test_two_payments_of_one_amount_on_one_day_are_two(session, ana, cast, bills):
    for number, bill in enumerate(bills):
        pix_tells(ana, cast, bill, f"E{number}")
    same = [movement("100,00", f"PIX RECEBIDO {n}", "20261120") for n in range(3)]
    statement_tells(ana, cast, *same)
    assert books(session, bills) == ([0, 0], 200_00)
    assert sorted(states(session)) == ["aside", "aside", "matched", "matched", "open"]


def test_the_same_code_paid_twice_stays_for_a_person(session, ana, cast, bills):
    for number in range(2):
        pix_tells(ana, cast, bills[0], f"E{number}")
    assert books(session, bills) == ([0, 100_00], 100_00)
    assert states(session) == ["matched", "open"]


def test_the_sum_of_a_return_file_is_one_line_of_a_statement(session, ana, cast, bills):
    lump = movement("100,00", "LIQ COBRANCA", "20261123")
    statement_tells(ana, cast, lump, movement("100,00", "DEPOSITO", "20261123"))
    return_tells(ana, cast)
    assert books(session, bills) == ([0, 100_00], 100_00)
    assert sorted(states(session)) == ["aside", "matched", "open"]


def test_what_ana_parts_is_never_joined_again(session, ana, cast, davi, bills):
    ana_records(ana, cast, davi)
    pix_tells(ana, cast, bills[1])
    (line,) = session.scalars(select(BankLine))
    assert line.state == "aside"
    reconciliation.undo(ana, [Ref(cast.sol.id, line.id)], now=NOW)
    reconciliation.rerun(ana, cast.sol.id, now=NOW)
    assert states(session) == ["open"]
    reconciliation.choose(ana, cast.sol.id, line.id, davi.id, [bills[1].id], now=NOW)
    assert books(session, bills) == ([0, 0], 200_00)


def test_days_too_far_apart_are_two_payments(session, ana, cast, davi, bills):
    payments.record(ana, cast.sol.id, davi.id, 100_00, FRIDAY - timedelta(days=9), now=NOW)
    pix_tells(ana, cast, bills[1])
    assert books(session, bills) == ([0, 0], 200_00)
