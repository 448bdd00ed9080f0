"""Numbers of another company in every query and every field, sent by somebody of the first."""

import pytest
from sqlalchemy import select

from bpo.db import acting_as
from bpo.domain.people.access import MATRIX
from bpo.kernel import actor as actors
from bpo.kernel.actor import Role
from bpo.models import Debtor, Receivable
from tests.factories import books, debts, people
from tests.web.filling import Filler
from tests.web.test_access import guarded, rows_of
from tests.web.test_hostile_forms import NAMES

SECRETS = ("Davi de Lua", "Oficina Lua", "NF-DE-LUA")
ASKED = (*NAMES, "analyst", "after", "before", "class", "is", "part", "q", "show", "split", "tag")


@pytest.fixture
def cast(session):
    found = people.cast(session)
    with acting_as(actors.system([found.sol.id, found.lua.id], name="test")):
        yield found


@pytest.fixture
def of_sol(session, cast):
    """What addresses name: things that are Ana's to see."""
    davi = books.davi(session, cast.sol)
    title = select(Receivable.id).where(Receivable.workspace_id == cast.sol.id)
    return {"slug": "sol", "debtor_id": davi.id, "receivable_id": session.scalars(title).first()}


@pytest.fixture
def of_lua(session, cast):
    """A debtor of Lua in the ways in which a field can name one."""
    davi = debts.debtor(session, cast.lua, SECRETS[0])
    title = debts.receivable(session, davi, SECRETS[2], due=books.LATE)
    debts.paid(session, title, 10_00, books.LATE)
    session.commit()
    return [str(davi.id), f"{cast.lua.id}.{davi.id}", f"{cast.lua.id}.reply.{davi.id}", "lua"]


def reachable(app, person, method, of_sol):
    """Addresses that a person may open, with what is theirs in the path."""
    adapter = app.url_map.bind("localhost")
    for address, permission in guarded(app):
        if address.method == method and permission in MATRIX[Role(person.role)]:
            values = address.samples | {n: v for n, v in of_sol.items() if n in address.samples}
            yield address, adapter.build(address.endpoint, values, method=method)


def test_lua_s_own_analyst_sees_what_is_looked_for(client, cast, of_lua):
    people.sign_in(client, cast.carla)
    assert SECRETS[0] in client.get("/w/lua/debtors").text
    assert SECRETS[2] in client.get("/w/lua/receivables").text


@pytest.mark.parametrize("who", ["ana", "bruno"])
def test_no_query_shows_anything_of_another_company(app, client, cast, of_sol, of_lua, who):
    person = getattr(cast, who)
    people.sign_in(client, person)
    shown, opened = [], 0
    for address, url in reachable(app, person, "GET", of_sol):
        for number in of_lua:
            query = [(name, number) for name in ASKED] + [("by", "debtor"), ("is", number)]
            answer = client.get(url, query_string=query)
            opened += answer.status_code == 200
            if any(
                secret in answer.get_data(as_text=False).decode("utf-8", "ignore")
                for secret in SECRETS
            ):
                shown.append((str(address), number))
    assert shown == []
    assert opened > 20


def test_no_form_writes_into_another_company(app, client, session, cast, of_sol, of_lua):
    ana = Filler(people.sign_in(client, cast.ana))
    token = ana.token("/account")
    before = [debtor_of(session, cast), rows_in(session, cast)]
    for _address, url in reachable(app, cast.ana, "POST", of_sol):
        for number in of_lua:
            client.post(url, data=dict.fromkeys(ASKED, number) | {"csrf_token": token})
    assert [debtor_of(session, cast), rows_in(session, cast)] == before


def rows_in(session, cast):
    """How many rows each table holds of Lua alone."""
    return rows_of(session, cast, [cast.lua])


def debtor_of(session, cast):
    """The record of Lua's debtor as it is stored."""
    session.expire_all()
    query = select(Debtor.__table__).where(Debtor.workspace_id == cast.lua.id)
    return [tuple(row) for row in session.execute(query)]
