"""Workers killed with kill -9 amid a campaign: nobody gets two mails, nobody is lost."""

import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from bpo.bench import sink
from bpo.db import acting_as, db
from bpo.domain.reminders.deliveries import CLAIM_LASTS
from bpo.gateways.queue import MemoryQueue
from bpo.kernel import actor as actors
from bpo.models import Contact, Touch
from bpo.services.reminders import campaigns, deliveries
from tests.factories import crowds, debts, people

pytestmark = pytest.mark.chaos

TUESDAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
DEBTORS = int(os.environ.get("BPO_CHAOS_DEBTORS", "1000"))
KILLS = int(os.environ.get("BPO_CHAOS_KILLS", "12"))
SEED = int(os.environ.get("BPO_CHAOS_SEED", "20261124"))


def test_a_worker_killed_at_any_moment_doubles_nothing_and_loses_nothing(fresh_app):
    dice = random.Random(SEED)
    with fresh_app.app_context(), sink.running() as server:
        place = people.workspace(sender_email="cobranca@sol.example")
        program = actors.system([place.id], name="test")
        with acting_as(program):
            session = db.session()
            debts.running(session, place, since=NOON - timedelta(days=60))
            debts.fresh(session, place, TUESDAY, NOON)
            crowds.overdue(session, place, DEBTORS)
            campaigns.plan(program, place.id, TUESDAY, now=NOON, queue=MemoryQueue())

            kills = _run_and_kill(fresh_app, place.id, server, dice)
            deliveries.sweep(program, place.id, queue=MemoryQueue(), now=NOON + CLAIM_LASTS * 2)

            session.rollback()
            states = dict(
                session.execute(
                    select(Contact.address, Touch.state).join(
                        Touch, Touch.debtor_id == Contact.debtor_id
                    )
                ).all()
            )
        arrived = server.recipients()
    sent = {address for address, state in states.items() if state == "sent"}
    uncertain = {address for address, state in states.items() if state == "uncertain"}

    assert kills >= KILLS // 2, "the workers were too quick to be killed: raise the number"
    assert len(states) == DEBTORS
    assert max(arrived.values()) == 1, "somebody got the same mail twice"
    assert sent <= arrived.keys(), "recorded as sent, never arrived"
    assert sent | uncertain == states.keys(), "somebody was forgotten"
    assert len(uncertain) <= kills, "more than one uncertain message per kill"


def _run_and_kill(app, workspace_id, server, dice) -> int:
    """Start workers one after another, killing each at a random moment, until all is done."""
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    command = [sys.executable, "-m", "tests.chaos.sender", url, server.url, str(workspace_id)]
    kills = 0
    for attempt in range(KILLS + 1):
        worker = subprocess.Popen(
            [*command, NOON.isoformat()], stdout=subprocess.PIPE, start_new_session=True
        )
        assert worker.stdout
        worker.stdout.readline()
        if attempt < KILLS:
            time.sleep(dice.uniform(0.05, 0.25))
            if worker.poll() is None:
                os.killpg(worker.pid, signal.SIGKILL)
                kills += 1
        worker.wait()
    return kills
