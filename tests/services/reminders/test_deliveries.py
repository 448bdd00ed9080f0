"""Sending, told by what arrives: real commits, a real mail server that misbehaves when told to."""

import zlib
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from threading import Thread

import pytest
from sqlalchemy import select, text, update

from bpo.db import acting_as, db, unit_of_work
from bpo.domain.reminders import moves
from bpo.domain.reminders.deliveries import CLAIM_LASTS, MAX_TRIES, State
from bpo.domain.reminders.regua import DEFAULT_REGUA
from bpo.gateways.mail import MemoryMail, Smtp
from bpo.gateways.queue import MemoryQueue
from bpo.gateways.signing import Signer
from bpo.jobs import Job
from bpo.kernel import actor as actors
from bpo.kernel.errors import Conflict
from bpo.models import (
    Campaign,
    Contact,
    Dispute,
    Hold,
    Message,
    OptOut,
    Promise,
    Task,
    Touch,
)
from bpo.services.reminders import campaigns, deliveries
from bpo.services.reminders.letters import Desk
from tests.factories import debts, people
from tests.gateways.scripted_smtp import ScriptedServer

TUESDAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
DUE = date(2026, 11, 10)


@pytest.fixture
def sol(fresh_app):
    """Padaria Sol with a running campaign and payments known until today."""
    with fresh_app.app_context():
        place = people.workspace(cnpj="11222333000181", sender_email="cobranca@sol.example")
        with acting_as(actors.system([place.id], name="test")):
            debts.running(db.session(), place, since=NOON - timedelta(days=60))
            debts.fresh(db.session(), place, TUESDAY, NOON)
            yield place


@pytest.fixture
def program(sol):
    return actors.system([sol.id], name="worker")


def _plan(program, sol):
    campaigns.plan(program, sol.id, TUESDAY, now=NOON, queue=MemoryQueue())


def _send(program, sol, mail, *, at=NOON, queue=None, seconds=30):
    return deliveries.send(
        program,
        sol.id,
        desk=Desk(Signer("x" * 40), "https://cobranca.example", "cobranca@bpo.example"),
        mail=mail,
        queue=queue or MemoryQueue(),
        clock=lambda: at,
        seconds=seconds,
    )


def _states(sol) -> dict[str, int]:
    session = db.session()
    session.rollback()
    rows = session.execute(
        text("SELECT state, count(*) FROM touches WHERE workspace_id = :w GROUP BY 1"),
        {"w": sol.id},
    )
    return dict(rows.all())


def _davi(sol, **columns):
    davi = debts.debtor(db.session(), sol, **columns)
    title = debts.receivable(db.session(), davi, "1001", due=DUE, cents=1_234_56)
    return davi, title


def test_davi_gets_one_mail_that_says_who_asks_and_how_much(sol, program):
    davi, _ = _davi(sol)
    debts.receivable(db.session(), davi, "1002", due=date(2026, 11, 12), cents=50_00)
    _plan(program, sol)
    mail = MemoryMail()

    done = _send(program, sol, mail)
    again = _send(program, sol, mail)

    assert (done.states["sent"], again.states["sent"], len(mail.sent)) == (1, 0, 1)
    message = message_from_bytes(mail.sent[0].message, policy=policy.default)
    text_part = message.get_body(("plain",)).get_content()
    assert message["To"].addresses[0].addr_spec == "davi@example.org"
    assert message["From"].addresses[0].addr_spec == "cobranca@sol.example"
    assert "One-Click" in message["List-Unsubscribe-Post"]
    for words in ("1001", "1002", "11.222.333/0001-81", "/p/sol/policy", "Padaria Sol"):
        assert words in text_part
    assert "R$" not in message["Subject"]


def test_a_due_date_put_off_since_the_plan_is_not_called_overdue(sol, program):
    _, first = _davi(sol)
    nina = debts.debtor(db.session(), sol, "Nina", email="nina@example.org")
    kept = debts.receivable(db.session(), nina, "2001", due=DUE, cents=50_00)
    moved = debts.receivable(db.session(), nina, "2002", due=DUE, cents=60_00)
    _plan(program, sol)
    for title in (first, moved):
        title.due_date = title.effective_due_date = TUESDAY + timedelta(days=10)
    db.session().commit()
    mail = MemoryMail()

    _send(program, sol, mail)

    assert _states(sol) == {"sent": 1, "cancelled": 1}
    assert [one.recipient for one in mail.sent] == ["nina@example.org"]
    message = message_from_bytes(mail.sent[0].message, policy=policy.default)
    words = message.get_body(("plain",)).get_content()
    assert kept.number in words
    assert moved.number not in words


