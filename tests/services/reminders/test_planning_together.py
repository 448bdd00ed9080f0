"""A campaign is planned in the very moment in which somebody changes it, with real commits."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from bpo.db import acting_as, db
from bpo.domain.reminders.deliveries import State
from bpo.domain.writing import regua_edits
from bpo.gateways.queue import MemoryQueue
from bpo.kernel import actor as actors
from bpo.models import Touch
from bpo.services.reminders import campaigns, plans
from bpo.services.writing import regua_drafts
from tests.factories import debts, people

TUESDAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


@pytest.fixture
def scene(fresh_app):
    """Padaria Sol, a debtor whose first reminder is due, and somebody else at another desk."""
    with fresh_app.app_context(), ThreadPoolExecutor(1) as other_desk:
        sol = people.workspace(cnpj="11222333000181", sender_email="cobranca@sol.example")
        program = actors.system([sol.id], name="test")
        with acting_as(program):
            row = debts.running(db.session(), sol, since=NOON - timedelta(days=60))
            debts.fresh(db.session(), sol, TUESDAY, NOON)
            debts.receivable(
                db.session(), debts.debtor(db.session(), sol), "1001", due=date(2026, 11, 10)
            )
            ids = sol.id, row.id
            db.session.remove()
            yield fresh_app, program, *ids, other_desk


def _plan(program, place):
    return campaigns.plan(program, place, TUESDAY, now=NOON, queue=MemoryQueue())


def _take_away(app, program, place, campaign_id, step_key):
    """A new version of the campaign without one of its steps."""
    with app.app_context():
        edit = regua_drafts.on_steps(lambda steps: regua_edits.removed(steps, step_key))
        regua_drafts.edit(program, place, campaign_id, edit, now=NOON)
        regua_drafts.save(program, place, campaign_id, now=NOON)
        db.session.remove()


def _waiting(place):
    db.session.remove()
    rows = select(Touch.state).where(Touch.workspace_id == place)
    return set(db.session().scalars(rows))


def _first_step(program, place):
    touches = campaigns.plan(
        program, place, TUESDAY, now=NOON, queue=MemoryQueue(), dry_run=True
    ).plans[0][1]
    db.session.remove()
    return touches.touches[0].step_key


def test_a_step_taken_away_while_the_day_is_planned_is_not_said(scene, monkeypatch):
    app, program, place, row, other_desk = scene
    step = _first_step(program, place)
    page_of, saved = campaigns.page_of, []

    def after_the_steps_are_read(*asked):
        saved.append(other_desk.submit(_take_away, app, program, place, row, step))
        saved[0].result(30)
        return page_of(*asked)

    monkeypatch.setattr(campaigns, "page_of", after_the_steps_are_read)
    _plan(program, place)
    assert _waiting(place) == {State.CANCELLED}


def test_a_step_taken_away_when_the_plan_is_almost_kept_is_not_said(scene, monkeypatch):
    app, program, place, row, other_desk = scene
    step = _first_step(program, place)
    close, saved = plans.Shelf.close, []

    def before_the_commit(shelf):
        created = close(shelf)
        saved.append(other_desk.submit(_take_away, app, program, place, row, step))
        with pytest.raises(TimeoutError):
            saved[0].result(0.3)
        return created

    monkeypatch.setattr(plans.Shelf, "close", before_the_commit)
    _plan(program, place)
    saved[0].result(30)
    assert _waiting(place) == {State.CANCELLED}


@pytest.mark.parametrize("zone", ["America/Rio_Branco", "America/Noronha"])
def test_a_zone_changed_while_a_campaign_runs_says_nothing_twice_and_skips_nothing(session, zone):
    """The day is the day in both zones: only the hours of what is to come are other ones."""
    sol = people.workspace()
    program = actors.system([sol.id], name="test")
    with acting_as(program):
        debts.running(session, sol, since=NOON - timedelta(days=60))
        for number, due in (("early", date(2026, 11, 19)), ("late", TUESDAY)):
            who = debts.debtor(session, sol, number, email=f"{number}@example.org")
            debts.receivable(session, who, number, due=due)
        before = _said(session, program, sol, TUESDAY, NOON)
        sol.time_zone = zone
        session.commit()
        assert _said(session, program, sol, TUESDAY, NOON) == before
        after = _said(session, program, sol, TUESDAY + timedelta(days=1), NOON + timedelta(days=1))
    assert (len(before), len(after), len(set(after))) == (1, 2, 2)


def _said(session, program, sol, day, now):
    campaigns.plan(program, sol.id, day, now=now, queue=MemoryQueue())
    rows = select(Touch.debtor_id, Touch.step_key).where(Touch.workspace_id == sol.id)
    return [tuple(row) for row in session.execute(rows)]
