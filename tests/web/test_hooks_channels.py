"""Providers call us: believed when signed, once however often, and only for their own company."""

import hashlib
import hmac
import json
from datetime import date

import pytest
from sqlalchemy import select

from bpo.db import acting_as
from bpo.gateways import outside
from bpo.gateways.channels import twilio
from bpo.gateways.channels.callbacks import Request
from bpo.kernel import actor as actors
from bpo.models import (
    ChannelSetting,
    Contact,
    DeliveryEvent,
    Hold,
    IncomingMessage,
    Message,
    OptOut,
    Task,
    Touch,
)
from tests.factories import debts, people, waiting

DUE = date(2026, 11, 10)
MOBILE = "+5511987654321"


class World:
    """Padaria Sol with Twilio for SMS and WhatsApp Cloud, and Davi, who got an SMS."""

    def __init__(self, client, session, app):
        self.client, self.session, self.app = client, session, app
        self.cast = people.cast(session)
        self.sol = self.cast.sol
        with acting_as(actors.system([self.sol.id])):
            self._fill(session)

    def _fill(self, session):
        davi = debts.debtor(session, self.sol)
        contact = {"workspace_id": self.sol.id, "debtor_id": davi.id}
        session.add(Contact(**contact, channel="phone", address=MOBILE))
        title = debts.receivable(session, davi, due=DUE)
        touch = waiting.touch(session, title, "uncertain", day=DUE, channel="sms")
        waiting.task(session, touch, due=DUE)
        self.davi_id, self.touch_id = davi.id, touch.id
        kept = {"workspace_id": self.sol.id, "touch_id": touch.id, "recipient": MOBILE}
        session.add(Message(**kept, template="x", body=b"", rendered_at=people.NOW))
        self.provide("sms", "twilio", {"auth_token": "TW"})
        names = {"app_secret": "WA", "verify_token": "VT"}
        self.provide("whatsapp", "whatsapp_cloud", names)

    def provide(self, channel, provider, names):
        place = {"workspace_id": self.sol.id, "channel": channel, "provider": provider}
        self.session.add(ChannelSetting(**place, options={}, secrets=names))
        self.session.commit()

    @property
    def board(self):
        return outside.of(self.app).switchboard

    def url(self, channel="sms"):
        return self.board.callback_url(self.sol.id, channel)

    def twilio(self, query="", *, token="tok", **form):
        url = self.url() + query
        request = Request("POST", url, {}, {}, form, b"")
        headers = {"X-Twilio-Signature": twilio.signature(token, request)}
        return self.client.post(url.removeprefix(self.board.base_url), data=form, headers=headers)

    def whatsapp(self, value, secret="app"):
        body = json.dumps({"entry": [{"changes": [{"value": value}]}]}).encode()
        signed = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        path = self.url("whatsapp").removeprefix(self.board.base_url)
        return self.client.post(path, data=body, headers={"X-Hub-Signature-256": signed})

    def all(self, what):
        with acting_as(actors.system([self.sol.id])):
            return self.session.scalars(select(what)).all()


@pytest.fixture
def world(client, session, app, monkeypatch):
    found = World(client, session, app)
    secrets = {"TW": "tok", "WA": "app", "VT": "open sesame"}
    monkeypatch.setattr(found.board, "secrets", secrets)
    return found


def test_a_late_receipt_decides_an_uncertain_send_once(world):
    status = {"MessageSid": "SM1", "MessageStatus": "delivered", "To": MOBILE}
    for _ in range(2):
        answer = world.twilio(f"?own={world.touch_id}", **status)
        assert (answer.status_code, answer.mimetype) == (200, "text/xml")
    assert [event.kind for event in world.all(DeliveryEvent)] == ["delivered"]
    assert world.all(Touch.state) == ["sent"]
    assert world.all(Task.state) == ["done"]


