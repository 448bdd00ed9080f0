"""Many rows at once on screen: ticked or all that match, confirmed once, undone as one."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from bpo.db import acting_as, db
from bpo.kernel import actor as actors
from bpo.models import BulkAct, Hold
from tests.factories import debts, people
from tests.factories.books import TODAY, Browser
from tests.factories.people import sign_in

LATE = TODAY - timedelta(days=10)


@pytest.fixture
def cast(session):
    return people.cast(session)


@pytest.fixture
def crowd(session, cast):
    with acting_as(actors.system([cast.sol.id], name="test")):
        found = []
        for number in range(1, 5):
            one = debts.debtor(session, cast.sol, f"Debtor {number}", reference=f"D-{number}")
            row = debts.receivable(session, one, f"NF-{number}", due=LATE, cents=100_00)
            found.append((one.id, row.id))
        return found


@pytest.fixture
def ana(client, cast):
    return Browser(sign_in(client, cast.ana), "/w/sol")


def rows(session, cast, table):
    db.session.expire_all()
    with acting_as(actors.system([cast.sol.id], name="test")):
        return session.scalars(select(table)).all()


def confirmed(page):
    """What the confirmation asks for, as the browser would send it."""
    main = page.text.partition("<main")[2]
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', main)
    fields = {}
    for name, value in found:
        fields.setdefault(name, []).append(value)
    fields.pop("csrf_token", None)
    return fields


def test_two_ticked_debtors_are_paused_after_one_question_and_undone(session, cast, crowd, ana):
    page = ana.open("/debtors").text
    assert page.count('form="many" name="id"') == 4
    ids = [str(debtor) for debtor, _ in crowd[:2]]

    asked = ana.send("/debtors", "/debtors/many", act="hold", id=ids, query="sort=name")
    assert "200,00" in asked.text
    done = ana.send("/debtors", "/debtors/many/hold", reason="client", until="", **confirmed(asked))

    assert done.location == "/w/sol/debtors?sort=name"
    assert {str(row.debtor_id) for row in rows(session, cast, Hold)} == set(ids)
    (made,) = rows(session, cast, BulkAct)
    assert f"/w/sol/many/{made.id}/undo" in ana.open("/debtors").text
    number = made.id
    ana.send("/many", f"/many/{number}/undo")
    assert all(row.released_at for row in rows(session, cast, Hold))
    assert "2 de 2" in ana.open("/many").text


def test_all_receivables_that_match_are_meant_and_a_changed_list_is_asked_again(
    session, cast, crowd, ana
):
    asked = ana.send(
        "/receivables", "/receivables/many", act="dispute", which="all", query="q=NF-1"
    )
    fields = confirmed(asked)
    assert (fields["count"], fields["cents"]) == (["1"], ["10000"])
    changed = fields | {"cents": ["9000"]}
    again = ana.send("/receivables", "/receivables/many/dispute", grounds="amount", **changed)
    assert again.status_code == 400
    assert 'value="10000"' in again.text
    done = ana.send("/receivables", "/receivables/many/dispute", grounds="amount", **fields)
    assert done.status_code == 302
    shown = ana.open("/receivables", show="disputed").text
    assert "NF-1" in shown
    assert "NF-2" not in shown


def test_a_field_at_fault_is_shown_and_nothing_chosen_says_so(crowd, ana):
    nothing = ana.send("/debtors", "/debtors/many", act="tag", query="")
    assert nothing.status_code == 200
    assert '<form class="form' not in nothing.text
    asked = ana.send("/debtors", "/debtors/many", act="promise", which="all", query="")
    wrong = ana.send(
        "/debtors", "/debtors/many/promise", promised_for="2020-01-01", **confirmed(asked)
    )
    assert wrong.status_code == 400
    assert "field-error" in wrong.text


def test_carla_and_bruno_reach_nothing(client, session, cast, crowd):
    carla = Browser(sign_in(client, cast.carla), "")
    ids = [str(debtor) for debtor, _ in crowd]
    for to in ("/w/sol/debtors/many", "/w/sol/debtors/many/hold", "/w/sol/many/1/undo"):
        assert carla.send("/w/lua/debtors/new", to, act="hold", id=ids).status_code == 404
    own = carla.send("/w/lua/debtors/new", "/w/lua/debtors/many", act="hold", id=ids)
    assert "Debtor 1" not in own.text
    assert 'name="count"' not in own.text
    assert rows(session, cast, Hold) == []
