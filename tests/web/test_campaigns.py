"""Ana reads a campaign at a glance, what a go would bring, and what became of every contact."""

import re
import zlib
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from html import unescape

import pytest
from sqlalchemy import select

from bpo.db import acting_as
from bpo.domain.reminders.regua import DEFAULT_REGUA
from bpo.gateways.queue import MemoryQueue
from bpo.jobs import Job
from bpo.kernel import actor as actors
from bpo.kernel import clock
from bpo.models import (
    AuditEntry,
    Campaign,
    ChannelSetting,
    FreshnessMark,
    Hold,
    Message,
    SignedLink,
    Skip,
    Touch,
)
from bpo.services.reminders import campaigns
from tests.factories import debts, people, waiting

ZONE = "America/Sao_Paulo"


@pytest.fixture
def now():
    return datetime.now(UTC)


@pytest.fixture
def today(now):
    return clock.local_day(now, ZONE)


@pytest.fixture
def cast(session, now, today):
    """Everybody; Sol works on every day of the week, so that the tests do too."""
    cast = people.cast(session)
    with acting_as(actors.system([cast.sol.id, cast.lua.id], name="test")):
        debts.fresh(session, cast.sol, today, now)
        cast.sol.calendar = "none"
        session.commit()
        yield cast


@pytest.fixture
def row(session, cast):
    """Sol's campaign, which waits for its go."""
    return session.scalars(select(Campaign).where(Campaign.workspace_id == cast.sol.id)).one()


@pytest.fixture
def running(session, cast, now):
    return debts.running(session, cast.sol, DEFAULT_REGUA, since=now - timedelta(days=60))


@pytest.fixture
def ana(client, cast):
    return people.sign_in(client, cast.ana)


@pytest.fixture
def late(today):
    """A due date whose fifth day has passed, so that something is to be said on any day."""
    return today - timedelta(days=21)


def _post(client, url, **fields):
    page = client.get("/account").get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    return client.post(url, data={"csrf_token": token, **fields})


def _text(answer) -> str:
    assert answer.status_code == 200
    plain = re.sub(r"<[^>]+>", " ", unescape(answer.get_data(as_text=True)))
    return " ".join(plain.split()).replace("\xa0", " ")


def _owing(session, cast, due, name="Davi Lima", cents=1_234_56, **columns):
    who = debts.debtor(session, cast.sol, name, email=f"{name[:3].lower()}@example.org", **columns)
    return who, debts.receivable(session, who, due=due, cents=cents)


def _mail(words="Olá, Davi. São R$ 12,00.") -> bytes:
    message = EmailMessage(policy=policy.SMTP)
    message["From"], message["To"] = "sol@example.org", "davi@example.org"
    message["Subject"] = "Fatura de ação"
    message.set_content(words)
    message.add_alternative(f"<html><body><p>{words}</p></body></html>", subtype="html")
    return message.as_bytes()


def _written(session, touch, body=None):
    touch.answer = "250 2.0.0 queued"
    session.add(
        Message(
            workspace_id=touch.workspace_id,
            touch_id=touch.id,
            recipient="davi@example.org",
            subject="Fatura de ação",
            message_id="<touch.1@sol>",
            template="something_wrong@pt_BR",
            body=zlib.compress(body or _mail()),
            rendered_at=touch.scheduled_at,
        )
    )
    session.commit()


def test_the_list_says_how_each_campaign_stands(session, cast, ana, row, today):
    text = _text(ana.get("/w/sol/campaigns"))
    for words in ("Régua padrão", "Aguardando liberação", "Liberar"):
        assert words in text


def test_the_regua_can_be_read_step_by_step(session, cast, ana, running, today):
    _, title = _owing(session, cast, today - timedelta(days=9))
    waiting.touch(session, title, "sent", day=today, campaign_id=running.id)
    text = _text(ana.get(f"/w/sol/campaigns/{running.id}"))
    for words in ("D-5", "D+10", "Em atraso", "menos classe A", "classe A em D+3", "tom firme"):
        assert words in text
    assert "1 enviado" in text
    assert "Pausar" in text


def test_a_channel_is_struck_until_the_company_has_set_it_up(session, cast, ana, running, today):
    addresses = [f"/w/sol/campaigns/{running.id}", f"/w/sol/campaigns/{running.id}/edit"]
    assert all("channel off" in ana.get(one).get_data(as_text=True) for one in addresses)
    place = {"workspace_id": cast.sol.id, "provider": "generic"}
    options = {"url": "http://sms.example", "body": {}, "id_path": "id"}
    session.add_all(
        ChannelSetting(channel=channel, options=options, secrets={}, **place)
        for channel in ("sms", "whatsapp")
    )
    session.commit()
    assert not any("channel off" in ana.get(one).get_data(as_text=True) for one in addresses)


