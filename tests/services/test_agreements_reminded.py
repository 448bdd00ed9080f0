"""An agreement's instalments are planned by their own dates, each contact on its instalment."""

from datetime import UTC, datetime, time, timedelta

import pytest

from bpo.db import acting_as
from bpo.domain.regua import DEFAULT_REGUA
from bpo.gateways.queue import MemoryQueue
from bpo.kernel import actor as actors
from bpo.services import campaigns
from tests.factories import agreed, debts, people
from tests.factories.agreed import TODAY, later


@pytest.fixture
def cast(session):
    return people.cast(session)


def test_the_old_debt_is_silent_and_each_instalment_has_its_notice(session, cast):
    sol, ana = cast.sol, people.actor(session, cast.ana)
    with acting_as(actors.system([sol.id], name="test")) as program:
        davi = agreed.davi(session, sol)
        debts.running(session, sol, DEFAULT_REGUA, since=datetime.combine(TODAY, time(12), UTC))
        made = agreed.agree(session, sol, davi)
        rows = agreed.parts(session, made)
        assert len(rows) > 1
        second = rows[1]
        agreed.pay(session, ana, made, 1, now=later(1))
        days = [second.effective_due_date - timedelta(days=n) for n in range(6)]
        said = set()
        for day in sorted(days):
            now = datetime.combine(day, time(12), UTC)
            planned = campaigns.plan(
                program, sol.id, day, now=now, queue=MemoryQueue(), dry_run=True
            )
            said |= {
                (touch.step_key, touch.anchor, touch.receivable_ids)
                for _row, plan in planned.plans
                for touch in plan.touches
                if touch.anchor_id == second.id
            }
    anchor = f"installment:{second.id}"
    assert said == {(key, anchor, (second.id,)) for key in ("agreement-3", "agreement+0")}
