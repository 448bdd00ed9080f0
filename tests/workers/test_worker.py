"""A worker runs jobs inside the application and survives what happens to them."""

import threading
import time

import pytest
import redis
from rq import Queue, Retry
from rq.serializers import JSONSerializer
from sqlalchemy import text

from bpo.db import db
from bpo.gateways import wording
from workers import worker
from workers.worker import ApplicationWorker


@pytest.fixture
def broker(redis_url):
    with redis.Redis.from_url(redis_url) as connection:
        yield connection


@pytest.fixture
def lane(broker):
    return Queue("default", connection=broker, serializer=JSONSerializer)


def _noted(broker, key):
    return [value.decode() for value in broker.lrange(key, 0, -1)]


def test_drain_runs_every_waiting_job_in_this_process(fresh_app, broker, lane):
    for number in range(3):
        lane.enqueue("tests.workers.jobs.note", "seen", number)
    worker.drain(fresh_app)
    assert _noted(broker, "seen") == ["0", "1", "2"]


def test_the_urgent_lane_goes_first(fresh_app, broker, lane):
    bulk = Queue("bulk", connection=broker, serializer=JSONSerializer)
    sending = Queue("sending", connection=broker, serializer=JSONSerializer)
    for queue in (bulk, lane, sending):
        queue.enqueue("tests.workers.jobs.note", "order", queue.name)
    worker.drain(fresh_app)
    assert _noted(broker, "order") == ["sending", "default", "bulk"]


def test_a_work_horse_does_not_share_its_parents_database_connection(fresh_app, broker, lane):
    lane.enqueue("tests.workers.jobs.note_backend", "backend")
    lane.enqueue("tests.workers.jobs.note_backend", "backend")
    with fresh_app.app_context():
        parents = db.session.execute(text("SELECT pg_backend_pid()")).scalar_one()
        ApplicationWorker(fresh_app, broker).work(burst=True)
        assert db.session.execute(text("SELECT pg_backend_pid()")).scalar_one() == parents
    assert len(set(_noted(broker, "backend")) | {str(parents)}) == 3


def test_a_killed_work_horse_neither_stops_the_worker_nor_loses_a_job_with_tries(
    fresh_app, broker, lane
):
    lane.enqueue("tests.workers.jobs.die", "tries", retry=Retry(max=2))
    lane.enqueue("tests.workers.jobs.note", "seen", "the next one")
    ApplicationWorker(fresh_app, broker).work(burst=True)
    assert _noted(broker, "tries") == ["tried"] * 3
    assert _noted(broker, "seen") == ["the next one"]


def test_a_pool_replaces_a_dead_worker_and_stops_when_told(fresh_app, broker, lane):
    pool = worker.Pool(fresh_app, broker, 1)
    pool.start_workers(burst=False)
    [first] = pool.worker_dict.values()
    first.process.kill()
    first.process.join(5)
    pool._burst = False
    pool.check_workers()
    [second] = pool.worker_dict.values()
    assert second.pid != first.pid

    lane.enqueue("tests.workers.jobs.note", "seen", "by the second")
    deadline = time.monotonic() + 20
    while not _noted(broker, "seen") and time.monotonic() < deadline:
        time.sleep(0.05)
    threading.Timer(0.1, pool.stop_workers).start()
    second.process.join(20)
    assert _noted(broker, "seen") == ["by the second"]
    assert not second.process.is_alive()


def test_what_every_job_reads_is_read_before_the_forks():
    wording.translations.cache_clear()
    worker.load()
    assert wording.translations.cache_info().currsize == len(wording.LOCALES)
