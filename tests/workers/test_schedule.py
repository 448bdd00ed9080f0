"""The clock: what it rings for, and that two clocks, lost bells and restarts do no harm."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from bpo.db import acting_as, db, unit_of_work
from bpo.domain.people.links import Purpose
from bpo.gateways import outside
from bpo.gateways.mail import MemoryMail
from bpo.gateways.queue import MemoryQueue
from bpo.gateways.report_mail import Sender
from bpo.jobs import Job
from bpo.kernel import actor as actors
from bpo.models import Import, PlanRun, ReportDelivery, ReportRun, SignedLink, Touch
from bpo.services.insight import report_deliveries, reports, ringing
from bpo.services.insight.report_deliveries import Post
from bpo.services.insight.ringing import Bell, Ring
from tests.factories import debts, people
from workers import schedule, worker

MONDAY_NINE = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
FRIDAY_FIVE = datetime(2026, 11, 27, 20, 0, tzinfo=UTC)


@pytest.fixture
def cast(session):
    return people.cast(session)


@pytest.fixture
def everywhere(session, cast):
    with acting_as(actors.system([cast.sol.id, cast.lua.id], name="tests")):
        yield session


def rung(now, bell=None) -> list[tuple[Job, tuple[int | str, ...]]]:
    queue = MemoryQueue()
    ringing.tick(bell or Bell(), now=now, queue=queue)
    return [job for job in queue.jobs if job[0] is not Job.REFRESH_SCORES]


def test_a_book_not_yet_scored_today_is_rung_for_at_any_hour(everywhere, cast):
    queue, night = MemoryQueue(), datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
    ringing.tick(Bell(), now=night, queue=queue)
    assert queue.jobs == []
    davi = debts.debtor(everywhere, cast.sol)
    debts.receivable(everywhere, davi, due=date(2026, 12, 1))
    ringing.tick(Bell(), now=night, queue=queue)
    assert (Job.REFRESH_SCORES, (cast.sol.id, "2026-11-23")) in queue.jobs


class TestPlanning:
    def test_a_running_campaign_is_planned_from_seven_on(self, everywhere, cast):
        debts.running(everywhere, cast.sol, since=MONDAY_NINE)
        planned = (Job.PLAN_CAMPAIGNS, (cast.sol.id, "2026-11-23"))
        assert rung(datetime(2026, 11, 23, 9, 59, tzinfo=UTC)) == []
        assert rung(datetime(2026, 11, 23, 10, 0, tzinfo=UTC)) == [planned]
        late_evening = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
        assert rung(late_evening) == [planned]

    def test_the_hour_is_each_companys_own(self, everywhere, cast):
        cast.sol.time_zone = "America/Rio_Branco"
        debts.running(everywhere, cast.sol, since=MONDAY_NINE)
        assert rung(datetime(2026, 11, 23, 11, 59, tzinfo=UTC)) == []
        assert len(rung(datetime(2026, 11, 23, 12, 0, tzinfo=UTC))) == 1

    def test_once_planned_it_is_left_in_peace_until_tomorrow(self, everywhere, cast):
        campaign = debts.running(everywhere, cast.sol, since=MONDAY_NINE)
        everywhere.add(
            plan_run(cast.sol.id, campaign.id, date(2026, 11, 23)),
        )
        everywhere.commit()
        assert rung(MONDAY_NINE) == []
        assert rung(MONDAY_NINE + timedelta(days=1)) == [
            (Job.PLAN_CAMPAIGNS, (cast.sol.id, "2026-11-24"))
        ]

    def test_a_closed_company_is_not_worked_for(self, everywhere, cast):
        debts.running(everywhere, cast.sol, since=MONDAY_NINE)
        cast.sol.active = False
        everywhere.commit()
        assert rung(MONDAY_NINE) == []


def plan_run(workspace_id, campaign_id, day):
    return PlanRun(
        workspace_id=workspace_id,
        campaign_id=campaign_id,
        on_day=day,
        ran_at=MONDAY_NINE,
        created=0,
        skipped=0,
    )


def touch(session, workspace, campaign, **columns):
    davi = debts.debtor(session, workspace)
    found = Touch(
        workspace_id=workspace.id,
        debtor_id=davi.id,
        campaign_id=campaign.id,
        anchor_kind="debtor",
        anchor_id=davi.id,
        cycle=1,
        step_key="d+1",
        channel="email",
        planned_on=date(2026, 11, 23),
        total_cents=100,
        **columns,
    )
    session.add(found)
    session.add(plan_run(workspace.id, campaign.id, date(2026, 11, 23)))
    session.commit()
    return found


class TestSending:
    def test_due_contacts_are_rung_for_when_their_time_has_come(self, everywhere, cast):
        campaign = debts.running(everywhere, cast.sol, since=MONDAY_NINE)
        touch(everywhere, cast.sol, campaign, scheduled_at=MONDAY_NINE)
        assert rung(MONDAY_NINE - timedelta(minutes=1)) == []
        assert rung(MONDAY_NINE) == [(Job.SEND_DELIVERIES, (cast.sol.id,))]

    def test_a_paused_campaign_rings_no_bell(self, everywhere, cast):
        campaign = debts.running(everywhere, cast.sol, since=MONDAY_NINE)
        touch(everywhere, cast.sol, campaign, scheduled_at=MONDAY_NINE)
        campaign.state = "paused"
        everywhere.commit()
        assert rung(MONDAY_NINE) == []

    def test_what_a_dead_worker_holds_is_swept(self, everywhere, cast):
        campaign = debts.running(everywhere, cast.sol, since=MONDAY_NINE)
        touch(
            everywhere,
            cast.sol,
            campaign,
            scheduled_at=MONDAY_NINE,
            state="sending",
            claimed_at=MONDAY_NINE,
        )
        assert rung(MONDAY_NINE + timedelta(minutes=5)) == []
        assert rung(MONDAY_NINE + timedelta(minutes=6)) == [(Job.SWEEP_DELIVERIES, (cast.sol.id,))]

    def test_a_forgotten_import_and_an_unsent_invitation_are_rung_for(self, everywhere, cast):
        row = Import(
            workspace_id=cast.lua.id,
            filename="a.csv",
            sha256="0",
            state="queued",
            created_at=MONDAY_NINE,
        )
        link = SignedLink(
            purpose=Purpose.INVITE.value,
            subject_id=cast.bruno.id,
            expires_at=MONDAY_NINE + timedelta(days=3),
            mail_state="waiting",
            mail_at=MONDAY_NINE,
        )
        everywhere.add_all([row, link])
        everywhere.commit()
        assert rung(MONDAY_NINE + timedelta(minutes=2)) == [
            (Job.APPLY_IMPORT, (cast.lua.id, row.id)),
            (Job.SWEEP_ACCOUNT_MAILS, ()),
        ]


class TestReports:
    def test_each_company_has_one_next_run_and_it_is_rung_for_at_its_hour(self, everywhere, cast):
        assert rung(MONDAY_NINE) == []
        assert rung(MONDAY_NINE) == []
        runs = everywhere.scalars(select(ReportRun).order_by(ReportRun.workspace_id)).all()
        assert [(run.workspace_id, run.slot) for run in runs] == [
            (cast.sol.id, FRIDAY_FIVE),
            (cast.lua.id, FRIDAY_FIVE),
        ]
        due = [(Job.BUILD_REPORT, (run.workspace_id, run.id)) for run in runs]
        assert sorted(rung(FRIDAY_FIVE)) == sorted(due)

    def test_a_planned_delivery_is_rung_for_until_it_has_left(self, everywhere, cast):
        run = ReportRun(
            workspace_id=cast.sol.id,
            kind="weekly",
            slot=MONDAY_NINE,
            period="2026-W47",
            as_of=date(2026, 11, 22),
            state="built",
        )
        everywhere.add(run)
        everywhere.flush()
        delivery = ReportDelivery(
            workspace_id=cast.sol.id, run_id=run.id, user_id=cast.bruno.id, recipient="b@x.org"
        )
        everywhere.add(delivery)
        everywhere.commit()
        assert rung(MONDAY_NINE) == [(Job.SEND_REPORTS, (cast.sol.id,))]
        delivery.state = "sent"
        everywhere.commit()
        assert rung(MONDAY_NINE) == []


class TestBell:
    ring = Ring(Job.SEND_DELIVERIES, (7,), 3)

    def heard(self, bell, minutes, *rings):
        now = MONDAY_NINE + timedelta(minutes=minutes)
        heard = bell.heard(rings, now)
        for ring in heard:
            bell.struck(ring, now)
        return bool(heard)

    def test_what_stays_due_is_repeated_ever_more_rarely(self):
        bell = Bell()
        struck = [minute for minute in range(60) if self.heard(bell, minute, self.ring)]
        assert struck == [0, 1, 3, 7, 15, 25, 35, 45, 55]

    def test_more_work_is_rung_for_at_once(self):
        bell = Bell()
        assert self.heard(bell, 0, self.ring)
        assert self.heard(bell, 0, Ring(Job.SEND_DELIVERIES, (7,), 4))

    def test_what_was_done_and_comes_again_is_rung_for_at_once(self):
        bell = Bell()
        assert self.heard(bell, 0, self.ring)
        assert not self.heard(bell, 0)
        assert self.heard(bell, 0, self.ring)


class AwayQueue:
    def put(self, job, *args):
        raise ConnectionError("the broker is away")


def test_a_broker_that_is_away_is_asked_again_at_the_next_tick(everywhere, cast):
    debts.running(everywhere, cast.sol, since=MONDAY_NINE)
    bell = Bell()
    with pytest.raises(ConnectionError):
        ringing.tick(bell, now=MONDAY_NINE, queue=AwayQueue())
    assert len(rung(MONDAY_NINE, bell)) == 1


class Stop(BaseException):
    """Ends the loop of a clock under test."""


def test_the_clock_survives_a_tick_that_fails_and_keeps_to_full_minutes(app, session):
    pauses = []

    def pause(seconds):
        pauses.append(seconds)
        if len(pauses) == 3:
            raise Stop

    def clock():
        return MONDAY_NINE + timedelta(seconds=12.5)

    outside.install(app, before := outside.of(app))
    broken = type(before)(before.settings, AwayQueue(), before.signer, before.mail)
    outside.install(app, broken)
    try:
        with pytest.raises(Stop):
            schedule.keep_time(app, pause=pause, clock=clock)
    finally:
        outside.install(app, before)
    assert pauses == [47.5, 47.5, 47.5]


@pytest.fixture
def company(fresh_app):
    """A company with a reader and a debtor two days late, in a database with real commits."""
    with fresh_app.app_context():
        program = actors.system((), name="tests")
        sol = people.workspace()
        with unit_of_work(program) as session:
            bruno = people.User(
                email="bruno@example.com", name="Bruno", role="client_manager", active=True
            )
            session.add(bruno)
            session.flush()
            session.add(people.Membership(user_id=bruno.id, workspace_id=sol.id))
        with acting_as(actors.system([sol.id], name="tests")):
            davi = debts.debtor(db.session(), sol)
            debts.receivable(db.session(), davi, due=date(2026, 11, 20))
        yield sol.id


def in_two_threads(app, act) -> list[object]:
    """What `act` returned in each of two threads that began together."""
    gate, found, errors = threading.Barrier(2), [], []

    def run():
        with app.app_context():
            gate.wait()
            try:
                found.append(act())
            except Exception as error:
                errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert errors == []
    return found


def requested(company) -> int:
    """A run asked for just now; returns its id."""
    actor, now = actors.system([company], name="tests"), datetime.now(UTC)
    week = now.date() - timedelta(days=7)
    label = "{}-W{:02}".format(*week.isocalendar())
    return reports.request(actor, company, label, now=now, queue=MemoryQueue(), to_managers=True)


def test_two_workers_make_a_document_once(fresh_app, company):
    with fresh_app.app_context():
        run_id = requested(company)
    actor = actors.system([company], name="tests")
    now = datetime.now(UTC)

    def build():
        return reports.build(actor, company, run_id, bpo_name="Ponte", now=now, queue=MemoryQueue())

    assert sorted(in_two_threads(fresh_app, build)) == [False, True]
    with fresh_app.app_context(), acting_as(actor):
        assert db.session().get_one(ReportRun, (company, run_id)).attempts == 1


def test_two_workers_send_each_reader_one_mail(fresh_app, company):
    actor = actors.system([company], name="tests")
    with fresh_app.app_context():
        with unit_of_work(actor) as session:
            readers = [
                people.User(email=f"b{n}@example.com", name=f"B {n}", role="client_manager")
                for n in range(5)
            ]
            session.add_all(readers)
            session.flush()
            session.add_all(
                people.Membership(user_id=reader.id, workspace_id=company) for reader in readers
            )
        run_id = requested(company)
        now = datetime.now(UTC)
        reports.build(actor, company, run_id, bpo_name="P", now=now, queue=MemoryQueue())
    mail = MemoryMail()
    post = Post(mail, Sender("Ponte", "cobranca@ponte.example"), "https://ponte.example")

    def send():
        queue = MemoryQueue()
        return report_deliveries.send(actor, company, post=post, queue=queue, clock=lambda: now)

    found = in_two_threads(fresh_app, send)
    assert sum(one["sent"] for one in found) == 6
    assert len({one.recipient for one in mail.sent}) == len(mail.sent) == 6


def test_two_clocks_two_workers_one_report(fresh_app, company):
    """The whole way for real: two clocks ring, RQ carries, the document is made and mailed once."""
    queue = outside.of(fresh_app).queue
    in_two_threads(fresh_app, lambda: ringing.tick(Bell(), now=MONDAY_NINE, queue=queue))
    past = datetime.now(UTC) - timedelta(minutes=1)
    actor = actors.system([company], name="tests")
    with fresh_app.app_context(), unit_of_work(actor) as session:
        (run,) = session.scalars(select(ReportRun)).all()
        run.slot = past
    now = datetime.now(UTC)
    in_two_threads(fresh_app, lambda: ringing.tick(Bell(), now=now, queue=queue))
    worker.drain(fresh_app)
    with fresh_app.app_context(), acting_as(actor):
        session = db.session()
        run = session.scalars(select(ReportRun).where(ReportRun.state != "due")).one()
        delivery = session.scalars(select(ReportDelivery)).one()
        assert (run.state, delivery.state, delivery.attempts) == ("done", "sent", 1)
    (mail,) = outside.of(fresh_app).mail.sent
    assert mail.recipient == "bruno@example.com"
