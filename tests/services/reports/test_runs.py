"""The weekly report: scheduled once, made once, sent to whoever may read it, never lost."""

from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import select, update

from bpo.analytics import snapshot
from bpo.db import acting_as
from bpo.domain.insight.report_schedule import MAX_TRIES
from bpo.gateways.mail import Outcome, Stage
from bpo.gateways.report_mail import Sender
from bpo.jobs import Job
from bpo.kernel.actor import Role
from bpo.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from bpo.models import AuditEntry, Membership, ReportDelivery, ReportRun, Task
from bpo.queries.insight import reports as stored
from bpo.services.insight import report_deliveries, report_schedules, reports
from bpo.services.insight.report_deliveries import Post
from tests.factories import debts, people

MONDAY = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
FRIDAY_FIVE = datetime(2026, 11, 27, 20, 0, tzinfo=UTC)
WEEK = timedelta(days=7)


def post(mail):
    return Post(mail, Sender("Ponte", "cobranca@ponte.example"), "https://ponte.example")


def built(here, clock, cast, jobs, now=FRIDAY_FIVE) -> ReportRun:
    """The weekly run of the Friday, made."""
    report_schedules.keep(clock, cast.sol.id, now=MONDAY)
    run = stored.upcoming(here, cast.sol.id)
    assert reports.build(clock, cast.sol.id, run.id, bpo_name="Ponte", now=now, queue=jobs)
    return here.get_one(ReportRun, (cast.sol.id, run.id), populate_existing=True)


def send(clock, cast, mail, jobs, now=FRIDAY_FIVE):
    return report_deliveries.send(
        clock, cast.sol.id, post=post(mail), queue=jobs, clock=lambda: now
    )


def only_delivery(here) -> ReportDelivery:
    return here.scalars(select(ReportDelivery).execution_options(populate_existing=True)).one()


class TestSchedule:
    def test_one_next_run_however_often_the_clock_ticks(self, here, clock, cast):
        for _ in range(3):
            assert report_schedules.keep(clock, cast.sol.id, now=MONDAY) == FRIDAY_FIVE
        (run,) = here.scalars(select(ReportRun)).all()
        assert (run.slot, run.period, run.as_of) == (FRIDAY_FIVE, "2026-W48", date(2026, 11, 26))
        assert stored.to_build(here, FRIDAY_FIVE - timedelta(minutes=1)) == []
        assert stored.to_build(here, FRIDAY_FIVE) == [(cast.sol.id, run.id)]

    def test_after_a_month_away_the_latest_missed_week_alone_is_made_up_for(
        self, here, clock, cast
    ):
        report_schedules.keep(clock, cast.sol.id, now=MONDAY)
        back = FRIDAY_FIVE + 3 * WEEK + timedelta(days=1)
        assert report_schedules.keep(clock, cast.sol.id, now=back) == FRIDAY_FIVE + 3 * WEEK
        assert len(stored.to_build(here, back)) == 1
        (run,) = here.scalars(select(ReportRun)).all()
        assert run.period == "2026-W51"

    def test_once_made_the_next_week_is_planned(self, here, clock, cast, jobs):
        built(here, clock, cast, jobs)
        assert report_schedules.keep(clock, cast.sol.id, now=FRIDAY_FIVE) == FRIDAY_FIVE + WEEK


