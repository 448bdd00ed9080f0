"""Figures of ended days are kept as they were whatever comes later, and restated if told late."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from bpo.analytics import collection, days
from bpo.analytics.frames import ordinal
from bpo.db import acting_as
from bpo.kernel import actor as actors
from bpo.models import AuditEntry, MetricSnapshot, Receivable, SnapshotChange
from bpo.queries.insight import facts, snapshots
from bpo.services.insight import ringing
from bpo.services.insight import snapshots as keeping
from bpo.services.insight.ringing import Place
from tests.factories import debts, people
from tests.queries.test_portfolio import TODAY, random_book

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)


@pytest.fixture
def sol(session):
    return people.workspace()


@pytest.fixture
def here(session, sol):
    with acting_as(actors.system([sol.id], name="tests")):
        random_book(session, sol, 7, size=60)
        session.commit()
        yield session


def keep(sol, today=TODAY) -> int:
    return keeping.refresh(actors.system([sol.id], name="clock"), sol.id, today, now=NOW)


def kept(session, sol, last=TODAY - timedelta(days=1)):
    return snapshots.stored(session, sol.id, date(2020, 1, 1), last)


def pay(session, sol, on) -> None:
    """Some open receivable is settled on a day."""
    row = session.scalars(
        select(Receivable)
        .where(Receivable.workspace_id == sol.id, Receivable.settled_on.is_(None))
        .where(Receivable.issue_date < on)
        .order_by(Receivable.id)
    ).first()
    debts.paid(session, row, row.amount_cents - row.settled_cents, on)
    session.commit()


def test_every_ended_day_is_kept_once_and_says_what_the_metrics_say(here, sol):
    assert keep(sol) > 300
    assert keep(sol) == 0
    table, book = kept(here, sol), facts.load(here, sol.id)
    assert table.index.max() == ordinal(TODAY) - 1
    for back in (1, 30, 95, 200):
        day = TODAY - timedelta(days=back)
        assert days.metrics(table, day) == collection.metrics(book, day)


def test_what_happens_later_leaves_a_past_day_as_it_was(here, sol):
    keep(sol)
    before = kept(here, sol)
    pay(here, sol, TODAY)
    assert here.scalar(select(func.count()).select_from(SnapshotChange)) == 0
    assert keep(sol, TODAY + timedelta(days=1)) == 1
    assert kept(here, sol).equals(before)
    first = date.fromordinal(int(before.index[0]) + date(1970, 1, 1).toordinal())
    rebuilt = days.table(facts.load(here, sol.id), first, TODAY - timedelta(days=1))
    assert rebuilt.equals(before.astype("int64"))
    here.expire_all()
    assert here.scalars(select(MetricSnapshot.times).distinct()).all() == [0]


def test_a_fact_dated_back_restates_the_days_since_and_says_so(here, sol):
    keep(sol)
    pay(here, sol, TODAY - timedelta(days=40))
    assert sol.id not in snapshots.right(here, {sol.id: TODAY})
    assert snapshots.due(here, {sol.id: TODAY}) == [(sol.id, TODAY)]
    exact = snapshots.until(here, sol.id, TODAY, date(2026, 1, 1), facts.load(here, sol.id))
    assert keep(sol) == 40
    assert sol.id in snapshots.right(here, {sol.id: TODAY})
    again = snapshots.until(here, sol.id, TODAY, date(2026, 1, 1), facts.load(here, sol.id))
    assert again.equals(exact)
    audit = here.scalars(select(AuditEntry).where(AuditEntry.action == "snapshots.restate")).one()
    assert audit.detail == {"since": (TODAY - timedelta(days=40)).isoformat(), "days": 40}
    here.expire_all()
    restated = select(func.count()).where(MetricSnapshot.restated_at.is_not(None))
    assert here.scalar(restated) == 40


def test_an_amount_corrected_restates_the_days_since_its_issue(here, sol):
    keep(sol)
    row = here.scalars(
        select(Receivable)
        .where(Receivable.workspace_id == sol.id, Receivable.settled_on.is_(None))
        .where(Receivable.issue_date < TODAY - timedelta(days=20))
    ).first()
    here.execute(
        update(Receivable)
        .where(Receivable.workspace_id == sol.id, Receivable.id == row.id)
        .values(amount_cents=Receivable.amount_cents + 100)
    )
    here.commit()
    assert here.scalars(select(SnapshotChange.since)).all() == [row.issue_date]
    assert keep(sol) == (TODAY - row.issue_date).days


def test_the_clock_rings_for_days_that_are_missing(here, sol):
    place = Place(sol.id, "America/Sao_Paulo")
    at = datetime(2026, 11, 25, 15, 0, tzinfo=UTC)
    rung = [ring for ring in ringing.due([place], at) if ring.job == "refresh_snapshots"]
    assert [ring.args for ring in rung] == [(sol.id, TODAY.isoformat())]
    keep(sol)
    assert not [ring for ring in ringing.due([place], at) if ring.job == "refresh_snapshots"]
