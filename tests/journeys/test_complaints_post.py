"""Complaints 10, 14, 18, 19 of those who use such systems: what becomes of what was to be sent."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from bpo.db import acting_as
from bpo.domain.insight.report_schedule import Kind
from bpo.domain.reminders.regua import DEFAULT_REGUA
from bpo.gateways import incoming_mail
from bpo.gateways.mail import MemoryMail, Outcome, Smtp, Stage
from bpo.gateways.queue import MemoryQueue
from bpo.gateways.report_mail import Sender
from bpo.kernel import actor as actors
from bpo.models import Contact, Message, ReportDelivery, ReportRun
from bpo.queries.insight import reports as stored
from bpo.services.insight import report_deliveries, report_schedules, reports
from bpo.services.insight.report_deliveries import Post
from bpo.services.reminders import campaigns, incoming
from tests.factories import agreed, debts, people
from tests.gateways.scripted_smtp import CLOSE, ScriptedServer
from tests.gateways.test_mailbox import BOUNCE
from tests.journeys.telling import at, day

MONDAY = day("11-16")
FRIDAY_FIVE = datetime(2026, 11, 27, 20, 0, tzinfo=UTC)
WEEK = timedelta(days=7)


@pytest.fixture
def cast(session):
    return people.cast(session)


def test_complaint_10_a_bounced_or_blocked_mail_stays_queued_for_ever(tale):
    """Davi's mail bounces hours after it was taken, Eva's is refused, Gil's is put off for ever."""
    for name in ("Davi Lima", "Eva Dias", "Gil Paz"):
        tale.owes(tale.debtor(name), name[0], "11-10")
    asked: list[str] = []

    def server(verb, count):
        if verb != "RCPT":
            return None
        asked.append(mailbox.commands[-1])
        answers = {"eva": "550 no such user", "gil": "451 busy"}
        return next((told for who, told in answers.items() if who in asked[-1]), None)

    with ScriptedServer(server) as mailbox:
        tale.morning(MONDAY, Smtp(mailbox.url))
        for later in (1, 2, 3, 7):
            tale.known(MONDAY + timedelta(days=later))
            tale.send(at(MONDAY + timedelta(days=later)), Smtp(mailbox.url))
    (reference,) = tale.session.scalars(
        select(Message.message_id)
        .where(Message.recipient == "davi@example.org")
        .where(Message.workspace_id == tale.place.id)
    )
    report = (BOUNCE % (b"failed", b"5.1.1")).replace(
        b"<touch.3.77@sol.example>", reference.encode()
    )
    for _ in range(2):
        told = incoming_mail.read(report, "7.1")
        incoming.take_in(tale.program, tale.place.id, "email", "imap", told, now=at(day("11-23")))

    assert [touch.state for touch in tale.touches()] == ["sent", "refused", "failed"]
    assert tale.tasks() == ["address_refused", "address_refused", "send_failed"]
    query = select(Contact.status).where(Contact.workspace_id == tale.place.id)
    assert tale.session.scalars(query.order_by(Contact.id)).all() == ["invalid", "invalid", "valid"]
    assert sum("gil" in line for line in asked) == 5
    assert tale.morning("11-24") == [], "neither is written to again before somebody has looked"


