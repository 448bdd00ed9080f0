"""Providers of short messages against a server that misbehaves: what each end of a call means."""

import json
from base64 import b64decode
from urllib.parse import parse_qs

import pytest

from bpo.domain.desk.handovers import Ending
from bpo.domain.reminders.channels import Stored
from bpo.gateways.channels import generic, registry
from bpo.gateways.channels.callbacks import Account
from bpo.gateways.channels.carriers import Parcel
from bpo.gateways.channels.generic import Generic
from bpo.gateways.channels.switchboard import Switchboard
from bpo.gateways.channels.twilio import Twilio
from bpo.gateways.channels.whatsapp_cloud import WhatsAppCloud
from bpo.gateways.signing import Signer
from bpo.kernel.errors import BadInput, Conflict, NotFound
from tests.gateways.scripted_http import CLOSE, SILENCE, ScriptedHttp

TEXT = 'Ola, "Ana" {secret}\nSair: SAIR'
VALUES = {"first_name": "Ana", "number": "1001", "link": "https://x/d/1"}
PARCEL = Parcel("77", "+5511987654321", TEXT, "not_seen", "pt_BR", VALUES)
BODY = '{"to": "{digits}", "text": "{text}", "ref": "{reference}"}'


def described(url, **options):
    return Account({"url": url, "body": BODY, "id_path": "id"} | options, {"secret": "s3"})


def sent(server, script, carrier=Generic, account=None, timeout=10.0):
    server.script = script
    return carrier(account or described(server.url), "sms", timeout=timeout).send(PARCEL)


@pytest.fixture
def server():
    with ScriptedHttp() as found:
        yield found


@pytest.mark.parametrize(
    ("answer", "ending", "unwell"),
    [
        ((200, '{"id": "m-1"}'), Ending.ACCEPTED, False),
        ((202, ""), Ending.ACCEPTED, False),
        ((400, "bad number"), Ending.REFUSED, False),
        ((401, "who are you"), Ending.FAILED, True),
        ((302, "elsewhere"), Ending.FAILED, True),
        ((429, "slower"), Ending.FAILED, True),
        ((503, "later"), Ending.FAILED, True),
        ((500, "broke while working"), Ending.UNCERTAIN, False),
        ((504, "somebody behind is slow"), Ending.UNCERTAIN, False),
        (CLOSE, Ending.UNCERTAIN, False),
        (SILENCE, Ending.UNCERTAIN, False),
    ],
)
def test_what_an_answer_means(server, answer, ending, unwell):
    timeout = 0.2 if answer == SILENCE else 10.0
    handover = sent(server, lambda number: answer, timeout=timeout)
    assert (handover.ending, handover.unwell) == (ending, unwell)


def test_a_provider_that_cannot_be_reached_got_nothing():
    handover = Generic(described("http://127.0.0.1:9/"), "sms", timeout=0.2).send(PARCEL)
    assert (handover.ending, handover.unwell) == (Ending.FAILED, True)


def test_what_a_debtor_wrote_cannot_break_out_of_the_request(server):
    """Quotes, line ends and braces stay text; a value is never taken for a hole."""
    account = described(server.url, headers="Authorization: Bearer {secret}\nX: {text}")
    assert sent(server, lambda n: (200, '{"id": "m-1"}'), account=account).reference == "m-1"
    asked = server.asked[0]
    assert json.loads(asked.body) == {"to": "5511987654321", "text": TEXT, "ref": "77"}
    assert asked.headers["authorization"] == "Bearer s3"
    assert asked.headers["x"] == 'Ola, "Ana" {secret} Sair: SAIR'


def test_a_form_is_a_form(server):
    account = described(server.url, body="to={to}&msg={text}")
    sent(server, lambda n: (200, "id=m-2"), account=account)
    assert parse_qs(server.asked[0].body.decode()) == {"to": ["+5511987654321"], "msg": [TEXT]}


def test_two_hundred_may_still_be_a_no(server):
    account = described(server.url, ok_path="status", ok_values="queued sent")
    taken = sent(server, lambda n: (200, '{"id": 5, "status": "sent"}'), account=account)
    refused = sent(server, lambda n: (200, '{"status": "no credit"}'), account=account)
    assert (taken.ending, taken.reference) == (Ending.ACCEPTED, "5")
    assert refused.ending is Ending.REFUSED


