"""Channels of a company on screens: set up by the manager, replies turned into promises by Ana."""

import re
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from bpo.db import acting_as
from bpo.domain.desk import replies
from bpo.kernel import actor as actors
from bpo.models import ChannelSetting, IncomingMessage, Promise, Task
from tests.factories import debts, people

DUE = date(2026, 11, 10)


class World:
    def __init__(self, client, session):
        self.client, self.session = client, session
        self.cast = people.cast(session)
        self.program = actors.system([self.cast.sol.id])

    def page(self, person, path):
        return people.sign_in(self.client, person).get(path)

    def post(self, person, path, **form):
        client = people.sign_in(self.client, person)
        account = client.get("/account").text
        token = re.search(r'name="csrf_token" value="([^"]+)"', account)[1]
        return client.post(path, data={"csrf_token": token, **form}, follow_redirects=True)

    def all(self, what):
        with acting_as(self.program):
            return self.session.scalars(select(what)).all()

    def reply(self, text):
        today = datetime.now(UTC).date()
        with acting_as(self.program):
            davi = debts.debtor(self.session, self.cast.sol)
            debts.receivable(self.session, davi, due=DUE, cents=750_00)
            at = {"at": datetime.now(UTC), "received_at": datetime.now(UTC)}
            row = IncomingMessage(
                workspace_id=self.cast.sol.id,
                channel="sms",
                provider="twilio",
                message_key="SM1",
                debtor_id=davi.id,
                sender="+5511987654321",
                body=text,
                suggestion=replies.to_json(replies.read(text, today)),
                **at,
            )
            self.session.add(row)
            self.session.flush()
            detail = {"incoming_id": row.id, "text": text}
            place = {"workspace_id": self.cast.sol.id, "debtor_id": davi.id}
            self.session.add(Task(**place, kind="reply", due_on=DUE, detail=detail))
            self.session.commit()
            return row.id


@pytest.fixture
def world(client, session):
    return World(client, session)


def test_the_manager_sets_up_sms_by_naming_the_secret(world):
    marta, path = world.cast.marta, "/w/sol/settings/channels/sms"
    form = world.page(marta, f"{path}?provider=twilio").text
    assert "/hooks/channels/sms/" in form
    refused = world.post(marta, path, provider="twilio", account_sid="AC1", sender="+5511")
    assert refused.status_code == 400
    given = {"account_sid": "AC1", "sender": "+5511", "auth_token": "SOL_TWILIO"}
    shown = world.post(marta, path, provider="twilio", **given).text
    assert "Twilio" in shown
    assert "SOL_TWILIO" in shown
    assert [(row.channel, row.secrets) for row in world.all(ChannelSetting)] == [
        ("sms", {"auth_token": "SOL_TWILIO"})
    ]
    world.post(marta, f"{path}/off")
    assert world.all(ChannelSetting.active) == [False]
    world.post(marta, "/w/sol/settings/channels", reply_hold_days="3")
    assert world.page(marta, "/w/sol/settings/channels").text.count('value="3"') == 1


def test_every_form_of_a_channel_opens_and_only_for_the_manager(world):
    for channel in ("sms", "whatsapp", "mailbox"):
        path = f"/w/sol/settings/channels/{channel}"
        assert world.page(world.cast.marta, path).status_code == 200
        assert world.page(world.cast.ana, path).status_code == 403
    unknown = "/w/sol/settings/channels/sms?provider=none"
    assert world.page(world.cast.marta, unknown).status_code == 404


def test_ana_turns_a_reply_into_a_promise_with_one_click(world):
    message = world.reply("vou pagar R$ 500,00 amanhã")
    inbox = world.page(world.cast.ana, "/office/inbox").text
    assert "vou pagar R$ 500,00 amanhã" in inbox
    assert f"/w/sol/replies/{message}/promise" in inbox
    assert 'name="cents" value="50000"' in inbox
    day = world.all(IncomingMessage)[0].suggestion["day"]
    path = f"/w/sol/replies/{message}/promise"
    world.post(world.cast.ana, path, cents="50000", promised_for=day)
    assert [(p.amount_cents, p.promised_for.isoformat()) for p in world.all(Promise)] == [
        (500_00, day)
    ]
    assert f"replies/{message}" not in world.page(world.cast.ana, "/office/inbox").text


def test_the_debtors_history_shows_the_answer_and_whether_it_waits(world):
    world.reply("pago amanhã")
    debtor_id = world.all(IncomingMessage.debtor_id)[0]
    history = world.page(world.cast.ana, f"/w/sol/debtors/{debtor_id}").text
    assert "pago amanhã" in history
    assert "/office/inbox?kind=reply" in history
    line = f"{world.cast.sol.id}.reply.{world.all(Task.id)[0]}"
    world.post(world.cast.ana, "/office/inbox/done", id=line)
    history = world.page(world.cast.ana, f"/w/sol/debtors/{debtor_id}").text
    assert "/office/inbox?kind=reply" not in history


def test_carla_cannot_touch_replies_of_others(world):
    message = world.reply("pago amanhã")
    for act in ("promise", "dispute", "wrong", "read"):
        answer = world.post(world.cast.carla, f"/w/sol/replies/{message}/{act}")
        assert answer.status_code == 404
    assert world.all(IncomingMessage.outcome) == [None]


def test_the_manager_has_the_bank_hold_pix_charges(world):
    marta, path = world.cast.marta, "/w/sol/settings/channels/pix"
    assert "/hooks/pix/" in world.page(marta, path).text
    given = {
        "base_url": "https://pix.bank.example/api/v2",
        "token_url": "https://pix.bank.example/token",
        "client_id": "sol",
        "client_secret": "SOL_PIX",
        "valid_days": "30",
    }
    for name, value in (
        ("base_url", "http://pix.bank.example"),
        ("token_url", "https://10.0.0.7/token"),
        ("client_secret", "not a name"),
        ("valid_days", "0"),
    ):
        assert world.post(marta, path, **given | {name: value}).status_code == 400
    assert world.all(ChannelSetting) == []
    assert world.post(marta, path, **given).status_code == 200
    (row,) = world.all(ChannelSetting)
    assert (row.channel, row.secrets) == ("pix", {"client_secret": "SOL_PIX"})
    assert row.options["valid_days"] == "30"
    assert world.page(world.cast.carla, path).status_code == 403
