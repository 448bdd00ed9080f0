"""Complaints 2, 13, 15, 16, 20 of those who use such systems: what is owed, and who sees why."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from bpo.db import acting_as, unit_of_work
from bpo.domain.books.policies import CollectionPolicy
from bpo.formats import ofx
from bpo.gateways import wording
from bpo.kernel import actor as actors
from bpo.models import BankLine, Payment
from bpo.queries.books import receivables
from bpo.queries.cash import bank
from bpo.queries.insight import figures
from bpo.services.books import policies
from bpo.services.cash import bank_lines, payments, reconciliation
from bpo.services.cash.reconciliation import Ref
from tests.factories import debts, people
from tests.factories.people import NOW
from tests.formats.test_ofx import movement, statement
from tests.web.test_figures_screens import page, words

TODAY = date(2026, 11, 23)
DUE = date(2026, 11, 3)


@pytest.fixture
def cast(session):
    return people.cast(session)


@pytest.fixture
def ana(session, cast):
    return people.actor(session, cast.ana)


@pytest.fixture
def davi(session, cast):
    with acting_as(actors.system([cast.sol.id, cast.lua.id], name="test")):
        yield debts.debtor(session, cast.sol, "Davi Lima Souza", document="52998224725")


@pytest.fixture
def bill(session, davi):
    return debts.receivable(session, davi, "1001", due=DUE, cents=1_000_00)


def owed(session, davi, day):
    """Principal, fine and interest that Davi is asked for on a day."""
    session.expire_all()
    found = [one.amount for one in receivables.due_on(session, davi, day)]
    return [(a.principal_cents, a.fine_cents, a.interest_cents) for a in found]


def pays(ana, davi, cents, day):
    return payments.record(ana, davi.workspace_id, davi.id, cents, day, now=NOW)


def test_complaint_02_a_late_fee_added_twice_for_the_same_reason(session, ana, davi, bill):
    tenth, twentieth = DUE + timedelta(days=10), DUE + timedelta(days=20)
    assert owed(session, davi, tenth) == owed(session, davi, tenth) == [(1_000_00, 20_00, 3_33)]
    pays(ana, davi, 523_33, tenth)
    assert owed(session, davi, tenth) == [(500_00, 0, 0)], "the fine is paid for good"
    assert owed(session, davi, twentieth) == [(500_00, 0, 1_67)]
    pays(ana, davi, 100_00, twentieth)
    (left,) = owed(session, davi, twentieth + timedelta(days=30))
    assert left[1] == 0


def test_complaint_15_interest_by_a_wrong_count_lost_or_applied_when_left_blank(
    session, cast, ana, davi, bill
):
    # 1% a month is 1/30 of it a day, the day of payment counted: 17 days are 5,67.
    assert owed(session, davi, date(2026, 11, 20)) == [(1_000_00, 20_00, 5_67)]
    # Who pays the principal alone still owes the charges: they are paid first (Civil Code 354).
    pays(ana, davi, 1_000_00, date(2026, 11, 20))
    assert owed(session, davi, date(2026, 11, 20)) == [(25_67, 0, 0)]
    assert owed(session, davi, date(2026, 12, 20)) == [(25_67, 0, 26)]
    # A company that left fine and interest blank asks for none.
    blank = CollectionPolicy(fine_rate=Decimal(0), monthly_rate=Decimal(0))
    marta = people.actor(session, cast.marta)
    policies.publish(marta, cast.sol.id, blank, TODAY, now=NOW)
    eva = debts.debtor(session, cast.sol, "Eva Dias", email=None)
    debts.receivable(session, eva, "2001", due=date(2026, 11, 24), issue=TODAY, cents=1_000_00)
    assert owed(session, eva, date(2026, 12, 20)) == [(1_000_00, 0, 0)]


def test_complaint_16_a_statement_taken_twice_doubles_the_lines(
    client, session, cast, ana, davi, bill
):
    def take(*movements):
        with unit_of_work(ana) as unit:
            told = ofx.read(statement(*movements))
            return bank_lines.take_statement(
                unit, ana, cast.sol.id, told, None, today=TODAY, now=NOW
            )

    tariff = movement("-5,00", "TARIFA")
    credit = movement("1.026,67", "PIX RECEBIDO DAVI LIMA SOUZA", "20261123", "7")
    assert take(credit, tariff).applied == 2
    with acting_as(ana):
        query = select(BankLine).where(BankLine.amount_cents == 1_026_67)
        line = session.scalars(query).one()
    reconciliation.accept(ana, [Ref(line.workspace_id, line.id)], now=NOW)
    again = take(credit, tariff, movement("70,00", "TED DE ALGUEM"))

    assert (again.applied, again.unchanged) == (1, 2)
    with acting_as(ana):
        assert session.scalar(select(func.count()).select_from(BankLine)) == 3
        assert session.scalar(select(func.sum(Payment.amount_cents))) == 1_026_67
        (account,) = bank.accounts(session, [cast.sol.id])
    assert (account.bank, account.number, account.balance_cents) == ("237", "1234-5", 123450)
    text = page(client, cast.ana, "/office/reconciliation?show=matched")
    assert "Davi Lima Souza decidido por uma pessoa" in text
    assert "O banco diz o nome Davi Lima Souza" in text, "why that line is his"
    assert "R$ 1.026,67" in text


def test_complaint_13_the_portal_shows_another_companys_data(client, session, cast, bill):
    dora = debts.debtor(session, cast.lua, "Dora da Lua", email=None)
    debts.receivable(session, dora, "9", due=DUE, cents=9_999_99)
    assert "Davi Lima Souza" in page(client, cast.bruno, "/portal/sol/debtors")
    for person, other in ((cast.bruno, "lua"), (cast.celia, "sol")):
        for path in (f"/portal/{other}", f"/portal/{other}/debtors", f"/portal/{other}/reports"):
            page(client, person, path, 404)
    mine = page(client, cast.celia, "/portal/lua/debtors")
    assert ("Dora da Lua" in mine, "Davi" in mine) == (True, False)
    # Roles within a company: its manager looks, the office acts.
    page(client, cast.bruno, "/w/sol/debtors", 403)
    page(client, cast.ana, "/w/sol/debtors", 200)
    page(client, cast.carla, "/w/sol/debtors", 404)


def test_complaint_20_nobody_can_say_why_a_number_is_what_it_is(
    client, session, cast, ana, davi, bill
):
    debts.receivable(session, davi, "1002", due=date(2026, 12, 10), cents=500_00)
    pays(ana, davi, 100_00, date(2026, 11, 16))
    with acting_as(ana):
        told = figures.metrics(session, cast.sol.id, TODAY)
    shown = words(wording.money(told.open_cents, "pt_BR"))
    for person, path in ((cast.ana, "/w/sol"), (cast.bruno, "/portal/sol")):
        text = page(client, person, f"{path}?day={TODAY}")
        assert shown in text
        assert "Posição em 23/11/2026" in text
        meanings = re.findall(r'why-panel" popover[^>]*>([^<]{20,})', client.get(path).text)
        assert len(meanings) > 2
    (row,) = [one for one in receivables.due_on(session, davi, TODAY) if one.row.id == bill.id]
    why = " ".join(words(wording.say(step, "pt_BR")) for step in row.amount.steps)
    assert all(cents in why for cents in ("R$ 1.000,00", "R$ 100,00", "2%", "1%"))
    text = page(client, cast.ana, f"/w/sol/receivables/{bill.id}")
    assert "multa" in text.lower()
