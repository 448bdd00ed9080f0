"""A company's mailbox, read by the job: replies find their debtor, bounces their contact, once."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from bpo.db import acting_as
from bpo.domain.desk.disputes import Grounds
from bpo.domain.intake import findings
from bpo.gateways.channels.switchboard import Switchboard
from bpo.gateways.signing import Signer
from bpo.kernel import actor as actors
from bpo.kernel.errors import BadInput, Conflict, Forbidden
from bpo.models import (
    ChannelSetting,
    Contact,
    DeliveryEvent,
    Dispute,
    Hold,
    IncomingMessage,
    Message,
    OptOut,
    Promise,
    Task,
)
from bpo.services.desk import replies
from bpo.services.reminders import channel_settings, mailboxes
from tests.factories import debts, people, waiting
from tests.gateways.scripted_imap import ScriptedImap
from tests.gateways.test_mailbox import BOUNCE, REPLY

NOW, DUE = people.NOW, date(2026, 11, 10)


class World:
    """Padaria Sol, Davi with an overdue invoice, a reminder that left, and a mailbox."""

    def __init__(self, session, server):
        self.session, self.server = session, server
        self.cast = people.cast(session)
        self.sol = self.cast.sol
        self.program = actors.system([self.sol.id], name="mailbox")
        self.ana = people.actor(session, self.cast.ana)
        with acting_as(self.program):
            davi = debts.debtor(session, self.sol)
            title = debts.receivable(session, davi, due=DUE, cents=300_00)
            touch = waiting.touch(session, title, "sent", day=DUE)
            kept = {"workspace_id": self.sol.id, "touch_id": touch.id, "template": "x"}
            kept |= {"message_id": "<touch.3.77@sol.example>", "recipient": "davi@example.org"}
            session.add(Message(**kept, body=b"", rendered_at=NOW))
            session.commit()
            self.davi_id = davi.id
        marta = people.actor(session, self.cast.marta)
        given = {"host": "127.0.0.1", "port": str(server.port), "user": "cobranca"}
        given |= {"security": "none", "password": "BPO_CHANNEL_BOX"}
        channel_settings.set_up(marta, self.sol.id, "mailbox", "imap", given, local=True, now=NOW)

    def read(self):
        board = Switchboard(Signer("x" * 40), "https://us.example", {"BOX": "segredo"})
        return mailboxes.read(self.program, self.sol.id, switchboard=board, now=NOW, timeout=10)

    def all(self, what):
        with acting_as(self.program):
            return self.session.scalars(select(what)).all()

    def replied(self, text):
        """Davi answers, and the mailbox is read."""
        number = len(self.server.messages) + 1
        content = REPLY.replace(b"Pago sexta.", text.encode()).replace(b"<r1@", b"<r%d@" % number)
        self.server.messages[number] = content
        self.read()
        return self.all(IncomingMessage)[-1].id


@pytest.fixture
def world(session):
    with ScriptedImap() as server:
        yield World(session, server)


def test_what_lies_in_the_mailbox_is_taken_in_once(world):
    stranger = REPLY.replace(b"touch.3.77", b"other.1").replace(b"Ana@Cliente", b"who@else")
    world.server.messages |= {
        1: REPLY,
        2: BOUNCE % (b"failed", b"5.1.1"),
        3: stranger.replace(b"<r1@", b"<r3@"),
        4: REPLY.replace(b"Subject: Re:", b"Auto-Submitted: auto-replied\nSubject: Re:").replace(
            b"<r1@", b"<r4@"
        ),
    }
    first, again = world.read(), world.read()
    assert (first.letters, first.events, first.messages) == (4, 1, 2)
    assert (again.letters, again.events, again.messages) == (0, 0, 0)
    said = world.all(IncomingMessage)
    assert [(m.debtor_id, m.automatic, m.body) for m in said] == [
        (world.davi_id, False, "Pago sexta."),
        (world.davi_id, True, "Pago sexta."),
    ]
    assert [e.kind for e in world.all(DeliveryEvent)] == ["bounced"]
    assert [c.status for c in world.all(Contact)] == ["invalid"]
    assert sorted(task.kind for task in world.all(Task)) == ["address_refused", "reply"]
    world.server.validity = 8
    assert world.read().letters == 4
    assert len(world.all(IncomingMessage)) == 2


def test_a_mailbox_in_trouble_says_so_and_forgets_nothing(world):
    world.server.messages[1] = REPLY
    world.server.fail = "LOGIN"
    world.read()
    row = world.all(ChannelSetting)[0]
    assert "not today" in str(findings.phrase_from_json(row.problem))
    world.server.fail = ""
    assert world.read().messages == 1
    assert world.all(ChannelSetting)[0].problem is None


def test_a_reply_is_turned_into_a_promise_by_one_act(world):
    world.sol.reply_hold_days = 2
    world.session.commit()
    message = world.replied("Pago sexta.")
    assert [hold.reason for hold in world.all(Hold)] == ["reply"]
    friday = NOW.date() + timedelta(days=4)
    replies.promise(world.ana, world.sol.id, message, 300_00, friday, now=NOW)
    assert [(p.amount_cents, p.promised_for, p.source) for p in world.all(Promise)] == [
        (300_00, friday, "reply")
    ]
    assert world.all(Task.state) == ["done"]
    assert world.all(IncomingMessage.outcome) == ["promise"]
    assert world.all(Hold.released_at) == [NOW]
    with pytest.raises(Conflict):
        replies.mark_read(world.ana, world.sol.id, message, now=NOW)


def test_a_promise_that_cannot_be_leaves_the_reply_open(world):
    message = world.replied("Pago sexta.")
    with pytest.raises(BadInput):
        replies.promise(world.ana, world.sol.id, message, 300_00, date(2020, 1, 1), now=NOW)
    assert (world.all(Task.state), world.all(IncomingMessage.outcome)) == (["open"], [None])


def test_a_disagreement_and_a_wrong_person(world):
    message = world.replied("não reconheço")
    replies.dispute(world.ana, world.sol.id, message, Grounds.UNKNOWN_DEBT, now=NOW)
    assert [(d.reason, d.state) for d in world.all(Dispute)] == [("unknown_debt", "open")]


def test_stop_by_mail_is_honoured_at_once(world):
    world.replied("Sair, por favor")
    stops = {(s.channel, s.address) for s in world.all(OptOut)}
    assert stops == {("email", "ana@cliente.example")}
    assert world.all(Task) == []


def test_secrets_are_named_never_kept(world):
    marta = people.actor(world.session, world.cast.marta)
    given = {"account_sid": "AC1", "sender": "+5511", "auth_token": "a1b2c3d4secret"}
    with pytest.raises(BadInput, match="not the secret"):
        channel_settings.set_up(marta, world.sol.id, "sms", "twilio", given, local=True, now=NOW)
    with pytest.raises(Forbidden):
        channel_settings.switch(world.ana, world.sol.id, "mailbox", active=False, now=NOW)
    elsewhere = {"host": "mail.example", "user": "u", "security": "none", "password": "BOX"}
    with pytest.raises(BadInput, match="TLS"):
        channel_settings.set_up(
            marta, world.sol.id, "mailbox", "imap", elsewhere, local=True, now=NOW
        )