def test_what_left_is_kept_to_the_letter(sol, program):
    _davi(sol)
    _plan(program, sol)
    mail = MemoryMail()
    _send(program, sol, mail)
    kept = db.session().scalars(select(Message)).one()
    assert zlib.decompress(kept.body) == mail.sent[0].message
    assert kept.message_id in mail.sent[0].message.decode()


@pytest.mark.parametrize("change", ["paid", "hold", "opt_out", "promise", "dispute", "paused"])
def test_what_changed_between_plan_and_send_is_not_sent(sol, program, change):
    davi, title = _davi(sol)
    _plan(program, sol)
    session, where = db.session(), {"workspace_id": sol.id, "debtor_id": davi.id}
    match change:
        case "paid":
            debts.paid(session, title, 1_234_56, TUESDAY)
        case "hold":
            session.add(Hold(**where, reason="manual", source="test", starts_on=TUESDAY))
        case "opt_out":
            session.add(
                OptOut(**where, channel="email", address="davi@example.org", source="t", at=NOON)
            )
        case "promise":
            later = TUESDAY + timedelta(days=3)
            session.add(Promise(**where, amount_cents=100, made_on=TUESDAY, promised_for=later))
        case "dispute":
            session.add(Dispute(**where, reason="amount", opened_on=TUESDAY))
        case "paused":
            session.execute(update(Campaign).values(state="paused"))
    session.commit()
    mail = MemoryMail()

    _send(program, sol, mail)

    assert mail.sent == []
    expected = {"paused": {"planned": 1}}.get(change, {"cancelled": 1})
    assert _states(sol) == expected


class Meddling(MemoryMail):
    """A mail server during whose first message Ana changes something."""

    def __init__(self, change):
        super().__init__()
        self._change = change

    def send(self, envelope_from, recipient, message):
        if not self.sent:
            self._change()
        return super().send(envelope_from, recipient, message)


def test_a_hold_that_comes_while_the_batch_is_under_way_still_stops_the_next(sol, program):
    _davi(sol)
    eva = debts.debtor(db.session(), sol, "Eva Dias", email="eva@example.org")
    debts.receivable(db.session(), eva, "2001", due=DUE)
    _plan(program, sol)

    def pause_eva():
        with db.engine.connect() as connection:
            connection.execute(
                text("SELECT set_config('bpo.workspaces', :ids, true)"), {"ids": str(sol.id)}
            )
            connection.execute(
                text(
                    "INSERT INTO holds (workspace_id, debtor_id, reason, source, starts_on)"
                    " VALUES (:w, :d, 'manual', 'test', '2026-11-24')"
                ),
                {"w": sol.id, "d": eva.id},
            )
            connection.commit()

    mail = Meddling(pause_eva)
    done = _send(program, sol, mail)
    assert [sent.recipient for sent in mail.sent] == ["davi@example.org"]
    assert done.changed == 1
    _send(program, sol, mail)
    assert _states(sol) == {"sent": 1, "cancelled": 1}


def test_stale_payment_data_stops_sending_not_planning(sol, program):
    _davi(sol)
    db.session().execute(text("UPDATE freshness_marks SET known_until = '2026-11-10'"))
    db.session().commit()
    _plan(program, sol)
    mail = MemoryMail()
    _send(program, sol, mail)
    assert mail.sent == []
    assert _states(sol) == {"planned": 1}
    touch = db.session().scalars(select(Touch)).one()
    why = moves.read(touch.moved_because)[-1]
    assert (why.code, why.since, why.until) == ("stale", NOON, touch.scheduled_at)
    assert touch.scheduled_at > NOON


def test_a_refused_address_becomes_a_task_and_is_not_written_to_again(sol, program):
    _davi(sol)
    _plan(program, sol)
    refuse = lambda command, count: "550 no such user" if command == "RCPT" else None  # noqa: E731
    with ScriptedServer(refuse) as server:
        _send(program, sol, Smtp(server.url))
    session = db.session()
    session.rollback()
    assert _states(sol) == {"refused": 1}
    assert session.scalars(select(Contact)).one().status == "invalid"
    assert session.scalars(select(Task)).one().kind == "address_refused"


