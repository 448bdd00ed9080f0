"""Rebates, withdrawals, write-offs and waivers on the screen, and who may do them."""

import re

import pytest
from sqlalchemy import select

from bpo.db import acting_as
from bpo.kernel import actor as actors
from bpo.models import Entry, Receivable
from tests.factories import books, people
from tests.factories.books import Browser


@pytest.fixture
def cast(session):
    return people.cast(session)


@pytest.fixture
def title(session, cast):
    with acting_as(actors.system([cast.sol.id, cast.lua.id], name="test")):
        davi = books.davi(session, cast.sol)
        query = select(Receivable).where(Receivable.debtor_id == davi.id)
        yield session.scalars(query.order_by(Receivable.due_date)).first()


def post(client, cast, person, path, **fields):
    home = people.sign_in(client, person).get("/", follow_redirects=True).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', home)[1]
    return client.post(f"/w/sol{path}", data={"csrf_token": token, **fields})


def test_ana_gives_a_rebate_and_undoes_it(client, session, cast, title):
    here = f"/receivables/{title.id}"
    ana = Browser(people.sign_in(client, cast.ana), "/w/sol")
    assert "Abatimento" in ana.open(f"{here}/rebate").text
    given = {"amount": "10,00", "reason": "Avaria na entrega", "key": "k1"}
    assert post(client, cast, cast.ana, f"{here}/rebate", **given).status_code == 302
    entry = session.scalars(select(Entry).where(Entry.kind == "rebate")).one()
    page = ana.open(here).text
    assert "Avaria na entrega" in page
    undo = f"{here}/entries/{entry.id}/undo"
    assert undo in page
    assert "Avaria na entrega" in ana.open(undo).text
    assert post(client, cast, cast.ana, undo, reason="", why="mistake").status_code == 400
    assert post(client, cast, cast.ana, undo, reason="Engano", why="mistake").status_code == 302
    assert undo not in ana.open(here).text
    session.expire_all()
    assert title.settled_cents == 0


def test_what_is_wrong_comes_back_on_the_form(client, cast, title):
    path = f"/receivables/{title.id}/rebate"
    answer = post(client, cast, cast.ana, path, amount="10,00", reason="")
    assert answer.status_code == 400
    assert "Diga o motivo" in answer.text


def test_only_the_manager_sees_and_does_a_write_off(client, session, cast, title):
    path = f"/receivables/{title.id}/write_off"
    assert post(client, cast, cast.ana, path, reason="Falência").status_code == 403
    ana = Browser(people.sign_in(client, cast.ana), "/w/sol")
    assert path not in ana.open(f"/receivables/{title.id}").text
    assert post(client, cast, cast.marta, path, reason="Falência").status_code == 302
    session.expire_all()
    assert title.settled_cents == title.amount_cents


@pytest.mark.parametrize("act", ["rebate", "withdrawal", "write_off", "waiver"])
def test_others_find_nothing(client, cast, title, act):
    path = f"/receivables/{title.id}/{act}"
    assert post(client, cast, cast.carla, path, reason="Avaria").status_code == 404
    assert post(client, cast, cast.bruno, path, reason="Avaria").status_code in (403, 404)
