"""The screen of a company's accounts: Ana keeps them, Bruno sees how fresh they are."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from bpo.db import acting_as, unit_of_work
from bpo.domain.cash.bank_accounts import Details
from bpo.formats.ofx import Account, Extract, Movement, Statement
from bpo.kernel import actor as actors
from bpo.kernel import clock
from bpo.queries.cash import bank
from bpo.services.cash import bank_accounts, bank_lines
from tests import counting
from tests.factories import people
from tests.web.filling import Filler

PAGE = "/w/sol/settings/accounts"
FIELDS = {"name": "Conta principal", "bank": "341", "branch": "0712", "number": "45871-3"}


@pytest.fixture
def cast(session):
    return people.cast(session)


@pytest.fixture
def account(session, cast):
    """Through yesterday, with one credit that waits and the movement of a debit."""
    today = clock.local_day(datetime.now(UTC), "America/Sao_Paulo")
    told, program = Account("341", "0712", "45871-3"), actors.system([cast.sol.id], name="test")
    moved = tuple(
        Movement(0, told.number, "341", "0712", "", today, cents, "X", "TED", "", "", 1)
        for cents in (70_00, -5_00)
    )
    extract = Extract((Statement(told, None, today - timedelta(days=1), 1),), moved, ())
    with acting_as(program), unit_of_work(program) as unit:
        bank_lines.take_statement(
            unit, program, cast.sol.id, extract, None, today=today, now=datetime.now(UTC)
        )
        return bank.accounts(unit, [cast.sol.id])[0]


def test_ana_opens_corrects_closes_and_opens_again(client, cast):
    ana = Filler(people.sign_in(client, cast.ana))
    assert "Nenhuma conta bancária ainda" in ana.open(PAGE)
    assert ana.send(PAGE, FIELDS | {"bank": "Itaú"}).status_code == 400
    assert ana.send(PAGE, FIELDS).status_code == 302
    page = ana.open(PAGE)
    assert "Conta principal" in page
    assert "sem extrato ainda" in page
    one = f"{PAGE}/{re.search(rf'{PAGE}/([0-9]+)', page)[1]}"
    assert ana.send(one, FIELDS | {"name": "Conta do Itaú"}).status_code == 302
    assert "Conta do Itaú" in ana.open(PAGE)
    ana.send(one, {}, to=f"{one}/close")
    assert "Encerrada" in ana.open(PAGE)
    assert "Conta do Itaú" not in ana.open("/office/reconciliation")
    ana.send(one, {}, to=f"{one}/reopen")
    assert "Conta do Itaú" in ana.open("/office/reconciliation")


def test_what_it_told_is_shown_and_leads_to_its_queue(client, cast, account):
    ana = Filler(people.sign_in(client, cast.ana))
    page = ana.open(PAGE)
    assert "2 linhas" in page
    assert "R$\xa070,00" in page
    assert "conhecida até" in page
    queue = ana.open(f"/office/reconciliation?client=sol&account={account.id}")
    assert "TED" in queue
    assert "Só 341 45871-3" in queue
    assert "TED" not in ana.open(f"/office/reconciliation?client=sol&account={account.id + 1}")


def test_how_fresh_each_is_stands_in_the_rooms_and_in_the_portal(client, cast, account):
    ana = Filler(people.sign_in(client, cast.ana))
    for room in ("/w/sol", "/w/sol/campaigns"):
        assert "45871-3" in ana.open(room)
    assert "45871-3" in Filler(people.sign_in(client, cast.bruno)).open("/portal/sol")


def test_carla_and_bruno_reach_nothing(client, cast, account):
    one = f"{PAGE}/{account.id}"
    for person, refusal in ((cast.carla, 404), (cast.bruno, 403)):
        browser = people.sign_in(client, person)
        for url in (PAGE, one):
            assert browser.get(url).status_code == refusal
        for url in (PAGE, one, f"{one}/close", f"{one}/reopen"):
            assert browser.post(url).status_code in (refusal, 400)


def test_the_number_of_queries_does_not_grow_with_the_accounts(client, session, cast, account):
    ana, counts = people.sign_in(client, cast.ana), []
    for round_ in (0, 1, 8):
        for number in range(round_):
            said = Details("", "237", "", f"{round_}{number}-0")
            bank_accounts.open_one(
                people.actor(session, cast.ana), cast.sol.id, said, now=people.NOW
            )
        with counting.statements() as said:
            assert ana.get(PAGE).status_code == 200
        counts.append(len(said))
    assert counts[1] == counts[2]