def test_before_the_go_ana_reads_what_it_brings(session, cast, ana, row, late):
    _owing(session, cast, late)
    _owing(session, cast, late, "Bia Reis", cents=1_000_00)
    text = _text(ana.get(f"/w/sol/campaigns/{row.id}/go"))
    for words in ("2 contatos", "R$ 2.234,56", "Davi Lima", "Bia Reis", "nada foi gravado"):
        assert words in text
    assert session.scalars(select(Touch)).all() == []


def test_the_go_is_given_once_and_today_is_planned(session, cast, ana, row, queue, today):
    answer = _post(ana, f"/w/sol/campaigns/{row.id}/go")
    assert answer.location == f"/w/sol/campaigns/{row.id}/will-go"
    session.refresh(row)
    assert (row.state, row.started_at is not None) == ("running", True)
    assert queue.jobs == [(Job.PLAN_CAMPAIGNS, (cast.sol.id, today.isoformat()))]
    again = _post(ana, f"/w/sol/campaigns/{row.id}/go")
    assert again.location == f"/w/sol/campaigns/{row.id}"
    assert "já está nesta situação" in _text(ana.get(again.location))
    _post(ana, f"/w/sol/campaigns/{row.id}/pause")
    session.refresh(row)
    assert row.state == "paused"
    assert "Retomar" in _text(ana.get(f"/w/sol/campaigns/{row.id}"))
    acts = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert [act for act in acts if act.startswith("campaign.")] == [
        "campaign.running",
        "campaign.paused",
    ]


def test_what_a_message_would_lack_is_said_before_the_go_and_no_button_offers_it(
    session, cast, ana, row
):
    cast.sol.cnpj, cast.sol.street = None, None
    session.commit()
    page = _text(ana.get(f"/w/sol/campaigns/{row.id}/go"))
    assert "não diriam quem cobra" in page
    assert "Falta: CNPJ." in page
    assert ">Liberar<" not in ana.get(f"/w/sol/campaigns/{row.id}/go").text
    go = f"/w/sol/campaigns/{row.id}/go"
    assert _post(ana, go).location == go
    session.refresh(row)
    assert row.state == "awaiting_go"


def test_out_of_date_payments_are_said_before_and_after_the_go(session, cast, ana, row, now, late):
    session.query(FreshnessMark).delete()
    _owing(session, cast, late)
    go = _text(ana.get(f"/w/sol/campaigns/{row.id}/go"))
    assert "saem quando chegarem pagamentos mais novos" in go
    row.state = "running"
    session.commit()
    assert "Nada é enviado sozinho agora" in _text(ana.get(f"/w/sol/campaigns/{row.id}"))


def test_what_will_go_is_listed_looked_ahead_and_can_be_stopped(session, cast, ana, running, today):
    _, title = _owing(session, cast, today - timedelta(days=5))
    touch = waiting.touch(session, title, "planned", day=today, campaign_id=running.id)
    url = f"/w/sol/campaigns/{running.id}/will-go"
    text = _text(ana.get(url))
    assert "Davi Lima" in text
    assert "D+5" in text
    _post(ana, f"/w/sol/touches/{touch.id}/cancelled", next=url)
    assert "Nada está esperando" in _text(ana.get(url))
    ahead = _text(ana.get(f"{url}?day={(today + timedelta(days=30)).isoformat()}"))
    assert "Simulação de " in ahead
    assert "Davi Lima" in ahead
    for day in ("someday", "9999-12-31", "0001-01-01", "2100-01-01", "1900-01-01"):
        assert "Simulação de " not in _text(ana.get(f"{url}?day={day}"))
    furthest = today + timedelta(days=5 * 366)
    assert "Simulação de " in _text(ana.get(f"{url}?day={furthest.isoformat()}"))


