"""Going live on screen: the manager chooses who approves, Ana asks, Bruno sees and decides."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from bpo.db import acting_as, db
from bpo.domain.reminders.regua import DEFAULT_REGUA
from bpo.kernel import actor as actors
from bpo.models import ApprovalRequest, Campaign
from bpo.services.writing import simulations
from tests.factories import debts, people
from tests.factories.books import TODAY, Browser
from tests.factories.people import sign_in

TEXT = "/texts/sms/pt_BR/not_seen"
WORDS = (
    "Oi, {{ first_name }}. A fatura {{ number }} de {{ creditor_short }} nao consta paga."
    " Se ja pagou, desconsidere. {{ link }} Sair: SAIR"
)


@pytest.fixture
def cast(session):
    cast = people.cast(session)
    with acting_as(actors.system([cast.sol.id], name="test")):
        cast.sol.cnpj, cast.sol.legal_name = "12345678000195", "Padaria Sol Ltda."
        cast.sol.street, cast.sol.city, cast.sol.state = "Rua das Palmeiras, 120", "Campinas", "SP"
        davi = debts.debtor(session, cast.sol, reference="D-1")
        debts.receivable(session, davi, "1", due=TODAY - timedelta(days=9), cents=100_00)
        cast.sol.go_live_by = "client_manager"
        session.commit()
    return cast


@pytest.fixture
def row(session, cast):
    with acting_as(actors.system([cast.sol.id], name="test")):
        query = select(Campaign.id, Campaign.name).where(Campaign.workspace_id == cast.sol.id)
        return session.execute(query).one()


def state_of(session, cast):
    db.session.expire_all()
    with acting_as(actors.system([cast.sol.id], name="test")):
        return session.scalar(select(Campaign.state).where(Campaign.workspace_id == cast.sol.id))


def newest(session, cast):
    db.session.expire_all()
    with acting_as(actors.system([cast.sol.id], name="test")):
        query = select(ApprovalRequest).order_by(ApprovalRequest.id.desc()).limit(1)
        return session.scalars(query).one()


def live_ahead(session, cast):
    asked = newest(session, cast)
    program = actors.system([cast.sol.id], name="simulation")
    number, simulation_id = asked.id, asked.simulation_id
    simulations.run(program, cast.sol.id, simulation_id, now=datetime.now(UTC))
    return number


def at(client, person, place="/w/sol"):
    return Browser(sign_in(client, person), place)


def test_the_manager_chooses_and_nobody_else(client, session, cast):
    marta = at(client, cast.marta)
    assert marta.send("/settings/contact", "/settings/going-live", go_live_by="admin").location
    assert 'value="admin" checked' in marta.open("/settings/contact").text
    wrong = marta.send("/settings/contact", "/settings/going-live", go_live_by="analyst")
    assert wrong.status_code == 302
    assert 'value="admin" checked' in marta.open("/settings/contact").text
    ana = at(client, cast.ana)
    assert ana.send("/debtors/new", "/settings/going-live", go_live_by="").status_code == 403


def test_ana_asks_for_the_go_and_bruno_reads_what_it_would_send(client, session, cast, row):
    here = f"/campaigns/{row.id}"
    ana = at(client, cast.ana)
    page = ana.open(f"{here}/go").text
    assert f'action="/w/sol{here}/go/ask"' in page
    assert f'action="/w/sol{here}/go"' not in page
    refused = ana.send(f"{here}/go", f"{here}/go")
    assert refused.location == f"/w/sol{here}/go"
    assert "só entra no ar com a aprovação do gestor" in ana.open(f"{here}/go").text
    ana.send(f"{here}/go", f"{here}/go/ask", note="Podemos?")
    assert f"#request-{newest(session, cast).id}" in ana.open(here).text

    bruno = at(client, cast.bruno, "/portal/sol")
    early = bruno.open("/approvals").text
    assert 'value="accepted"' not in early
    number = live_ahead(session, cast)
    page = bruno.open("/approvals").text
    assert "Podemos?" in page
    assert row.name in page
    for key in ("d+1", "d+30"):
        step = next(one for one in DEFAULT_REGUA if one.key == key)
        assert step.label in page
    done = bruno.send("/approvals", f"/approvals/{number}", decision="accepted")
    assert done.status_code == 302
    assert newest(session, cast).state == "accepted"
    assert state_of(session, cast) == "running"


def test_a_draft_and_a_text_are_asked_for_where_they_are_written(client, session, cast, row):
    with acting_as(actors.system([cast.sol.id], name="test")):
        session.execute(update(Campaign).values(state="running", released_version=1))
        session.commit()
    ana, edit = at(client, cast.ana), f"/campaigns/{row.id}/edit"
    ana.send(edit, f"{edit}/d+5/later")
    assert ana.send(edit, f"{edit}/save").status_code == 400
    ana.send(edit, f"{edit}/ask")
    number = live_ahead(session, cast)
    assert "D+6" in ana.open("/approvals").text

    ana.send(TEXT, TEXT, body=WORDS, base="0", act="ask")
    assert newest(session, cast).about == "text"
    assert "Oi, {{ first_name }}" in at(client, cast.bruno, "/portal/sol").open("/approvals").text
    bruno = at(client, cast.bruno, "/portal/sol")
    bare = bruno.send("/approvals", f"/approvals/{number}", decision="refused")
    assert bare.status_code == 422
    bruno.send("/approvals", f"/approvals/{number}", decision="refused", answer="Ainda não")
    assert "Ainda não" in at(client, cast.ana).open(edit).text


def test_an_approval_of_the_bpo_manager_is_a_line_of_the_inbox(client, session, cast, row):
    cast.sol.go_live_by = "admin"
    session.commit()
    ana = at(client, cast.ana)
    ana.send(f"/campaigns/{row.id}/go", f"/campaigns/{row.id}/go/ask")

    inbox = at(client, cast.marta, "").open("/office/inbox", client="sol").text

    assert f".going_live.{newest(session, cast).id}" in inbox
    assert ".campaign_go." not in inbox
    assert "/w/sol/approvals" in inbox


def test_carla_and_celia_reach_nothing_of_it(client, session, cast, row):
    ana = at(client, cast.ana)
    ana.send(f"/campaigns/{row.id}/go", f"/campaigns/{row.id}/go/ask")
    number = newest(session, cast).id
    carla = at(client, cast.carla, "")
    for to in (f"/w/sol/campaigns/{row.id}/go/ask", f"/w/sol/campaigns/{row.id}/edit/ask"):
        assert carla.send("/w/lua/debtors/new", to).status_code == 404
    celia = at(client, cast.celia, "")
    for to in (f"/portal/sol/approvals/{number}", f"/portal/lua/approvals/{number}"):
        answer = celia.send("/account", to, decision="accepted")
        assert answer.status_code == 404
    assert newest(session, cast).state == "asked"
