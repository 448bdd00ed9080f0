"""Sending while the data misbehaves: one contact a day, and nothing stops the rest."""

from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from sqlalchemy import select, text

from bpo.db import acting_as, db
from bpo.domain.reminders.deliveries import CLAIM_LASTS
from bpo.gateways.mail import MemoryMail
from bpo.gateways.queue import MemoryQueue
from bpo.gateways.signing import Signer
from bpo.kernel import actor as actors
from bpo.models import Dispute, Hold, Task, Touch
from bpo.services.people import workspaces
from bpo.services.reminders import campaigns, deliveries
from bpo.services.reminders.letters import Desk
from tests.factories import debts, people

TUESDAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
DUE = date(2026, 11, 10)


@pytest.fixture
def sol(fresh_app):
    with fresh_app.app_context():
        place = people.workspace(sender_email="cobranca@sol.example")
        with acting_as(actors.system([place.id], name="test")):
            debts.running(db.session(), place, since=NOON - timedelta(days=60))
            debts.fresh(db.session(), place, TUESDAY, NOON)
            yield place


@pytest.fixture
def program(sol):
    return actors.system([sol.id], name="worker")


def _owing(sol, name="Davi Lima", email="davi@example.org"):
    somebody = debts.debtor(db.session(), sol, name, email=email)
    title = debts.receivable(db.session(), somebody, f"F-{somebody.id}", due=DUE)
    return somebody, title


def _plan(program, sol):
    campaigns.plan(program, sol.id, TUESDAY, now=NOON, queue=MemoryQueue())


def _send(program, sol, mail, at=NOON):
    desk = Desk(Signer("x" * 40), "https://cobranca.example", "cobranca@bpo.example")
    return deliveries.send(
        program, sol.id, desk=desk, mail=mail, queue=MemoryQueue(), clock=lambda: at
    )


def _touches():
    db.session().rollback()
    return db.session().scalars(select(Touch).order_by(Touch.id)).all()


def test_two_contacts_due_at_once_reach_davi_on_two_days(sol, program):
    _owing(sol)
    _plan(program, sol)
    session = db.session()
    session.execute(
        text(
            "INSERT INTO touches (workspace_id, debtor_id, campaign_id, anchor_kind, anchor_id,"
            " cycle, step_key, channel, template_key, version, planned_on, scheduled_at,"
            " total_cents) SELECT workspace_id, debtor_id, campaign_id, anchor_kind, anchor_id,"
            " cycle, 'waited', channel, template_key, version, planned_on - 5, scheduled_at,"
            " total_cents FROM touches"
        )
    )
    session.execute(
        text(
            "INSERT INTO touch_receivables (workspace_id, touch_id, receivable_id, open_cents)"
            " SELECT t.workspace_id, t.id, r.id, r.amount_cents FROM touches t"
            " JOIN receivables r USING (workspace_id, debtor_id) WHERE t.step_key = 'waited'"
        )
    )
    session.commit()
    mail = MemoryMail()

    first, second = _send(program, sol, mail), _send(program, sol, mail)

    assert (first.states["sent"], first.changed, second.states["sent"]) == (1, 1, 0)
    assert len(mail.sent) == 1
    waiting = next(touch for touch in _touches() if touch.state == "planned")
    assert waiting.scheduled_at > NOON + timedelta(hours=12)


def test_a_pause_without_a_reachable_end_stops_one_debtor_alone(sol, program):
    davi, _ = _owing(sol)
    _owing(sol, "Eva", "eva@example.org")
    for_ever = Hold(
        workspace_id=sol.id,
        debtor_id=davi.id,
        reason="manual",
        source="test",
        starts_on=TUESDAY,
        until=date.max,
    )
    db.session().add(for_ever)
    db.session().commit()
    mail = MemoryMail()
    _plan(program, sol)
    _send(program, sol, mail)
    assert [sent.recipient for sent in mail.sent] == ["eva@example.org"]


@pytest.mark.parametrize("name", ["Davi\r\nBcc: eva@example.org", "Davi\nLima", "Dávi\r\n\r\noi"])
def test_a_name_cannot_add_a_header(sol, program, name):
    _owing(sol, name)
    mail = MemoryMail()
    _plan(program, sol)
    _send(program, sol, mail)
    message = message_from_bytes(mail.sent[0].message, policy=policy.default)
    assert (message["Bcc"], message["To"].addresses[0].addr_spec) == (None, "davi@example.org")
    assert message["List-Unsubscribe"]


def test_what_cannot_be_written_waits_and_stops_no_other(sol, program):
    _owing(sol)
    _owing(sol, "Eva", "eva@example.org")
    _plan(program, sol)
    session = db.session()
    session.execute(text("UPDATE touches SET template_key = 'no such' WHERE id = 1"))
    session.commit()
    mail = MemoryMail()

    _send(program, sol, mail)

    assert [sent.recipient for sent in mail.sent] == ["eva@example.org"]
    assert [touch.state for touch in _touches()] == ["planned", "sent"]
    assert _touches()[0].scheduled_at > NOON


def test_an_address_that_is_none_is_refused_without_asking_anybody(sol, program):
    _owing(sol, email="joão@example.org")
    mail = MemoryMail()
    _plan(program, sol)
    _send(program, sol, mail)
    assert "jo\\xe3o@example.org" in mail.sent[0].message.decode("ascii")


def test_a_disputed_invoice_is_not_called_paid(sol, program):
    davi, title = _owing(sol)
    _plan(program, sol)
    db.session().add(
        Dispute(
            workspace_id=sol.id,
            debtor_id=davi.id,
            receivable_id=title.id,
            reason="amount",
            opened_on=TUESDAY,
        )
    )
    db.session().commit()
    _send(program, sol, MemoryMail())
    assert [touch.state_reason for touch in _touches()] == ["hold"]


def test_a_closed_company_sends_nothing_more_in_the_middle_of_a_run(sol, program):
    _owing(sol)
    _owing(sol, "Eva", "eva@example.org")
    _plan(program, sol)

    class Closing(MemoryMail):
        def send(self, *parts):
            if not self.sent:
                workspaces.close(program, sol.id, now=NOON)
            return super().send(*parts)

    mail = Closing()
    _send(program, sol, mail)
    assert len(mail.sent) == 1
    assert sorted(touch.state for touch in _touches()) == ["planned", "sent"]


def test_late_in_the_evening_the_task_is_of_today(sol, program):
    _owing(sol)
    _plan(program, sol)
    session = db.session()
    evening = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
    session.execute(
        text("UPDATE touches SET state = 'sending', claimed_at = :at"),
        {"at": evening - 2 * CLAIM_LASTS},
    )
    session.commit()
    deliveries.sweep(program, sol.id, queue=MemoryQueue(), now=evening)
    session.rollback()
    assert session.scalars(select(Task.due_on)).all() == [TUESDAY]
