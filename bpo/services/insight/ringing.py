"""What the clock rings for: decided by rows alone, so that two clocks and lost bells do no harm."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from bpo.db import acting_as, db
from bpo.domain.insight import report_schedule
from bpo.domain.insight.report_schedule import Kind
from bpo.domain.reminders.channels import MAILBOX, PIX
from bpo.gateways.queue import Queue
from bpo.jobs import Job
from bpo.kernel import actor as actors
from bpo.kernel import clock
from bpo.queries.desk import approvals
from bpo.queries.insight import portfolio_mails, report_readers, scores, snapshots
from bpo.queries.insight import reports as stored
from bpo.queries.people import links, workspaces
from bpo.queries.reminders import channels, clockwork
from bpo.services.insight import portfolio_schedules, report_schedules

PLANNING_HOUR = 7
"""From this hour on the wall clock of a client company, its day may be planned."""

MAILBOX_EVERY = timedelta(minutes=2)
"""How often a mailbox is looked into."""

PIX_EVERY = timedelta(minutes=5)
"""How often a bank's Pix charges are brought in step with the titles."""

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Ring:
    """A job to ask for. `weight` is how much waits for it: when it changes, it is asked anew."""

    job: Job
    args: tuple[int | str, ...] = ()
    weight: int = 0


@dataclass(slots=True)
class Bell:
    """Remembers what was rung for, so that what is on its way is not asked for every minute.

    A ring that stays due is repeated after one minute, two, four, at most ten: a lost notification
    is made up for, and workers that were away do not come back to a thousand equal jobs.
    """

    rung: dict[tuple[Job, tuple[int | str, ...]], tuple[int, datetime, timedelta]] = field(
        default_factory=dict
    )

    def heard(self, due: Iterable[Ring], now: datetime) -> list[Ring]:
        """Of what is due, what has to be rung for now; what is no longer due is forgotten."""
        wanted = {(ring.job, ring.args): ring for ring in due}
        self.rung = {key: known for key, known in self.rung.items() if key in wanted}
        return [ring for ring in wanted.values() if self._is_time(ring, now)]

    def struck(self, ring: Ring, now: datetime) -> None:
        """A ring went out."""
        known = self.rung.get((ring.job, ring.args))
        fresh = known is None or known[0] != ring.weight
        wait = FIRST_WAIT if fresh or known is None else min(known[2] * 2, LONGEST_WAIT)
        self.rung[ring.job, ring.args] = (ring.weight, now + wait, wait)

    def _is_time(self, ring: Ring, now: datetime) -> bool:
        known = self.rung.get((ring.job, ring.args))
        return known is None or known[0] != ring.weight or now >= known[1]


@dataclass(frozen=True, slots=True)
class Place:
    """A client company as the clock sees it: its wall clock."""

    id: int
    zone: str

    def day(self, now: datetime) -> date:
        """Its day at an instant."""
        return clock.local_day(now, self.zone)


def tick(bell: Bell, *, now: datetime, queue: Queue) -> list[Ring]:
    """Keep the schedules of reports and ring for all that is due; returns what was rung.

    Raises what the database or the broker raises when it is away; the next tick tries again.
    """
    places = _places()
    _keep_schedules(places, now)
    _keep_portfolios(now)
    rung = bell.heard(due(places, now), now)
    for ring in rung:
        queue.put(ring.job, *ring.args)
        bell.struck(ring, now)
    return rung


def due(places: Sequence[Place], now: datetime) -> list[Ring]:
    """All that workers should be doing at an instant."""
    with _reading(places) as session:
        return [
            *_subscriptions(session, places, now),
            *_agreements(session, places, now),
            *_weighed(Job.WRITE_AGREEMENTS, clockwork.papers_due(session)),
            *_plans(session, places, now),
            *_scores(session, places, now),
            *_snapshots(session, places, now),
            *_weighed(Job.SEND_DELIVERIES, clockwork.to_send(session, now)),
            *_weighed(Job.SWEEP_DELIVERIES, clockwork.lost_claims(session, now)),
            *(Ring(Job.BUILD_REPORT, pair) for pair in stored.to_build(session, now)),
            *_weighed(Job.SEND_REPORTS, stored.with_mail_due(session, now)),
            *_portfolios(session, now),
            *(Ring(Job.APPLY_IMPORT, pair) for pair in clockwork.waiting_imports(session, now)),
            *_account_mails(session, now),
            *_weighed(Job.SEND_APPROVAL_MAILS, approvals.with_mail_due(session, now)),
            *_mailboxes(session, now),
            *_pix(session, now),
        ]


