"""Guides stand beside the work they help with; a company writes its own."""

from datetime import date

import pytest
from sqlalchemy import select

from bpo.db import acting_as
from bpo.domain.desk import guides as rules
from bpo.gateways import wording
from bpo.kernel import actor as actors
from bpo.models import AuditEntry, Campaign, Dispute, Guide
from bpo.services.desk import guides
from tests.factories import debts, people
from tests.web.test_texts import AT, Writer

GUIDES = "/w/sol/guides"
OWN = {
    "title": "Ligar sem pressa",
    "reader": "team",
    "body": "Oi <script>x</script> **bem**.",
    "places": ["call", "nowhere"],
}


@pytest.fixture
def cast(session):
    cast = people.cast(session)
    with acting_as(actors.system([cast.sol.id, cast.lua.id], name="test")):
        yield cast


@pytest.fixture
def ana(client, cast):
    return Writer(people.sign_in(client, cast.ana))


def test_the_products_guides_are_the_same_in_both_languages():
    kinds = [
        {(guide.key, guide.reader, guide.places) for guide in guides.shipped(locale)}
        for locale in wording.LOCALES
    ]
    assert kinds[0] == kinds[1]
    assert {guide.reader for guide in guides.shipped("pt_BR")} == set(rules.Reader)


def test_a_guide_is_shown_beside_its_step_and_text(session, ana, cast):
    row = session.scalars(select(Campaign).where(Campaign.workspace_id == cast.sol.id)).one()
    assert "A primeira ligação" in ana.open(f"/w/sol/campaigns/{row.id}/steps/d+15")
    assert "Escrever bem para quem deve" in ana.open(AT)


def test_a_guide_is_shown_beside_the_line_of_the_inbox_that_it_helps_with(session, ana, cast):
    davi = debts.debtor(session, cast.sol)
    debts.receivable(session, davi, due=date(2026, 11, 1))
    session.add(
        Dispute(
            workspace_id=cast.sol.id,
            debtor_id=davi.id,
            reason="quality",
            opened_on=date(2026, 11, 2),
        )
    )
    session.commit()
    assert "Quando o devedor discorda" in ana.open("/office/inbox?kind=dispute")
    own = OWN | {"title": "Ouvir primeiro", "places": ["dispute"]}
    ana.post(f"{GUIDES}/when-they-disagree/edit", own)
    page = ana.open("/office/inbox?kind=dispute")
    assert "Ouvir primeiro" in page
    assert "Quando o devedor discorda" not in page
    assert f'id="guide-{cast.sol.id}-when-they-disagree"' in page


def test_a_company_writes_its_own_and_takes_it_away(session, ana, cast):
    assert ana.post(f"{GUIDES}/first-call/edit", OWN).location == f"{GUIDES}/first-call"
    page = ana.open(f"{GUIDES}/first-call")
    assert "&lt;script&gt;x&lt;/script&gt; <strong>bem</strong>" in page
    assert session.scalars(select(Guide)).one().places == ["call"]
    assert ana.post(f"{GUIDES}/new/edit", OWN).location == f"{GUIDES}/ligar-sem-pressa"
    assert ana.post(f"{GUIDES}/new/edit", OWN | {"title": ""}).status_code == 400
    ana.post(f"{GUIDES}/first-call/drop", {})
    assert "A primeira ligação" in ana.open(GUIDES)
    assert ana.post(f"{GUIDES}/first-call/drop", {}).status_code == 404
    acts = session.scalars(select(AuditEntry.action).where(AuditEntry.action.like("guide.%")))
    assert acts.all() == ["guide.save", "guide.save", "guide.drop"]


def test_debtors_read_theirs_without_signing_in(client, ana, cast):
    ana.post(f"{GUIDES}/new/edit", OWN | {"title": "Só da casa"})
    ana.post(f"{GUIDES}/new/edit", OWN | {"title": "Como pagar", "reader": "debtor"})
    page = client.application.test_client().get("/p/sol/guides").text
    assert "Esta mensagem é verdadeira?" in page
    assert "Como pagar" in page
    assert "Só da casa" not in page
    assert "Como pagar" not in client.application.test_client().get("/p/lua/guides").text
    assert client.get("/p/nobody/guides").status_code == 404


def test_outsiders_and_clients_find_nothing(session, client, cast):
    for who, status in ((cast.carla, 404), (cast.bruno, 403)):
        visitor = Writer(people.sign_in(client, who))
        for url in (GUIDES, f"{GUIDES}/first-call", f"{GUIDES}/first-call/edit"):
            assert visitor.client.get(url).status_code == status
        for act in ("edit", "drop"):
            assert visitor.post(f"{GUIDES}/first-call/{act}", OWN).status_code == status
    assert session.scalars(select(Guide)).all() == []