def test_a_server_that_puts_off_is_tried_five_times_and_then_asks_for_a_person(sol, program):
    _davi(sol)
    _plan(program, sol)
    at = NOON
    later = lambda command, count: "451 later" if command == "RCPT" else None  # noqa: E731
    with ScriptedServer(later) as server:
        for _ in range(MAX_TRIES + 2):
            _send(program, sol, Smtp(server.url), at=at)
            at = (
                datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
                if at.hour > 18
                else at + timedelta(hours=5)
            )
            debts.fresh(db.session(), sol, at.date(), at)
    assert server.counts["RCPT"] == MAX_TRIES
    assert _states(sol) == {"failed": 1}
    assert db.session().scalars(select(Task)).one().kind == "send_failed"


def test_a_worker_that_died_leaves_an_uncertain_message_that_no_machine_sends_again(sol, program):
    _davi(sol)
    _plan(program, sol)
    session = db.session()
    session.execute(update(Touch).values(state="sending", claimed_at=NOON, attempts=1))
    session.commit()

    early = deliveries.sweep(program, sol.id, queue=MemoryQueue(), now=NOON + timedelta(minutes=1))
    late = deliveries.sweep(program, sol.id, queue=MemoryQueue(), now=NOON + CLAIM_LASTS * 2)

    assert (early, late) == ((0, 0), (1, 0))
    mail = MemoryMail()
    _send(program, sol, mail, at=NOON + timedelta(minutes=20))
    assert mail.sent == []
    assert _states(sol) == {"uncertain": 1}


def test_ana_decides_what_became_of_an_uncertain_message(sol, program):
    _davi(sol)
    _plan(program, sol)
    with unit_of_work(program) as session:
        session.execute(update(Touch).values(state="uncertain", settled_at=NOON))
        number = session.scalars(select(Touch.id)).one()
    queue = MemoryQueue()

    deliveries.resolve(program, sol.id, number, State.PLANNED, now=NOON, queue=queue)
    mail = MemoryMail()
    _send(program, sol, mail)

    assert queue.jobs == [(Job.SEND_DELIVERIES, (sol.id,))]
    assert len(mail.sent) == 1
    with pytest.raises(Conflict):
        deliveries.resolve(program, sol.id, number, State.PLANNED, now=NOON, queue=queue)


def test_two_workers_at_once_send_each_message_once(sol, fresh_app, program):
    debts.many(db.session(), sol, 30, due=DUE)
    _plan(program, sol)
    sent: list[str] = []

    def work():
        with fresh_app.app_context():
            mail = MemoryMail()
            _send(program, sol, mail)
            sent.extend(message.recipient for message in mail.sent)
            db.session.remove()

    workers = [Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert len(sent) == len(set(sent)) == 30
    assert _states(sol) == {"sent": 30}


def test_outside_the_hours_a_message_moves_to_the_next_opening(sol, program):
    _davi(sol)
    _plan(program, sol)
    night = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
    mail = MemoryMail()
    _send(program, sol, mail, at=night)
    assert mail.sent == []
    touch = db.session().scalars(select(Touch)).one()
    why = moves.read(touch.moved_because)[-1]
    assert (why.code, why.until) == ("outside_hours", touch.scheduled_at)
    assert touch.scheduled_at == datetime(2026, 11, 25, 11, 0, tzinfo=UTC)


def test_who_pays_gets_one_receipt_with_what_is_still_open(sol, program):
    session = db.session()
    debts.running(session, sol, DEFAULT_REGUA, since=NOON - timedelta(days=60))
    _, title = _davi(sol)
    debts.receivable(session, debts.debtor(session, sol, "Eva Dias"), "2001", due=DUE)
    debts.paid(session, title, 1_000_00, TUESDAY)
    _plan(program, sol)
    mail = MemoryMail()

    _send(program, sol, mail)
    _plan(program, sol)
    _send(program, sol, mail)

    receipts = [
        message_from_bytes(sent.message, policy=policy.default)
        for sent in mail.sent
        if sent.recipient == "davi@example.org"
    ]
    thanks = [m for m in receipts if "Obrigado" in m["Subject"]]
    assert len(thanks) == 1
    words = thanks[0].get_body(("plain",)).get_content()
    assert "1.000,00" in words
    assert "234,56" in words


def test_a_company_closed_since_the_plan_writes_to_nobody_and_nothing_fails(sol, program):
    _davi(sol)
    _plan(program, sol)
    db.session().get_one(type(sol), sol.id).active = False
    db.session().commit()
    mail, queue = MemoryMail(), MemoryQueue()

    done = _send(program, sol, mail, queue=queue)
    deliveries.sweep(program, sol.id, queue=MemoryQueue(), now=NOON)

    assert (mail.sent, queue.jobs, done.more) == ([], [], False)
    assert _states(sol) == {"planned": 1}
