"""Stopping e-mails by the link: asked first, done by one click of a mail program, undone."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bpo.db import acting_as
from bpo.domain.people.links import Purpose
from bpo.kernel import actor as actors
from bpo.models import AuditEntry, OptOut
from tests.factories import debts, people
from tests.web import debtor_links

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def sol(session):
    place = people.workspace()
    with acting_as(actors.system([place.id], name="test")):
        yield place


@pytest.fixture
def davi(session, sol):
    return debts.debtor(session, sol)


@pytest.fixture
def url(app, session, davi):
    return f"/u/{debtor_links.token(app, session, davi, Purpose.UNSUBSCRIBE)}"


def silent(session):
    return [row.address for row in session.scalars(select(OptOut))]


def trail(session):
    rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
    return [row.action for row in rows if not row.action.startswith("workspace")]


def test_a_mail_scanner_that_opens_every_link_stops_nothing(client, session, url):
    before = trail(session)
    for _ in range(3):
        page = client.get(url)
        assert client.head(url).status_code == 200
    assert "Parar de receber e-mails?" in page.text
    assert "d•••@example.org" in page.text
    assert "davi@example.org" not in page.text
    assert silent(session) == []
    assert trail(session) == before


def test_one_click_of_the_mail_program_is_enough(client, session, url):
    """RFC 8058: no cookie, no form token, no redirection."""
    answer = client.post(url, data=ONE_CLICK)
    assert answer.status_code == 200
    assert "Pronto: sem mais e-mails" in answer.text
    assert silent(session) == ["davi@example.org"]


def test_twice_is_as_good_as_once(client, session, url):
    client.post(url, data=ONE_CLICK)
    assert client.post(url, data=ONE_CLICK).status_code == 200
    assert client.post(url).status_code == 303
    assert len(silent(session)) == 1
    assert trail(session).count("opt_out.record") == 1


def test_davi_reads_what_it_means_and_changes_his_mind(client, session, url):
    said = client.post(url, follow_redirects=True).text
    assert "continua em aberto" in said
    assert "outro meio" in said
    back = client.post(f"{url}/again", follow_redirects=True).text
    assert "Você voltou a receber e-mails." in back
    assert silent(session) == []
    assert trail(session)[-2:] == ["opt_out.record", "opt_out.withdraw"]


def test_a_link_that_has_ended_stops_nothing_and_says_whom_to_ask(app, client, session, sol, davi):
    sol.email = "contato@sol.example"
    session.commit()
    token = debtor_links.token(app, session, davi, Purpose.UNSUBSCRIBE, lasts=timedelta(seconds=-1))
    answer = client.post(f"/u/{token}", data=ONE_CLICK)
    assert answer.status_code == 410
    assert "contato@sol.example" in answer.text
    assert silent(session) == []


def test_a_debtor_without_e_mail_is_told_so(app, client, session, sol):
    eva = debts.debtor(session, sol, "Eva Melo", email=None)
    token = debtor_links.token(app, session, eva, Purpose.UNSUBSCRIBE)
    assert "Não há e-mail para cancelar" in client.get(f"/u/{token}").text
    assert client.post(f"/u/{token}", data=ONE_CLICK).status_code == 200
