"""Reading a mailbox of a server that may misbehave, and telling apart what lies in it."""

import time
from datetime import UTC, datetime

import pytest

from bpo.gateways import incoming_mail, mailbox
from bpo.gateways.channels.callbacks import Fact
from bpo.gateways.mailbox import Box, Position
from bpo.kernel.errors import Unavailable
from tests.gateways.scripted_imap import ScriptedImap

REPLY = b"""From: =?utf-8?q?Ana_L=C3=BAcia?= <Ana@Cliente.example>
To: cobranca@sol.example
Subject: Re: Fatura 1001
Date: Tue, 24 Nov 2026 10:15:00 -0300
Message-ID: <r1@cliente.example>
In-Reply-To: <touch.3.77@sol.example>
References: <x@y> <touch.3.77@sol.example>
Content-Type: text/plain; charset=utf-8

Pago sexta.

Em ter., 24 de nov. de 2026, Padaria Sol escreveu:
> antes
"""
BOUNCE = b"""From: MAILER-DAEMON@mx.example
Subject: Undelivered Mail
Date: Tue, 24 Nov 2026 12:00:00 +0000
Message-ID: <b1@mx.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="x"

--x
Content-Type: text/plain

I am sorry.

--x
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; Davi@Example.org
Action: %b
Status: %b
Diagnostic-Code: smtp; 550 5.1.1 no such user

--x
Content-Type: text/rfc822-headers

Subject: Fatura
Message-ID: <touch.3.77@sol.example>

--x--
"""
COMPLAINT = b"""From: fbl@big.example
Message-ID: <c1@big.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="x"

--x
Content-Type: message/feedback-report

Feedback-Type: abuse
Original-Rcpt-To: <davi@example.org>

--x
Content-Type: message/rfc822

Message-ID: <touch.3.77@sol.example>
Subject: Fatura

ola
--x--
"""


def only(events):
    (event,) = events
    return event


def test_a_reply_is_told_by_what_it_answers():
    said = only(incoming_mail.read(REPLY, "7.1").messages)
    assert (said.key, said.sender, said.sender_name) == (
        "<r1@cliente.example>",
        "ana@cliente.example",
        "Ana Lúcia",
    )
    assert said.text == "Pago sexta."
    assert said.answers == ["<touch.3.77@sol.example>", "<x@y>"]
    assert said.at == datetime(2026, 11, 24, 13, 15, tzinfo=UTC)
    assert not said.automatic


@pytest.mark.parametrize(
    ("action", "status", "fact", "bad"),
    [
        (b"failed", b"5.1.1", Fact.BOUNCED, True),
        (b"failed", b"5.7.1", Fact.BOUNCED, False),
        (b"failed", b"4.4.7", Fact.BOUNCED, False),
        (b"delayed", b"4.4.1", Fact.DELAYED, False),
        (b"delivered", b"2.0.0", Fact.DELIVERED, False),
    ],
)
def test_a_delivery_report(action, status, fact, bad):
    event = only(incoming_mail.read(BOUNCE % (action, status), "7.1").events)
    assert (event.fact, event.bad_address) == (fact, bad)
    assert (event.recipient, event.reference) == ("davi@example.org", "<touch.3.77@sol.example>")


def test_a_complaint_and_a_read_receipt():
    event = only(incoming_mail.read(COMPLAINT, "7.1").events)
    assert (event.fact, event.recipient) == (Fact.COMPLAINED, "davi@example.org")
    receipt = COMPLAINT.replace(b"feedback-report", b"disposition-notification").replace(
        b"Feedback-Type: abuse", b"Disposition: manual-action/MDN-sent-manually; displayed"
    )
    assert only(incoming_mail.read(receipt, "7.1").events).fact is Fact.OPENED


def test_a_postmaster_without_a_report_still_bounces():
    plain = b"From: Mail Delivery System <postmaster@old.example>\nMessage-ID: <p@old>\n\n"
    quoted = plain + b"Could not deliver.\n> Message-ID: <touch.3.77@sol.example>\n"
    event = only(incoming_mail.read(quoted, "7.1").events)
    assert (event.fact, event.reference) == (Fact.BOUNCED, "<touch.3.77@sol.example>")
    assert incoming_mail.read(plain + b"about something else", "7.1").events == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00nothing",
        b"From: \xe9 <\nSubject: =?x?\n\nx",
        b'Content-Type: multipart/report; report-type=delivery-status; boundary="q"\n\nno parts',
        b"Content-Type: text/plain; charset=klingon\n\nola",
        b"From: a@b.c\nContent-Type: text/html\n\n<p>Pago <b>sexta</b></p><blockquote>ja paguei",
    ],
)
def test_broken_mail_is_never_an_error(content):
    incoming_mail.read(content, "7.1")


def test_html_is_read_without_what_it_quotes():
    html = b"From: a@b.c\nContent-Type: text/html\n\n<p>Pago <b>sexta</b></p><blockquote>ja paguei"
    assert only(incoming_mail.read(html, "7.1").messages).text == "Pago sexta"


def box(server, **changes):
    given = {"password": "segredo", "security": "none"} | changes
    return Box("127.0.0.1", server.port, "cobranca", **given)


START = Position()


def read(server, since=START, most=10):
    return list(mailbox.unread(box(server), since, most=most, timeout=10))


def test_only_what_is_new_is_read_and_nothing_is_marked():
    with ScriptedImap({1: b"one", 2: b"two\r\nmore", 5: b"five"}) as server:
        letters = read(server, most=2)
        assert [(one.content, one.position.uid) for one in letters] == [
            (b"one", 1),
            (b"two\r\nmore", 2),
        ]
        rest = read(server, letters[-1].position)
        assert [one.content for one in rest] == [b"five"]
        assert read(server, rest[-1].position) == []
        assert len(read(server, Position(6, 5))) == 3
        assert not any("STORE" in said or "SELECT" in said for said in server.commands)


@pytest.mark.parametrize("trouble", [{"fail": "LOGIN"}, {"drop": "SEARCH"}, {"fail": "EXAMINE"}])
def test_a_server_in_trouble_is_told_in_its_words(trouble):
    with ScriptedImap({1: b"one"}, **trouble) as server, pytest.raises(Unavailable):
        read(server)


def test_a_message_too_large_is_passed_by(monkeypatch):
    monkeypatch.setattr(mailbox, "LARGEST_BYTES", 3)
    with ScriptedImap({1: b"longer", 2: b"ok"}) as server:
        assert [letter.content for letter in read(server)] == [b"", b"ok"]


@pytest.mark.parametrize(
    "content",
    [
        b"From: a@b.example\nSubject: " + b"=?utf-8?q?a?= " * 40_000,
        b"From: " + b"(" * 200_000,
        b"From: a@b.example\nContent-Type: text/html\n\n" + b"<" * 2_000_000,
        b"".join(
            b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(900)
        ),
        b"From: a@b.example\nDate: Tue, 24 Nov 99999999999999999999 12:00:00 +0000\n\nx",
        b"From: a@b.example\nDate: Mon, 01 Jan 0001 00:00:00 +1400\n\nx",
    ],
    ids=["words", "brackets", "marks", "parts", "far", "before"],
)
def test_a_letter_made_to_keep_us_busy_is_soon_done_with(content):
    began = time.process_time()
    told = incoming_mail.read(content, "7.1")
    assert all(one.at is None or one.at.year > 1990 for one in told.messages)
    assert time.process_time() - began < 2
