"""Complaints 4, 5, 7, 11, 17 of those who use such systems: who is left in peace, on every path."""

import re

import pytest
from sqlalchemy import update

from bpo.db import unit_of_work
from bpo.domain.desk.inbox import Kind, Ref
from bpo.domain.people.debtors import Channel
from bpo.domain.reminders.holds import HoldReason
from bpo.formats import ofx
from bpo.gateways.mail import MemoryMail, Smtp
from bpo.gateways.queue import MemoryQueue
from bpo.kernel.errors import Conflict
from bpo.models import Contact
from bpo.services.cash import bank_lines, payments
from bpo.services.desk import promises, tasks
from bpo.services.reminders import holds, opt_outs, postal
from bpo.services.reminders.letters import Desk
from tests.factories import waiting
from tests.formats.test_ofx import movement, statement
from tests.gateways.scripted_smtp import ScriptedServer
from tests.journeys.telling import DESK, SIGNER, at, day

MONDAY, TUESDAY = day("11-16"), day("11-17")
PAPER = Desk(SIGNER, DESK.base_url, DESK.mail_sender, post=True)


def pause(tale, who, on, **more):
    return holds.place(tale.ana, tale.place.id, who.id, HoldReason.MANUAL, now=at(on, 14), **more)


def letter(tale, title):
    """A letter on paper that is due."""
    columns = {"day": TUESDAY, "channel": "letter", "template_key": "notice", "step": "paper"}
    return waiting.touch(tale.session, title, "planned", **columns)


def printed(tale):
    return postal.print_due(tale.ana, tale.place.id, desk=PAPER, now=at(TUESDAY)).letters


@pytest.fixture
def refused(tale):
    """Davi's reminder of Monday could not be delivered: it is work for Ana, as is Eva's."""
    titles = [tale.owes(tale.debtor(name), name[0], "11-10") for name in ("Davi Lima", "Eva Dias")]
    turned = lambda verb, count: "550 no such user" if verb == "RCPT" else None  # noqa: E731
    with ScriptedServer(turned) as server:
        tale.morning(MONDAY, Smtp(server.url))
    assert tale.states() == [("refused", "550 no such user")] * 2
    tale.session.execute(update(Contact).values(status="valid"))
    tale.session.commit()
    return titles


def by_hand(tale, touches):
    """Ana lets each go again: one from its own page, the others together from her inbox."""
    one, *others = touches
    queue = MemoryQueue()
    tasks.try_again(tale.ana, tale.place.id, one.id, now=at(TUESDAY, 14), queue=queue)
    rows = {task.touch_id: task.id for task in tale.work()}
    refs = [Ref(tale.place.id, Kind.REFUSED, rows[other.id]) for other in others]
    tasks.send_again(tale.ana, refs, now=at(TUESDAY, 14), queue=queue)


def test_complaint_04_manual_and_bulk_sends_ignore_the_pause(tale, refused):
    davi, eva = (title.debtor_id for title in refused)
    for title in refused:
        letter(tale, title)
    place = tale.place.id
    for who in (davi, eva):
        holds.place(tale.ana, place, who, HoldReason.MANUAL, now=at(TUESDAY, 13))

    by_hand(tale, [t for t in tale.touches() if t.channel == "email"])
    with pytest.raises(Conflict):
        printed(tale)
    assert tale.morning(TUESDAY) == []
    assert {(t.state, t.state_reason) for t in tale.touches()} == {("cancelled", "hold")}


def test_complaint_04_cannot_pause_one_debtor_or_one_invoice(tale):
    davi, eva = tale.debtor(), tale.debtor("Eva Dias")
    first, second = tale.owes(davi, "1001", "11-09"), tale.owes(davi, "1002", "11-10")
    tale.owes(eva, "2001", "11-10")
    pause(tale, davi, MONDAY, receivable_id=first.id)
    whole = pause(tale, eva, MONDAY, until=day("11-18"))

    (mail,) = tale.morning(MONDAY)
    assert (mail.to, "1002" in mail.words, "1001" in mail.words) == (
        "davi@example.org",
        True,
        False,
    )
    assert [touch.total_cents for touch in tale.touches()] == [100_00], "planned for 1002 alone"
    assert "hold" in tale.skipped(eva, "11-16")
    pause(tale, davi, TUESDAY, receivable_id=second.id)
    assert tale.live("11-17", "11-18") == {}
    # The pause had an end: on the next day Eva hears what waited, once.
    assert [mail.to for mail in tale.morning("11-19")] == ["eva@example.org"]
    assert whole.until == day("11-18")


def test_complaint_05_a_promise_does_not_pause_and_a_broken_one_does_not_resume(tale):
    davi = tale.debtor()
    tale.owes(davi, "1001", "11-10", 300_00)
    tale.morning(MONDAY)
    friday = day("11-27")
    promises.make(tale.ana, tale.place.id, davi.id, 300_00, friday, now=at(TUESDAY))

    assert tale.live("11-23", "11-24") == {}, "the step of the 23rd waits"
    assert tale.skipped(davi, "11-23") == ["promise"]
    assert tale.morning(friday) == []
    # A business day is left to the bank; then it is broken, which is work for Ana.
    for on in (friday, day("11-30"), day("12-01")):
        promises.settle_due(tale.program, tale.place.id, on, now=at(on, 8))
    assert tale.tasks() == ["promise_broken"]
    assert [mail.to for mail in tale.morning("12-01")] == ["davi@example.org"]
    assert tale.steps(davi) == ["11-16 d+5", "12-01 d+10"], "it resumes where it stopped"