class TestBuild:
    def test_the_document_is_kept_with_its_numbers_and_its_readers(self, here, clock, cast, jobs):
        run = built(here, clock, cast, jobs)
        file = stored.document(here, cast.sol.id, run.id)
        text = " ".join(page.extract_text() for page in PdfReader(BytesIO(file.content)).pages)
        told = snapshot.from_json(run.figures)
        assert (run.state, run.built_at, file.name) == ("built", FRIDAY_FIVE, "sol-2026-W48.pdf")
        assert (told.open_cents, told.overdue_cents) == (680_00, 380_00)
        assert told.received_week.cents == 120_00
        assert "380,00" in text
        assert "Ponte" in text
        assert only_delivery(here).recipient == "bruno@example.com"
        assert jobs.jobs == [(Job.SEND_REPORTS, (cast.sol.id,))]

    def test_facts_after_its_day_are_not_in_it(self, here, clock, cast, jobs):
        title = here.scalars(select(debts.Receivable)).first()
        debts.paid(here, title, 1_00, date(2026, 11, 27))
        run = built(here, clock, cast, jobs)
        assert snapshot.from_json(run.figures).received_week.cents == 120_00

    def test_a_second_job_for_the_same_run_does_nothing(self, here, clock, cast, jobs):
        run = built(here, clock, cast, jobs)
        again = reports.build(
            clock, cast.sol.id, run.id, bpo_name="Ponte", now=FRIDAY_FIVE, queue=jobs
        )
        assert again is False
        assert len(jobs.jobs) == 1

    def test_before_its_hour_a_run_is_not_made(self, here, clock, cast, jobs):
        report_schedules.keep(clock, cast.sol.id, now=MONDAY)
        run = stored.upcoming(here, cast.sol.id)
        early = FRIDAY_FIVE - timedelta(seconds=1)
        assert not reports.build(clock, cast.sol.id, run.id, bpo_name="P", now=early, queue=jobs)

    def test_a_failure_keeps_the_slot_and_is_tried_again_then_left_to_a_person(
        self, here, clock, cast, jobs
    ):
        report_schedules.keep(clock, cast.sol.id, now=MONDAY)
        run_id, now = stored.upcoming(here, cast.sol.id).id, FRIDAY_FIVE
        here.execute(update(ReportRun).values(period="torn"))
        here.commit()
        for _ in range(MAX_TRIES):
            assert stored.to_build(here, now) == [(cast.sol.id, run_id)]
            with pytest.raises(ValueError, match="torn"):
                reports.build(clock, cast.sol.id, run_id, bpo_name="P", now=now, queue=jobs)
            assert stored.to_build(here, now) == []
            assert report_schedules.keep(clock, cast.sol.id, now=now) >= FRIDAY_FIVE
            now += timedelta(hours=5)
        here.expire_all()
        run = stored.by_id(here, cast.sol.id, run_id)
        assert (run.state, run.error, run.attempts) == (
            "failed",
            "'torn' is not a week such as 2026-W47",
            MAX_TRIES,
        )
        assert report_schedules.keep(clock, cast.sol.id, now=now) == FRIDAY_FIVE + WEEK
        assert jobs.jobs == []

    def test_a_worker_killed_every_time_does_not_go_on_for_ever(self, here, clock, cast, jobs):
        report_schedules.keep(clock, cast.sol.id, now=MONDAY)
        run = stored.upcoming(here, cast.sol.id)
        run.attempts = MAX_TRIES
        here.commit()
        assert not reports.build(
            clock, cast.sol.id, run.id, bpo_name="P", now=FRIDAY_FIVE, queue=jobs
        )
        here.expire_all()
        assert stored.by_id(here, cast.sol.id, run.id).state == "failed"

    def test_without_readers_it_is_done_at_once(self, here, clock, cast, jobs):
        cast.bruno.active = False
        here.commit()
        run = built(here, clock, cast, jobs)
        assert (run.state, jobs.jobs) == ("done", [])


