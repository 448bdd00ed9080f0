"""A workspace's model and scores: made by one job, once a day, from facts alone."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from bpo.analytics import cash, scoring
from bpo.analytics.scorecard import from_json
from bpo.db import acting_as
from bpo.kernel import actor as actors
from bpo.kernel.errors import NotFound
from bpo.models import AuditEntry, DebtorChance, Import, Score, ScoreModel
from bpo.queries.insight import forecasts
from bpo.queries.insight import scores as told
from bpo.services.insight import scores
from tests.factories import debts, people

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def cast(session):
    return people.cast(session)


@pytest.fixture
def program(cast):
    found = actors.system([cast.sol.id], name="tests")
    with acting_as(found):
        yield found


@pytest.fixture
def book(session, cast, program):
    """Davi pays ten days late, Dora five days early; each owes one title."""
    open_titles = []
    for name, delay in (("Davi Lima", 10), ("Dora Reis", -5)):
        debtor = debts.debtor(session, cast.sol, name)
        for month in range(1, 9):
            due = TODAY - timedelta(days=30 * month)
            title = debts.receivable(session, debtor, f"{name}-{month}", due=due)
            debts.paid(session, title, 100_00, title.effective_due_date + timedelta(days=delay))
        due = TODAY + timedelta(days=7)
        open_titles.append(debts.receivable(session, debtor, f"{name}-0", due=due, cents=300_00))
    return open_titles


def refresh(program, day=TODAY, now=NOW):
    return scores.refresh(program, next(iter(program.workspace_ids)), day, now=now)


def test_each_open_receivable_is_scored_with_its_reasons(session, cast, program, book):
    assert refresh(program)
    with acting_as(program):
        late, early = (told.of_receivable(session, cast.sol.id, row.id) for row in book)
        assert late.late_pct > 60 > 30 > early.late_pct
        assert late.expected_on > late.due_date >= early.expected_on
        assert not late.beyond_sight
        far = late.scored_on + timedelta(days=scoring.LONGEST)
        assert replace(late, expected_on=far).beyond_sight
        assert "Paid late so far: 8 of 8 invoices" in map(str, late.reasons)
        assert "Paid late so far: 0 of 8 invoices" in map(str, early.reasons)
        assert late.scored_on == TODAY
        assert session.scalar(select(func.count()).select_from(Score)) == 2
        assert [one.number for one in told.of_debtor(session, cast.sol.id, book[0].debtor_id)] == [
            "Davi Lima-0"
        ]
        assert told.risky(session, cast.sol.id)[0].number == "Davi Lima-0"
        expected = {one.debtor_id: one.pay_chance for one in session.scalars(select(DebtorChance))}
        weeks = {one.receivable_id: one.week_chances for one in session.scalars(select(Score))}
        for row in book:
            assert expected[row.debtor_id] == pytest.approx(sum(weeks[row.id]), abs=1e-3)


def test_a_second_call_on_the_day_does_nothing_and_the_next_day_keeps_the_model(
    session, cast, program, book
):
    assert refresh(program)
    assert not refresh(program)
    assert refresh(program, TODAY + timedelta(days=1))
    with acting_as(program):
        model = told.latest(session, cast.sol.id)
        assert (model.version, model.as_of) == (1, TODAY)
        assert model.scored_on == TODAY + timedelta(days=1)
        days = set(session.scalars(select(Score.scored_on)))
        assert days == {TODAY + timedelta(days=1)}


def test_after_a_week_and_after_a_large_import_there_is_a_new_version(session, cast, program, book):
    refresh(program)
    refresh(program, TODAY + timedelta(days=8), NOW + timedelta(days=8))
    with acting_as(program):
        assert [m.version for m in told.versions(session, cast.sol.id)] == [2, 1]
        assert from_json(told.latest(session, cast.sol.id).model).known == 16
    session.add(
        Import(
            workspace_id=cast.sol.id,
            filename="many.csv",
            sha256="0",
            state="applied",
            applied=told.MANY_ROWS,
            created_at=NOW + timedelta(days=8, hours=1),
        )
    )
    session.commit()
    later = TODAY + timedelta(days=8)
    with acting_as(program):
        assert told.due(session, {cast.sol.id: later}) == [(cast.sol.id, later)]
    assert refresh(program, later, NOW + timedelta(days=8, hours=2))
    with acting_as(program):
        assert told.latest(session, cast.sol.id).version == 3
        assert told.due(session, {cast.sol.id: later}) == []


def test_what_was_paid_is_no_longer_told_of(session, cast, program, book):
    refresh(program)
    debts.paid(session, book[0], 300_00, TODAY)
    with acting_as(program):
        assert told.of_receivable(session, cast.sol.id, book[0].id) is None
    refresh(program, TODAY + timedelta(days=1))
    with acting_as(program):
        assert session.scalar(select(func.count()).select_from(Score)) == 1


def test_learning_is_on_the_audit_trail_and_the_insight_reads_back(session, cast, program, book):
    refresh(program)
    with acting_as(program):
        acts = session.scalars(select(AuditEntry.action)).all()
        assert "score_model.fit" in acts
        found = told.insight(session, cast.sol.id)
        assert len(found.ahead) == 13
        assert found.trial.as_json()["n_train"] == 11
        assert cash.STRETCHES[0] <= found.record.stretch <= cash.STRETCHES[-1]
        assert found.record.held_pct is not None
        assert sum(week.expected_cents for week in found.ahead) <= 600_00


def test_what_a_model_learned_of_parts_is_told_until_the_next_one(session, cast, program, book):
    refresh(program)
    tomorrow = TODAY + timedelta(days=1)
    with acting_as(program):
        plain = first_week(forecasts.ahead(session, cast.sol.id, tomorrow))
        model = session.scalars(select(ScoreModel)).one()
        model.record = model.record | {"parts": 1.2}
        session.commit()
        raised = first_week(forecasts.ahead(session, cast.sol.id, tomorrow))
    assert raised == pytest.approx(1.2 * plain, abs=4)
    refresh(program, tomorrow)
    with acting_as(program):
        assert first_week(told.insight(session, cast.sol.id).ahead) == raised


def first_week(ahead):
    return ahead[0].expected_cents


def test_a_workspace_out_of_reach_is_not_scored(session, cast, book):
    carla = actors.system([cast.lua.id], name="tests")
    with pytest.raises(NotFound):
        scores.refresh(carla, cast.sol.id, TODAY, now=NOW)
    with acting_as(carla):
        assert session.scalar(select(func.count()).select_from(ScoreModel)) == 0


def test_an_empty_book_is_scored_without_a_fault(session, cast, program):
    assert refresh(program)
    with acting_as(program):
        assert told.insight(session, cast.sol.id).trial.model.auc is None
