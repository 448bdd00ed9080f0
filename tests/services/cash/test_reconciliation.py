"""Bank files and notices become payments, each once; doubtful money silences; everything undone."""

from datetime import date

import pytest
from sqlalchemy import func, select

from bpo.db import acting_as, unit_of_work
from bpo.formats import cnab400, ofx
from bpo.kernel import actor as actors
from bpo.kernel.errors import BadInput, Conflict, NotFound
from bpo.models import AuditEntry, BankLine, BankSuggestion, Hold, Payment
from bpo.services.cash import bank_lines, payments, reconciliation
from bpo.services.cash.reconciliation import Ref
from tests.factories import debts, people
from tests.factories.people import NOW
from tests.formats.test_cnab import header_400, placed
from tests.formats.test_ofx import movement, statement

TODAY = date(2026, 11, 23)
DAY = date(2026, 11, 20)


@pytest.fixture
def cast(session):
    return people.cast(session)


@pytest.fixture
def ana(session, cast):
    return people.actor(session, cast.ana)


@pytest.fixture
def davi(session, cast, ana):
    with acting_as(actors.system([cast.sol.id], name="test")):
        yield debts.debtor(session, cast.sol, "Davi Lima Souza", document="52998224725")


@pytest.fixture
def bill(session, davi):
    return debts.receivable(session, davi, "1001", due=date(2026, 11, 24), cents=100_00)


def take(actor, workspace, *movements):
    found = ofx.read(statement(*movements))
    with unit_of_work(actor) as session:
        return bank_lines.take_statement(
            session, actor, workspace.id, found, None, today=TODAY, now=NOW
        )


def take_return(actor, workspace, **places):
    line = placed(400, **({"_1": "1", "_109": "06", "_111": "201126"} | places))
    told = cnab400.read("\n".join([header_400("341"), line]).encode())
    with unit_of_work(actor) as session:
        return bank_lines.take_return(
            session, actor, workspace.id, told, None, today=TODAY, now=NOW
        )


def notice(actor, workspace, end_to_end_id, **columns):
    row = bank_lines.row_of_pix(workspace.id, end_to_end_id, on_day=DAY, **columns)
    with unit_of_work(actor) as session:
        return bank_lines.take_notices(session, actor, workspace.id, [row], today=TODAY, now=NOW)


def lines(session):
    session.expire_all()
    return session.scalars(select(BankLine).order_by(BankLine.id)).all()


def balance(session, title):
    session.expire_all()
    return title.amount_cents - title.settled_cents


def holds(session):
    return session.scalars(select(Hold).where(Hold.released_at.is_(None))).all()


def test_a_boleto_in_a_return_file_is_settled_once(session, ana, cast, bill):
    places = {
        "_63": "00000011",
        "_117": "0001001",
        "_153": "0000000010000",
        "_254": "0000000010000",
    }
    assert take_return(ana, cast.sol, **places).matched == 1
    assert balance(session, bill) == 0
    assert take_return(ana, cast.sol, **places).applied == 0
    payment = session.scalars(select(Payment)).one()
    assert (payment.method, payment.source, payment.paid_on) == ("boleto", "bank_cnab", DAY)
    assert take(ana, cast.sol, movement("100,00", "LIQ COBRANCA", "20261120")).matched == 0
    assert lines(session)[-1].state == "aside"
    assert session.scalar(select(func.count()).select_from(Payment)) == 1


def test_events_that_are_no_payment_are_kept_and_settle_nothing(session, ana, cast, bill):
    places = {"_109": "02", "_117": "1001", "_153": "0000000010000", "_254": "0000000010000"}
    assert take_return(ana, cast.sol, **places).applied == 1
    assert balance(session, bill) == 100_00
    assert [line.state for line in lines(session)] == ["info"]


def test_a_pix_by_our_code_is_settled_and_its_bank_line_is_not_counted_again(
    session, ana, cast, bill
):
    row = {"amount_cents": 100_00, "txid": f"REC{bill.id}D261120"}
    assert notice(ana, cast.sol, "E1", **row).matched == 1
    assert notice(ana, cast.sol, "E1", **row).applied == 0
    assert take(ana, cast.sol, movement("100,00", "PIX RECEBIDO", "20261120")).suggested == 0
    assert [line.state for line in lines(session)] == ["matched", "aside"]
    assert balance(session, bill) == 0


