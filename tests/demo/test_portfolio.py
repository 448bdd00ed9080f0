"""The demonstration in the database: whole, once, alone, and as the engine itself would have it."""

import zlib
from argparse import Namespace
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from sqlalchemy import text

from bpo.cli import demo as command
from bpo.db import acting_as, db
from bpo.demo import companies, people, portfolio
from bpo.domain.people.workspaces import Profile
from bpo.embedded.outbox.mailbox import Mailbox
from bpo.gateways import outside
from bpo.gateways.queue import MemoryQueue
from bpo.kernel import actor as actors
from bpo.kernel import clock
from bpo.kernel.actor import Role
from bpo.kernel.errors import Conflict
from bpo.queries.people import users
from bpo.queries.people import workspaces as stored
from bpo.services.people import accounts, workspaces
from bpo.services.reminders import campaigns, channel_settings
from bpo.services.reminders.letters import Desk
from config.settings import Environment

NOW = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)


@pytest.fixture
def desk(fresh_app):
    here = outside.of(fresh_app)
    return Desk(here.signer, "http://localhost", "cobranca@example.test")


@pytest.fixture
def mailbox(tmp_path):
    return Mailbox(tmp_path / "outbox")


@pytest.fixture
def context(fresh_app):
    with fresh_app.app_context():
        yield


def _rows(sql: str, **values: object) -> list:
    program = actors.system(stored.all_ids(db.session()))
    with acting_as(program):
        return db.session().execute(text(sql), values).all()


def _number(sql: str) -> int:
    return _rows(sql)[0][0]


def test_the_whole_portfolio_even_when_it_was_begun_before(context, desk, mailbox):
    program = actors.system((), name=portfolio.NAME)
    first = companies.COMPANIES[0]
    workspaces.create(program, first.slug, first.profile, now=NOW, is_demo=True)
    made = portfolio.create(desk, mailbox, now=NOW)

    assert (made.companies, made.users) == (5, len(people.PEOPLE))
    assert 4_500 <= made.rows["receivables"] <= 5_500
    assert made.mails == len(mailbox.letters) > 40
    _is_whole()
    _everybody_signs_in()
    _messages_say_what_was_owed()
    _the_engine_agrees()
    _reports_are_due()
    _agreements_and_requests_stand_everywhere()
    again = portfolio.create(desk, mailbox, now=NOW)
    assert (again.companies, again.users, again.mails, again.rows.total()) == (0, 0, 0, 0)


def _is_whole() -> None:
    wrong = (
        "SELECT count(*) FROM receivables r WHERE settled_cents <> (SELECT"
        " coalesce(sum(principal_cents), 0) FROM entries e WHERE e.workspace_id = r.workspace_id"
        " AND e.receivable_id = r.id)"
    )
    assert _number(wrong) == 0
    early = (
        "SELECT count(*) FROM entries e JOIN receivables r ON r.workspace_id = e.workspace_id"
        " AND r.id = e.receivable_id WHERE e.on_day <= r.issue_date"
    )
    assert _number(early) == 0
    states = dict(_rows("SELECT state, count(*) FROM campaigns GROUP BY 1"))
    assert states == {"running": 7, "awaiting_go": 1}
    assert _number("SELECT count(*) FROM bank_accounts WHERE closed_at IS NOT NULL") == 1
    classes = {row[0] for row in _rows("SELECT DISTINCT risk_class FROM debtors")}
    assert classes == {"A", "B", "C", "D", "new"}
    assert all(place.is_demo for place in stored.everything(db.session()))


def _everybody_signs_in() -> None:
    for person in people.PEOPLE:
        admitted = accounts.sign_in(person.email, people.PASSWORD, address=None, now=NOW)
        assert admitted.user.role == person.role
    otavio = users.by_email(db.session(), "otavio@lumina.example")
    assert otavio
    assert len(users.reach(db.session(), otavio)) == 2
    roles = Counter(person.role for person in people.PEOPLE)
    assert roles == {Role.ADMIN: 1, Role.ANALYST: 2, Role.CLIENT_MANAGER: 5}


def _messages_say_what_was_owed() -> None:
    sql = (
        "SELECT m.body, m.recipient, d.name, w.legal_name, w.cnpj, t.state FROM messages m"
        " JOIN touches t ON t.workspace_id = m.workspace_id AND t.id = m.touch_id"
        " JOIN debtors d ON d.workspace_id = t.workspace_id AND d.id = t.debtor_id"
        " JOIN workspaces w ON w.id = m.workspace_id WHERE m.touch_id % 97 = 0"
    )
    found = _rows(sql)
    assert len(found) > 20
    for body, recipient, _, legal_name, _, _ in found:
        message = message_from_bytes(zlib.decompress(body), policy=policy.default)
        assert recipient in str(message["To"])
        plain = message.get_body(("plain",))
        assert plain
        words = plain.get_content()
        assert legal_name in words
        assert "R$" in words


def _the_engine_agrees() -> None:
    """What the engine would have said on the last days is what was said then."""
    for place in stored.everything(db.session()):
        program = actors.system([place.id])
        for channel in ("sms", "whatsapp"):  # set up this very morning
            channel_settings.switch(program, place.id, channel, active=False, now=NOW)
        with acting_as(program):
            calendar = stored.calendar(db.session(), place)
        today = clock.local_day(NOW, place.time_zone)
        planned, before = 0, _asking(place)
        for back in (6, 5, 4, 3, 2):
            day = calendar.add_business_days(today, -back)
            done = campaigns.plan(program, place.id, day, now=NOW, queue=MemoryQueue())
            planned += done.touches
        # Classes are those of today, when a good payer is left alone five days before.
        assert _asking(place) - before <= planned // 10, place.slug


def _asking(place) -> int:
    """Contacts but for greetings, which begin today."""
    sql = "SELECT count(*) FROM touches WHERE workspace_id = :w AND step_key <> 'relationship'"
    return int(_rows(sql, w=place.id)[0][0])


def _reports_are_due() -> None:
    sql = "SELECT count(*), min(slot), max(slot) FROM report_runs WHERE kind = 'weekly'"
    ((count, first, last),) = _rows(sql)
    assert count == 6
    assert first < NOW < last
    ((reader, slot),) = _rows(
        "SELECT u.email, d.slot FROM portfolio_deliveries d JOIN users u ON u.id = d.user_id"
    )
    assert (reader, slot) == ("marta@aurora.example", NOW - timedelta(hours=2))


def _agreements_and_requests_stand_everywhere() -> None:
    asked = _rows("SELECT DISTINCT state FROM approval_requests WHERE about = 'offer'")
    assert {row[0] for row in asked} == {"asked", "accepted", "refused", "countered"}
    stand = {row[0] for row in _rows("SELECT DISTINCT state FROM agreements")}
    assert stand >= {"draft", "offered", "active", "settled", "broken", "refused", "cancelled"}


def test_it_is_never_made_beside_real_client_companies(context, desk, mailbox):
    program = actors.system((), name="tests")
    workspaces.create(program, "sol", Profile(name="Padaria Sol"), now=NOW)
    with pytest.raises(Conflict, match="sol"):
        portfolio.create(desk, mailbox, now=NOW)
    assert users.by_email(db.session(), people.PEOPLE[0].email) is None


def test_production_refuses_it(settings):
    with pytest.raises(Conflict, match="production"):
        command.run(Namespace(json=True), replace(settings, environment=Environment.PRODUCTION))
