"""Schedules of reports by kind: edited, paused, with chosen readers, and what comes of each."""

from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import select, update

from bpo.analytics import snapshot
from bpo.analytics.monthly import MonthlyFigures
from bpo.domain.insight.report_schedule import Kind
from bpo.gateways import wording
from bpo.gateways.report_mail import Sender
from bpo.kernel.actor import Role
from bpo.kernel.errors import BadInput, Forbidden, NotFound
from bpo.models import AuditEntry, ReportRun
from bpo.queries.insight import figures, report_readers
from bpo.queries.insight import reports as stored
from bpo.services.insight import report_deliveries, report_schedules, reports
from bpo.services.insight.report_deliveries import Post
from tests.factories import people

MONDAY = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
FRIDAY_FIVE = datetime(2026, 11, 27, 20, 0, tzinfo=UTC)
WEEK = timedelta(days=7)


def built(here, clock, cast, jobs):
    report_schedules.keep(clock, cast.sol.id, now=MONDAY)
    run = stored.upcoming(here, cast.sol.id)
    reports.build(clock, cast.sol.id, run.id, bpo_name="Ponte", now=FRIDAY_FIVE, queue=jobs)


def send(clock, cast, mail, jobs, now=FRIDAY_FIVE):
    post = Post(mail, Sender("Ponte", "cobranca@ponte.example"), "https://ponte.example")
    report_deliveries.send(clock, cast.sol.id, post=post, queue=jobs, clock=lambda: now)


def edit(clock, cast, now=MONDAY, **wish):
    wanted = report_schedules.Wish(**({"hour": 8, "weekday": 0} | wish))
    kind = Kind.MONTHLY if wanted.month_day else Kind.WEEKLY
    report_schedules.edit(clock, cast.sol.id, kind, wanted, now=now)


def test_each_kind_has_its_own_next_run(here, clock, cast):
    report_schedules.pause(clock, cast.sol.id, Kind.MONTHLY, False, now=MONDAY)
    report_schedules.keep(clock, cast.sol.id, Kind.WEEKLY, now=MONDAY)
    report_schedules.keep(clock, cast.sol.id, Kind.MONTHLY, now=MONDAY)
    runs = here.scalars(select(ReportRun).order_by(ReportRun.slot)).all()
    assert [(run.kind, run.period, run.as_of) for run in runs] == [
        ("weekly", "2026-W48", date(2026, 11, 26)),
        ("monthly", "2026-11", date(2026, 11, 30)),
    ]
    assert stored.upcoming(here, cast.sol.id, Kind.MONTHLY).slot.day == 3


def test_a_schedule_confirmed_as_it_is_has_its_next_run(here, clock, cast):
    row = report_readers.schedules(here, cast.sol.id)[Kind.WEEKLY]
    edit(clock, cast, hour=row.hour, weekday=row.weekday)
    assert stored.upcoming(here, cast.sol.id).slot > MONDAY


def test_no_change_on_the_very_day_sends_the_same_report_again(here, clock, cast, jobs):
    built(here, clock, cast, jobs)
    soon = FRIDAY_FIVE + timedelta(minutes=5)
    report_schedules.keep(clock, cast.sol.id, now=soon)
    assert stored.upcoming(here, cast.sol.id).slot == FRIDAY_FIVE + WEEK
    edit(clock, cast, soon, hour=18, weekday=4)
    assert stored.upcoming(here, cast.sol.id).slot == FRIDAY_FIVE + WEEK + timedelta(hours=1)
    cast.sol.time_zone = "America/Manaus"
    here.commit()
    report_schedules.keep(clock, cast.sol.id, now=soon)
    assert stored.upcoming(here, cast.sol.id).slot == FRIDAY_FIVE + WEEK + timedelta(hours=2)
    edit(clock, cast, soon, hour=18, weekday=5)
    assert stored.upcoming(here, cast.sol.id).as_of == date(2026, 11, 27)


def test_a_pause_takes_the_next_run_away_and_is_not_made_up_for(here, clock, cast):
    report_schedules.keep(clock, cast.sol.id, now=MONDAY)
    report_schedules.pause(clock, cast.sol.id, Kind.WEEKLY, True, now=MONDAY)
    assert here.scalars(select(ReportRun)).all() == []
    assert report_schedules.keep(clock, cast.sol.id, now=FRIDAY_FIVE) is None
    later = FRIDAY_FIVE + 2 * WEEK
    report_schedules.pause(clock, cast.sol.id, Kind.WEEKLY, False, now=later)
    assert stored.upcoming(here, cast.sol.id).slot == later + WEEK
    actions = here.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions[-2:] == ["report.pause", "report.resume"]


