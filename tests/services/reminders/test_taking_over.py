"""A campaign that speaks first from today on calls off what waits of the others to its debtors."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from bpo.db import acting_as
from bpo.domain.reminders import steps
from bpo.domain.reminders.regua import THREE_STEPS
from bpo.gateways.queue import MemoryQueue
from bpo.kernel import actor as actors
from bpo.models import Campaign, CampaignVersion, Touch
from bpo.queries.reminders import campaigns as stored
from bpo.services.reminders import campaigns
from tests.factories import debts, people

TUESDAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


@pytest.fixture
def sol(session):
    return people.workspace()


@pytest.fixture
def program(sol):
    with acting_as(actors.system([sol.id], name="test")) as actor:
        yield actor


@pytest.fixture
def gentle(session, sol, program):
    """Speaks first, to those tagged alone, once it runs."""
    row = debts.running(session, sol, since=NOON - timedelta(days=60))
    stored.version(session, row).options = {"audience": {"with_tags": ["vip"]}}
    row.name, row.precedence, row.state = "Com calma", 0, "awaiting_go"
    session.commit()
    return row


@pytest.fixture
def usual(session, sol, gentle):
    """Speaks to everybody, after the other."""
    row = Campaign(
        workspace_id=sol.id,
        key="usual",
        name="De sempre",
        state="running",
        precedence=1,
        version=1,
        started_at=NOON - timedelta(days=60),
    )
    session.add(row)
    session.flush()
    ladder = steps.to_json(THREE_STEPS)
    session.add(CampaignVersion(workspace_id=sol.id, campaign_id=row.id, version=1, steps=ladder))
    session.commit()
    return row


@pytest.fixture
def book(session, sol, program):
    """Davi is told gently, Eva as always; both are late."""
    davi, eva = debts.debtor(session, sol, "Davi"), debts.debtor(session, sol, "Eva")
    davi.tags = ["vip"]
    for who in (davi, eva):
        debts.receivable(session, who, f"N{who.id}", due=date(2026, 11, 10))
    session.commit()
    return davi, eva


def plan(program, sol, day=TUESDAY, **options):
    return campaigns.plan(program, sol.id, day, now=NOON, queue=MemoryQueue(), **options)


def waits(session):
    """Who is to hear of whom, and what was called off."""
    session.expire_all()
    rows = select(Touch.debtor_id, Touch.campaign_id, Touch.state).order_by(Touch.id)
    return [tuple(row) for row in session.execute(rows)]


def starts(session, row):
    row.state = "running"
    session.commit()


def test_on_the_day_on_which_it_starts(session, sol, program, gentle, usual, book):
    davi, eva = book
    plan(program, sol)
    assert {(who, by) for who, by, _ in waits(session)} == {(davi.id, usual.id), (eva.id, usual.id)}
    starts(session, gentle)
    plan(program, sol, only_unplanned=True)
    assert waits(session) == [
        (davi.id, usual.id, "cancelled"),
        (eva.id, usual.id, "planned"),
        (davi.id, gentle.id, "planned"),
    ]
    plan(program, sol)
    assert len(waits(session)) == 3, "a repeat brings nothing back"


def test_a_look_at_what_it_would_say_says_the_same_and_calls_nothing_off(
    session, sol, program, gentle, usual, book
):
    davi, _eva = book
    plan(program, sol)
    coming = frozenset({"awaiting_go"})
    ((_row, made),) = plan(program, sol, dry_run=True, states=coming).plans
    assert [touch.debtor_id for touch in made.touches] == [davi.id]
    assert {state for _, _, state in waits(session)} == {"planned"}


def test_what_waited_for_days_goes_to_nobody_who_is_spoken_to_by_another_now(
    session, sol, program, gentle, usual, book
):
    """Payments were not known for days, and nothing left meanwhile."""
    davi, eva = book
    plan(program, sol)
    starts(session, gentle)
    plan(program, sol, TUESDAY + timedelta(days=1))
    assert waits(session)[:2] == [
        (davi.id, usual.id, "cancelled"),
        (eva.id, usual.id, "planned"),
    ]


def test_what_has_left_stays_and_counts(session, sol, program, gentle, usual, book):
    davi, _eva = book
    plan(program, sol)
    first = session.scalars(select(Touch).where(Touch.debtor_id == davi.id)).one()
    first.state, first.settled_at = "sent", NOON
    session.commit()
    starts(session, gentle)
    plan(program, sol, only_unplanned=True)
    assert [(by, state) for who, by, state in waits(session) if who == davi.id] == [
        (usual.id, "sent")
    ]


def test_what_a_draft_would_say_leaves_out_whom_another_speaks_to(
    session, sol, program, gentle, usual, book
):
    starts(session, gentle)
    of_gentle, of_usual = (
        campaigns.foresee(session, sol, entry, TUESDAY, now=NOON)
        for entry in stored.in_states(session, sol, campaigns.RUNNING)
    )
    said = [[touch.debtor_id for touch in made.touches] for made in (of_gentle, of_usual)]
    assert said == [[book[0].id], [book[1].id]]
