"""SMS and WhatsApp in the catcher: kept like mail, seen by a newcomer, spoken to by our carrier."""

import threading

import pytest
from werkzeug.serving import make_server

from bpo.domain.desk.handovers import Ending
from bpo.domain.reminders.channels import Stored
from bpo.embedded.outbox import page
from bpo.embedded.outbox.mailbox import Mailbox
from bpo.gateways.channels import registry
from bpo.gateways.channels.carriers import Parcel
from bpo.gateways.channels.switchboard import Switchboard
from bpo.gateways.signing import Signer


@pytest.fixture
def kept(tmp_path):
    return Mailbox(tmp_path)


@pytest.fixture
def url(kept):
    server = make_server("127.0.0.1", 0, page.create_app(kept), threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/texts"
    server.shutdown()


def test_an_sms_arrives_where_mail_is_read(kept, url, tmp_path):
    board = Switchboard(Signer("x" * 40), "https://us.example", local_url=url)
    carrier = board.carrier(Stored(1, "sms", registry.CATCHER, {}, {}))
    text = "Ola, Ana. A fatura 1001 de Padaria Sol vence em 25/11.\nDetalhes: https://x/d/1 SAIR"
    handover = carrier.send(Parcel("7", "+5511987654321", text))
    (letter,) = Mailbox(tmp_path).letters
    assert (handover.ending, handover.reference) == (Ending.ACCEPTED, letter.id)
    assert (letter.channel, letter.sender, letter.recipients) == ("sms", "SMS", ["+5511987654321"])
    client = page.create_app(kept).test_client()
    assert "Padaria Sol" in client.get("/").text
    assert "https://x/d/1 SAIR" in client.get(f"/messages/{letter.id}").text


@pytest.mark.parametrize("given", [[], {"to": "+55"}, {"to": 5, "text": "x"}])
def test_what_is_no_message_is_refused(kept, given):
    client = page.create_app(kept).test_client()
    assert client.post("/texts/sms", json=given).status_code == 400
    assert client.post("/texts/pigeon", json={"to": "1", "text": "x"}).status_code == 404
    assert kept.letters == []