def test_a_run_that_was_begun_survives_the_pause(here, clock, cast):
    report_schedules.keep(clock, cast.sol.id, now=MONDAY)
    here.execute(update(ReportRun).values(attempts=1))
    here.commit()
    report_schedules.pause(clock, cast.sol.id, Kind.WEEKLY, True, now=FRIDAY_FIVE)
    assert len(stored.to_build(here, FRIDAY_FIVE)) == 1


def test_only_who_was_chosen_gets_it(here, session, clock, cast, jobs, mail):
    people.user(session, "Beatriz", Role.CLIENT_MANAGER, cast.sol)
    edit(clock, cast, weekday=4, hour=17, readers=frozenset({cast.bruno.id, cast.ana.id}))
    built(here, clock, cast, jobs)
    send(clock, cast, mail, jobs)
    assert sorted(one.recipient for one in mail.sent) == [
        "ana@example.com",
        "bruno@example.com",
    ]
    told = message_from_bytes(
        next(one.message for one in mail.sent if one.recipient.startswith("ana")),
        policy=policy.default,
    )
    body = told.get_body(("plain",)).get_content()
    assert "https://ponte.example/w/sol" in body


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"hour": 24}, "hour"),
        ({"weekday": 7}, "weekday"),
        ({"month_day": 29}, "month_day"),
        ({"readers": frozenset()}, "readers"),
        ({"readers": frozenset({10**9})}, "readers"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(here, clock, cast, wish, field):
    report_schedules.keep(clock, cast.sol.id, now=MONDAY)
    with pytest.raises(BadInput) as refusal:
        edit(clock, cast, **wish)
    assert refusal.value.field == field
    assert stored.upcoming(here, cast.sol.id).slot == FRIDAY_FIVE


def test_bruno_changes_nothing_and_carla_finds_nothing(here, session, cast):
    wish = report_schedules.Wish(hour=8)
    for person, refusal in ((cast.bruno, Forbidden), (cast.carla, NotFound)):
        who = people.actor(session, person)
        with pytest.raises(refusal):
            report_schedules.edit(who, cast.sol.id, Kind.WEEKLY, wish, now=MONDAY)
        with pytest.raises(refusal):
            report_schedules.pause(who, cast.sol.id, Kind.WEEKLY, True, now=MONDAY)


def test_the_month_says_what_the_metrics_say(here, session, clock, cast, jobs, mail):
    ana = people.actor(session, cast.ana)
    run_id = reports.request(
        ana,
        cast.sol.id,
        "2026-11",
        Kind.MONTHLY,
        now=MONDAY + WEEK,
        queue=jobs,
        to_managers=True,
    )
    assert reports.build(clock, cast.sol.id, run_id, bpo_name="P", now=MONDAY + WEEK, queue=jobs)
    run = stored.by_id(here, cast.sol.id, run_id)
    told = snapshot.revive(MonthlyFigures, run.figures)
    known = figures.metrics(here, cast.sol.id, run.as_of)
    assert (run.as_of, told.now.open_cents) == (date(2026, 11, 29), known.open_cents)
    assert told.now.overdue_pct == known.delinq_gt0_pct
    assert (told.now.dso, told.now.cei) == (known.dso_simple_90, known.cei_month)
    assert told.now.received_cents == known.received_month_cents == 120_00
    assert sum(told.aging_cents.values()) == known.open_cents
    for roll in told.rolls:
        rest = roll.stayed_cents + roll.cured_cents + roll.renegotiated_cents
        assert roll.open_cents == roll.rolled_cents + rest
    send(clock, cast, mail, jobs, MONDAY + WEEK)
    message = message_from_bytes(mail.sent[0].message, policy=policy.default)
    assert "relatório de novembro de 2026" in message["Subject"]
    (document,) = message.iter_attachments()
    reader = PdfReader(BytesIO(document.get_content()))
    text = " ".join(page.extract_text() for page in reader.pages).replace("\xa0", " ")
    assert len(reader.pages) == 3
    assert "680,00" in text
    assert wording.percent(known.delinq_gt0_pct, "pt_BR") in text
