"""A campaign of thousands under a storm: each message once, none lost, none to whom it may not go.

Workers, clocks, the broker and the database are killed with kill -9 while the campaign runs; two
clocks ring; jobs are delivered twice; the mail server refuses, puts off and hangs up; payments,
pauses and opt-outs arrive between plan and send. Then the mailroom's messages are checked one by
one. `BPO_CHAOS_SEED` repeats a storm, `BPO_CHAOS_STORM_KILLS` makes it longer.
"""

import os
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from bpo.app import create_app
from bpo.db import acting_as, db
from bpo.domain.reminders.holds import HoldReason
from bpo.domain.reminders.steps import Channel
from bpo.embedded.servers import Servers
from bpo.gateways.queue import MemoryQueue, RedisQueue
from bpo.jobs import Job
from bpo.kernel import actor as actors
from bpo.services.cash import payments
from bpo.services.reminders import campaigns, holds, opt_outs
from tests import cluster
from tests.chaos import world
from tests.chaos.face import Face
from tests.chaos.mailroom import Mailroom
from tests.factories import crowds, debts, people

pytestmark = pytest.mark.chaos

MORNING = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
TUESDAY = MORNING.date()
DEBTORS = int(os.environ.get("BPO_CHAOS_STORM_DEBTORS", "4000"))
KILLS = int(os.environ.get("BPO_CHAOS_STORM_KILLS", "200"))
SEED = int(os.environ.get("BPO_CHAOS_SEED", "20261124"))
HAND_OVER_SECONDS = 3.0
"""A message that was claimed before somebody paid has arrived by then."""

_OUTCOMES = """
SELECT c.address, t.state, t.debtor_id, EXISTS (
    SELECT FROM tasks k WHERE k.workspace_id = t.workspace_id AND k.touch_id = t.id
)
FROM touches t
JOIN contacts c ON c.workspace_id = t.workspace_id AND c.debtor_id = t.debtor_id
"""


@pytest.fixture
def installation(tmp_path_factory):
    """Durable servers of the storm's own, and settings that lead to them."""
    folder = cluster.folder_of(f"storm{os.getpid()}")
    servers = Servers(cluster.settings_in(folder), durable=True)
    try:
        yield servers, servers.join()
    finally:
        cluster.remove(folder)


def test_a_storm_doubles_nothing_and_loses_nothing(installation, capsys):
    servers, settings = installation
    face = Face(settings.data_dir / "face.json")
    face.set(MORNING, world.pace())
    with Mailroom(world.dice(SEED, "mail")) as mailroom:
        settings = replace(settings, smtp_url=mailroom.url, workers=2)
        app = create_app(settings, queue=MemoryQueue())
        storm = world.World(servers, settings, face._path, world.dice(SEED, "kills"))
        with app.app_context():
            place = people.workspace(sender_email="cobranca@sol.example")
            program = actors.system([place.id], name="storm")
            try:
                with acting_as(program):
                    _set_the_stage(place)
                    _know_the_tables(settings.migration_database_url)
                    acts = _rage(storm, program, place.id, face, settings.redis_url)
                    mailroom.kind = True
                    _calm_down(storm, face)
                    outcomes = _read(_OUTCOMES)
            finally:
                storm.stop()
                db.session.remove()
                db.engine.dispose()
    with capsys.disabled():
        _tell(outcomes, storm.kills, mailroom, acts)
    _check(outcomes, storm.kills, mailroom, acts)


def _set_the_stage(place) -> None:
    session = db.session()
    debts.running(session, place, since=MORNING - timedelta(days=60))
    debts.fresh(session, place, TUESDAY, MORNING)
    crowds.overdue(session, place, DEBTORS)
    program = actors.system([place.id], name="storm")
    campaigns.plan(program, place.id, TUESDAY, now=MORNING, queue=MemoryQueue())


def _know_the_tables(owner_url: str) -> None:
    """As a database that has worked since yesterday; each crash makes it forget what to look at."""
    engine = create_engine(owner_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("ANALYZE"))
    engine.dispose()


def _rage(storm, program, workspace_id, face, redis_url) -> dict[str, tuple[str, float]]:
    """Strike, act and mend until enough was killed; who paid, was paused or opted out, and when."""
    dice, acts = world.dice(SEED, "acts"), {}
    waiting = [row.address for row in _read(_OUTCOMES)]
    storm.mend()
    time.sleep(3)
    while storm.kills.total() < KILLS:
        time.sleep(dice.uniform(0.1, 0.5))
        storm.strike()
        _ring_twice(redis_url, workspace_id, dice)
        address = dice.choice(waiting)
        if address not in acts:
            did = _act(program, workspace_id, address, face, dice)
            if did:
                acts[address] = (did, time.monotonic())
        storm.mend()
    return acts


