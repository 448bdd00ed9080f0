"""Recurring charges through the browser: agreed after a look, changed, and kept from outsiders."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from bpo.db import acting_as
from bpo.kernel import actor as actors
from bpo.models import Subscription
from tests.factories import books, debts, people
from tests.factories.books import TODAY, Browser


@pytest.fixture
def cast(session):
    found = people.cast(session)
    with acting_as(actors.system([found.sol.id, found.lua.id], name="test")):
        yield found


@pytest.fixture
def ana(client, cast):
    return Browser(people.sign_in(client, cast.ana), "/w/sol")


def fields(debtor, **more):
    due = TODAY + timedelta(days=20)
    return {
        "debtor": debtor.id,
        "description": "Mensalidade do plano",
        "amount": "1.250,00",
        "every": "monthly",
        "first_due": due.isoformat(),
        "notice_days": "5",
    } | more


def agree(browser, debtor, **more):
    given = fields(debtor, **more)
    page = browser.open("/subscriptions/new", **given).text
    token = re.search(
        r'name="csrf_token" value="([^"]+)"', page[page.index("/subscriptions/new") :]
    )
    return browser.client.post(
        browser.place + "/subscriptions/new", data={"csrf_token": token[1], **given}
    )


def test_ana_sees_what_it_charges_and_then_agrees(ana, session, cast):
    davi = books.davi(session, cast.sol)
    assert "Davi Lima" in ana.open("/subscriptions/new", q="davi").text
    seen = ana.open("/subscriptions/new", **fields(davi))
    assert seen.text.count("R$\xa01.250,00") >= 6
    assert session.scalars(select(Subscription)).all() == []
    answer = agree(ana, davi)
    page = ana.client.get(answer.headers["Location"])
    assert "Mensalidade do plano" in page.text
    assert "Mensalidade do plano" in ana.open("/subscriptions").text


def test_it_is_repriced_paused_resumed_and_ended(ana, session, cast):
    agree(ana, books.davi(session, cast.sol))
    row = session.scalars(select(Subscription)).one()
    page, today = f"/subscriptions/{row.id}", TODAY.isoformat()
    ana.send(page, page + "/price", amount="1.300,00", since=today)
    assert "R$\xa01.300,00" in ana.open(page).text
    assert ana.send(page, page + "/price", amount="0", since=today).status_code == 400
    ana.send(page, page + "/pause", since=today)
    assert "Em pausa" in ana.open(page).text
    ana.send(page, page + "/resume")
    ana.send(page, page + "/end", ends_on=today)
    session.refresh(row)
    assert (row.ends_on, row.next_issue_on) == (TODAY, None)


def test_what_cannot_be_agreed_says_why(ana, session, cast):
    davi = books.davi(session, cast.sol)
    past = (TODAY - timedelta(days=1)).isoformat()
    assert "já passou" in ana.open("/subscriptions/new", **fields(davi, first_due=past)).text
    assert session.scalars(select(Subscription)).all() == []


def test_carla_sees_and_changes_none_of_it(client, session, cast):
    agree(Browser(people.sign_in(client, cast.ana), "/w/sol"), books.davi(session, cast.sol))
    row = session.scalars(select(Subscription)).one()
    elsewhere = debts.debtor(session, cast.lua, "Outra")
    carla = people.sign_in(client, cast.carla)
    assert carla.get(f"/w/sol/subscriptions/{row.id}").status_code == 404
    assert carla.get(f"/w/lua/subscriptions/{row.id}").status_code == 404
    assert carla.get(f"/w/lua/subscriptions/new?debtor={row.debtor_id}").status_code == 404
    assert carla.get(f"/w/lua/subscriptions/new?debtor={elsewhere.id}").status_code == 200
    assert people.sign_in(client, cast.bruno).get("/w/sol/subscriptions").status_code == 403
