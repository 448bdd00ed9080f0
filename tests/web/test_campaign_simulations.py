"""Ana looks ahead over the book before a go, and back at what each step brought; Carla cannot."""

from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import select

from bpo.db import acting_as
from bpo.domain.insight.effects import Comparison, Group
from bpo.domain.reminders.regua import DEFAULT_REGUA
from bpo.kernel import actor as actors
from bpo.kernel import clock
from bpo.models import (
    DeliveryEvent,
    IncomingMessage,
    Promise,
    Simulation,
    Skip,
    Touch,
    TouchReceivable,
)
from bpo.queries.insight import effects as what_works
from bpo.queries.reminders import campaign_effects as effects
from tests.factories import debts, people
from tests.web.test_texts import Writer
from workers import campaigns as jobs

ZONE = "America/Sao_Paulo"


@pytest.fixture
def now():
    return datetime.now(UTC)


@pytest.fixture
def cast(session, now):
    cast = people.cast(session)
    with acting_as(actors.system([cast.sol.id, cast.lua.id], name="test")):
        cast.sol.calendar = "none"
        debts.fresh(session, cast.sol, clock.local_day(now, ZONE), now)
        session.commit()
        yield cast


@pytest.fixture
def row(session, cast, now):
    return debts.running(session, cast.sol, DEFAULT_REGUA, since=now - timedelta(days=200))


def test_ana_simulates_reads_a_path_and_the_difference_on_the_draft(
    session, client, cast, row, now
):
    ana = Writer(people.sign_in(client, cast.ana))
    today = clock.local_day(now, ZONE)
    davi = debts.debtor(session, cast.sol)
    debts.receivable(session, davi, due=today + timedelta(days=4))
    at, edit = f"/w/sol/campaigns/{row.id}/simulation", f"/w/sol/campaigns/{row.id}/edit"

    assert "Simular" in ana.open(at)
    ana.post(at, {"days": "60"})
    first = session.scalars(select(Simulation)).one()
    told = client.get(f"{at}/{first.id}/progress").json
    assert (told["done"], told["total"], told["finished"]) == (0, 60, False)
    jobs.simulate_campaign(cast.sol.id, first.id)
    page = ana.open(at)
    session.refresh(first)
    assert first.result["after"]["debtors"] == 1
    assert "Davi Lima" in page
    assert "D+5" in page
    assert "Como se ninguém pagasse" in page
    path = ana.open(f"{at}/{first.id}/debtors/{davi.id}")
    assert path.count("<strong>") >= first.result["after"]["messages"] - 1
    assert client.get(f"{at}/{first.id}/debtors/999999").status_code == 404

    ana.post(f"{edit}/d+45/remove", {})
    ana.post(at, {"days": "60", "draft": "1"})
    second = session.scalars(select(Simulation).where(Simulation.draft)).one()
    jobs.simulate_campaign(cast.sol.id, second.id)
    session.refresh(second)
    assert second.result["difference"]["steps"]["d+45"][1] == 0
    page = ana.open(edit)
    assert "a simulação inteira" in page
    assert "Como se ninguém pagasse" in page
    ana.post(f"{edit}/d+30/remove", {})
    assert "a simulação inteira" not in ana.open(edit), "the draft has changed since"


def test_carla_neither_looks_ahead_nor_back(client, cast, row):
    client = people.sign_in(client, cast.carla)
    for room in ("simulation", "effect", "effect.csv"):
        assert client.get(f"/w/sol/campaigns/{row.id}/{room}").status_code in (403, 404)


def sent(session, row, davi, title, day, key, state="sent"):
    at = clock.instant(day, time(10), ZONE)
    touch = Touch(
        workspace_id=row.workspace_id,
        debtor_id=davi.id,
        campaign_id=row.id,
        anchor_kind="debtor",
        anchor_id=davi.id,
        cycle=1,
        step_key=key,
        channel="email",
        template_key="overdue_friendly",
        planned_on=day,
        scheduled_at=at,
        total_cents=100_00,
        state=state,
        settled_at=at,
    )
    session.add(touch)
    session.flush()
    session.add(
        TouchReceivable(
            workspace_id=row.workspace_id,
            touch_id=touch.id,
            receivable_id=title.id,
            open_cents=100_00,
        )
    )
    session.flush()
    return touch