def _plans(session: Session, places: Sequence[Place], now: datetime) -> list[Ring]:
    """The days to be planned: from the planning hour on, on every day."""
    days = {
        place.id: place.day(now)
        for place in places
        if clock.local_time(now, place.zone).hour >= PLANNING_HOUR
    }
    return [
        Ring(Job.PLAN_CAMPAIGNS, (place, day.isoformat()))
        for place, day in clockwork.unplanned(session, days)
    ]


def _scores(session: Session, places: Sequence[Place], now: datetime) -> list[Ring]:
    """Books whose receivables have not been looked at today, at any hour."""
    days = {place.id: place.day(now) for place in places}
    return [
        Ring(Job.REFRESH_SCORES, (place, day.isoformat()))
        for place, day in scores.due(session, days)
    ]


def _snapshots(session: Session, places: Sequence[Place], now: datetime) -> list[Ring]:
    """Days that ended without their figures being kept, and days told wrong since."""
    days = {place.id: place.day(now) for place in places}
    return [
        Ring(Job.REFRESH_SNAPSHOTS, (place, day.isoformat()))
        for place, day in snapshots.due(session, days)
    ]


def _subscriptions(session: Session, places: Sequence[Place], now: datetime) -> list[Ring]:
    """Recurring charges are issued as soon as the day begins, before the day is planned."""
    days = {place.id: place.day(now) for place in places}
    return [
        Ring(Job.ISSUE_SUBSCRIPTIONS, (place, day.isoformat()))
        for place, day in clockwork.subscriptions_due(session, days)
    ]


def _agreements(session: Session, places: Sequence[Place], now: datetime) -> list[Ring]:
    """Agreements are judged before the day is planned: what broke is owed again."""
    days = {place.id: place.day(now) for place in places}
    return [
        Ring(Job.JUDGE_AGREEMENTS, (place, day.isoformat()))
        for place, day in clockwork.agreements_due(session, days)
    ]


def _weighed(job: Job, counts: Mapping[int, int]) -> list[Ring]:
    return [Ring(job, (place,), count) for place, count in counts.items()]


def _account_mails(session: Session, now: datetime) -> list[Ring]:
    waiting = len(links.unsent(session, now))
    return [Ring(Job.SWEEP_ACCOUNT_MAILS, (), waiting)] if waiting else []


def _portfolios(session: Session, now: datetime) -> list[Ring]:
    waiting = portfolio_mails.due(session, now)
    return [Ring(Job.SEND_PORTFOLIOS, (), waiting)] if waiting else []


def _mailboxes(session: Session, now: datetime) -> list[Ring]:
    due = channels.due(session, MAILBOX, now - MAILBOX_EVERY)
    return [Ring(Job.READ_MAILBOX, (place,)) for place in due]


def _pix(session: Session, now: datetime) -> list[Ring]:
    due = channels.due(session, PIX, now - PIX_EVERY)
    return [Ring(Job.KEEP_PIX_CHARGES, (place,)) for place in due]


def _keep_schedules(places: Sequence[Place], now: datetime) -> None:
    """Write the next report of companies whose row says something else than their schedule."""
    zones = {place.id: place.zone for place in places}
    with _reading(places) as session:
        planned = stored.planned(session)
        rows = report_readers.running(session)
    for row in rows:
        place, slot = row.workspace_id, planned.get((row.workspace_id, row.kind))
        if place not in zones:
            continue
        wanted = report_schedules.rhythm(row, zones[place])
        if report_schedule.upcoming(wanted, slot, now) != slot:
            program = actors.system([place], name="clock")
            report_schedules.keep(program, place, Kind(row.kind), now=now)


def _keep_portfolios(now: datetime) -> None:
    """Write the next portfolio of readers whose row says something else than their schedule."""
    with _reading(()) as session:
        rows = portfolio_mails.running(session)
    for row in rows:
        wanted = portfolio_schedules.rhythm(row.weekday, row.hour)
        if report_schedule.upcoming(wanted, row.planned, now) != row.planned:
            portfolio_schedules.keep(actors.system((), name="clock"), row.user_id, now=now)


def _places() -> list[Place]:
    with _reading(()) as session:
        return [Place(row.id, row.time_zone) for row in workspaces.listed(session)]


@contextmanager
def _reading(places: Sequence[Place]) -> Iterator[Session]:
    """A look at the rows of some companies, which leaves no transaction open."""
    with acting_as(actors.system((place.id for place in places), name="clock")):
        session = db.session()
        try:
            yield session
        finally:
            session.rollback()