class TestRequest:
    def test_ana_asks_for_a_past_week_and_looks_before_anybody_gets_it(
        self, here, session, cast, clock, jobs
    ):
        ana = people.actor(session, cast.ana)
        run_id = reports.request(ana, cast.sol.id, "2026-W47", now=MONDAY, queue=jobs)
        assert jobs.jobs == [(Job.BUILD_REPORT, (cast.sol.id, run_id))]
        reports.build(clock, cast.sol.id, run_id, bpo_name="P", now=MONDAY, queue=jobs)
        with acting_as(clock):
            run = stored.by_id(here, cast.sol.id, run_id)
            assert (run.state, run.as_of) == ("done", date(2026, 11, 22))
            assert stored.shared(here, cast.sol.id) == []
            assert stored.document(here, cast.sol.id, run_id, for_client=True) is None
        report_deliveries.address(ana, cast.sol.id, run_id, now=MONDAY, queue=jobs)
        with acting_as(clock):
            assert [run.id for run in stored.shared(here, cast.sol.id)] == [run_id]
            assert only_delivery(here).state == "planned"
            actions = here.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
        assert actions[-3:] == ["report.request", "report.build", "report.send"]

    @pytest.mark.parametrize("label", ["2026-W60", "2026-47", "", "2026-W49"])
    def test_a_week_that_is_none_or_has_not_begun_is_refused(self, here, clock, cast, jobs, label):
        with pytest.raises(BadInput):
            reports.request(clock, cast.sol.id, label, now=MONDAY, queue=jobs)
        assert jobs.jobs == []

    def test_bruno_may_not_ask_and_carla_does_not_find_it(self, here, session, cast, jobs):
        with pytest.raises(Forbidden):
            reports.request(
                people.actor(session, cast.bruno), cast.sol.id, "2026-W47", now=MONDAY, queue=jobs
            )
        carla = people.actor(session, cast.carla)
        with pytest.raises(NotFound):
            reports.request(carla, cast.sol.id, "2026-W47", now=MONDAY, queue=jobs)
        with pytest.raises(NotFound):
            reports.request(carla, cast.lua.id + 99, "2026-W47", now=MONDAY, queue=jobs)


