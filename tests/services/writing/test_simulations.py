"""What is foreseen is what happens: days lived in memory, and the same days planned and sent."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, text

from bpo.db import acting_as, unit_of_work
from bpo.domain.books.subscriptions import Every, Price, Terms
from bpo.domain.reminders import simulation, steps
from bpo.domain.reminders.regua import DEFAULT_REGUA, THREE_STEPS
from bpo.domain.reminders.steps import Moment
from bpo.domain.writing import regua_edits
from bpo.gateways.queue import MemoryQueue
from bpo.jobs import Job
from bpo.kernel import actor as actors
from bpo.kernel.errors import Conflict, NotFound
from bpo.models import Campaign, CampaignVersion, Hold, Score, ScoreModel, Simulation, Touch
from bpo.services.books import subscriptions
from bpo.services.reminders import campaigns
from bpo.services.writing import regua_drafts, releases, simulations
from tests.factories import debts, people, waiting
from workers import campaigns as jobs

FIRST = date(2026, 11, 24)
DAWN = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
DAYS = 24
SEND = text(
    "UPDATE touches SET state = 'sent', settled_at = scheduled_at"
    " WHERE workspace_id = :sol AND state = 'planned' AND scheduled_at < :now"
)


@pytest.fixture
def sol(session):
    return people.workspace()


@pytest.fixture
def program(sol):
    with acting_as(actors.system([sol.id], name="test")) as actor:
        yield actor


def second(session, sol, row) -> Campaign:
    """A campaign for wholesale, that speaks after the first."""
    other = Campaign(
        workspace_id=sol.id,
        key="wholesale",
        name="Wholesale",
        state="running",
        precedence=5,
        started_at=row.started_at,
    )
    session.add(other)
    session.flush()
    first = next(step for step in DEFAULT_REGUA if step.moment == Moment.OVERDUE)
    ladder = regua_edits.changed(DEFAULT_REGUA, replace(first, offset=1))
    session.add(
        CampaignVersion(
            workspace_id=sol.id, campaign_id=other.id, version=1, steps=steps.to_json(ladder)
        )
    )
    session.commit()
    return other


def crowd(session, sol, count: int = 9):
    found = []
    for place in range(count):
        state = "AM" if place % 3 == 0 else "SP"
        tags = ["retail"] if place % 2 else []
        one = debts.debtor(session, sol, f"Debtor {place}", state=state, tags=tags)
        for turn, late in enumerate((40 - 7 * place, 3 * place - 20)):
            due = FIRST - timedelta(days=late)
            number, issue = f"{place}-{turn}", due - timedelta(days=70)
            debts.receivable(session, one, number, due=due, issue=issue, cents=100_00 + place)
        found.append(one)
    return found


def happen(session, program, sol):
    """Plan every dawn and send what has come, as the clock and the sender do."""
    said = []
    for distance in range(DAYS):
        day, now = FIRST + timedelta(days=distance), DAWN + timedelta(days=distance)
        with unit_of_work(program) as unit:
            unit.execute(SEND, {"sol": sol.id, "now": now})
        campaigns.plan(program, sol.id, day, now=now, queue=MemoryQueue())
    for touch in session.scalars(select(Touch).where(Touch.workspace_id == sol.id)):
        said.append((touch.planned_on, touch.campaign_id, touch.debtor_id, *what(touch)))
    return sorted(said)


def what(touch):
    return touch.step_key, str(touch.channel), touch.cycle, touch.scheduled_at


def foreseen(session, sol, row):
    asked = Simulation(workspace_id=sol.id, campaign_id=row.id, draft=False, pays=False)
    asked.first_on = FIRST
    scene = simulations._scene(session, sol.id, asked, DAWN)
    lived = simulation.live(scene.now, scene.known, FIRST, DAYS)
    return sorted(
        (day.on, day.campaign_id, touch.debtor_id, *what(touch))
        for day in lived
        for touch in day.touches
    )


def test_what_is_foreseen_is_what_happens_with_two_campaigns(session, sol, program):
    row = debts.running(session, sol, DEFAULT_REGUA, since=DAWN - timedelta(days=60))
    version = session.scalars(
        select(CampaignVersion).where(
            CampaignVersion.campaign_id == row.id, CampaignVersion.version == row.version
        )
    ).one()
    options = dict(version.options or {})
    version.options = options | {"audience": {"without_tags": ["retail"]}}
    second(session, sol, row)
    crowd(session, sol)
    session.commit()

    ahead = foreseen(session, sol, row)
    assert session.scalars(select(Touch)).all() == []
    assert ahead == happen(session, program, sol)
    assert len(ahead) > 20
    assert len({said[1] for said in ahead}) == 2, "both campaigns speak"


def test_days_that_began_already_are_not_told_twice(session, sol, program):
    row = debts.running(session, sol, THREE_STEPS, since=DAWN - timedelta(days=60))
    crowd(session, sol, 4)
    campaigns.plan(program, sol.id, FIRST, now=DAWN, queue=MemoryQueue())
    standing = len(session.scalars(select(Touch)).all())
    ahead = foreseen(session, sol, row)
    assert standing
    assert all(said[0] > FIRST for said in ahead)
    assert len(happen(session, program, sol)) == standing + len(ahead)


def test_a_job_keeps_the_figures_and_the_difference_of_a_draft(session, sol, program):
    row = debts.running(session, sol, THREE_STEPS, since=DAWN - timedelta(days=60))
    crowd(session, sol, 6)
    edit = regua_drafts.on_steps(lambda ladder: regua_edits.removed(ladder, ladder[-1].key))
    regua_drafts.edit(program, sol.id, row.id, edit, now=DAWN)
    queue = MemoryQueue()
    number = simulations.ask(program, sol.id, row.id, days=60, now=DAWN, queue=queue, draft=True)
    assert queue.jobs == [(Job.SIMULATE_CAMPAIGN, (sol.id, number))]

    jobs.simulate_campaign(sol.id, number)

    kept = session.get(Simulation, (sol.id, number))
    session.refresh(kept)
    gone = THREE_STEPS[-1].key
    assert (kept.state, kept.progress) == ("done", 120)
    before, after = kept.result["before"], kept.result["after"]
    assert before["messages"] > after["messages"] > 0
    lost = kept.result["difference"]["steps"][gone]
    assert lost == [before["steps"][gone]["messages"], 0]
    by_day = before["days"].values()
    assert sum(sum(day.values()) for day in by_day) == before["messages"]
    assert before["messages"] == sum(step["messages"] for step in before["steps"].values())


def test_what_waits_of_a_step_taken_away_is_called_off_and_the_rest_goes(session, sol, program):
    row = debts.running(session, sol, THREE_STEPS, since=DAWN - timedelta(days=60))
    davi = debts.debtor(session, sol)
    title = debts.receivable(session, davi, due=FIRST - timedelta(days=6))
    first, *_, last = (step.key for step in THREE_STEPS)
    stays = waiting.touch(session, title, "planned", day=FIRST, step=first, campaign_id=row.id)
    goes = waiting.touch(session, title, "planned", day=FIRST, step=last, campaign_id=row.id)
    gone = waiting.touch(
        session, title, "sent", day=FIRST, step=last, channel="sms", campaign_id=row.id
    )
    edit = regua_drafts.on_steps(lambda ladder: regua_edits.switched(ladder, last))
    regua_drafts.edit(program, sol.id, row.id, edit, now=DAWN)
    regua_drafts.save(program, sol.id, row.id, now=DAWN)

    session.expire_all()
    assert [one.state for one in (stays, goes, gone)] == ["planned", "cancelled", "sent"]
    assert goes.state_reason == "stale"


def test_who_pays_when_expected_hears_nothing_more(session, sol, program):
    row = debts.running(session, sol, THREE_STEPS, since=DAWN - timedelta(days=60))
    davi = debts.debtor(session, sol)
    title = debts.receivable(session, davi, due=FIRST - timedelta(days=1))
    session.add(
        ScoreModel(
            workspace_id=sol.id,
            version=1,
            as_of=FIRST,
            fitted_at=DAWN,
            model={},
            trial={},
            record={},
            cash=[],
            scored_on=FIRST,
        )
    )
    session.add(
        Score(
            workspace_id=sol.id,
            receivable_id=title.id,
            version=1,
            scored_on=FIRST,
            late_chance=1,
            week_chances=[1.0],
            expected_on=FIRST + timedelta(days=5),
            reasons=[],
        )
    )
    session.commit()
    nobody = simulations.foresee(session, sol, row.id, FIRST, 40, now=DAWN)
    expected = simulations.foresee(session, sol, row.id, FIRST, 40, now=DAWN, pays=True)
    overdue = [s.key for s in THREE_STEPS if s.moment == "overdue"]
    assert sum(nobody.by_step[key] for key in overdue) > sum(
        expected.by_step[key] for key in overdue
    )
    assert max(expected.by_day, default=FIRST) <= FIRST + timedelta(days=7)


def test_an_archived_campaign_gets_no_go_and_an_unknown_one_no_simulation(session, sol, program):
    row = session.scalars(select(Campaign).where(Campaign.workspace_id == sol.id)).one()
    row.state = "archived"
    session.commit()
    with pytest.raises(Conflict):
        releases.give_go(program, sol.id, row.id, now=DAWN, queue=MemoryQueue())
    with pytest.raises(NotFound):
        simulations.ask(program, sol.id, 10**9, days=9, now=DAWN, queue=MemoryQueue())


def test_what_a_draft_does_today_is_asked_of_the_campaign_since_it_began(session, sol, program):
    row = debts.running(
        session, sol, DEFAULT_REGUA, since=DAWN - timedelta(days=60), entry="matching"
    )
    late = debts.debtor(session, sol, reference="late")
    debts.receivable(session, late, "1", due=FIRST - timedelta(days=12))
    draft = regua_drafts.read(session, sol, row.id)
    planned = campaigns.plan(program, sol.id, FIRST, now=DAWN, queue=MemoryQueue(), dry_run=True)
    truly: dict[str, int] = {}
    for touch in planned.plans[0][1].touches:
        truly[touch.step_key] = truly.get(touch.step_key, 0) + 1

    effect = regua_drafts.effect(session, sol, draft, FIRST, now=DAWN)

    assert effect.before == effect.after == truly
    assert truly == {"d+5": 1}  # not the step of its age: it fell due while the campaign ran


def test_recurring_charges_are_issued_and_pauses_begin_and_end_in_the_days_ahead(
    session, sol, program
):
    row = debts.running(session, sol, DEFAULT_REGUA, since=DAWN - timedelta(days=60))
    nina, rui = (debts.debtor(session, sol, name) for name in ("Nina", "Rui"))
    due = FIRST + timedelta(days=10)
    terms = Terms(Every.MONTHLY, due, due, (Price(due, 100_00),))
    subscriptions.begin(program, sol.id, nina.id, "Aula", terms, now=DAWN)
    debts.receivable(session, rui, "1", due=FIRST - timedelta(days=2))
    begins = FIRST + timedelta(days=3)
    session.add(
        Hold(
            workspace_id=sol.id,
            debtor_id=rui.id,
            reason="manual",
            source="user",
            starts_on=begins,
            until=begins + timedelta(days=12),
        )
    )
    session.commit()
    asked = simulations.ask(program, sol.id, row.id, days=30, now=DAWN, queue=MemoryQueue())
    stored = session.get(Simulation, (sol.id, asked))
    days = {
        one.name: [
            (day.on, touch.step_key)
            for day in simulations.path(session, sol, stored, one.id, now=DAWN)
            for touch in day.touches
        ]
        for one in (nina, rui)
    }
    keys = [key for _on, key in days["Nina"]]
    assert keys[0] == "issue"
    assert "d+5" in keys
    assert not [on for on, _key in days["Rui"] if begins <= on <= begins + timedelta(days=12)]
    assert [on for on, _key in days["Rui"] if on > begins + timedelta(days=12)]