def test_likely_money_silences_until_ana_has_decided(session, ana, cast, davi, bill):
    memo = "PIX RECEBIDO DAVI LIMA SOUZA"
    assert take(ana, cast.sol, movement("100,00", memo, "20261120")).suggested == 1
    (line,) = lines(session)
    assert [(hold.debtor_id, hold.reason) for hold in holds(session)] == [(davi.id, "payment_seen")]
    assert reconciliation.accept(ana, [Ref(cast.sol.id, line.id)], now=NOW) == [
        Ref(cast.sol.id, line.id)
    ]
    assert balance(session, bill) == 0
    assert holds(session) == []
    assert session.scalar(select(func.count()).select_from(BankSuggestion)) == 0
    assert reconciliation.accept(ana, [Ref(cast.sol.id, line.id)], now=NOW) == []


def test_what_ana_undoes_no_machine_applies_again(session, ana, cast, bill):
    notice(ana, cast.sol, "E1", amount_cents=100_00, txid=f"REC{bill.id}D261120")
    (line,) = lines(session)
    reconciliation.undo(ana, [Ref(cast.sol.id, line.id)], now=NOW)
    assert balance(session, bill) == 100_00
    reconciliation.rerun(ana, cast.sol.id, now=NOW)
    (line,) = lines(session)
    assert (line.state, line.by_hand) == ("open", True)
    assert len(holds(session)) == 1
    acts = set(session.scalars(select(AuditEntry.action)))
    assert {"bank.match", "bank.undo", "payment.reverse"} <= acts


def test_a_payment_undone_on_its_own_page_opens_the_line_again(session, ana, cast, bill):
    notice(ana, cast.sol, "E1", amount_cents=100_00, txid=f"REC{bill.id}D261120")
    payment = session.scalars(select(Payment)).one()
    payments.reverse(ana, cast.sol.id, payment.id, "engano", now=NOW)
    reconciliation.rerun(ana, cast.sol.id, now=NOW)
    assert [line.state for line in lines(session)] == ["open"]


def test_ana_chooses_for_an_unknown_credit(session, ana, cast, davi, bill):
    second = debts.receivable(session, davi, "1002", due=date(2026, 11, 25), cents=50_00)
    take(ana, cast.sol, movement("160,00", "DEPOSITO", "20261120"))
    (line,) = lines(session)
    with pytest.raises(BadInput):
        reconciliation.choose(ana, cast.sol.id, line.id, davi.id, [999_999], now=NOW)
    reconciliation.choose(ana, cast.sol.id, line.id, davi.id, [second.id, bill.id], now=NOW)
    assert (balance(session, bill), balance(session, second)) == (0, 0)
    with pytest.raises(Conflict):
        reconciliation.choose(ana, cast.sol.id, line.id, davi.id, [], now=NOW)


def test_money_that_is_nobodys_is_set_aside_and_can_come_back(session, ana, cast, bill):
    take(ana, cast.sol, movement("100,00", "RESGATE", "20261120"))
    (line,) = lines(session)
    one = [Ref(cast.sol.id, line.id)]
    assert len(holds(session)) == 1
    assert reconciliation.set_aside(ana, one, now=NOW) == one
    assert holds(session) == []
    assert reconciliation.undo(ana, one, now=NOW) == one
    assert lines(session)[0].state == "open"


def test_carla_of_another_company_reaches_nothing(session, cast, ana, bill):
    take(ana, cast.sol, movement("100,00", "PIX", "20261120"))
    carla = people.actor(session, cast.carla)
    one = [Ref(cast.sol.id, lines(session)[0].id)]
    for act in (reconciliation.accept, reconciliation.set_aside, reconciliation.undo):
        with pytest.raises(NotFound):
            act(carla, one, now=NOW)
    with pytest.raises(NotFound):
        reconciliation.choose(carla, cast.sol.id, one[0].line_id, bill.debtor_id, [], now=NOW)


def test_an_overlapping_run_never_settles_a_receivable_twice(session, ana, cast, bill):
    for number in (1, 2):
        notice(ana, cast.sol, f"E{number}", amount_cents=100_00, txid=f"REC{bill.id}D261120")
    assert [line.state for line in lines(session)] == ["matched", "open"]
    assert balance(session, bill) == 0


def test_money_of_a_day_to_come_is_not_applied_by_itself(session, ana, cast, bill):
    row = bank_lines.row_of_pix(
        cast.sol.id,
        "E1",
        on_day=date(2026, 11, 24),
        amount_cents=100_00,
        txid=f"REC{bill.id}D261120",
    )
    with unit_of_work(ana) as work:
        done = bank_lines.take_notices(work, ana, cast.sol.id, [row], today=TODAY, now=NOW)
    assert (done.matched, done.suggested) == (0, 1)
    assert balance(session, bill) == 100_00