def test_a_number_that_does_not_exist_is_marked_and_becomes_a_task(world):
    world.twilio(
        f"?own={world.touch_id}", MessageSid="SM1", MessageStatus="undelivered", ErrorCode="30003"
    )
    phone = [c for c in world.all(Contact) if c.channel == "phone"]
    assert [(c.status, c.status_reason) for c in phone] == [("invalid", "undelivered 30003")]
    assert world.all(Touch.state) == ["refused"]
    kinds = {(task.kind, task.state) for task in world.all(Task)}
    assert kinds == {("send_uncertain", "done"), ("address_refused", "open")}


def test_sair_is_honoured_at_once(world):
    world.twilio(MessageSid="SM2", From="+551187654321", To="+5511400", Body="SAIR")
    stops = world.all(OptOut)
    assert {(s.channel, s.address, s.source) for s in stops} == {
        ("phone", MOBILE, "reply"),
        ("phone", "+551187654321", "reply"),
    }
    assert world.all(IncomingMessage)[0].outcome == "opt_out"
    assert [task.kind for task in world.all(Task)] == ["send_uncertain"]


def test_a_reply_becomes_work_with_what_it_seems_to_say(world):
    world.sol.reply_hold_days = 3
    world.session.commit()
    said = {"id": "wamid.9", "from": "5511987654321", "text": {"body": "pago sexta"}}
    for _ in range(2):
        assert world.whatsapp({"messages": [said | {"type": "text"}]}).status_code == 200
    (message,) = world.all(IncomingMessage)
    tasks = [task for task in world.all(Task) if task.kind == "reply"]
    assert (message.debtor_id, message.suggestion["kind"]) == (world.davi_id, "promise")
    assert [task.detail["incoming_id"] for task in tasks] == [message.id]
    assert [(hold.reason, hold.debtor_id) for hold in world.all(Hold)] == [("reply", world.davi_id)]


def test_whatsapp_shakes_hands_only_with_the_right_token(world):
    path = world.url("whatsapp").removeprefix(world.board.base_url)
    given = {"hub.mode": "subscribe", "hub.challenge": "42", "hub.verify_token": "open sesame"}
    assert world.client.get(path, query_string=given).text == "42"
    given["hub.verify_token"] = "guess"
    assert world.client.get(path, query_string=given).status_code == 403


def test_who_cannot_sign_is_not_believed(world):
    status = {"MessageSid": "SM1", "MessageStatus": "delivered"}
    own = f"?own={world.touch_id}"
    assert world.twilio(own, token="guess", **status).status_code == 403
    assert world.whatsapp({"messages": []}, secret="guess").status_code == 403
    world.board.secrets = {}
    assert world.twilio(own, token="", **status).status_code == 403
    assert world.client.post("/hooks/channels/sms/AQ.forged").status_code == 404
    elsewhere = world.board.callback_url(world.cast.lua.id, "sms")
    assert world.client.post(elsewhere.removeprefix(world.board.base_url)).status_code == 404
    assert world.all(DeliveryEvent) == []


def test_what_no_database_can_keep_is_left_out_and_the_reply_is_read(world):
    said = {"from": MOBILE[1:], "context": {"id": 7}}
    for number, words in (("w1", "Pago\x00 sexta"), ("w\x002", "oi \ud83d")):
        one = said | {"id": number, "text": {"body": words}}
        assert world.whatsapp({"messages": [one]}).status_code == 200
    assert world.all(IncomingMessage.body) == ["Pago sexta", "oi ?"]


def test_a_proof_in_any_letters_is_only_a_wrong_one(world):
    for channel, header in (("sms", "X-Twilio-Signature"), ("whatsapp", "X-Hub-Signature-256")):
        path = world.url(channel).removeprefix(world.board.base_url)
        answer = world.client.post(path, data=b"{}", headers={header: "sha256=é"})
        assert answer.status_code == 403


def test_json_nested_for_ever_says_nothing(world):
    body = b"[" * 500_000
    signed = "sha256=" + hmac.new(b"app", body, hashlib.sha256).hexdigest()
    path = world.url("whatsapp").removeprefix(world.board.base_url)
    answer = world.client.post(path, data=body, headers={"X-Hub-Signature-256": signed})
    assert answer.status_code == 200
    assert world.all(IncomingMessage) == []