def test_effects_are_those_counted_by_hand(session, client, cast, row, now):
    """Two letters to Davi, the second followed by money; a bounced one to Eva counts nothing."""
    today = clock.local_day(now, ZONE)
    start = today - timedelta(days=60)
    davi, eva = debts.debtor(session, cast.sol), debts.debtor(session, cast.sol, "Eva Dias")
    title = debts.receivable(session, davi, due=start - timedelta(days=5))
    other = debts.receivable(session, eva, "2", due=start - timedelta(days=5))
    early = sent(session, row, davi, title, start, "d+5")
    sent(session, row, davi, title, start + timedelta(days=5), "d+10")
    lost = sent(session, row, eva, other, start, "d+5")
    place = cast.sol.id
    for touch, kind in ((early, "opened"), (lost, "bounced")):
        session.add(
            DeliveryEvent(
                workspace_id=place,
                touch_id=touch.id,
                provider="p",
                event_key=f"{touch.id}",
                kind=kind,
                at=now,
            )
        )
    session.add(
        IncomingMessage(
            workspace_id=place,
            channel="email",
            provider="p",
            message_key="1",
            debtor_id=davi.id,
            touch_id=early.id,
            sender="d@e.example",
            body="Oi",
            at=now,
            received_at=now,
        )
    )
    session.add(
        Promise(
            workspace_id=place,
            debtor_id=davi.id,
            amount_cents=1,
            made_on=start,
            promised_for=start + timedelta(days=2),
            state="kept",
        )
    )
    held = debts.debtor(session, cast.sol, "Hugo Held")
    session.add(
        Skip(
            workspace_id=place,
            debtor_id=held.id,
            campaign_id=row.id,
            on_day=start,
            reasons=["holdout"],
        )
    )
    session.commit()
    debts.paid(session, title, 40_00, start + timedelta(days=6))

    found = {
        one.step_key: one
        for one in effects.by_step(session, place, row.id, start - timedelta(days=1), ZONE)
    }
    first, second = found["d+5"], found["d+10"]
    assert (first.messages, first.bounced, first.confirmed, first.opened) == (1, 1, 1, 1)
    assert (first.contacts, first.replied, first.promised, first.paid) == (1, 1, 1, 0)
    assert (second.contacts, second.promised, second.paid) == (1, 0, 1)
    assert (second.open_cents, second.paid_cents, second.recovered_pct) == (100_00, 40_00, 40.0)
    everywhere = {one.name: one for one in what_works.of(session, place, today).tables["step"]}
    assert everywhere.keys() == {"d+5", "d+10"}
    assert (everywhere["d+5"].told_cents, everywhere["d+5"].recovered_cents) == (100_00, 0)
    assert everywhere["d+10"].recovered_cents == second.paid_cents
    seen = effects.compared(session, place, row.id, start - timedelta(days=1), today)
    assert (seen.written, seen.held_out) == (Group(2, 1), Group(1, 0))
    page = people.sign_in(client, cast.ana)
    text = page.get(f"/w/sol/campaigns/{row.id}/effect").get_data(as_text=True)
    assert "40,00" in text
    assert text.index("D+5<") < text.index("D+10<")
    assert "d+10" in page.get(f"/w/sol/campaigns/{row.id}/effect.csv").get_data(as_text=True)


def test_the_range_of_a_difference_is_that_of_two_shares():
    low_high = Comparison(Group(100, 60), Group(100, 40)).difference
    assert [round(one, 1) for one in low_high] == [20.0, 6.4, 33.6]
    assert Comparison(Group(5, 1), Group(0, 0)).difference is None
