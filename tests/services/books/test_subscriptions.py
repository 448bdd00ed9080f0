"""Recurring charges in the books: issued once whatever runs twice, and nothing is missed."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from bpo.db import acting_as
from bpo.domain.books.subscriptions import Every, Price, Terms
from bpo.jobs import Job
from bpo.kernel import actor as actors
from bpo.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from bpo.models import AuditEntry, Receivable, Subscription, SubscriptionPeriod
from bpo.queries.reminders import clockwork
from bpo.services.books import subscription_issuing, subscriptions
from bpo.services.insight.ringing import Place, due
from tests import counting
from tests.factories import debts, people

TODAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


@pytest.fixture
def cast(session):
    found = people.cast(session)
    with acting_as(actors.system([found.sol.id], name="test")):
        yield found


@pytest.fixture
def program(cast):
    return actors.system([cast.sol.id], name="clock")


def begin(session, cast, *, first_due=date(2026, 11, 30), cents=100_00, who=None, **more):
    terms = Terms(
        more.pop("every", Every.MONTHLY),
        more.pop("starts_on", first_due),
        first_due,
        (Price(first_due, cents),),
        **more,
    )
    debtor = who or debts.debtor(session, cast.sol)
    ana = people.actor(session, cast.ana)
    return subscriptions.begin(ana, cast.sol.id, debtor.id, "Mensalidade", terms, now=NOON)


def run(program, cast, day=TODAY):
    return subscription_issuing.issue(program, cast.sol.id, day, now=NOON)


def test_a_receivable_is_issued_some_days_before_it_falls_due(session, cast, program):
    begin(session, cast, notice_days=6)
    assert [one.number for one in run(program, cast)] != []
    title = session.scalars(select(Receivable)).one()
    assert (title.issue_date, title.due_date, title.amount_cents) == (
        TODAY,
        date(2026, 11, 30),
        100_00,
    )
    assert title.policy_version_id is not None
    assert title.description == "Mensalidade (30/11/2026 – 29/12/2026)"
    period = session.scalars(select(SubscriptionPeriod)).one()
    assert period.receivable_id == title.id
    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.action == "subscription.issue")
    ).one()
    assert entry.detail == {"count": 1, "amount_cents": 100_00}


def test_whatever_runs_twice_issues_once(session, cast, program):
    row = begin(session, cast, notice_days=6)
    run(program, cast)
    assert run(program, cast) == []
    session.execute(update(Subscription).values(next_issue_on=TODAY))
    session.commit()
    assert run(program, cast) == [], "even for a clock that has forgotten"
    assert len(session.scalars(select(Receivable)).all()) == 1
    session.refresh(row)
    assert row.next_issue_on == date(2026, 12, 24)


def test_months_that_were_missed_are_caught_up_without_a_second_one(session, cast, program):
    begin(session, cast)
    found = run(program, cast, date(2027, 2, 20))
    assert [one.period.starts_on for one in found] == [
        date(2026, 11, 30),
        date(2026, 12, 30),
        date(2027, 1, 30),
    ]
    assert {one.due_date for one in found} == {date(2027, 2, 25)}, "nobody is late by our delay"
    assert run(program, cast, date(2027, 2, 20)) == []


def test_a_pause_and_a_new_price_hold_from_their_day(session, cast, program):
    ana = people.actor(session, cast.ana)
    row = begin(session, cast)
    subscriptions.reprice(ana, cast.sol.id, row.id, 150_00, date(2026, 12, 1), now=NOON)
    subscriptions.pause(ana, cast.sol.id, row.id, date(2027, 1, 1), None, now=NOON)
    with pytest.raises(Conflict):
        subscriptions.pause(ana, cast.sol.id, row.id, date(2027, 1, 1), None, now=NOON)
    found = run(program, cast, date(2027, 6, 1))
    assert [one.period.cents for one in found] == [100_00, 150_00]
    session.refresh(row)
    assert row.next_issue_on is None, "the clock does not look at it while it rests"
    later = datetime(2027, 6, 15, 12, 0, tzinfo=UTC)
    subscriptions.resume(ana, cast.sol.id, row.id, now=later)
    assert [one.period.starts_on for one in run(program, cast, date(2027, 7, 1))] == [
        date(2027, 6, 30)
    ]
    subscriptions.end(ana, cast.sol.id, row.id, date(2027, 7, 1), now=later)
    assert run(program, cast, date(2028, 1, 1)) == []


def test_statements_do_not_grow_with_subscriptions(session, cast, program):
    davi = debts.debtor(session, cast.sol)
    for number in range(2):
        begin(session, cast, who=davi, cents=100_00 + number)
    with counting.statements() as few:
        run(program, cast, date(2026, 11, 30))
    for number in range(2, 12):
        begin(session, cast, who=davi, cents=100_00 + number)
    with counting.statements() as many:
        assert len(run(program, cast, date(2027, 1, 10))) == 22
    assert len(many) == len(few) > 3


def test_the_clock_rings_for_what_has_come(session, cast, program):
    begin(session, cast, notice_days=6)
    place = Place(cast.sol.id, cast.sol.time_zone)
    rings = [ring for ring in due([place], NOON) if ring.job is Job.ISSUE_SUBSCRIPTIONS]
    assert [ring.args for ring in rings] == [(cast.sol.id, "2026-11-24")]
    run(program, cast)
    assert clockwork.subscriptions_due(session, {cast.sol.id: TODAY}) == []


def test_who_may_not_and_what_may_not_be(session, cast):
    with pytest.raises(BadInput):
        begin(session, cast, first_due=TODAY - timedelta(days=1))
    row = begin(session, cast, who=debts.debtor(session, cast.sol, "Zé", email=None))
    carla, bruno = people.actor(session, cast.carla), people.actor(session, cast.bruno)
    with pytest.raises(NotFound):
        subscriptions.end(carla, cast.sol.id, row.id, TODAY, now=NOON)
    with pytest.raises(Forbidden):
        subscriptions.end(bruno, cast.sol.id, row.id, TODAY, now=NOON)