def test_what_went_by_state_with_the_reason_in_words(session, cast, ana, running, today):
    _, title = _owing(session, cast, today - timedelta(days=5))
    bia, other = _owing(session, cast, today - timedelta(days=5), "Bia Reis")
    waiting.touch(session, title, "sent", day=today, campaign_id=running.id, message=True)
    waiting.touch(
        session, other, "cancelled", day=today, campaign_id=running.id, state_reason="paid"
    )
    url = f"/w/sol/campaigns/{running.id}/went"
    whole = _text(ana.get(url))
    assert "Davi Lima" in whole
    assert "Já estava pago" in whole
    cancelled = _text(ana.get(f"{url}?state=cancelled"))
    assert "Bia Reis" in cancelled
    assert "Davi Lima" not in cancelled
    assert "Davi Lima" in _text(ana.get(f"{url}?state=nonsense"))
    assert bia.id


def test_who_was_left_in_peace_and_why(session, cast, ana, running, now, today, late):
    davi, _ = _owing(session, cast, late)
    eva = debts.debtor(session, cast.sol, "Eva Sá", email=None)
    debts.receivable(session, eva, due=today - timedelta(days=9))
    pause = Hold(
        workspace_id=cast.sol.id, debtor_id=davi.id, reason="manual", source="t", starts_on=late
    )
    session.add(pause)
    session.commit()
    url = f"/w/sol/campaigns/{running.id}/left-in-peace"
    assert "Em pausa" in _text(ana.get(url))
    program = actors.system([cast.sol.id], name="clock")
    campaigns.plan(program, cast.sol.id, today, now=now, queue=MemoryQueue())
    assert len(session.scalars(select(Skip)).all()) == 2
    stored = _text(ana.get(url))
    for words in ("Davi Lima", "Em pausa", "Eva Sá", "Não há contato válido", "2 devedores"):
        assert words in stored
    only = _text(ana.get(f"{url}?reason=no_contact"))
    assert "Eva Sá" in only
    assert "Davi Lima" not in only
    assert "Eva Sá" in _text(ana.get(f"{url}?day=now&reason=no_contact"))


def test_a_step_is_shown_on_a_real_debtor_and_nothing_is_issued(session, cast, ana, row, today):
    davi, _ = _owing(session, cast, today - timedelta(days=9), kind="person")
    bia, _ = _owing(session, cast, today - timedelta(days=9), "Bia Reis", cents=50_00)
    url = f"/w/sol/campaigns/{row.id}/steps/d+5"
    page = ana.get(url)
    assert "Davi Lima" in _text(page)
    frame = unescape(re.search(r'<iframe[^>]* src="([^"]+)"', page.get_data(as_text=True))[1])
    mail = ana.get(frame)
    assert "Davi" in mail.get_data(as_text=True)
    assert "R$\xa01.234,56" in mail.get_data(as_text=True)
    other = ana.get(f"{url}/message?debtor={bia.id}").get_data(as_text=True)
    assert "R$\xa050,00" in other
    assert session.scalars(select(SignedLink)).all() == []
    assert davi.id


def test_a_short_message_is_counted_and_a_call_has_none(session, cast, ana, row, today):
    _owing(session, cast, today - timedelta(days=9))
    sms = _text(ana.get(f"/w/sol/campaigns/{row.id}/steps/d+10?channel=sms"))
    assert "Ola, Davi" in sms
    assert "1 SMS" in sms
    assert "não tem mensagem" in _text(ana.get(f"/w/sol/campaigns/{row.id}/steps/d+15"))
    assert ana.get(f"/w/sol/campaigns/{row.id}/steps/d+99").status_code == 404
    assert ana.get(f"/w/sol/campaigns/{row.id}/steps/d+15/message").status_code == 404


def test_every_step_with_words_can_be_shown(session, cast, ana, row, today):
    _, title = _owing(session, cast, today - timedelta(days=9))
    debts.paid(session, title, 34_56, today - timedelta(days=2))
    for step in DEFAULT_REGUA:
        assert ana.get(f"/w/sol/campaigns/{row.id}/steps/{step.key}").status_code == 200
    thanks = ana.get(f"/w/sol/campaigns/{row.id}/steps/thanks/message").get_data(as_text=True)
    assert "R$\xa034,56" in thanks


def test_with_nobody_owing_there_is_nobody_to_show_a_step_to(ana, row):
    assert "não há a quem mostrar" in _text(ana.get(f"/w/sol/campaigns/{row.id}/steps/d+5"))