def test_the_line_is_kept_and_a_closed_one_is_replaced_before_speaking(server):
    carrier = Generic(described(server.url), "sms", timeout=10)
    assert [carrier.send(PARCEL).ending for _ in range(3)] == [Ending.ACCEPTED] * 3
    assert server.connections == 1
    server.hangs_up_after = True
    endings = []
    for _ in range(3):
        endings.append(carrier.send(PARCEL).ending)
        assert server.hung_up.acquire(timeout=5)
    assert endings == [Ending.ACCEPTED] * 3
    assert len(server.asked) == 6


def test_twilio_posts_a_form_with_the_account_and_where_to_report(server):
    options = {"account_sid": "AC1", "sender": "+551140000000", "api": server.url}
    account = Account(options, {"auth_token": "tok"}, "https://us.example/hooks")
    handover = sent(server, lambda n: (201, '{"sid": "SM9"}'), Twilio, account)
    asked = server.asked[0]
    form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
    assert (handover.ending, handover.reference) == (Ending.ACCEPTED, "SM9")
    assert asked.path == "/2010-04-01/Accounts/AC1/Messages.json"
    assert b64decode(asked.headers["authorization"].split()[1]) == b"AC1:tok"
    assert form == {
        "To": "+5511987654321",
        "From": "+551140000000",
        "Body": TEXT,
        "StatusCallback": "https://us.example/hooks?own=77",
    }


@pytest.mark.parametrize(("code", "bad"), [(21211, True), (21610, True), (21617, False)])
def test_twilio_says_when_the_number_is_at_fault(server, code, bad):
    account = Account({"account_sid": "AC1", "sender": "MG1", "api": server.url})
    handover = sent(server, lambda n: (400, json.dumps({"code": code})), Twilio, account)
    assert (handover.ending, handover.bad_address) == (Ending.REFUSED, bad)


def test_whatsapp_sends_the_approved_template_with_its_values(server):
    account = Account(
        {
            "phone_number_id": "42",
            "templates": "not_seen = pagamento_nao_visto",
            "parameters": "first_name, number due",
            "api": server.url,
        },
        {"access_token": "tok"},
    )
    answer = (200, '{"messages": [{"id": "wamid.1"}]}')
    handover = sent(server, lambda n: answer, WhatsAppCloud, account)
    message = json.loads(server.asked[0].body)
    values = message["template"]["components"][0]["parameters"]
    assert handover.reference == "wamid.1"
    assert (message["to"], message["biz_opaque_callback_data"]) == ("5511987654321", "77")
    assert message["template"]["name"] == "pagamento_nao_visto"
    assert [value["text"] for value in values] == ["Ana", "1001", "-"]


def test_whatsapp_without_an_approved_template_says_nothing_to_anybody(server):
    account = Account({"phone_number_id": "42", "api": server.url})
    assert sent(server, lambda n: (200, ""), WhatsAppCloud, account).ending is Ending.REFUSED
    assert server.asked == []


@pytest.mark.parametrize(
    ("code", "ending", "bad"),
    [(131026, Ending.REFUSED, True), (130429, Ending.FAILED, False), (100, Ending.REFUSED, False)],
)
def test_whatsapp_codes(server, code, ending, bad):
    account = Account({"phone_number_id": "4", "templates": "not_seen = x", "api": server.url})
    answer = (400, json.dumps({"error": {"code": code}}))
    handover = sent(server, lambda n: answer, WhatsAppCloud, account)
    assert (handover.ending, handover.bad_address) == (ending, bad)


def test_a_configuration_that_cannot_work_is_refused_by_field():
    generic.check({"url": "https://x", "body": BODY})
    for body in ('{"to": "{to}"}', '{"to": "{to}", "text": {text}', "nothing"):
        with pytest.raises(BadInput):
            generic.check({"url": "https://x", "body": body})
    any_provider = registry.provider("generic", "sms")
    given = {"body": BODY, "url": "http://169.254.169.254/"}
    with pytest.raises(BadInput, match="https"):
        registry.options(any_provider, given, local=False)
    with pytest.raises(NotFound):
        registry.provider("whatsapp_cloud", "sms")


def test_the_catcher_serves_only_where_it_runs(server):
    stored = Stored(1, "sms", registry.CATCHER, {"url": "https://elsewhere.example"}, {})
    signer = Signer("x" * 40)
    board = Switchboard(signer, "https://us.example", local_url=server.url)
    assert board.carrier(stored).send(PARCEL).ending is Ending.ACCEPTED
    assert server.asked[0].path == "/sms"
    with pytest.raises(Conflict):
        Switchboard(signer, "https://us.example").carrier(stored)
