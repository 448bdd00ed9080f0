"""The mails that carry invitations and new passwords: sent once, or known not to be."""

import email
from datetime import timedelta
from email.policy import default

import pytest
from sqlalchemy import select

from bpo.gateways.mail import MemoryMail, Outcome, Stage
from bpo.gateways.queue import MemoryQueue
from bpo.gateways.signing import Signer
from bpo.jobs import Job
from bpo.kernel.actor import Role
from bpo.models import AccessEntry, SignedLink
from bpo.services.people import account_mails, staff
from bpo.services.people.account_mails import Postman
from tests.factories import people
from tests.factories.people import NOW

SIGNER = Signer("a secret of the tests that is long enough")


@pytest.fixture
def mail():
    return MemoryMail()


@pytest.fixture
def postman(mail):
    return Postman(mail, SIGNER, "BPO Luz", "cobranca@bpo.example", "https://bpo.example")


@pytest.fixture
def marta(session):
    return people.actor(session, people.user(session, "Marta", Role.ADMIN))


@pytest.fixture
def link_id(session, marta):
    queue = MemoryQueue()
    staff.invite(marta, "dora@example.com", "Dora", Role.ANALYST, [], now=NOW, queue=queue)
    return queue.jobs[0][1][0]


def state(session, link_id):
    return session.get(SignedLink, link_id, populate_existing=True).mail_state


def text_of(message, kind):
    parsed = email.message_from_bytes(message, policy=default)
    return parsed, parsed.get_body((kind,)).get_content()


def test_an_invitation_arrives_in_portuguese_with_its_link_in_both_parts(
    session, link_id, mail, postman
):
    outcome = account_mails.send(link_id, postman=postman, now=NOW)
    (sent,) = mail.sent
    parsed, html = text_of(sent.message, "html")
    _, plain = text_of(sent.message, "plain")
    url = f"https://bpo.example/invitation/{SIGNER.token(link_id, 'invite')}"
    assert outcome.accepted
    assert (sent.envelope_from, sent.recipient) == ("cobranca@bpo.example", "dora@example.com")
    assert parsed["To"].addresses[0].display_name == "Dora"
    assert str(parsed["From"]) == "BPO Luz <cobranca@bpo.example>"
    assert parsed["Subject"] == "Seu acesso ao sistema de recebíveis"
    assert url in html
    assert url in plain
    assert "Marta" in plain
    assert "<style" not in html.partition("<body")[2]
    assert state(session, link_id) == "sent"


def test_a_reset_is_written_in_the_language_of_its_reader(session, marta, mail, postman):
    ana = people.user(session, "Ana", Role.ANALYST, locale="en")
    again = staff.invite_again(marta, ana.id, now=NOW, queue=MemoryQueue())
    account_mails.send(again.link_id, postman=postman, now=NOW)
    parsed, plain = text_of(mail.sent[0].message, "plain")
    assert parsed["Subject"] == "A new password for your account"
    assert f"/reset/{SIGNER.token(again.link_id, 'reset')}" in plain


def test_a_mail_goes_out_once_however_often_its_job_runs(session, link_id, mail, postman):
    account_mails.send(link_id, postman=postman, now=NOW)
    assert account_mails.send(link_id, postman=postman, now=NOW) is None
    assert len(mail.sent) == 1


def test_a_link_that_was_replaced_is_not_mailed(session, marta, link_id, mail, postman):
    user_id = session.get(SignedLink, link_id).subject_id
    staff.invite_again(marta, user_id, now=NOW, queue=MemoryQueue())
    assert account_mails.send(link_id, postman=postman, now=NOW) is None
    assert mail.sent == []


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Outcome(Stage.CONNECT, None, "away"), "failed"),
        (Outcome(Stage.RCPT, 452, "full"), "failed"),
        (Outcome(Stage.RCPT, 550, "unknown", permanent=True), "refused"),
        (Outcome(Stage.BODY, None, "broken", uncertain=True), "uncertain"),
    ],
)
def test_each_end_is_named_and_recorded(session, link_id, mail, postman, outcome, expected):
    mail.outcomes["dora@example.com"] = outcome
    account_mails.send(link_id, postman=postman, now=NOW)
    entry = session.scalars(select(AccessEntry).order_by(AccessEntry.id.desc())).first()
    assert state(session, link_id) == expected
    assert (entry.action, entry.detail["stage"]) == (f"mail_{expected}", outcome.stage.value)


def swept(now):
    queue = MemoryQueue()
    account_mails.sweep(now=now, queue=queue)
    return [args[0] for job, args in queue.jobs if job is Job.SEND_ACCOUNT_MAIL]


def test_a_server_that_is_down_is_tried_again_ever_less_often_and_then_given_up(
    session, link_id, mail, postman
):
    mail.outcomes["dora@example.com"] = Outcome(Stage.CONNECT, None, "away")
    now, tries = NOW, 0
    while swept(now) and tries < 20:
        account_mails.send(link_id, postman=postman, now=now)
        assert swept(now) == []
        now, tries = now + timedelta(hours=1), tries + 1
    assert (tries, state(session, link_id)) == (5, "failed")


def test_a_lost_notification_is_rung_again(session, link_id):
    assert swept(NOW) == [link_id]


def test_a_worker_that_died_while_sending_leaves_an_uncertain_mail(session, link_id, mail, postman):
    session.get(SignedLink, link_id).mail_state = "sending"
    session.get(SignedLink, link_id).mail_at = NOW
    session.commit()
    assert swept(NOW + timedelta(minutes=6)) == []
    assert state(session, link_id) == "uncertain"
    assert account_mails.send(link_id, postman=postman, now=NOW) is None
