"""Davi at the door: links to his page, and a browser that answers its question."""

import re
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from bpo.domain.people.links import Purpose
from bpo.gateways import outside
from bpo.models import Task
from bpo.services.people import links

CPF = "52998224725"
RIGHT = "4725"


def token(app, session, debtor, purpose=Purpose.DEBTOR_PAGE, *, lasts=timedelta(days=180)):
    """A link as a message carries it."""
    now = datetime.now(UTC)
    link = links.issue(
        session,
        purpose,
        debtor.id,
        workspace_id=debtor.workspace_id,
        expires_at=now + lasts,
        now=now,
    )
    session.commit()
    return outside.of(app).signer.token(link.id, purpose)


def answer(client, token, typed=RIGHT):
    """What comes back when somebody answers the question of a link."""
    form = client.get(f"/d/{token}")
    found = re.search(r'name="csrf_token" value="([^"]+)"', form.text)
    assert found, form.text
    return client.post(f"/d/{token}", data={"csrf_token": found[1], "answer": typed})


def read(client, token, typed=RIGHT):
    """The page as Davi sees it after answering."""
    assert answer(client, token, typed).status_code == 303
    return client.get(f"/d/{token}").text


def act(client, token, name, **fields):
    """What comes back when Davi fills in one of his forms and sends it."""
    page = client.get(f"/d/{token}/{name}").text
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    return client.post(f"/d/{token}/{name}", data=hidden | fields)


def csrf(client, token):
    """What a form of his page carries."""
    page = client.get(f"/d/{token}/talk").text
    return re.search(r'name="csrf_token" value="([^"]+)"', page)[1]


def one(session, table):
    """The only row of a table."""
    return session.scalars(select(table)).one()


def lines(session):
    """The lines of the inbox: kind and words."""
    return [(task.kind, task.detail["text"]) for task in session.scalars(select(Task))]


def done_page(client, answer):
    """What Davi reads once it is done."""
    assert answer.status_code == 303, answer.text
    return client.get(answer.location).text
