"""The portfolio by mail: each reader's own day and reach, once a slot, never lost, never twice."""

import re
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import select, text

from bpo.db import acting_as
from bpo.domain.reminders.deliveries import CLAIM_LASTS, MAX_TRIES
from bpo.gateways import client_rows
from bpo.gateways.mail import Outcome, Stage
from bpo.gateways.queue import MemoryQueue
from bpo.gateways.report_mail import Sender
from bpo.jobs import Job
from bpo.kernel import actor as actors
from bpo.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from bpo.models import AccessEntry, PortfolioDelivery
from bpo.queries.insight import portfolio_mails as stored
from bpo.services.insight import mail_rows, portfolio_deliveries, portfolio_schedules, ringing
from bpo.services.insight.report_deliveries import Post
from bpo.services.insight.ringing import Bell
from tests.factories import debts, people
from tests.web.filling import Filler

SUNDAY = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
MONDAY_EIGHT = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
MARTA, CARLA = "marta@example.com", "carla@example.com"


@pytest.fixture
def book(session, cast):
    """Sol is owed 380,00 late, Lua 70,00."""
    with acting_as(actors.system([cast.sol.id, cast.lua.id], name="tests")):
        late = debts.receivable(
            session,
            debts.debtor(session, cast.sol),
            "77",
            due=date(2026, 11, 3),
            cents=500_00,
        )
        debts.paid(session, late, 120_00, date(2026, 11, 23))
        carlos = debts.debtor(session, cast.lua)
        debts.receivable(session, carlos, "9", due=date(2026, 11, 3), cents=70_00)
    session.commit()


@pytest.fixture
def marta(session, cast):
    return people.actor(session, cast.marta)


@pytest.fixture
def carla(session, cast):
    return people.actor(session, cast.carla)


def send(mail, now=MONDAY_EIGHT):
    post = Post(mail, Sender("Ponte", "cobranca@ponte.example"), "https://ponte.example")
    return portfolio_deliveries.send(post=post, clock=lambda: now)


def rows(session):
    query = select(PortfolioDelivery).order_by(PortfolioDelivery.slot, PortfolioDelivery.id)
    return session.scalars(query.execution_options(populate_existing=True)).all()


def tick(now):
    queue = MemoryQueue()
    ringing.tick(Bell(), now=now, queue=queue)
    return [job for job, _ in queue.jobs if job is Job.SEND_PORTFOLIOS]


def parts(sent):
    message = message_from_bytes(sent.message, policy=policy.default)
    (file,) = message.iter_attachments()
    pages = PdfReader(BytesIO(file.get_content())).pages
    paper = " ".join(" ".join(page.extract_text() for page in pages).split())
    return message, message.get_body(("plain",)).get_content(), paper


class TestSchedule:
    def test_nobody_gets_it_unasked_and_a_day_once_chosen_is_one_row(self, session, cast, marta):
        assert tick(MONDAY_EIGHT) == []
        for _ in range(2):
            slot = portfolio_schedules.choose(marta, 0, 8, now=SUNDAY)
            assert slot == MONDAY_EIGHT
        assert [row.slot for row in rows(session)] == [MONDAY_EIGHT]
        assert tick(MONDAY_EIGHT - timedelta(minutes=1)) == []
        assert tick(MONDAY_EIGHT) == [Job.SEND_PORTFOLIOS]

    def test_an_edit_moves_what_is_ahead_and_loses_nothing_that_is_late(self, session, marta):
        portfolio_schedules.choose(marta, 0, 8, now=SUNDAY)
        tuesday = portfolio_schedules.choose(marta, 1, 9, now=SUNDAY)
        assert [row.slot for row in rows(session)] == [tuesday]
        late = tuesday + timedelta(hours=1)
        assert portfolio_schedules.choose(marta, 4, 9, now=late) == tuesday
        assert tick(late) == [Job.SEND_PORTFOLIOS]

    def test_after_a_month_away_one_goes_out(self, session, cast, book, marta, mail):
        portfolio_schedules.choose(marta, 0, 8, now=SUNDAY)
        back = MONDAY_EIGHT + 4 * WEEK + timedelta(hours=3)
        assert tick(back) == [Job.SEND_PORTFOLIOS]
        assert send(mail, back)["sent"] == 1
        assert tick(back) == []
        assert [row.slot - MONDAY_EIGHT for row in rows(session)] == [4 * WEEK, 5 * WEEK]
        assert len(mail.sent) == 1

    def test_stopped_it_stays_away_until_a_day_is_chosen_again(self, session, marta):
        portfolio_schedules.choose(marta, 0, 8, now=SUNDAY)
        for _ in range(2):
            portfolio_schedules.stop(marta, now=SUNDAY)
        assert tick(MONDAY_EIGHT) == []
        assert rows(session) == []
        assert portfolio_schedules.choose(marta, 0, 8, now=MONDAY_EIGHT) == MONDAY_EIGHT + WEEK
        told = session.scalars(select(AccessEntry.action).order_by(AccessEntry.id)).all()
        assert told == ["portfolio_mail", "portfolio_mail_off", "portfolio_mail"]

    @pytest.mark.parametrize(("weekday", "hour", "field"), [(7, 8, "weekday"), (0, 24, "hour")])
    def test_a_day_or_hour_that_is_none_is_refused(self, marta, weekday, hour, field):
        with pytest.raises(BadInput) as refused:
            portfolio_schedules.choose(marta, weekday, hour, now=SUNDAY)
        assert refused.value.field == field

    def test_a_client_may_not_have_it(self, session, cast):
        with pytest.raises(Forbidden):
            portfolio_schedules.choose(people.actor(session, cast.bruno), 0, 8, now=SUNDAY)


