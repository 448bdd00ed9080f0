"""A contact that was moved or not made says why, from when to when, wherever it is shown."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from bpo.db import acting_as
from bpo.kernel import actor as actors
from bpo.models import Campaign, PlanRun, Skip, Touch
from tests.factories import debts, people
from tests.factories.books import Browser
from tests.factories.people import sign_in

MONDAY = date(2026, 11, 23)
NIGHT = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
WHY = "shifted@2026-11-21,outside_hours@2026-11-24T23:30+00:00>2026-11-25T12:00+00:00"
MOVED = "de 24/11/2026 20:30 para 25/11/2026 09:00"


@pytest.fixture
def world(session):
    cast = people.cast(session)
    with acting_as(actors.system([cast.sol.id], name="test")):
        davi = debts.debtor(session, cast.sol)
        debts.receivable(session, davi, due=MONDAY - timedelta(days=9))
        row = session.scalars(select(Campaign).where(Campaign.workspace_id == cast.sol.id)).one()
        row.state = "running"
        touch = Touch(
            workspace_id=cast.sol.id,
            debtor_id=davi.id,
            campaign_id=row.id,
            anchor_kind="debtor",
            anchor_id=davi.id,
            cycle=1,
            step_key="d+5",
            channel="email",
            planned_on=MONDAY,
            scheduled_at=datetime(2026, 11, 25, 12, 0, tzinfo=UTC),
            total_cents=100_00,
            moved_because=WHY,
        )
        session.add(touch)
        for turn in (0, 1, 2, 7):
            session.add(
                Skip(
                    workspace_id=cast.sol.id,
                    debtor_id=davi.id,
                    campaign_id=row.id,
                    on_day=MONDAY - timedelta(days=21 - turn),
                    reasons=["promise"],
                    days=[date(2026, 11, 12)],
                    next_on=date(2026, 11, 13),
                )
            )
        here = {"workspace_id": cast.sol.id, "campaign_id": row.id, "on_day": date(2026, 11, 2)}
        session.add(PlanRun(**here, ran_at=NIGHT, created=0, skipped=1))
        session.commit()
        return cast, davi.id, row.id, touch.id


def test_a_moved_contact_says_why_on_its_page_the_history_and_the_campaign(client, world):
    cast, debtor_id, campaign_id, touch_id = world
    ana = Browser(sign_in(client, cast.ana), "/w/sol")
    for screen in (
        f"/touches/{touch_id}",
        f"/debtors/{debtor_id}",
        f"/campaigns/{campaign_id}/will-go",
    ):
        page = ana.open(screen).text
        assert MOVED in page, screen
        assert "O dia próprio da etapa não é dia útil (21/11/2026)" in page, screen


def test_silent_days_in_a_row_are_one_line_with_why_and_until_when(client, world):
    cast, debtor_id, campaign_id, _touch_id = world
    ana = Browser(sign_in(client, cast.ana), "/w/sol")
    page = ana.open(f"/debtors/{debtor_id}").text
    assert "Em paz de 02/11/2026 a 09/11/2026" in page
    assert "até 12/11/2026" in page
    assert "próxima chance em 13/11/2026" in page
    peace = ana.open(f"/campaigns/{campaign_id}/left-in-peace", day="2026-11-02").text
    assert "até 12/11/2026" in peace
