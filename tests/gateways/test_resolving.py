"""A provider's name never leads into our own network, and is connected to as it was looked at."""

import pytest

from bpo.domain.desk.handovers import Ending
from bpo.gateways.channels import line, registry, resolving
from bpo.gateways.channels.line import Call, Line
from bpo.kernel.errors import BadInput
from tests.gateways.scripted_http import ScriptedHttp

PRIVATE = ("10.0.0.5", "127.0.0.1", "169.254.169.254", "192.168.1.9", "172.16.0.1", "0.0.0.0")
MORE = ("::1", "fe80::1", "fd00::1", "::ffff:10.0.0.5", "224.0.0.1", "100.64.0.1")


@pytest.mark.parametrize("address", [*PRIVATE, *MORE])
def test_a_name_that_leads_inside_is_not_connected_to(address):
    for found in ([address], ["93.184.216.34", address]):
        here = Line(timeout=0.2, resolve=lambda _host, _port, found=found: found)
        answer = here.exchange(Call("POST", "https://sms.provider.example/send", {}, b"x"))
        assert (answer.status, answer.given) == (None, False)
        assert "private network" in answer.words
        handover = line.ending(answer)
        assert (handover.ending, handover.unwell) == (Ending.FAILED, True)


def test_the_connection_goes_to_the_address_that_was_looked_at(monkeypatch):
    """A name that leads elsewhere the second time is not asked a second time."""
    with ScriptedHttp(script=lambda _n: (200, "ok")) as server:
        port = int(server.url.rpartition(":")[2].strip("/"))
        monkeypatch.setattr(resolving, "_is_public", lambda _address: True)
        answers = iter([["127.0.0.1"], ["203.0.113.9"]])
        here = Line(timeout=1, resolve=lambda _host, _port: next(answers))
        call = Call("POST", f"http://sms.provider.example:{port}/send", {}, b"x")
        assert [here.exchange(call).status for _ in range(2)] == [200, 200]
        assert server.asked[0].headers["host"] == f"sms.provider.example:{port}"
        here.close()


def test_a_name_that_leads_nowhere_got_nothing():
    here = Line(timeout=0.2, resolve=lambda _host, _port: [])
    answer = here.exchange(Call("POST", "https://nowhere.example/", {}, b""))
    assert (answer.status, answer.given) == (None, False)


def test_a_literal_private_address_cannot_be_set_up():
    found = registry.provider("generic", "sms")
    for address in ("10.0.0.5", "[::1]", "169.254.169.254"):
        given = {"url": f"https://{address}/", "body": '{"to": "{to}", "text": "{text}"}'}
        with pytest.raises(BadInput, match="private network"):
            registry.options(found, given, local=True)
