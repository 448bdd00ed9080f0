"""Davi asks for what somebody has to grant, and for what no offer fits; and reads the answer."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bpo.gateways import outside
from bpo.gateways.mail import MemoryMail
from bpo.jobs import Job
from bpo.models import Agreement, ApprovalRequest, Hold, PageAct, SignedLink, Task
from bpo.services.people.account_mails import Postman
from bpo.services.reminders import page_links
from tests.factories import debts, people
from tests.web.debtor_links import act, csrf, done_page, lines, one


@pytest.fixture
def heavy(session, davi, token, today):
    """Debts so old and large that the BPO manager decides."""
    for number in range(4):
        day = today - timedelta(days=200 - number)
        debts.receivable(session, davi, f"30{number}", due=day, cents=400_00)


def offers(client, token, monthly="300,00"):
    page = client.get(f"/d/{token}/plan?monthly={monthly}").text
    return re.findall(rf'href="/d/{token}/(plan/[^"]+)"', page)


def asked(client, token):
    """Ask for the first offer that somebody has to grant."""
    looked = [n for n in offers(client, token) if 'name="ask"' in seen(client, token, n)]
    return act(client, token, looked[0], words="É o que consigo")


def seen(client, token, path=""):
    return client.get(f"/d/{token}/{path}".rstrip("/")).text


def decide(client, session, person, **fields):
    """What the BPO manager does with the open request on the screen."""
    request = session.scalars(select(ApprovalRequest).where(ApprovalRequest.state == "asked")).one()
    manager = people.sign_in(client, person)
    page = manager.get("/w/sol/approvals").text
    form = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    answer = manager.post(f"/w/sol/approvals/{request.id}", data={"csrf_token": form} | fields)
    assert answer.status_code == 302, answer.text
    return page


@pytest.mark.usefixtures("heavy")
def test_what_somebody_must_grant_waits_and_is_seen_to_wait(client, session, token, davi):
    sneaky = {"csrf_token": csrf(client, token), "key": "a-key-of-my-own", "agreed": "1"}
    path = offers(client, token)[0]
    assert client.post(f"/d/{token}/{path}", data=sneaky).status_code == 409
    assert session.scalars(select(Agreement)).all() == []

    done_page(client, asked(client, token))

    request, draft = one(session, ApprovalRequest), one(session, Agreement)
    assert (request.state, request.needed_by, request.note) == ("asked", "admin", "É o que consigo")
    assert (request.asked_by, request.asked_by_name) == (None, davi.name)
    assert (draft.id, draft.state) == (request.agreement_id, "draft")
    assert request.case_file["offers"]
    assert one(session, Hold).until >= request.valid_until
    assert lines(session)[0][0] == "plan_asked"
    for path in ("", "plan"):
        assert "Seu plano está sendo analisado" in seen(client, token, path)
    again = asked(client, token)
    assert again.status_code == 409
    assert "já está sendo analisado" in again.text
    assert one(session, Agreement).id == draft.id


@pytest.mark.usefixtures("heavy")
def test_other_terms_come_back_by_mail_and_page_and_are_agreed_to(
    app, client, session, cast, token
):
    asked(client, token)
    page = decide(
        client,
        session,
        cast.marta,
        decision="countered",
        down_cents="700,00",
        payments="4",
        answer="Com uma entrada maior, conseguimos.",
    )
    assert "Pedido pelo devedor na página" in page
    assert one(session, Task).state == "done"
    link = session.scalars(select(SignedLink).where(SignedLink.mail_state.is_not(None))).one()
    assert (Job.SEND_PAGE_LINK, (link.id,)) in outside.of(app).queue.jobs
    mail = MemoryMail()
    here = outside.of(app)
    postman = Postman(mail, here.signer, "Contas em Dia", "bpo@example.com", "https://bpo.example")
    page_links.send(link.id, postman=postman, now=datetime.now(UTC))
    assert [sent.recipient for sent in mail.sent] == ["davi@example.org"]

    home = seen(client, token)
    assert "Podemos oferecer isto no lugar" in home
    assert "Com uma entrada maior, conseguimos." in home
    talk = seen(client, token, "talk")
    assert "Podemos oferecer isto no lugar" in talk
    path = re.search(rf'href="/d/{token}/(plan/\w+)"', home)[1]
    done_page(client, act(client, token, path, agreed="1"))
    made = session.scalars(select(Agreement).where(Agreement.state == "accepted")).one()
    assert made.terms["installments"][0]["amount_cents"] == 700_00
    assert made.approval["by"] == "Marta"
    assert "Podemos oferecer isto" not in seen(client, token)


@pytest.mark.usefixtures("heavy")
def test_a_no_is_told_with_its_reason_and_the_way_on(client, session, cast, token):
    asked(client, token)
    decide(client, session, cast.marta, decision="refused", answer="O prazo é longo demais.")

    home = seen(client, token)
    assert "Este plano não foi possível" in home
    assert "O prazo é longo demais." in home
    assert f'href="/d/{token}/plan"' in home
    assert asked(client, token).status_code == 303


@pytest.mark.usefixtures("heavy")
def test_what_the_team_asked_for_is_not_told_on_the_page(client, session, cast, token):
    asked(client, token)
    request = one(session, ApprovalRequest)
    request.asked_by = cast.ana.id
    session.commit()

    decide(client, session, cast.marta, decision="refused", answer="Só entre nós")

    assert "Só entre nós" not in seen(client, token)
    assert session.scalars(select(PageAct).where(PageAct.kind == "answer")).all() == []


def test_a_figure_that_no_offer_meets_brings_a_person_the_whole_file(client, session, cast, token):
    page = seen(client, token, "plan?monthly=10,00")
    assert "Com R$\xa010,00 por mês" in page
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    answer = client.post(f"/d/{token}/plan", data=fields | {"words": "Perdi clientes"})
    assert "Protocolo" in done_page(client, answer)

    said = one(session, PageAct)
    assert (said.kind, said.detail["monthly_cents"]) == ("plan", 10_00)
    assert said.detail["file"]["due_today_cents"] > 1_000_00
    assert one(session, Hold).reason == "reply"
    ana = people.sign_in(client, cast.ana)
    talk = ana.get(f"/w/sol/debtors/{said.debtor_id}/talk").text
    assert "A ficha inteira" in talk
    assert "nenhuma oferta dentro dos limites" in talk


def test_a_declared_over_indebtedness_comes_with_the_whole_file(client, session, token):
    act(client, token, "hardship", words="Não dá mais")
    assert one(session, PageAct).detail["file"]["class"]