def _act(program, workspace_id, address, face, dice) -> str | None:
    """Somebody pays, is paused or opts out; None when the database was away."""
    debtor_id, now = int(_debtor_of(address) or 0), face.now()
    what = dice.choice(["paid", "hold", "opt_out"])
    if not debtor_id:
        return None
    try:
        if what == "paid":
            payments.record(program, workspace_id, debtor_id, 200_00, TUESDAY, now=now)
        elif what == "hold":
            holds.place(program, workspace_id, debtor_id, HoldReason.MANUAL, now=now)
        else:
            opt_outs.add(
                program, workspace_id, debtor_id, Channel.EMAIL, address, source="storm", now=now
            )
    except DBAPIError:
        db.session().rollback()
        return None
    return what


def _debtor_of(address: str) -> int | None:
    found = _read("SELECT debtor_id FROM contacts WHERE address = :a", a=address)
    return found[0].debtor_id if found else None


def _ring_twice(redis_url, workspace_id, dice) -> None:
    job = dice.choice([Job.SEND_DELIVERIES, Job.SWEEP_DELIVERIES, Job.PLAN_CAMPAIGNS])
    args = (workspace_id, TUESDAY.isoformat())[: 2 if job is Job.PLAN_CAMPAIGNS else 1]
    try:
        for _ in range(2):
            RedisQueue(redis_url).put(job, *args)
    except Exception:  # the broker may be dead at this very moment
        return


def _calm_down(storm, face) -> None:
    """Let the program finish by itself; waits between tries are skipped by the clock."""
    for _ in range(600):
        storm.mend()
        time.sleep(0.5)
        rows = _read(
            "SELECT count(*) FILTER (WHERE state = 'sending') AS busy,"
            " count(*) FILTER (WHERE state IN ('planned', 'failed') AND attempts < 5) AS waiting,"
            " min(scheduled_at) FILTER (WHERE state IN ('planned', 'failed') AND attempts < 5)"
            " AS due FROM touches"
        )
        if rows and not rows[0].busy and not rows[0].waiting:
            return
        if rows and not rows[0].busy and rows[0].due > face.now():
            face.forward(rows[0].due)
    raise AssertionError("the campaign never came to its end")


def _read(sql: str, **values: object) -> list:
    """Rows; none while the database is away."""
    session = db.session()
    try:
        return session.execute(text(sql), values).all()
    except DBAPIError:
        return []
    finally:
        session.rollback()


def _check(outcomes, kills, mailroom, acts) -> None:
    states = {row.address: row.state for row in outcomes}
    arrived = {address: len(times) for address, times in mailroom.taken.items()}
    of = {state: {a for a, s in states.items() if s == state} for state in set(states.values())}
    sent, uncertain = of.get("sent", set()), of.get("uncertain", set())

    assert kills.total() >= KILLS
    assert len(outcomes) == len(states) == DEBTORS, "a debtor was planned twice or never"
    assert max(arrived.values()) == 1, "somebody got the same mail twice"
    assert sent <= arrived.keys(), "recorded as sent, never arrived"
    assert arrived.keys() <= sent | uncertain, "arrived, but recorded as something else"
    assert set(states.values()) <= {"sent", "uncertain", "refused", "failed", "cancelled"}
    untold = [r.address for r in outcomes if r.state in ("refused", "failed", "uncertain")]
    assert all(row.exists for row in outcomes if row.address in untold), "no person was asked"
    assert len(uncertain) <= _excuses(kills, mailroom), "more uncertain ones than accidents"
    late = [
        (address, what)
        for address, (what, at) in acts.items()
        if any(time > at + HAND_OVER_SECONDS for time in mailroom.taken.get(address, ()))
    ]
    assert late == [], "written to after they had paid, were paused or had opted out"
    assert all(r.address in acts for r in outcomes if r.state == "cancelled"), "left out unasked"


def _excuses(kills: Counter[str], mailroom: Mailroom) -> int:
    """How many messages may be uncertain: one for each accident that a worker could suffer."""
    workers = 2
    shared = (kills["pool"] + kills["postgres"]) * workers
    return kills["horse"] + kills["worker"] + shared + len(mailroom.unanswered)


def _tell(outcomes, kills, mailroom, acts) -> None:
    """The table of outcomes."""
    times = Counter(len(times) for times in mailroom.taken.values())
    did = Counter(what for what, _ in acts.values())
    print(f"\nstorm {SEED}: {DEBTORS} reminders, {kills.total()} kills {dict(kills)}")
    print(f"  mail server's bad days: {dict(mailroom.troubles)}")
    print(f"  between plan and send: {dict(did)}")
    print(f"  outcomes: {dict(Counter(row.state for row in outcomes))}")
    print(f"  arrived once: {times[1]}, twice or more: {times.total() - times[1]}")
    print(f"  uncertain allowed by accidents: {_excuses(kills, mailroom)}")
