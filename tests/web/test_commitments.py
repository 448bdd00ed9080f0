"""Promises and plans behind their shares: on the dashboard, on their page, in files."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from bpo.db import acting_as
from bpo.kernel import actor as actors
from bpo.models import Agreement, Promise, Receivable
from bpo.queries.desk import commitments
from tests.factories import debts, people

TODAY = date(2026, 11, 24)


@pytest.fixture
def cast(session):
    return people.cast(session)


@pytest.fixture
def agreed(session, cast):
    """Two promises of three kept; of three plans one late, one broken, one paid."""
    place = {"workspace_id": cast.sol.id}
    with acting_as(actors.system([cast.sol.id], name="tests")):
        davi = debts.debtor(session, cast.sol)
        for state, back in (
            ("kept", 1),
            ("kept", 89),
            ("broken", 3),
            ("broken", 91),
            ("active", 0),
        ):
            day = TODAY - timedelta(days=back)
            ended = None if state == "active" else day
            promise = {"debtor_id": davi.id, "amount_cents": 10_00, "state": state, **place}
            session.add(
                Promise(
                    made_on=day - timedelta(days=5), promised_for=day, settled_on=ended, **promise
                )
            )
        for number, (state, late) in enumerate((("active", 11), ("broken", 5), ("active", 10))):
            plan = Agreement(
                debtor_id=davi.id,
                state=state,
                kind="installments",
                terms={},
                fingerprint=str(number),
                total_cents=300_00,
                valid_until=TODAY,
                agreed_on=TODAY - timedelta(days=60),
                ended_on=TODAY - timedelta(days=1) if state == "broken" else None,
                source="analyst",
                **place,
            )
            session.add(plan)
            session.flush()
            due = TODAY - timedelta(days=late)
            title = debts.receivable(session, davi, f"P{number}", due=due, cents=100_00)
            title.agreement_id = plan.id
        session.commit()
        yield davi


def test_shares_are_of_those_that_ended_or_were_due(session, cast, agreed):
    found = commitments.of(session, cast.sol.id, TODAY)
    assert (found.promises_kept_pct, len(found.promises)) == (66.6667, 3)
    assert (found.plans_broken_pct, len(found.plans)) == (66.6667, 3)
    before = commitments.of(session, cast.sol.id, TODAY - timedelta(days=2))
    assert [one.held for one in before.plans] == [True, True, True]
    with acting_as(actors.system([cast.sol.id], name="tests")):
        late = session.scalars(select(Receivable).where(Receivable.number == "P0")).one()
        debts.paid(session, late, 100_00, TODAY)
        assert commitments.of(session, cast.sol.id, TODAY).plans_broken_pct == 33.3333
        yesterday = commitments.of(session, cast.sol.id, TODAY - timedelta(days=1))
    assert [one.held for one in yesterday.plans] == [True, False, True]


def test_the_dashboard_leads_to_each_promise_and_plan(client, cast, agreed):
    people.sign_in(client, cast.ana)
    slug = cast.sol.slug
    page = client.get(f"/w/{slug}/analysis?day={TODAY}").text
    for key in ("promises_kept_pct", "plans_broken_pct"):
        assert f"/w/{slug}/commitments/{key}" in page
        told = client.get(f"/w/{slug}/commitments/{key}?day={TODAY}").text
        assert "66,7%" in told
        assert told.count("Davi Lima") >= 3
        rows = client.get(f"/w/{slug}/commitments/{key}.csv?day={TODAY}").text.strip().splitlines()
        assert len(rows) == 4
    assert "Perda esperada" in client.get(f"/w/{slug}/analysis.csv?day={TODAY}").text
    assert client.get(f"/w/{slug}/commitments/else").status_code == 404


@pytest.mark.parametrize("kind", ["", ".csv", ".xlsx"])
def test_another_company_s_analyst_finds_nothing(client, cast, kind):
    people.sign_in(client, cast.carla)
    assert client.get(f"/w/{cast.sol.slug}/commitments/promises_kept_pct{kind}").status_code == 404