class TestSend:
    def test_bruno_gets_the_three_figures_and_the_document(self, here, clock, cast, jobs, mail):
        run = built(here, clock, cast, jobs)
        assert send(clock, cast, mail, jobs) == {"sent": 1, "uncertain": 0}
        (sent,) = mail.sent
        message = message_from_bytes(sent.message, policy=policy.default)
        assert (sent.envelope_from, sent.recipient) == (
            "cobranca@ponte.example",
            "bruno@example.com",
        )
        assert message["From"].addresses[0].display_name == "Ponte"
        assert message["Message-ID"] == only_delivery(here).message_id
        text = message.get_body(("plain",)).get_content().replace("\xa0", " ")
        for figure in ("R$ 120,00", "R$ 380,00", "Deve entrar em quatro semanas"):
            assert figure in text
        assert "https://ponte.example/portal/sol" in text
        (document,) = message.iter_attachments()
        assert document.get_filename() == "sol-2026-W48.pdf"
        assert document.get_content() == stored.document(here, cast.sol.id, run.id).content
        here.expire_all()
        assert stored.by_id(here, cast.sol.id, run.id).state == "done"

    def test_it_goes_once(self, here, clock, cast, jobs, mail):
        built(here, clock, cast, jobs)
        send(clock, cast, mail, jobs)
        send(clock, cast, mail, jobs, FRIDAY_FIVE + WEEK)
        assert len(mail.sent) == 1

    def test_celia_of_another_company_gets_nothing(self, here, session, clock, cast, jobs, mail):
        people.user(session, "Beatriz", Role.CLIENT_MANAGER, cast.sol)
        built(here, clock, cast, jobs)
        send(clock, cast, mail, jobs)
        assert [one.recipient for one in mail.sent] == ["bruno@example.com", "beatriz@example.com"]

    def test_whose_access_ended_meanwhile_gets_nothing(self, here, clock, cast, jobs, mail):
        run = built(here, clock, cast, jobs)
        here.delete(here.get_one(Membership, (cast.bruno.id, cast.sol.id)))
        here.commit()
        send(clock, cast, mail, jobs)
        assert (mail.sent, only_delivery(here).state) == ([], "cancelled")
        assert stored.by_id(here, cast.sol.id, run.id).state == "done"

    def test_what_goes_wrong_late_on_friday_is_work_of_that_friday(
        self, here, clock, cast, jobs, mail
    ):
        built(here, clock, cast, jobs)
        mail.outcomes["bruno@example.com"] = Outcome(Stage.BODY, uncertain=True)
        send(clock, cast, mail, jobs, datetime(2026, 11, 28, 1, 0, tzinfo=UTC))
        assert here.scalars(select(Task)).one().due_on == date(2026, 11, 27)

    def test_after_five_failures_it_waits_for_a_person_and_the_schedule_goes_on(
        self, here, session, clock, cast, jobs, mail
    ):
        run = built(here, clock, cast, jobs)
        mail.outcomes["bruno@example.com"] = Outcome(Stage.DATA, 451, "later")
        now = FRIDAY_FIVE
        for _ in range(7):
            send(clock, cast, mail, jobs, now)
            now += timedelta(hours=5)
        failed = only_delivery(here)
        assert (failed.state, failed.attempts, failed.retry_at) == ("failed", 5, None)
        assert stored.by_id(here, cast.sol.id, run.id).state == "built"
        (listed,) = stored.listed(here, cast.sol.id)
        assert (listed.recipients, listed.sent, listed.trouble) == (1, 0, 1)
        assert report_schedules.keep(clock, cast.sol.id, now=FRIDAY_FIVE) == FRIDAY_FIVE + WEEK
        task = here.scalars(select(Task)).one()
        assert (task.kind, task.state) == ("report_undelivered", "open")
        assert task.detail["recipient"] == "bruno@example.com"
        mail.outcomes.clear()
        ana = people.actor(session, cast.ana)
        report_deliveries.resend(ana, cast.sol.id, failed.id, now=now, queue=jobs)
        assert send(clock, cast, mail, jobs, now)["sent"] == 1
        here.expire_all()
        assert task.state == "done"

    def test_an_address_refused_for_good_is_not_tried_again(self, here, clock, cast, jobs, mail):
        built(here, clock, cast, jobs)
        mail.outcomes["bruno@example.com"] = Outcome(Stage.RCPT, 550, "unknown", permanent=True)
        send(clock, cast, mail, jobs)
        send(clock, cast, mail, jobs, FRIDAY_FIVE + WEEK)
        refused = only_delivery(here)
        assert (refused.state, refused.answer, refused.attempts) == ("refused", "550 unknown", 1)

    def test_no_final_answer_is_never_sent_again_by_itself(
        self, here, session, clock, cast, jobs, mail
    ):
        run = built(here, clock, cast, jobs)
        mail.outcomes["bruno@example.com"] = Outcome(Stage.BODY, uncertain=True)
        send(clock, cast, mail, jobs)
        mail.outcomes.clear()
        send(clock, cast, mail, jobs, FRIDAY_FIVE + WEEK)
        unsure = only_delivery(here)
        assert (unsure.state, len(mail.sent)) == ("uncertain", 1)
        ana = people.actor(session, cast.ana)
        report_deliveries.confirm(ana, cast.sol.id, unsure.id, now=FRIDAY_FIVE)
        assert only_delivery(here).state == "sent"
        assert stored.by_id(here, cast.sol.id, run.id).state == "done"
        with pytest.raises(Conflict):
            report_deliveries.resend(ana, cast.sol.id, unsure.id, now=FRIDAY_FIVE, queue=jobs)

    def test_a_worker_that_died_while_sending_leaves_it_uncertain(
        self, here, clock, cast, jobs, mail
    ):
        built(here, clock, cast, jobs)
        here.execute(update(ReportDelivery).values(state="sending", claimed_at=FRIDAY_FIVE))
        here.commit()
        assert send(clock, cast, mail, jobs, FRIDAY_FIVE + timedelta(minutes=4)) == {"uncertain": 0}
        assert stored.with_mail_due(here, FRIDAY_FIVE + timedelta(minutes=6)) == {cast.sol.id: 1}
        send(clock, cast, mail, jobs, FRIDAY_FIVE + timedelta(minutes=6))
        assert (only_delivery(here).state, mail.sent) == ("uncertain", [])

    def test_mail_is_in_the_readers_language(self, here, clock, cast, jobs, mail):
        cast.bruno.locale = "en"
        here.commit()
        built(here, clock, cast, jobs)
        send(clock, cast, mail, jobs)
        message = message_from_bytes(mail.sent[0].message, policy=policy.default)
        assert "weekly report" in message["Subject"]
