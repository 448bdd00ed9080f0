"""Approvals on screen: asked in the office, decided in the portal or by the BPO manager."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from bpo.db import acting_as, db
from bpo.kernel import actor as actors
from bpo.models import Receivable
from bpo.queries.desk import approvals as stored
from tests.factories import debts, people, waiting
from tests.factories.books import TODAY, Browser
from tests.factories.people import sign_in


@pytest.fixture
def cast(session):
    return people.cast(session)


@pytest.fixture
def davi(session, cast, today):
    with acting_as(actors.system([cast.sol.id], name="test")):
        found = debts.debtor(session, cast.sol, reference="D-1", name="Davi Souza")
        debts.receivable(session, found, "1001", due=today - timedelta(days=400), cents=1_000_00)
        session.commit()
    return found


@pytest.fixture
def today():
    return TODAY


def of_sol(session, cast):
    with acting_as(actors.system([cast.sol.id], name="test")):
        return [one.request for one in stored.listed(session, cast.sol.id)]


def ask(client, cast, davi):
    ana = Browser(sign_in(client, cast.ana), "/w/sol")
    to = f"/debtors/{davi.id}/negotiation"
    offer = ana.open(to).text.partition('data-kind="lump_sum"')[2]
    mark = re.search(r'name="fingerprint" value="([0-9a-f]+)"', offer)[1]
    ana.send(to, f"{to}/approval", fingerprint=mark, note="Liga hoje")
    return ana


def bruno_of(client, cast):
    return Browser(sign_in(client, cast.bruno), "/portal/sol")


def test_bruno_reads_the_case_and_approves(client, session, cast, davi):
    ana = ask(client, cast, davi)
    assert "Liga hoje" in ana.open("/approvals").text
    request = of_sol(session, cast)[0]

    bruno = bruno_of(client, cast)
    assert "Ver e decidir" in bruno.open("").text
    page = bruno.open("/approvals").text
    assert "Davi Souza" in page
    assert "Liga hoje" in page
    done = bruno.send("/approvals", f"/approvals/{request.id}", decision="accepted")

    assert done.status_code == 302
    db.session.expire_all()
    assert of_sol(session, cast)[0].state == "accepted"


def test_bruno_is_not_told_that_nothing_waits_while_a_debtor_disagrees(
    client, session, cast, davi, today
):
    bruno = bruno_of(client, cast)
    assert "Nada aguarda a sua decisão" in bruno.open("/approvals").text
    with acting_as(actors.system([cast.sol.id], name="test")):
        title = session.scalars(select(Receivable)).one()
        waiting.dispute(session, title, today - timedelta(days=2))
    page = bruno.open("/approvals").text
    assert "1 pergunta sobre um devedor espera por você" in page
    assert "Nada aguarda a sua decisão" not in page


def test_a_refusal_needs_a_reason_and_other_terms_must_fit(client, session, cast, davi):
    ask(client, cast, davi)
    request = of_sol(session, cast)[0]
    bruno = bruno_of(client, cast)

    for form in (
        {"decision": "refused"},
        {"decision": "countered", "down_cents": "1,00", "payments": "3"},
        {"decision": "countered", "down_cents": "500,00", "payments": "300"},
    ):
        answer = bruno.send("/approvals", f"/approvals/{request.id}", **form)
        assert answer.status_code == 422
        assert "field-error" in answer.text
    assert of_sol(session, cast)[0].state == "asked"


def test_carla_and_celia_find_nothing(client, session, cast, davi):
    ask(client, cast, davi)
    request = of_sol(session, cast)[0]
    decided = {"decision": "accepted"}

    carla = Browser(sign_in(client, cast.carla), "")
    assert carla.open("/w/sol/approvals").status_code == 404
    answer = carla.send("/w/lua/debtors/new", f"/w/lua/approvals/{request.id}", **decided)
    assert answer.status_code == 403
    celia = Browser(sign_in(client, cast.celia), "")
    assert celia.open("/portal/sol/approvals").status_code == 404
    form = "/portal/lua/approvals"
    assert "form" not in celia.open(form).text.partition("<main")[2].partition("</main")[0]
    ana = Browser(sign_in(client, cast.ana), "/w/sol")
    answer = ana.send("/debtors/new", f"/approvals/{request.id}", **decided)
    assert answer.status_code == 403
    assert of_sol(session, cast)[0].state == "asked"


def test_a_plan_that_is_typed_is_checked_at_once(client, cast, davi):
    sign_in(client, cast.ana)
    url = f"/w/sol/debtors/{davi.id}/negotiation"

    fits = client.get(url, query_string={"down_cents": "400,00", "payments": "4"})
    low = client.get(url, query_string={"down_cents": "1,00", "payments": "4"})

    assert "custom_plan" in fits.text
    assert "field-error" not in fits.text
    assert "field-error" in low.text
    assert "custom_plan" not in low.text
