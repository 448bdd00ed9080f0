"""The mail catcher keeps every message as it came and shows it without running it."""

import smtplib
import socket
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from bpo.embedded.outbox import catcher, mailbox, page
from bpo.embedded.outbox.mailbox import Mailbox
from bpo.embedded.outbox.smtp import Envelope

DAVI = "davi@exemplo.com.br"


def _reminder(to: str = DAVI, subject: str = "Sua fatura vence amanhã") -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = "Padaria Sol <cobranca@padariasol.example>"
    message["To"] = to
    message["Subject"] = subject
    message.set_content("Olá, Davi.\n.uma linha com ponto\n")
    message.add_alternative("<h1>Olá</h1><script>alert(1)</script>", subtype="html")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="fatura.pdf")
    return message


@pytest.fixture
def kept(tmp_path):
    return Mailbox(tmp_path)


@pytest.fixture
def port(kept):
    """The port of a catcher that runs beside the test."""
    with catcher.catching(kept.keep) as url:
        yield int(url.rpartition(":")[2])


@pytest.fixture
def reader(kept):
    kept.keep(Envelope("a@b.c", [DAVI], _reminder().as_bytes()))
    return page.create_app(kept).test_client()


def test_a_message_arrives_as_it_was_sent(port, kept):
    with smtplib.SMTP("127.0.0.1", port) as server:
        server.send_message(_reminder(), "bounce@padariasol.example")
        server.send_message(_reminder(subject="A segunda"), "bounce@padariasol.example")
    first, second = kept.letters
    assert (first.recipients, first.subject) == ([DAVI], "Sua fatura vence amanhã")
    assert second.subject == "A segunda"
    assert first.attachments == 1
    message = kept.message(first)
    assert message["Return-Path"] == "<bounce@padariasol.example>"
    assert mailbox.text(message) == "Olá, Davi.\r\n.uma linha com ponto\r\n"
    assert mailbox.attachments(message)[0].content == b"%PDF"


def test_an_address_that_exists_nowhere_is_refused(port, kept):
    with smtplib.SMTP("127.0.0.1", port) as server:
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            server.send_message(_reminder("davi@nao-existe.invalid"))
        server.send_message(_reminder())
    assert len(kept.letters) == 1


@pytest.mark.parametrize("piece", [1, 7, 4096])
def test_commands_and_message_may_come_in_any_pieces(port, kept, piece):
    talk = (
        b"EHLO x\r\nMAIL FROM:<a@b.c> SIZE=9\r\nRCPT TO:<d@e.f>\r\nDATA\r\n"
        b"Subject: x\r\n\r\n..\r\nend\r\n.\r\nQUIT\r\n"
    )
    with socket.create_connection(("127.0.0.1", port)) as connection:
        for start in range(0, len(talk), piece):
            connection.sendall(talk[start : start + piece])
        answers = b"".join(iter(lambda: connection.recv(4096), b""))
    codes = [line[:3] for line in answers.split(b"\r\n") if line[3:4] == b" "]
    assert codes == [b"220", b"250", b"250", b"250", b"354", b"250", b"221"]
    assert kept.raw(kept.letters[0]).endswith(b"Subject: x\r\n\r\n.\r\nend\r\n")


def test_what_was_kept_is_there_after_a_restart_even_with_half_a_line(kept, tmp_path):
    kept.keep(Envelope("a@b.c", [DAVI], _reminder().as_bytes()))
    with (tmp_path / "index.jsonl").open("a") as index:
        index.write('{"id": "half')
    assert Mailbox(tmp_path).letters == kept.letters


def test_the_list_is_filtered_by_recipient_and_by_words(kept, reader):
    kept.keep(Envelope("a@b.c", ["carla@outra.example"], _reminder(subject="Relatório").as_bytes()))
    everything = reader.get("/").text
    assert "Sua fatura vence amanhã" in everything
    assert "Relatório" in everything
    assert "Sua fatura" not in reader.get("/?to=carla@outra.example").text
    assert "Sua fatura" not in reader.get("/?q=relatorio").text


def test_a_message_is_shown_in_a_frame_that_may_do_nothing(kept, reader):
    [letter] = kept.letters
    shown = reader.get(f"/messages/{letter.id}")
    assert "<script>" not in shown.text
    assert 'sandbox="allow-popups' in shown.text
    body = reader.get(f"/messages/{letter.id}/html")
    policy = body.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox ")
    assert "allow-scripts" not in policy
    assert "default-src 'none'" in policy


def test_attachments_and_the_message_itself_are_downloads(kept, reader):
    [letter] = kept.letters
    file = reader.get(f"/messages/{letter.id}/attachments/0")
    assert file.data == b"%PDF"
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert reader.get(f"/messages/{letter.id}/attachments/1").status_code == 404
    assert b"Delivered-To" in reader.get(f"/messages/{letter.id}.eml").data


def test_the_page_answers_to_its_own_names_only(reader):
    assert reader.get("/", headers={"Host": "attacker.example"}).status_code == 400
    assert reader.get("/messages/../../secret_key").status_code == 404
