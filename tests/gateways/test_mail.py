"""Each way a message can end between here and the mail server, and what it is called."""

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpo.gateways import mail
from bpo.gateways.mail import MemoryMail, Outcome, Smtp, Stage
from bpo.kernel.errors import BadInput
from tests.gateways.scripted_smtp import CLOSE, SILENCE, ScriptedServer

FROM, DAVI = "cobranca@sol.example", "davi@cliente.example"
OFFERS = [("8BITMIME",), ("8BITMIME", "PIPELINING")]
LETTER = b"Subject: Ola\r\n\r\nBom dia\r\n"


def saying(verb: str, answer: str, at: int = 1):
    """A script that gives one special answer."""
    return lambda command, count: answer if (command, count) == (verb, at) else None


def send_to(server: ScriptedServer, message: bytes = LETTER, timeout: float = 5) -> Outcome:
    smtp = Smtp(server.url, timeout=timeout)
    try:
        return smtp.send(FROM, DAVI, message)
    finally:
        smtp.close()


def _patience(ending: str) -> float:
    """Seconds: only silence is sat out, and a busy machine is given time for all that is said."""
    return 0.5 if ending == SILENCE else 10


@pytest.mark.parametrize("offers", OFFERS)
def test_a_taken_message_is_done_and_arrives_unchanged(offers):
    with ScriptedServer(offers=offers) as server:
        outcome = send_to(server)
    assert (outcome.stage, outcome.code, outcome.answer) == (Stage.DONE, 250, "taken")
    assert outcome.accepted
    assert server.messages == [LETTER]
    assert f"MAIL FROM:<{FROM}>" in server.commands
    assert f"RCPT TO:<{DAVI}>" in server.commands


@pytest.mark.parametrize(
    ("verb", "stage"),
    [("MAIL", Stage.MAIL), ("RCPT", Stage.RCPT), ("DATA", Stage.DATA), (".", Stage.BODY)],
)
@pytest.mark.parametrize(("answer", "permanent"), [("452 full", False), ("550 never", True)])
@pytest.mark.parametrize("offers", OFFERS)
def test_a_refusal_names_its_stage_and_whether_trying_again_makes_sense(
    verb, stage, answer, permanent, offers
):
    with ScriptedServer(saying(verb, answer), offers) as server:
        outcome = send_to(server)
    assert (outcome.stage, outcome.code) == (stage, int(answer[:3]))
    assert (outcome.permanent, outcome.uncertain) == (permanent, False)
    assert outcome.recipient_refused is (permanent and stage is Stage.RCPT)
    assert server.messages == []


@pytest.mark.parametrize("ending", [CLOSE, SILENCE, "999 what", "gibberish"])
def test_no_final_answer_after_the_content_is_uncertain(ending):
    with ScriptedServer(saying(".", ending)) as server:
        outcome = send_to(server, timeout=_patience(ending))
    assert (outcome.stage, outcome.uncertain, outcome.permanent) == (Stage.BODY, True, False)


@pytest.mark.parametrize("verb", ["RCPT", "DATA"])
@pytest.mark.parametrize("ending", [CLOSE, SILENCE])
@pytest.mark.parametrize("offers", OFFERS)
def test_a_line_that_breaks_before_the_content_is_a_plain_failure(verb, ending, offers):
    with ScriptedServer(saying(verb, ending), offers) as server:
        outcome = send_to(server, timeout=_patience(ending))
    assert outcome.stage == {"RCPT": Stage.RCPT, "DATA": Stage.DATA}[verb]
    assert (outcome.code, outcome.uncertain, outcome.permanent) == (None, False, False)


def test_a_server_that_is_away_is_a_plain_failure():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    outcome = Smtp(f"smtp://127.0.0.1:{port}").send(FROM, DAVI, LETTER)
    assert (outcome.stage, outcome.permanent, outcome.uncertain) == (Stage.CONNECT, False, False)
    assert outcome.answer


def test_a_server_that_turns_everybody_away_is_not_the_recipients_fault():
    with ScriptedServer(saying("greeting", "554 no service")) as server:
        outcome = send_to(server)
    assert (outcome.stage, outcome.code, outcome.permanent) == (Stage.CONNECT, 554, False)


def test_many_messages_share_one_connection():
    with ScriptedServer() as server:
        smtp = Smtp(server.url)
        outcomes = [smtp.send(FROM, f"d{n}@cliente.example", LETTER) for n in range(20)]
        smtp.close()
    assert all(outcome.accepted for outcome in outcomes)
    assert (server.connections, len(server.messages)) == (1, 20)


def test_after_a_refused_recipient_the_same_connection_serves_the_next():
    with ScriptedServer(saying("RCPT", "550 unknown")) as server:
        smtp = Smtp(server.url)
        assert smtp.send(FROM, "nobody@cliente.example", LETTER).recipient_refused
        assert smtp.send(FROM, DAVI, LETTER).accepted
        smtp.close()
    assert server.connections == 1
    assert "rset" in [command.lower() for command in server.commands]


