"""Planning a day, told as what Ana sees."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from psycopg import Cursor
from sqlalchemy import func, select

from bpo.db import acting_as, db, driver
from bpo.domain.reminders import steps
from bpo.domain.reminders.regua import THREE_STEPS
from bpo.gateways.queue import MemoryQueue
from bpo.jobs import Job
from bpo.kernel import actor as actors
from bpo.models import Campaign, CampaignVersion, Hold, PlanRun, Skip, Touch, TouchReceivable
from bpo.queries.reminders import book
from bpo.queries.reminders import campaigns as stored
from bpo.services.reminders import campaigns
from tests.factories import debts, people, waiting
from workers import campaigns as morning

TUESDAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


@pytest.fixture
def sol(session):
    return people.workspace()


@pytest.fixture
def program(sol):
    with acting_as(actors.system([sol.id], name="test")) as actor:
        yield actor


def _plan(program, sol, day=TUESDAY, **options):
    return campaigns.plan(
        program, sol.id, day, now=NOON, queue=options.pop("queue", MemoryQueue()), **options
    )


def test_one_message_lists_all_that_davi_owes_and_a_repeat_creates_nothing(session, sol, program):
    campaign = debts.running(session, sol, since=NOON - timedelta(days=60))
    davi = debts.debtor(session, sol)
    for number, due in (("1", date(2026, 11, 10)), ("2", date(2026, 11, 12))):
        debts.receivable(session, davi, number, due=due, cents=50_00)
    queue = MemoryQueue()

    first = _plan(program, sol, queue=queue)
    again = _plan(program, sol)

    assert (first.created, again.created) == (1, 0)
    assert queue.jobs == [(Job.SEND_DELIVERIES, (sol.id,))]
    touch = session.scalars(select(Touch)).one()
    assert (touch.debtor_id, touch.campaign_id, touch.total_cents) == (davi.id, campaign.id, 100_00)
    assert session.scalar(select(func.count()).select_from(TouchReceivable)) == 2


def test_a_dry_run_says_the_same_and_stores_nothing(session, sol, program):
    debts.running(session, sol, since=NOON - timedelta(days=60))
    debts.receivable(session, debts.debtor(session, sol), due=date(2026, 11, 10))
    foreseen = _plan(program, sol, dry_run=True)
    assert session.scalar(select(func.count()).select_from(Touch)) == 0
    planned = _plan(program, sol, keep=True)
    assert foreseen.plans[0][1].touches == planned.plans[0][1].touches


def test_a_dry_run_for_everybody_explains_who_owes_nothing_too(session, sol, program):
    debts.running(session, sol, since=NOON - timedelta(days=60))
    eva = debts.debtor(session, sol, "Eva Dias")
    told = _plan(program, sol, dry_run=True, everybody=True).plans[0][1].skips
    assert [(skip.debtor_id, skip.codes) for skip in told] == [(eva.id, ["nothing_due"])]
    sunday = _plan(program, sol, date(2026, 11, 22), dry_run=True, everybody=True).plans[0][1]
    assert [skip.codes for skip in sunday.skips] == [["closed_day"]]


def test_what_is_paid_or_issued_after_the_day_does_not_change_it(session, sol, program):
    debts.running(session, sol, since=NOON - timedelta(days=90))
    davi = debts.debtor(session, sol)
    title = debts.receivable(session, davi, due=date(2026, 10, 10))
    debts.receivable(session, davi, "later", due=date(2026, 12, 30), issue=date(2026, 11, 20))
    debts.paid(session, title, 40_00, date(2026, 11, 20))

    before = _plan(program, sol, date(2026, 11, 17), dry_run=True).plans[0][1].touches
    after = _plan(program, sol, TUESDAY, dry_run=True).plans[0][1].touches

    assert [touch.total_cents for touch in before] == [100_00]
    assert [touch.total_cents for touch in after] == [60_00]


def test_davi_without_an_address_is_left_in_peace_and_ana_reads_why(session, sol, program):
    debts.running(session, sol, since=NOON - timedelta(days=60))
    debts.receivable(session, debts.debtor(session, sol, email=None), due=date(2026, 11, 10))
    assert _plan(program, sol).created == 0
    assert session.scalars(select(Skip)).one().reasons[0] == "no_contact"


def test_a_day_is_planned_by_the_clock_once(session, sol, program):
    debts.running(session, sol, since=NOON - timedelta(days=60))
    _plan(program, sol, only_unplanned=True)
    debts.receivable(session, debts.debtor(session, sol), due=date(2026, 11, 10))
    assert _plan(program, sol, only_unplanned=True).created == 0
    assert _plan(program, sol).created == 1
    run = session.scalars(select(PlanRun)).one()
    assert (run.on_day, run.created) == (TUESDAY, 1)


def test_a_campaign_that_waits_for_a_go_plans_only_when_asked(session, sol, program):
    debts.receivable(session, debts.debtor(session, sol), due=date(2026, 11, 4))
    assert _plan(program, sol).plans == ()
    asked = _plan(program, sol, states=campaigns.PLANNABLE, dry_run=True)
    assert asked.touches == 1
    assert campaigns.NOT_BEFORE_GO in asked.plans[0][1].warnings


def test_planning_costs_the_same_number_of_queries_for_one_debtor_and_for_twenty(
    session, sol, program
):
    debts.running(session, sol, since=NOON - timedelta(days=60))
    debts.receivable(session, debts.debtor(session, sol), due=date(2026, 11, 10))
    _plan(program, sol)
    counts = []
    for group in range(2):
        for number in range(1 if group == 0 else 19):
            name = f"Cliente {group}-{number}"
            owed_by = debts.debtor(session, sol, name, email=f"c{group}{number}@example.org")
            debts.receivable(session, owed_by, due=date(2026, 11, 10))
        counts.append(_statements(lambda: _plan(program, sol)))
    assert counts[0] == counts[1]


def _statements(act) -> int:
    """How many statements the driver sends."""
    sent = 0
    original = Cursor.execute

    def counting(self, *args, **kwargs):
        nonlocal sent
        sent += 1
        return original(self, *args, **kwargs)

    Cursor.execute = counting
    try:
        act()
    finally:
        Cursor.execute = original
    assert db.session()
    return sent


def test_the_morning_of_a_company_closed_overnight_is_quiet(session, sol, program):
    debts.running(session, sol, since=NOON - timedelta(days=60))
    debts.receivable(session, debts.debtor(session, sol), due=date(2026, 11, 10))
    sol.active = False
    session.commit()
    morning.plan_campaigns(sol.id, TUESDAY.isoformat())
    assert session.scalar(select(func.count()).select_from(PlanRun)) == 0
    sol.active = True
    session.commit()
    morning.plan_campaigns(sol.id, TUESDAY.isoformat())
    assert session.scalar(select(func.count()).select_from(PlanRun)) == 1


def test_a_second_campaign_keeps_silent_for_whom_the_first_speaks_to_even_when_paused(
    session, sol, program
):
    first = debts.running(session, sol, since=NOON - timedelta(days=60))
    first.name, first.precedence = "Clientes", 0
    second = Campaign(
        workspace_id=sol.id, key="rest", name="Demais", state="running", precedence=1, version=1
    )
    session.add(second)
    session.flush()
    ladder = steps.to_json(THREE_STEPS)
    session.add(
        CampaignVersion(workspace_id=sol.id, campaign_id=second.id, version=1, steps=ladder)
    )
    debts.receivable(session, debts.debtor(session, sol), due=date(2026, 11, 10))
    session.commit()

    said = _plan(program, sol, dry_run=True).plans
    assert [(row.name, len(plan.touches)) for row, plan in said] == [("Clientes", 1), ("Demais", 0)]
    assert said[1][1].skips[0].reasons[0].by == "Clientes"

    first.state = "paused"
    session.commit()
    assert _plan(program, sol).created == 0


def test_who_buys_for_the_first_time_is_read_from_all_that_was_ever_sold(session, sol, program):
    campaign = debts.running(session, sol, since=NOON - timedelta(days=60))
    version = stored.version(session, campaign)
    version.options = {"audience": {"first_purchase": True}}
    new, old = debts.debtor(session, sol, "Nova"), debts.debtor(session, sol, "Velha")
    debts.receivable(session, new, due=date(2026, 11, 10))
    for number, due in (("1", date(2026, 5, 10)), ("2", date(2026, 11, 10))):
        debts.receivable(session, old, number, due=due)
    session.flush()
    (made,) = [plan for _row, plan in _plan(program, sol, dry_run=True).plans]
    assert [touch.debtor_id for touch in made.touches] == [new.id]
    assert [(skip.debtor_id, skip.codes) for skip in made.skips] == [(old.id, ["audience"])]


def test_the_next_contacts_of_a_list_are_those_of_each_page(session, sol, program):
    debts.running(session, sol, since=NOON - timedelta(days=60))
    names = ("Davi", "Elza", "Fábio", "Gil")
    davi, elza, fabio, gil = (debts.debtor(session, sol, name) for name in names)
    for one, due in ((davi, date(2026, 11, 10)), (elza, date(2026, 11, 23)), (fabio, TUESDAY)):
        debts.receivable(session, one, due=due)
    first = stored.listed(session, sol.id)[0]
    waiting.touch(
        session,
        debts.receivable(session, gil, due=date(2026, 11, 10)),
        "sent",
        day=TUESDAY,
        step="d+1",
        campaign_id=first.id,
    )
    ids = [one.id for one in (davi, elza, fabio, gil)]
    together = campaigns.next_contacts(session, sol, ids, TUESDAY)
    alone = {
        number: campaigns.next_contacts(session, sol, [number], TUESDAY).get(number)
        for number in ids
    }
    assert together == alone
    assert [together[number].on for number in ids][:3] == [TUESDAY, TUESDAY, date(2026, 11, 25)]
    assert together[gil.id].on > TUESDAY


def test_pauses_are_read_once_for_all_pages_of_debtors(session, sol, program):
    davi, eva = debts.debtor(session, sol), debts.debtor(session, sol, "Eva Dias")
    for who in (davi, eva):
        debts.receivable(session, who, due=date(2026, 11, 10))
    held = {"workspace_id": sol.id, "debtor_id": eva.id, "source": "test"}
    session.add(Hold(**held, reason="manual", starts_on=TUESDAY))
    session.commit()
    here = campaigns.setting(session, sol, TUESDAY)
    (entry,) = stored.in_states(session, sol, campaigns.PLANNABLE)
    page = replace(campaigns.page_of(here, entry), size=1)

    first = book.read(driver(session), page)
    second = book.read(driver(session), replace(first.following(), size=1))

    assert second.page.pauses is first.around.pauses
    assert [len(one.holds) for part in (first, second) for one in part.debtors()] == [0, 1]