class TestSending:
    def test_each_reader_gets_the_companies_they_reach_and_no_other(
        self, session, cast, book, marta, carla, mail
    ):
        for reader in (marta, carla):
            portfolio_schedules.choose(reader, 0, 8, now=SUNDAY)
        assert send(mail)["sent"] == 2
        told = {sent.recipient: parts(sent) for sent in mail.sent}
        message, words, paper = told[MARTA]
        assert message["Subject"] == "Carteira em 23/11/2026"
        (file,) = message.iter_attachments()
        assert file.get_filename() == "carteira-2026-11-23-ponte.pdf"
        for figure in ("450,00", "120,00"):
            assert figure in words
        assert "450,00" in paper
        assert cast.sol.name in paper
        assert cast.lua.name in paper
        assert "https://ponte.example/office/portfolio" in words
        html = message.get_body(("html",)).get_content()
        assert not re.search(r"></span>\s*<span[^>]*>·|^\s*·", html + words, re.MULTILINE)
        _, words, paper = told[CARLA]
        assert cast.sol.name not in paper + words
        assert "70,00" in paper
        assert [(row.state, row.clients) for row in rows(session)] == [("sent", 2), ("sent", 1)]

    def test_a_failure_is_tried_again_and_the_other_reader_gets_theirs(
        self, session, book, marta, carla, mail
    ):
        for reader in (marta, carla):
            portfolio_schedules.choose(reader, 0, 8, now=SUNDAY)
        mail.outcomes[MARTA] = Outcome(Stage.RCPT, 451, "later")
        assert send(mail) == {"uncertain": 0, "failed": 1, "sent": 1}
        first, _ = rows(session)
        assert (first.state, first.answer) == ("failed", "451 later")
        assert tick(MONDAY_EIGHT) == []
        del mail.outcomes[MARTA]
        again = first.retry_at
        assert tick(again) == [Job.SEND_PORTFOLIOS]
        assert send(mail, again)["sent"] == 1
        assert send(mail, again + timedelta(hours=9))["sent"] == 0
        assert [sent.recipient for sent in mail.sent] == [CARLA, MARTA]

    def test_what_cannot_be_drawn_is_tried_five_times_and_left_to_a_person(
        self, session, book, marta, carla, mail, monkeypatch
    ):
        portfolio_schedules.choose(marta, 0, 8, now=SUNDAY)
        now, queue = MONDAY_EIGHT, MemoryQueue()
        with monkeypatch.context() as broken:
            broken.setattr(client_rows, "document", lambda *_: 1 / 0)
            for _ in range(MAX_TRIES):
                assert send(mail, now)["failed"] == 1
                now += timedelta(hours=5)
            assert send(mail, now)["failed"] == 0
        (row,) = rows(session)
        assert (row.state, row.attempts, row.retry_at) == ("failed", MAX_TRIES, None)
        with pytest.raises(NotFound):
            portfolio_deliveries.resend(carla, row.id, now=now, queue=queue)
        row.user_id = carla.user_id
        session.commit()
        portfolio_deliveries.resend(marta, row.id, now=now, queue=queue)
        entry = session.scalars(
            select(AccessEntry).where(AccessEntry.action == "portfolio_mail_again")
        ).one()
        assert (entry.user_id, entry.detail["by_id"]) == (carla.user_id, marta.user_id)
        row.user_id = marta.user_id
        session.commit()
        assert queue.jobs == [(Job.SEND_PORTFOLIOS, ())]
        assert send(mail, now)["sent"] == 1
        with pytest.raises(Conflict):
            portfolio_deliveries.resend(marta, row.id, now=now, queue=queue)

    def test_a_worker_that_died_may_have_sent_it_and_no_machine_sends_it_again(
        self, session, book, marta, mail
    ):
        portfolio_schedules.choose(marta, 0, 8, now=SUNDAY)
        (row,) = rows(session)
        row.state, row.claimed_at, row.recipient, row.attempts = "sending", MONDAY_EIGHT, MARTA, 1
        session.commit()
        later = MONDAY_EIGHT + CLAIM_LASTS + timedelta(minutes=1)
        assert tick(later) == [Job.SEND_PORTFOLIOS]
        assert send(mail, later)["uncertain"] == 1
        assert mail.sent == []
        assert rows(session)[0].state == "uncertain"
        assert tick(later) == []

    @pytest.mark.parametrize("ends", [SystemExit, ConnectionError])
    def test_what_fails_before_it_is_handed_over_has_not_left_and_is_tried_again(
        self, session, book, marta, mail, monkeypatch, ends
    ):
        """A worker that dies while it draws, or a database that fails twice in a row."""
        portfolio_schedules.choose(marta, 0, 8, now=SUNDAY)

        def fail(*_words, **_more):
            raise ends

        with monkeypatch.context() as broken:
            broken.setattr(client_rows, "document", fail)
            broken.setattr(mail_rows, "settled", fail)
            with pytest.raises(ends):
                send(mail)
        (row, *_) = rows(session)
        assert (row.state, row.claimed_at, row.attempts) == ("planned", None, 1)
        assert tick(MONDAY_EIGHT) == []
        assert send(mail, row.retry_at) == {"uncertain": 0, "sent": 1}
        assert [(one.state, one.attempts) for one in rows(session)[:1]] == [("sent", 2)]

    def test_five_tries_that_were_all_cut_short_are_left_to_a_person(
        self, session, book, marta, mail, monkeypatch
    ):
        portfolio_deliveries.request(marta, now=SUNDAY, queue=MemoryQueue())
        now = SUNDAY

        def die(*_words):
            raise SystemExit

        with monkeypatch.context() as broken:
            broken.setattr(client_rows, "document", die)
            for _ in range(MAX_TRIES):
                with pytest.raises(SystemExit):
                    send(mail, now)
                now += CLAIM_LASTS
        assert tick(now) == [Job.SEND_PORTFOLIOS]
        assert send(mail, now) == {"uncertain": 0}
        (row,) = rows(session)
        assert (row.state, row.answer) == ("failed", "every try was cut short")
        assert tick(now) == []
        assert mail.sent == []

    def test_a_person_says_that_an_uncertain_one_arrived(self, session, book, marta, carla, mail):
        portfolio_deliveries.request(marta, now=SUNDAY, queue=MemoryQueue())
        (row,) = rows(session)
        with pytest.raises(Conflict):
            portfolio_deliveries.confirm(marta, row.id, now=SUNDAY)
        mail.outcomes[MARTA] = Outcome(Stage.BODY, uncertain=True)
        assert send(mail)["uncertain"] == 1
        (row,) = rows(session)
        with pytest.raises(NotFound):
            portfolio_deliveries.confirm(carla, row.id, now=MONDAY_EIGHT)
        portfolio_deliveries.confirm(marta, row.id, now=MONDAY_EIGHT)
        assert rows(session)[0].state == "sent"
        told = session.scalars(select(AccessEntry).order_by(AccessEntry.id)).all()[-1]
        assert (told.action, told.detail["by_id"]) == ("portfolio_mail_arrived", marta.user_id)
        with pytest.raises(Conflict):
            portfolio_deliveries.confirm(marta, row.id, now=MONDAY_EIGHT)
        assert send(mail, MONDAY_EIGHT + WEEK)["sent"] == 0

    def test_who_lost_access_meanwhile_gets_nothing(self, session, cast, book, marta, mail):
        portfolio_schedules.choose(marta, 0, 8, now=SUNDAY)
        cast.marta.active = False
        session.commit()
        assert send(mail)["sent"] == 0
        assert mail.sent == []
        assert rows(session)[0].state == "cancelled"
        assert stored.running(session) == []

    def test_the_rows_tell_nothing_of_a_company(self, session, cast, book, marta, mail):
        portfolio_schedules.choose(marta, 0, 8, now=SUNDAY)
        send(mail)
        kept = session.scalars(
            text("SELECT row_to_json(d)::text FROM portfolio_deliveries d")
        ).all()
        for company in (cast.sol, cast.lua):
            assert not any(company.name in row or company.slug in row for row in kept)


def test_marta_chooses_a_day_on_the_screen_and_gets_one_now(client, session, cast, book, queue):
    marta = Filler(people.sign_in(client, cast.marta))
    page = "/office/portfolio"
    assert "Você não a recebe" in marta.open(page)
    marta.send(page, {"weekday": "2", "hour": "7"}, f"{page}/mail")
    row = stored.schedule(session, cast.marta.id)
    assert (row.weekday, row.hour, row.paused) == (2, 7, False)
    assert "Quarta-feira" in marta.open(page) or "quarta-feira" in marta.open(page)
    marta.send(page, {}, f"{page}/mail/now")
    assert queue.jobs[-1] == (Job.SEND_PORTFOLIOS, ())
    assert "pedida" in marta.open(page)
    (asked,) = [one for one in rows(session) if not one.scheduled]
    asked.state, asked.recipient, asked.answer = "uncertain", MARTA, "no final answer"
    session.commit()
    assert "sem resposta final" in marta.open(page)
    marta.send(page, {}, f"{page}/mail/{asked.id}/arrived")
    assert "Anotado: chegou." in marta.open(page)
    assert rows(session)[0].state == "sent"
    marta.send(page, {}, f"{page}/mail/stop")
    assert "Você não a recebe" in marta.open(page)