def test_one_contact_with_its_exact_words_and_history(session, cast, ana, running, today):
    _, title = _owing(session, cast, today - timedelta(days=5))
    touch = waiting.touch(session, title, "sent", day=today, campaign_id=running.id)
    _written(session, touch)
    debts.paid(session, title, 234_56, today)
    page = ana.get(f"/w/sol/touches/{touch.id}")
    text = _text(page)
    for words in ("Fatura de ação", "davi@example.org", "250 2.0.0 queued", "Régua padrão"):
        assert words in text
    for words in ("Aceito pelo servidor", "R$ 1.234,56", "R$ 1.000,00", "São R$ 12,00."):
        assert words in text
    assert "sandbox" in re.search(r"<iframe[^>]*>", page.get_data(as_text=True))[0]


def test_the_mail_in_its_frame_can_do_nothing(session, cast, ana, running, today):
    _, title = _owing(session, cast, today - timedelta(days=5))
    touch = waiting.touch(session, title, "sent", day=today, campaign_id=running.id)
    _written(session, touch, _mail("<script>alert(1)</script>"))
    answer = ana.get(f"/w/sol/touches/{touch.id}/message")
    rules = {
        part.split()[0]: part.split()[1:]
        for part in answer.headers["Content-Security-Policy"].split("; ")
    }
    assert rules["default-src"] == ["'none'"]
    assert rules["sandbox"] == []
    assert rules["frame-ancestors"] == ["'self'"]
    assert "script-src" not in rules
    assert "'unsafe-inline'" not in ana.get("/office/inbox").headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        ("uncertain", ("Chegou", "Enviar de novo", "Não enviar")),
        ("refused", ("Um endereço que funcione", "Salvar e enviar")),
        ("failed", ("Tentar de novo", "Não enviar")),
        ("planned", ("Não enviar",)),
    ],
)
def test_what_a_person_may_decide_stands_on_the_contact(
    session, cast, ana, running, today, state, offered
):
    _, title = _owing(session, cast, today - timedelta(days=5))
    touch = waiting.touch(session, title, state, day=today, campaign_id=running.id)
    text = _text(ana.get(f"/w/sol/touches/{touch.id}"))
    for words in offered:
        assert words in text


def test_a_decision_is_part_of_the_history(session, cast, ana, running, now, today):
    _, title = _owing(session, cast, today - timedelta(days=5))
    touch = waiting.touch(
        session, title, "uncertain", day=today, campaign_id=running.id, message=True
    )
    assert "pode ter chegado" in _text(ana.get(f"/w/sol/touches/{touch.id}"))
    _post(ana, f"/w/sol/touches/{touch.id}/again")
    waits = _text(ana.get(f"/w/sol/touches/{touch.id}"))
    for words in ("Liberada para novo envio", "Ana", "Antes: Incerto", "A enviar"):
        assert words in waits
    session.refresh(touch)
    touch.state, touch.settled_at = "sent", now + timedelta(hours=1)
    session.commit()
    assert "Aceito pelo servidor" in _text(ana.get(f"/w/sol/touches/{touch.id}"))


def test_carla_finds_nothing_of_sol(session, cast, client, running, today):
    _, title = _owing(session, cast, today - timedelta(days=5))
    touch = waiting.touch(session, title, "planned", day=today, campaign_id=running.id)
    carla = people.sign_in(client, cast.carla)
    own = session.scalars(select(Campaign.id).where(Campaign.workspace_id == cast.lua.id)).one()
    ends = ("", "/go", "/will-go", "/went", "/left-in-peace", "/steps/d+5", "/steps/d+5/message")
    for end in ends:
        assert carla.get(f"/w/sol/campaigns/{running.id}{end}").status_code == 404
        assert carla.get(f"/w/lua/campaigns/{running.id}{end}").status_code == 404
    assert carla.get(f"/w/lua/campaigns/{own}").status_code == 200
    for end in ("", "/message"):
        assert carla.get(f"/w/sol/touches/{touch.id}{end}").status_code == 404
        assert carla.get(f"/w/lua/touches/{touch.id}{end}").status_code == 404
    for act in ("go", "pause"):
        assert _post(carla, f"/w/sol/campaigns/{running.id}/{act}").status_code == 404
        assert _post(carla, f"/w/lua/campaigns/{running.id}/{act}").status_code == 404
    davi = session.scalars(select(Touch.debtor_id)).one()
    seen = carla.get(f"/w/lua/campaigns/{own}/steps/d+5?debtor={davi}")
    assert "Davi" not in _text(seen)


def test_bruno_reads_no_campaign(client, cast, row):
    bruno = people.sign_in(client, cast.bruno)
    assert bruno.get("/w/sol/campaigns").status_code == 403
    assert bruno.get(f"/w/sol/campaigns/{row.id}").status_code == 403
