"""Davi's link has expired: a new one goes to the address on file, whoever asks for it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bpo.db import acting_as
from bpo.domain.people.links import Purpose
from bpo.gateways import outside
from bpo.jobs import Job
from bpo.kernel import actor as actors
from bpo.models import AuditEntry, Contact, OptOut, SignedLink
from bpo.services.desk import conversations
from bpo.services.people import account_mails
from bpo.services.reminders import page_links
from bpo.services.reminders.page_links import Postman
from bpo.web.throttle import limiter
from tests.factories import people
from tests.web import debtor_links


@pytest.fixture
def sol(app, session):
    with app.app_context():
        limiter.reset()
    place = people.workspace(cnpj="11222333000181", legal_name="Padaria Sol Ltda")
    with acting_as(actors.system([place.id], name="test")):
        yield place


@pytest.fixture
def expired(app, session, davi):
    return debtor_links.token(app, session, davi, lasts=-timedelta(days=1))


def ask(client, token):
    form = re.search(r'name="csrf_token" value="([^"]+)"', client.get(f"/d/{token}").text)
    return client.post(f"/d/{token}/new", data={"csrf_token": form[1] if form else ""})


def live(session):
    return session.scalars(select(SignedLink).where(SignedLink.revoked_at.is_(None))).one()


def rung(app):
    return [job for job in outside.of(app).queue.jobs if job[0] is Job.SEND_PAGE_LINK]


def send(app, link_id):
    here = outside.of(app)
    postman = Postman(here.mail, here.signer, "cobranca@bpo.example", "https://bpo.example")
    return page_links.send(link_id, postman=postman, now=datetime.now(UTC))


def test_the_new_link_goes_to_the_address_on_file_and_opens_the_page(
    app, client, session, davi, expired
):
    answer = ask(client, expired)
    assert (answer.status_code, "um novo link está a caminho" in answer.text) == (200, True)
    assert "davi@example.org" not in answer.text
    link = live(session)
    assert link.mail_state == "waiting"
    assert send(app, link.id).accepted
    assert send(app, link.id) is None
    sent = outside.of(app).mail.sent[-1]
    text = sent.message.decode()
    assert sent.recipient == "davi@example.org"
    assert "Padaria Sol Ltda" in text
    assert "R$" not in text
    token = outside.of(app).signer.token(link.id, Purpose.DEBTOR_PAGE)
    assert client.get(f"/d/{expired}").status_code == 410
    assert 'name="answer"' in client.get(f"/d/{token}").text
    assert session.scalars(select(AuditEntry.action)).all().count("page.link") == 1


def test_asking_again_at_once_sends_nothing_more(app, client, session, davi, expired):
    ask(client, expired)
    first = live(session).id
    send(app, first)
    ask(client, expired)
    assert (live(session).id, live(session).mail_state) == (first, "sent")
    assert ask(client, expired).status_code == 429


@pytest.mark.parametrize("fault", ["silent", "invalid", "none"])
def test_the_answer_does_not_tell_whether_there_is_an_address(
    client, session, davi, expired, fault
):
    reach = session.scalars(select(Contact)).one()
    if fault == "silent":
        session.add(
            OptOut(
                workspace_id=davi.workspace_id,
                channel="email",
                address=reach.address,
                source="test",
                at=datetime.now(UTC),
            )
        )
    elif fault == "invalid":
        reach.status = "invalid"
    else:
        session.delete(reach)
    session.commit()
    assert "um novo link está a caminho" in ask(client, expired).text
    assert live(session).mail_state is None


def test_a_link_nobody_made_leads_nowhere(client):
    token = client.get("/d/nothing")
    assert token.status_code == 404


def test_the_sweep_rings_each_kind_of_link_by_its_own_bell(app, client, session, davi, expired):
    ask(client, expired)
    queue = outside.of(app).queue
    account_mails.sweep(now=datetime.now(UTC), queue=queue)
    assert live(session).mail_state == "waiting"
    assert rung(app)[-1][1] == (live(session).id,)


def test_an_answer_of_the_team_brings_the_link(app, client, session, sol, davi):
    ana = actors.system([sol.id], name="Ana")
    sent = conversations.answer(
        ana,
        sol.id,
        davi.id,
        "Vamos achar um jeito",
        key="one-answer",
        now=datetime.now(UTC),
        queue=outside.of(app).queue,
    )
    assert sent
    assert live(session).mail_state == "waiting"
