"""Ana works on a regua: acts on a draft, a difference in words and in effect, a new version."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bpo.db import acting_as
from bpo.domain.reminders import campaigns as rules
from bpo.domain.reminders.regua import DEFAULT_REGUA
from bpo.kernel import actor as actors
from bpo.kernel import clock
from bpo.models import AuditEntry, Campaign, CampaignDraft, CampaignVersion
from bpo.queries.reminders import campaigns as stored
from tests.factories import debts, people
from tests.web.test_texts import Writer


@pytest.fixture
def now():
    return datetime.now(UTC)


@pytest.fixture
def cast(session, now):
    cast = people.cast(session)
    with acting_as(actors.system([cast.sol.id, cast.lua.id], name="test")):
        cast.sol.calendar = "none"
        debts.fresh(session, cast.sol, clock.local_day(now, cast.sol.time_zone), now)
        session.commit()
        yield cast


@pytest.fixture
def row(session, cast):
    return session.scalars(select(Campaign).where(Campaign.workspace_id == cast.sol.id)).one()


@pytest.fixture
def ana(client, cast):
    return Writer(people.sign_in(client, cast.ana))


@pytest.fixture
def at(row):
    return f"/w/sol/campaigns/{row.id}/edit"


def holding(session, row):
    session.refresh(row)
    version = stored.version(session, row)
    return rules.from_json(row.id, version.steps, version.options)


def acts(session):
    found = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    return [act for act in found if act.startswith("campaign.")]


def test_acts_go_to_a_draft_and_hold_once_saved(session, ana, cast, row, at):
    assert "Nada ainda" in ana.open(at)
    ana.post(f"{at}/d+5/later", {})
    ana.post(f"{at}/d+45/remove", {})
    ana.post(f"{at}/d+20/double", {})
    made = ana.post(f"{at}/add", {"moment": "pre_due"}).location
    assert made.endswith("/edit/steps/d-3")
    page = ana.open(at)
    for words in ("D+5 passa para D+6", "D+45 sai", "D+21 é nova", "D-3 é nova, por e-mail"):
        assert words in page
    assert holding(session, row).steps == DEFAULT_REGUA
    assert ana.post(f"{at}/save", {}).location == f"/w/sol/campaigns/{row.id}"
    labels = [step.label for step in holding(session, row).steps]
    assert row.version == 2
    assert {"D-3", "D+6", "D+21"} <= set(labels)
    assert "D+45" not in labels
    assert session.scalars(select(CampaignDraft)).all() == []
    assert (
        len(
            session.scalars(
                select(CampaignVersion).where(CampaignVersion.campaign_id == row.id)
            ).all()
        )
        == 2
    )
    assert acts(session) == ["campaign.version"]


def test_a_step_is_described_in_its_form(session, ana, cast, row, at):
    fields = {
        "moment": "overdue", "days": "8", "channels": ["email", "sms"], "otherwise": "task",
        "template": "offer_help", "tone": "helpful", "goal": "Perguntar", "opens": "1",
        "class_A": "skip", "class_B": "other", "class_B_days": "9",
    }  # fmt: skip
    ana.post(f"{at}/steps/d+5", fields)
    ana.post(f"{at}/save", {})
    step = next(step for step in holding(session, row).steps if step.key == "d+5")
    assert (step.offset, step.skip_classes, step.offset_by_class) == (8, {"A"}, {"B": 9})
    assert [*step.channels, *step.otherwise] == ["email", "sms", "task"]
    assert "Perguntar" in ana.open(f"{at}/steps/d+5")
    assert ana.post(f"{at}/steps/d+5", fields | {"channels": []}).status_code == 400


def test_an_untouched_form_changes_nothing(ana, cast, row, at):
    fields = {
        "moment": "pre_due", "days": "1", "channels": "sms", "otherwise": "email", "opens": "1",
        "template": "due_tomorrow", "tone": "friendly", "goal": "Um lembrete curto, sem o valor",
    }  # fmt: skip
    assert "Um lembrete curto, sem o valor" in ana.open(f"{at}/steps/d-1")
    ana.post(f"{at}/steps/d-1", fields)
    assert ana.post(f"{at}/save", {}).status_code == 400


def test_what_cannot_run_is_not_saved(session, ana, cast, row, at):
    ana.post(f"{at}/d+5/earlier", {})
    for _ in range(4):
        ana.post(f"{at}/d+5/earlier", {})
    page = ana.post(f"{at}/save", {})
    assert page.status_code == 400
    assert row.version == 1
    ana.post(f"{at}/discard", {})
    assert "Nada ainda" in ana.open(at)
    fields = {
        "moment": "overdue",
        "days": "5",
        "channels": "whatsapp",
        "template": "something_wrong",
        "tone": "friendly",
    }
    ana.post(f"{at}/steps/d+5", fields)
    assert "o texto não tem palavras para WhatsApp" in ana.open(at)
    assert ana.post(f"{at}/save", {}).status_code == 400


def test_two_people_do_not_overwrite_one_another(session, ana, cast, row, at):
    ana.post(f"{at}/d+5/later", {})
    session.add(
        CampaignVersion(
            workspace_id=row.workspace_id,
            campaign_id=row.id,
            version=2,
            steps=stored.version(session, row).steps,
            options={},
        )
    )
    row.version = 2
    session.commit()
    answer = ana.post(f"{at}/save", {})
    assert answer.status_code == 400
    assert "outra versão enquanto isso" in answer.text


def seen(page, name="seen"):
    """What a form would bring back of what its reader looked at."""
    found = re.search(rf'name="{re.escape(name)}" value="(\w+)"', page)
    assert found, name
    return {name: found[1]}


STEP = {
    "moment": "overdue", "days": "8", "channels": "email", "template": "offer_help",
    "tone": "helpful", "goal": "Ana escreveu isto",
}  # fmt: skip


def test_a_step_that_another_changed_meanwhile_is_not_replaced_unseen(ana, row, at):
    old = seen(ana.open(f"{at}/steps/d+5"))
    ana.post(f"{at}/steps/d+5", STEP | {"goal": "Rafael escreveu isto"})
    refused = ana.post(f"{at}/steps/d+5", STEP | old)
    assert refused.status_code == 400
    assert "Alguém mudou esta etapa" in refused.text
    assert "Ana escreveu isto" in refused.text
    assert "Rafael escreveu isto" in ana.open(f"{at}/steps/d+5")
    assert ana.post(f"{at}/steps/d+5", STEP | seen(refused.text)).status_code == 302
    assert "Ana escreveu isto" in ana.open(f"{at}/steps/d+5")


def test_a_button_of_an_old_page_does_not_turn_back_what_another_did(ana, row, at):
    page = ana.open(at)
    old, gone = seen(page, "seen-d+5"), seen(page, "seen-d+45")
    assert ana.post(f"{at}/d+5/switch", old).status_code == 302
    for act in ("switch", "later", "remove"):
        again = ana.post(f"{at}/d+5/{act}", old)
        assert (again.status_code, "Alguém mudou esta etapa" in again.text) == (400, True)
    ana.post(f"{at}/d+45/remove", {})
    answer = ana.post(f"{at}/d+45/switch", gone)
    assert (answer.status_code, "Alguém tirou esta etapa" in answer.text) == (400, True)
    old = seen(ana.open(f"{at}/steps/d+20"))
    ana.post(f"{at}/d+20/remove", {})
    assert "Alguém tirou esta etapa" in ana.post(f"{at}/steps/d+20", STEP | old).text


def test_a_draft_is_saved_or_thrown_away_as_it_was_seen(session, ana, row, at):
    ana.post(f"{at}/d+5/later", {})
    old = seen(ana.open(at))
    ana.post(f"{at}/d+45/remove", {})
    for act in ("save", "discard"):
        answer = ana.post(f"{at}/{act}", old)
        assert (answer.status_code, "O rascunho mudou" in answer.text) == (400, True)
    ana.post(f"{at}/ask", old)
    assert "O rascunho mudou" in ana.open(at)
    now = seen(ana.open(at))
    assert ana.post(f"{at}/save", now).status_code == 302
    assert ana.post(f"{at}/save", now).status_code == 400
    session.refresh(row)
    assert row.version == 2


def test_whom_a_campaign_speaks_to_is_not_replaced_unseen(ana, row, at):
    fields = {"entry": "matching", "reanchor": "inherit"}
    old = seen(ana.open(f"{at}/audience"))
    ana.post(f"{at}/audience", fields | {"minimum": "500,00"})
    refused = ana.post(f"{at}/audience", fields | old | {"with_tags": "novo"})
    assert (refused.status_code, "Alguém mudou estas escolhas" in refused.text) == (400, True)
    assert 'value="novo"' in refused.text
    assert "R$\xa0500,00" in ana.open(at)


def test_a_go_is_for_the_version_that_was_seen(session, ana, row, at, cast):
    with_identity(session, cast.sol)
    go = f"/w/sol/campaigns/{row.id}/go"
    old = seen(ana.open(go))
    ana.post(f"{at}/d+5/later", {})
    ana.post(f"{at}/save", {})
    assert ana.post(go, old).location == go
    assert "Outra versão desta campanha foi salva" in ana.open(go)
    session.refresh(row)
    assert row.state == "awaiting_go"
    now = seen(ana.open(go))
    assert ana.post(go, now).location.endswith("/will-go")
    assert ana.post(go, now).location == f"/w/sol/campaigns/{row.id}"
    assert "já está nesta situação" in ana.open(f"/w/sol/campaigns/{row.id}")
    assert acts(session).count("campaign.running") == 1


def with_identity(session, place):
    place.cnpj, place.legal_name = "12345678000195", "Padaria Sol Ltda."
    place.street, place.city, place.state = "Rua das Palmeiras, 120", "Campinas", "SP"
    session.commit()


def test_the_effect_of_today_is_shown_before_it_is_saved(session, ana, cast, row, at, now):
    today = clock.local_day(now, cast.sol.time_zone)
    for name in ("Davi", "Bia"):
        who = debts.debtor(session, cast.sol, name, email=f"{name}@example.org")
        debts.receivable(session, who, due=today - timedelta(days=21), cents=10_000)
    ana.post(f"{at}/audience", {"minimum": "500,00", "entry": "matching", "reanchor": "inherit"})
    page = ana.open(f"{at}?effect=1")
    assert "quem deve ao menos R$\xa0500,00" in page
    assert "2 deixariam de receber" in page


def test_campaigns_are_made_named_and_put_away(session, ana, cast, row):
    made = ana.post("/w/sol/campaigns/new", {"name": "Consumidores", "model": str(row.id)})
    new = session.scalars(select(Campaign).where(Campaign.name == "Consumidores")).one()
    assert made.location == f"/w/sol/campaigns/{new.id}/edit"
    again = ana.post("/w/sol/campaigns/new", {"name": " consumidores ", "model": str(row.id)})
    assert (again.status_code, "Já existe uma campanha" in again.text) == (400, True)
    assert (new.state, new.precedence > row.precedence) == ("awaiting_go", True)
    at = f"/w/sol/campaigns/{new.id}"
    ana.post(f"{at}/rename", {"name": "Pessoas físicas"})
    ana.post(f"{at}/archive", {})
    page = ana.open("/w/sol/campaigns")
    assert "1 campanha arquivada" in page
    assert "Pessoas físicas" in ana.open(at)
    ana.post(f"{at}/take_out", {})
    session.refresh(new)
    assert (new.state, new.name) == ("paused", "Pessoas físicas")
    assert ana.post("/w/sol/campaigns/new", {"name": "", "model": "three"}).status_code == 400
    assert ana.post("/w/sol/campaigns/new", {"name": "X", "model": "999999"}).status_code == 400
    row.state = "running"
    session.commit()
    ana.post(f"/w/sol/campaigns/{row.id}/archive", {})
    session.refresh(row)
    assert row.state == "running"
    assert acts(session) == [
        "campaign.create",
        "campaign.rename",
        "campaign.archived",
        "campaign.paused",
    ]


def test_outsiders_and_clients_change_nothing(session, client, cast, row, at):
    for who, status in ((cast.carla, 404), (cast.bruno, 403)):
        visitor = Writer(people.sign_in(client, who))
        for url in (at, f"{at}/steps/d+5", f"{at}/audience", "/w/sol/campaigns/new"):
            assert visitor.client.get(url).status_code == status, url
        acts = ("add", "d+5/later", "steps/d+5", "audience", "save", "discard")
        campaign = f"/w/sol/campaigns/{row.id}"
        others = ("/w/sol/campaigns/new", f"{campaign}/rename", f"{campaign}/archive")
        for url in (*(f"{at}/{act}" for act in acts), *others):
            assert visitor.post(url, {"moment": "overdue"}).status_code == status, url
    carla = Writer(people.sign_in(client, cast.carla))
    theirs = at.replace("/sol/", "/lua/")
    assert carla.client.get(theirs).status_code == 404
    assert carla.post(f"{theirs}/save", {}).status_code == 404
    assert session.scalars(select(CampaignDraft)).all() == []


def test_a_step_is_switched_off_and_the_audience_says_how_much_and_how_late(session, ana, row, at):
    ana.post(f"{at}/d+5/switch", {})
    typed = {"owing_from": "1.000,00", "late_from": "5", "late_to": "90", "first_purchase": "again"}
    typed |= {"entry": "matching", "reanchor": "inherit"}
    assert ana.post(f"{at}/audience", typed | {"late_to": "3"}).status_code == 400
    ana.post(f"{at}/audience", typed)
    page = ana.open(at)
    for words in ("D+5 é desligada", "quem deve R$ 1.000,00 ou mais", "com no máximo 90 dias"):
        assert words in page.replace("\xa0", " ")
    ana.post(f"{at}/save", {})
    saved = holding(session, row)
    assert [step.key for step in saved.steps if step.off] == ["d+5", "relationship"]
    chosen = saved.audience
    assert (chosen.owing_from, chosen.late_from, chosen.late_to) == (1_000_00, 5, 90)
    assert chosen.first_purchase is False
