"""An invitation, from the form to the mail server, through a real queue and a real worker."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bpo.app import create_app
from bpo.db import db
from bpo.gateways import outside
from bpo.kernel import actor as actors
from bpo.kernel.actor import Role
from bpo.models import SignedLink
from bpo.services.people import staff
from tests.gateways.scripted_smtp import ScriptedServer
from workers import worker


@pytest.fixture
def post_office():
    with ScriptedServer() as server:
        yield server


@pytest.fixture
def app(fresh_app, post_office):
    settings = replace(outside.of(fresh_app).settings, smtp_url=post_office.url)
    app = create_app(settings)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_an_invitation_leaves_through_the_worker_and_says_so(app, post_office):
    program = actors.system((), name="tests")
    with app.app_context():
        invitation = staff.invite(
            program,
            "dora@example.com",
            "Dora",
            Role.ANALYST,
            [],
            now=datetime.now(UTC),
            queue=outside.current().queue,
        )
        number = invitation.link_id
        db.session.remove()
    worker.drain(app)
    with app.app_context():
        assert db.session.get(SignedLink, number).mail_state == "sent"
    (message,) = post_office.messages
    assert b"/invitation/" in message
    assert "RCPT TO:<dora@example.com>" in post_office.commands