def test_complaint_07_a_reminder_after_the_payment(tale):
    davi, eva = tale.debtor(), tale.debtor("Eva Dias")
    for number, who in (("1001", davi), ("2001", eva)):
        tale.owes(who, number, "11-10")
    tale.known(MONDAY)
    assert tale.plan(MONDAY) == 2
    now = at(MONDAY, 14)
    payments.record(tale.ana, tale.place.id, davi.id, 102_20, MONDAY, now=now)

    tale.send(at(MONDAY))
    assert [mail.to for mail in tale.read()] == ["eva@example.org"]
    assert tale.states() == [("cancelled", "paid"), ("sent", None)]
    told = tale.live("11-17", "11-24")
    assert [mail.subject.split()[0] for mails in told.values() for mail in mails] == [
        "Obrigado,",
        "Podemos",
    ]


def test_complaint_07_a_reminder_the_day_after_the_first_invoice(tale):
    """Davi's last notice would fall on Friday; Eva was late before her invoice was written."""
    thursday = day("11-05")
    tale.owes(tale.debtor(), "1001", "11-09", issue=thursday)
    tale.owes(tale.debtor("Eva Dias"), "2001", "10-30", issue=thursday)
    assert [mail.to for mail in tale.morning(thursday)] == ["davi@example.org"]
    assert tale.steps() == ["11-05 issue"]
    assert tale.morning("11-06") == []
    assert [mail.to for mail in tale.morning("11-09")] == ["davi@example.org"]
    assert [mail.to for mail in tale.morning("11-10")] == ["eva@example.org"]
    assert tale.steps()[1:] == ["11-09 d0", "11-10 d+5"], "her days count from the invoice"


def test_complaint_07_a_reminder_while_a_payment_is_being_matched(tale):
    davi = tale.debtor("Davi Lima Souza")
    tale.owes(davi, "1001", "11-10", 480_00)
    tale.owes(tale.debtor("Eva Dias"), "2001", "11-10")
    credit = movement("470,00", "PIX RECEBIDO DAVI LIMA SOUZA", "20261113")
    with unit_of_work(tale.ana) as session:
        told = ofx.read(statement(credit))
        bank_lines.take_statement(
            session, tale.ana, tale.place.id, told, None, today=MONDAY, now=at(MONDAY, 8)
        )

    assert [mail.to for mail in tale.morning(MONDAY)] == ["eva@example.org"]
    assert "payment_seen" in tale.skipped(davi, "11-16")


def test_complaint_11_the_contact_of_the_invoice_is_ignored(tale):
    davi = tale.debtor(email="davi.pessoal@example.org")
    place = {"workspace_id": tale.place.id, "debtor_id": davi.id, "channel": "email"}
    session = tale.session
    session.execute(update(Contact).where(Contact.debtor_id == davi.id).values(purpose="owner"))
    session.add(Contact(**place, address="contas@example.org", purpose="billing", position=7))
    session.commit()
    tale.owes(davi, "1001", "11-10")
    (mail,) = tale.morning(MONDAY)
    assert mail.to == "contas@example.org"


def test_complaint_11_another_address_comes_first_in_the_last_moment(tale):
    """Ana puts it first between the reading of a batch and the claim of its second message."""
    davi, eva = tale.debtor(), tale.debtor("Eva Dias")
    place = {"workspace_id": tale.place.id, "debtor_id": eva.id, "channel": "email"}
    tale.session.add(Contact(**place, address="contas@example.org", position=1))
    tale.session.commit()
    for number, who in (("1001", davi), ("2001", eva)):
        tale.owes(who, number, "11-10")
    tale.known(MONDAY)
    tale.plan(MONDAY)
    first = update(Contact).where(Contact.address == "contas@example.org").values(position=-1)

    class Meanwhile(MemoryMail):
        def send(self, *envelope):
            if not self.sent:
                with tale.elsewhere() as connection:
                    connection.execute(first)
            return super().send(*envelope)

    mail = Meanwhile()
    assert tale.send(at(MONDAY), mail).changed == 1
    tale.send(at(MONDAY), mail)
    assert [sent.recipient for sent in mail.sent] == ["davi@example.org", "contas@example.org"]


def test_complaint_17_an_opt_out_respected_on_one_path_only(tale, refused):
    davi, eva = (title.debtor_id for title in refused)
    place, now = tale.place.id, at(TUESDAY, 13)
    for who, name in ((davi, "davi"), (eva, "eva")):
        opt_outs.add(
            tale.ana,
            place,
            who,
            Channel.EMAIL,
            f"{name}@example.org",
            source="analyst",
            now=now,
        )
    by_hand(tale, tale.touches())
    assert tale.morning(TUESDAY) == []
    assert tale.states() == [("cancelled", "opt_out")] * 2
    with pytest.raises(Conflict):
        tasks.mend(tale.ana, place, davi, "davi@example.org", now=now, queue=MemoryQueue())
    assert tale.live("11-23", "11-24") == {}


def test_complaint_17_a_click_on_the_link_of_the_last_mail_stops_what_is_planned(tale):
    davi = tale.debtor()
    tale.owes(davi, "1001", "11-10")
    (mail,) = tale.morning(MONDAY)
    tale.known(day("11-23"))
    tale.plan(day("11-23"))
    token = re.search(r"/u/([\w.-]+)", mail.words)[1]
    opt_outs.stop(token, signer=SIGNER, address=None, now=at(day("11-23"), 14))
    tale.send(at(day("11-23")))
    assert tale.states() == [("sent", None), ("cancelled", "opt_out")]
    assert len(tale.mail.sent) == 1
