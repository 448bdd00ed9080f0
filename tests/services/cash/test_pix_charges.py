"""Ana's company has its bank hold Pix charges: in step with its titles, whatever the line does."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from bpo.db import acting_as
from bpo.domain.desk.inbox import Kind
from bpo.domain.intake import findings
from bpo.domain.reminders.channels import PIX
from bpo.gateways import wording
from bpo.gateways.pix import banks, notices
from bpo.gateways.queue import MemoryQueue
from bpo.jobs import Job
from bpo.kernel import actor as actors
from bpo.kernel import clock
from bpo.kernel.errors import Conflict
from bpo.models import BankLine, ChannelSetting, Payment, PaymentMethod, PixCharge, User
from bpo.queries.cash import pix_charges as stored
from bpo.queries.desk import inbox
from bpo.services.books import invoices
from bpo.services.cash import pix_charges, pix_notices
from tests.factories import debts, people
from tests.gateways.pix_bank import Bank

NOW = datetime.now(UTC)
TODAY = clock.local_day(NOW, "America/Sao_Paulo")
SOON = TODAY + timedelta(days=9)
NUMBER = "E00416968202611201340aBcDeFgHiJk"


@pytest.fixture
def bank():
    with Bank() as bank:
        yield bank


@pytest.fixture
def sol(session, bank):
    cast = people.cast(session)
    with acting_as(actors.system([cast.sol.id, cast.lua.id], name="test")):
        cast.sol.pix_key = "11222333000181"
        session.add(
            ChannelSetting(
                workspace_id=cast.sol.id,
                channel=PIX,
                provider="api_pix",
                options={
                    "base_url": bank.url,
                    "token_url": f"{bank.url}/token",
                    "client_id": "sol",
                },
                secrets={"client_secret": "SOL_PIX"},
            )
        )
        session.add(
            PaymentMethod(workspace_id=cast.sol.id, kind="pix", label="Pix", details={"key": "k"})
        )
        session.commit()
        yield cast.sol


@pytest.fixture
def davi(session, sol):
    return debts.debtor(session, sol, document="52998224725")


@pytest.fixture
def bill(session, davi):
    return debts.receivable(session, davi, "1001", due=SOON)


def keep(sol, now=NOW, secrets=None):
    program = actors.system([sol.id], name="Pix")
    known = {"SOL_PIX": "s3cret"} if secrets is None else secrets
    return pix_charges.keep(program, sol.id, banks=banks.opener(known), now=now)


def said(row):
    """What went wrong, in English."""
    return str(findings.phrase_from_json(row.problem))


def inbox_lines(session, sol):
    """What of Pix and of channels waits in the inbox: subject and amount by kind."""
    scope = inbox.scope(session, [sol], NOW)
    kinds = (Kind.PIX_REFUSED, Kind.CHANNEL)
    found = inbox.page(session, scope, kinds)
    assert sum(count.lines for count in inbox.counts(session, scope) if count.kind in kinds) == len(
        found
    )
    return {line.kind: (line.subject_id, line.amount_cents) for line in found}


@pytest.fixture
def ana(session, sol):
    return people.actor(session, session.scalars(select(User).where(User.name == "Ana")).one())


def charge(session, bill):
    session.expire_all()
    return stored.of_receivable(session, bill.workspace_id, bill.id)


def postpone(session, bill, days):
    bill.due_date = bill.effective_due_date = SOON + timedelta(days=days)
    session.commit()


def later(hours):
    return NOW + timedelta(hours=hours)


def test_a_title_that_falls_due_gets_a_charge_with_what_its_policy_says(session, bank, sol, bill):
    assert keep(sol).states == {"active": 1}
    (held,) = bank.charges.values()
    found = charge(session, bill)
    assert (found.state, found.txid) == ("active", held["txid"])
    assert held["chave"] == "11222333000181"
    assert held["devedor"]["cpf"] == "52998224725"
    assert held["valor"]["original"] == "100.00"
    assert held["valor"]["multa"] == {"modalidade": 2, "valorPerc": "2.00"}
    assert held["calendario"]["dataDeVencimento"] == SOON.isoformat()
    paper = invoices.one(session, sol, bill.id, TODAY, base_url="")
    assert paper.pix == found.copy_paste
    keep(sol)
    assert [method for method, _ in bank.asked] == ["PUT"]


def test_the_same_charge_is_found_again_when_its_making_was_not_heard_of(session, bank, sol, bill):
    bank.forgets_to_answer = True
    assert keep(sol).away
    assert charge(session, bill).state == "asked"
    bank.forgets_to_answer = False
    assert keep(sol, later(1)).states == {"active": 1}
    assert len(bank.charges) == 1
    assert charge(session, bill).copy_paste


def test_money_is_taken_in_once_whether_told_or_asked_for(session, bank, sol, bill):
    keep(sol)
    txid = charge(session, bill).txid
    told = notices.of([bank.pay(txid, 100_00, NUMBER)])
    assert keep(sol, later(7)).states == {"paid": 1}
    pix_notices.take_in(sol.id, told, now=later(8))
    pix_notices.take_in(sol.id, told, now=later(9))
    session.expire_all()
    assert bill.settled_cents == 100_00
    assert session.scalar(select(func.count()).select_from(Payment)) == 1
    assert session.scalar(select(func.count()).select_from(BankLine)) == 1
    assert keep(sol, later(20)).states == {}


def test_a_charge_paid_without_a_word_of_the_money_is_asked_about_until_it_is_told(
    session, bank, sol, bill
):
    keep(sol)
    txid = charge(session, bill).txid
    bank.pay(txid, 100_00, NUMBER)
    told = bank.charges[txid].pop("pix")
    assert keep(sol, later(7)).states == {"active": 1}
    assert "does not tell" in charge(session, bill).problem[0]
    bank.charges[txid]["pix"] = told
    assert keep(sol, later(14)).states == {"paid": 1}
    session.expire_all()
    assert bill.settled_cents == 100_00


def test_a_charge_that_the_bank_keeps_stays_on_its_way_out(session, bank, sol, bill):
    bank.forgets_to_answer = True
    keep(sol)
    debts.paid(session, bill, 100_00, TODAY)
    bank.forgets_to_answer = False
    bank.answered = lambda method, path, body: (200, bank.charges[path.rpartition("/")[2]])
    for hour in (1, 2, 30):
        assert keep(sol, later(hour)).states == {"leaving": 1}


def test_a_title_paid_elsewhere_takes_its_charge_back(session, bank, sol, bill):
    keep(sol)
    debts.paid(session, bill, 100_00, TODAY)
    assert keep(sol, later(1)).states == {"cancelled": 1}
    (held,) = bank.charges.values()
    assert held["status"] == "REMOVIDA_PELO_USUARIO_RECEBEDOR"
    assert stored.codes(session, sol.id, [bill.id], TODAY) == {}


def test_a_charge_paid_while_it_is_taken_back_brings_its_money(session, bank, sol, bill):
    keep(sol)
    postpone(session, bill, 1)
    bank.pay(charge(session, bill).txid, 100_00, NUMBER)
    assert keep(sol, later(1)).states["paid"] == 1
    session.expire_all()
    assert bill.settled_cents == 100_00


def test_a_changed_title_gets_another_charge(session, bank, sol, bill):
    keep(sol)
    first = charge(session, bill).txid
    postpone(session, bill, 3)
    assert keep(sol, later(1)).states == {"cancelled": 1}
    assert keep(sol, later(2)).states == {"active": 1}
    assert charge(session, bill).txid != first
    assert [one["status"][:5] for one in bank.charges.values()] == ["REMOV", "ATIVA"]


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_bank_that_is_away_is_asked_again_and_the_settings_say_so(
    session, bank, sol, bill, status
):
    bank.refuse = lambda method, path: status
    assert keep(sol).away
    setting = session.scalars(select(ChannelSetting)).one()
    assert said(setting) == "The bank's Pix did not answer; try again later"
    bank.refuse = lambda method, path: None
    assert keep(sol, later(1)).states == {"active": 1}
    session.expire_all()
    assert setting.problem is None


def test_a_token_taken_back_early_is_asked_for_anew(session, bank, sol, bill):
    refused = iter([401])
    bank.refuse = lambda method, path: next(refused, None)
    assert keep(sol).states == {"active": 1}
    assert bank.tokens == 2


def test_what_the_bank_refuses_is_told_and_not_asked_again(session, bank, sol, bill):
    bank.refuse = lambda method, path: 400 if method == "PUT" else None
    assert keep(sol).states == {"refused": 1}
    refused = charge(session, bill)
    assert said(refused) == "The bank refused the Pix charge: não (400)"
    in_portuguese = wording.say(findings.phrase_from_json(refused.problem), "pt_BR")
    assert in_portuguese == "O banco recusou a cobrança Pix: não (400)"
    assert keep(sol, later(1)).states == {}


def test_ana_has_a_refused_charge_asked_for_again(session, bank, sol, bill, ana):
    bank.refuse = lambda method, path: 400 if method == "PUT" else None
    keep(sol)
    queue = MemoryQueue()
    again = {"now": NOW, "queue": queue}
    first = charge(session, bill).txid
    pix_charges.again(ana, sol.id, bill.id, **again)
    assert queue.jobs == [(Job.KEEP_PIX_CHARGES, (sol.id,))]
    with pytest.raises(Conflict):
        pix_charges.again(ana, sol.id, bill.id, **again)
    bank.refuse = lambda method, path: None
    assert keep(sol, later(1)).states == {"active": 1}
    assert charge(session, bill).txid != first


def test_a_refusal_and_a_bank_out_of_reach_are_lines_of_the_inbox(session, bank, sol, bill):
    bank.refuse = lambda method, path: 400 if method == "PUT" else None
    keep(sol)
    assert inbox_lines(session, sol) == {Kind.PIX_REFUSED: (bill.id, 100_00)}
    keep(sol, later(1), secrets={})
    assert set(inbox_lines(session, sol)) == {Kind.PIX_REFUSED, Kind.CHANNEL}
    bank.refuse = lambda method, path: None
    keep(sol, later(2))
    debts.paid(session, bill, 100_00, TODAY)
    assert inbox_lines(session, sol) == {}


def test_some_titles_are_left_to_the_plain_code(session, bank, sol, davi):
    nobody = debts.debtor(session, sol, "Nina", document=None)
    debts.receivable(session, nobody, "1", due=SOON)
    debts.receivable(session, davi, "2", due=TODAY + timedelta(days=46))
    late = debts.receivable(session, davi, "3", due=TODAY - timedelta(days=1))
    part = debts.receivable(session, davi, "4", due=SOON)
    debts.paid(session, part, 10_00, TODAY)
    assert keep(sol).states == {}
    assert late.id
    assert bank.asked == []


def test_without_its_secret_nothing_is_asked_and_the_settings_say_why(session, bank, sol, bill):
    assert keep(sol, secrets={}).away
    setting = session.scalars(select(ChannelSetting)).one()
    assert "environment" in said(setting)
    assert bank.tokens == 0


def test_a_code_for_another_amount_is_shown_no_more(session, bank, sol, bill):
    keep(sol)
    assert list(stored.codes(session, sol.id, [bill.id], TODAY)) == [bill.id]
    debts.paid(session, bill, 10_00, TODAY)
    assert stored.codes(session, sol.id, [bill.id], TODAY) == {}


def test_another_company_sees_no_charge(session, bank, sol, bill):
    keep(sol)
    with acting_as(actors.system([sol.id + 1], name="test")):
        assert session.scalars(select(PixCharge)).all() == []