def test_complaint_14_a_report_stops_after_an_edit_or_moves_on_although_mails_failed(session, cast):
    monday = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
    clock = actors.system([cast.sol.id], name="clock")
    queue, mail = MemoryQueue(), MemoryMail()
    post = Post(mail, Sender("Ponte", "cobranca@ponte.example"), "https://ponte.example")

    def send(now):
        report_deliveries.send(clock, cast.sol.id, post=post, queue=queue, clock=lambda: now)
        session.expire_all()
        return session.scalars(select(ReportDelivery)).one()

    with acting_as(clock):
        assert report_schedules.keep(clock, cast.sol.id, now=monday) == FRIDAY_FIVE
        wish = report_schedules.Wish(weekday=0, hour=8)
        report_schedules.edit(clock, cast.sol.id, Kind.WEEKLY, wish, now=monday)
        slot = report_schedules.keep(clock, cast.sol.id, now=monday)
        assert slot == datetime(2026, 11, 30, 11, 0, tzinfo=UTC)
        (run,) = session.scalars(select(ReportRun)).all()
        assert (run.slot, run.as_of, run.period) == (slot, date(2026, 11, 29), "2026-W48")

        reports.build(clock, cast.sol.id, run.id, bpo_name="Ponte", now=slot, queue=queue)
        mail.outcomes["bruno@example.com"] = Outcome(Stage.CONNECT, answer="refused")
        assert send(slot).state == "failed"
        assert stored.by_id(session, cast.sol.id, run.id).state == "built", "it is not done"
        assert report_schedules.keep(clock, cast.sol.id, now=slot) == slot + WEEK
        mail.outcomes.clear()
        assert send(slot + timedelta(minutes=5)).state == "sent"
        assert stored.by_id(session, cast.sol.id, run.id).state == "done"
        assert [sent.recipient for sent in mail.sent] == ["bruno@example.com"]


def test_complaint_18_the_chasing_of_a_plan_follows_the_old_dates(session, cast):
    sol, ana = cast.sol, people.actor(session, cast.ana)
    with acting_as(actors.system([sol.id], name="test")) as program:
        davi = agreed.davi(session, sol)
        since = datetime.combine(agreed.TODAY, time(12), UTC)
        debts.running(session, sol, DEFAULT_REGUA, since=since)
        made = agreed.agree(session, sol, davi)
        rows = agreed.parts(session, made)
        assert len(rows) > 1
        second = rows[1]
        agreed.pay(session, ana, made, 1, now=agreed.later(1))
        days = [second.effective_due_date - timedelta(days=n) for n in range(6)]
        said = set()
        for one in sorted(days):
            planned = campaigns.plan(
                program, sol.id, one, now=at(one, 12), queue=MemoryQueue(), dry_run=True
            )
            said |= {
                (touch.step_key, touch.anchor, touch.receivable_ids)
                for _row, plan in planned.plans
                for touch in plan.touches
                if touch.step_key != "thanks"
            }
    anchor = f"installment:{second.id}"
    assert said == {(key, anchor, (second.id,)) for key in ("agreement-3", "agreement+0")}


def test_complaint_19_mail_lost_in_silence_with_the_server_down(tale):
    debts.many(tale.session, tale.place, 5, due=day("11-10"))
    tale.known(MONDAY)
    tale.plan(MONDAY)
    done = tale.send(at(MONDAY), Smtp("smtp://127.0.0.1:9"))
    assert (done.states["sent"], done.stopped) == (0, True)
    assert "sent" not in {state for state, _reason in tale.states()}
    with ScriptedServer() as server:
        tale.send(at(MONDAY) + timedelta(minutes=10), Smtp(server.url))
    assert len(server.messages) == 5
    assert tale.states() == [("sent", None)] * 5


def test_complaint_19_mail_lost_in_silence_when_the_server_dies_after_its_third(tale):
    debts.many(tale.session, tale.place, 6, due=day("11-10"))
    tale.known(MONDAY)
    tale.plan(MONDAY)

    def dying(command, count):
        return (
            CLOSE
            if command == "." and count == 4
            else ("421 dying" if command == "MAIL" and count > 4 else None)
        )

    with ScriptedServer(dying) as server:
        tale.send(at(MONDAY), Smtp(server.url))
    assert len(server.messages) == 3
    states = [state for state, _reason in tale.states()]
    assert (states.count("sent"), states.count("uncertain")) == (3, 1)
    with ScriptedServer() as healthy:
        tale.send(at(MONDAY) + timedelta(minutes=30), Smtp(healthy.url))
    assert len(healthy.messages) == 2
    states = [state for state, _reason in tale.states()]
    assert (states.count("sent"), states.count("uncertain")) == (5, 1)
    assert tale.tasks() == ["send_uncertain"], "a person decides about the one in doubt"
