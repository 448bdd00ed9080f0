"""Complaints 1, 3, 6, 8, 9, 12 of those who use such systems: when somebody hears, and of what."""

from threading import Barrier, Thread

from bpo.gateways.mail import MemoryMail
from tests.factories import debts
from tests.journeys.telling import at, day


def test_complaint_01_the_same_reminder_sent_twice_because_a_clock_ran_twice(tale, town):
    for name in ("Davi Lima", "Eva Dias", "Fábio Reis"):
        tale.owes(tale.debtor(name), f"N-{name[0]}", "11-10")
    tuesday = day("11-17")
    tale.known(tuesday)
    posts, start = [MemoryMail(), MemoryMail()], Barrier(2)

    def clock_and_worker(mail):
        with town.app_context():
            start.wait()
            tale.plan(tuesday)
            tale.send(at(tuesday), mail)

    threads = [Thread(target=clock_and_worker, args=(mail,)) for mail in posts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    arrived = [sent.recipient for mail in posts for sent in mail.sent]
    assert sorted(arrived) == ["davi@example.org", "eva@example.org", "fábio@example.org"]
    for _ in range(3):
        assert tale.morning(tuesday) == []
    assert tale.steps() == ["11-17 d+5"] * 3


def test_complaint_03_a_missed_day_loses_the_reminder_for_ever(tale):
    davi = tale.debtor()
    tale.owes(davi, "1001", "11-10")
    told = tale.live("11-10", "11-12")
    # The server is off from the 13th on; on the 16th and the 23rd two steps would have gone.
    told |= tale.live("11-24", "12-03")

    assert tale.steps(davi) == ["11-10 d0", "11-24 d+5", "11-30 d+10"]
    assert [len(mails) for mails in told.values()] == [1, 1, 1]
    assert tale.states() == [("sent", None)] * 3


def test_complaint_06_one_mail_per_invoice_instead_of_one_per_debtor(tale):
    davi, eva = tale.debtor(), tale.debtor("Eva Dias")
    for number, due in (("1001", "10-20"), ("1002", "11-03"), ("1003", "11-16")):
        tale.owes(davi, number, due)
    tale.owes(eva, "2001", "11-11")

    mails = {mail.to: mail.words for mail in tale.morning("11-17")}

    assert len(tale.mail.sent) == len(mails) == 2
    assert all(number in mails["davi@example.org"] for number in ("1001", "1002", "1003"))
    assert "R$ 307,43" in mails["davi@example.org"], "what all three ask for today, added up"
    assert "1001" not in mails["eva@example.org"]
    assert tale.live("11-18", "11-20") == {}, "nor do the others come one by one"


def test_complaint_08_a_stage_skipped_or_a_friendlier_one_when_the_oldest_is_paid(tale):
    davi = tale.debtor()
    oldest = tale.owes(davi, "1001", "11-03")
    tale.owes(davi, "1002", "11-16")
    for one in ("11-09", "11-16"):
        tale.morning(one)
    assert tale.steps(davi) == ["11-09 d+5", "11-16 d+10"]
    debts.paid(tale.session, oldest, 100_00, day("11-17"))

    days = ("11-18", "11-19", "11-23", "11-30", "12-01", "12-07")
    told = [mail.subject.split()[0] for one in days for mail in tale.morning(one)]

    # Thanks for what was paid. 1002 asks for the next in turn, a call, once it is old enough.
    assert told == ["Obrigado,", "Uma"]
    later = [f"{t.planned_on:%m-%d} {t.step_key}" for t in tale.touches(davi)][2:]
    assert later == ["11-18 thanks", "12-01 d+15", "12-07 d+20"]


def test_complaint_09_a_partial_payment_makes_the_rest_vanish_from_the_reminders(tale):
    davi = tale.debtor()
    title = tale.owes(davi, "1001", "11-10", 1_000_00)
    tale.morning("11-16")
    debts.paid(tale.session, title, 400_00, day("11-17"))

    told = tale.live("11-18", "11-23")

    thanks, reminder = (mails[0] for mails in told.values())
    assert "R$ 400,00" in thanks.words
    assert "R$ 600,00" in thanks.words
    # 600,00 left + 2% once + interest of 1000,00 for 7 days and of 600,00 for 6.
    assert "R$ 623,53" in reminder.words
    assert tale.steps(davi)[-1] == "11-23 d+10"


def test_complaint_12_due_date_or_send_hour_off_by_one_through_utc(tale):
    """Rio Branco is five hours behind UTC, São Paulo three: late evening there is tomorrow here."""
    acre = tale.debtor("Alice Neri", state="AC")
    tale.owes(acre, "A1", "11-17")
    tale.owes(tale.debtor(), "D1", "11-17")
    tuesday = day("11-17")
    tale.known(tuesday)
    tale.plan(tuesday)
    assert tale.send(at(tuesday, 11)).states == {}, "eight in the morning in São Paulo"
    assert tale.send(at(tuesday, 12)).states == {"sent": 1}, "nine there, seven in Acre"
    assert tale.send(at(tuesday, 13)).states == {}
    assert tale.send(at(tuesday, 14)).states == {"sent": 1}, "nine in Acre"

    words = [mail.words for mail in tale.read()]
    assert ["vence em 17/11/2026" in one for one in words] == [True, True]
    assert all("multa" not in one for one in words)
    late = debts.receivable(tale.session, tale.debtor("Gil Paz"), "G1", due=day("11-18"))
    # 23:30 on the 18th in São Paulo is the 19th in UTC: it is still the day to pay.
    assert tale.plan(day("11-18"), hour=9) == 1
    tale.known(day("11-18"))
    assert tale.send(at(day("11-19"), 2)).states == {}
    (waiting,) = [t for t in tale.touches() if t.state == "planned"]
    assert (tale.moves()[-1], waiting.total_cents) == ("outside_hours", late.amount_cents)
    tale.known(day("11-19"))
    assert tale.send(at(day("11-19"), 12)).states == {}, "`due today` is not said the day after"