@pytest.mark.parametrize(("data", "connections"), [("503 no recipient", 1), ("354 go on", 2)])
def test_what_was_said_in_one_breath_with_a_refused_recipient_brings_nothing_through(
    data, connections
):
    answers = {("RCPT", 1): "550 unknown", ("DATA", 1): data}
    script = lambda command, count: answers.get((command, count))  # noqa: E731
    with ScriptedServer(script, OFFERS[1]) as server:
        smtp = Smtp(server.url)
        assert smtp.send(FROM, "nobody@cliente.example", LETTER).recipient_refused
        assert smtp.send(FROM, DAVI, LETTER).accepted
        smtp.close()
    assert (server.connections, len(server.messages)) == (connections, 1)


@pytest.mark.parametrize("goodbye", [CLOSE, "421 too long here"])
def test_a_kept_connection_that_the_server_closed_is_replaced_without_loss(goodbye):
    with ScriptedServer(saying("MAIL", goodbye, at=2)) as server:
        smtp = Smtp(server.url)
        outcomes = [smtp.send(FROM, DAVI, LETTER) for _ in range(2)]
        smtp.close()
    assert all(outcome.accepted for outcome in outcomes)
    assert (server.connections, len(server.messages)) == (2, 2)


def test_a_rested_connection_is_asked_before_it_carries_a_message():
    with ScriptedServer(saying("NOOP", CLOSE)) as server:
        smtp = Smtp(server.url, idle=0)
        assert smtp.send(FROM, DAVI, LETTER).accepted
        assert smtp.send(FROM, DAVI, LETTER).accepted
        smtp.close()
    assert server.connections == 2


def test_an_uncertain_message_is_not_tried_again():
    with ScriptedServer(saying(".", CLOSE, at=2)) as server:
        smtp = Smtp(server.url)
        smtp.send(FROM, DAVI, LETTER)
        assert smtp.send(FROM, DAVI, LETTER).uncertain
        assert smtp.send(FROM, DAVI, LETTER).accepted
        smtp.close()
    assert server.counts["."] == 3


@pytest.mark.parametrize(
    "address",
    ["", "davi", "da vi@x.example", "davi@x.example>\r\nRCPT TO:<eva@x.example", "davi@açaí.br"],
)
def test_what_is_no_mail_address_is_refused_without_asking_the_server(address):
    with ScriptedServer() as server:
        outcome = Smtp(server.url).send(FROM, address, LETTER)
    assert (outcome.stage, outcome.recipient_refused) == (Stage.RCPT, True)
    assert server.connections == 0


def test_eight_bit_content_is_announced():
    with ScriptedServer() as server:
        send_to(server, "Subject: x\r\n\r\nOlá\r\n".encode())
    assert f"MAIL FROM:<{FROM}> BODY=8BITMIME" in server.commands


@given(st.lists(st.sampled_from([b"a", b".", b"\r\n", b"\n", b"\r", b"..", b"x."]), max_size=12))
def test_content_can_never_end_the_message_early(pieces):
    wire = mail.wire_form(b"".join(pieces))
    lines = wire.split(b"\r\n")
    assert lines[-2:] == [b".", b""]
    assert not any(line == b"." for line in lines[:-2])
    assert b"\n" not in wire.replace(b"\r\n", b"")
    assert b"\r" not in wire.replace(b"\r\n", b"")


def test_a_url_says_everything_about_the_server():
    found = mail.server("smtp://ana%40sol.example:p%3Ass@mail.example?starttls=1")
    assert (found.host, found.port, found.starttls) == ("mail.example", 587, True)
    assert (found.user, found.password) == ("ana@sol.example", "p:ss")
    assert "p:ss" not in repr(found)
    assert mail.server("smtps://mail.example").port == 465
    assert mail.server("smtp://mail.example:2525").port == 2525


@pytest.mark.parametrize("url", ["smtp://", "http://mail.example", "smtp://mail.example:abc"])
def test_a_url_that_names_no_server_is_refused(url):
    with pytest.raises(BadInput):
        Smtp(url)


def test_the_memory_twin_keeps_messages_and_plays_arranged_outcomes():
    memory = MemoryMail({"lost@x.example": Outcome(Stage.BODY, uncertain=True)})
    memory.outcomes["gone@x.example"] = Outcome(Stage.RCPT, 550, "gone", permanent=True)
    assert memory.send(FROM, DAVI, LETTER).accepted
    assert memory.send(FROM, "gone@x.example", LETTER).recipient_refused
    assert memory.send(FROM, "lost@x.example", LETTER).uncertain
    assert [sent.recipient for sent in memory.sent] == [DAVI, "lost@x.example"]
