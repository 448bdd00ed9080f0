"""The RQ workers: a pool that survives the broker, and one worker that empties the queues."""

import gc
import importlib
import os
import signal
from typing import Any

import structlog
from flask import Flask
from redis import Redis
from rq import SimpleWorker, Worker
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.worker_pool import ForkProcess, WorkerPool
from sqlalchemy.orm import configure_mappers

from bpo import db, jobs
from bpo.app import create_app
from bpo.embedded import processes
from bpo.gateways import outside, wording
from bpo.kernel.errors import BadInput
from config.settings import Settings

log = structlog.get_logger()

MAINTENANCE_SECONDS = 60
"""How often the jobs of dead workers are looked for; RQ's own ten minutes are too long to wait."""

LONGEST_BROKER_PAUSE_SECONDS = 5.0
SOCKET_SECONDS = 20


class ApplicationWorker(Worker):
    """A worker whose work horse runs its job inside the application's context."""

    max_connection_wait_time = LONGEST_BROKER_PAUSE_SECONDS
    log_result_lifespan = False

    def __init__(self, app: Flask, connection: Redis, name: str | None = None) -> None:
        super().__init__(
            _lanes(),
            name=name,
            connection=connection,
            serializer=JSONSerializer,
            maintenance_interval=MAINTENANCE_SECONDS,
            work_horse_killed_handler=_tell_killed,
        )
        self._app = app

    def perform_job(self, *args: Any, **kwargs: Any) -> bool:
        """Run the job; connections inherited through the fork belong to the parent."""
        with self._app.app_context():
            db.forget_connections()
            return super().perform_job(*args, **kwargs)


class InProcessWorker(SimpleWorker):
    """A worker without a fork, for whoever wants the queues emptied now."""

    def __init__(self, app: Flask, connection: Redis) -> None:
        super().__init__(_lanes(), connection=connection, serializer=JSONSerializer)
        self._app = app

    def subscribe(self) -> None:
        """Nobody sends it commands, so it does not listen, and need not wait for the listener."""

    def unsubscribe(self) -> None:
        """There is nothing to end."""

    def perform_job(self, *args: Any, **kwargs: Any) -> bool:
        with self._app.app_context():
            return super().perform_job(*args, **kwargs)


class Pool(WorkerPool):
    """Starts workers that share the memory of one loaded application, and replaces dead ones."""

    def __init__(self, app: Flask, connection: Redis, size: int) -> None:
        super().__init__(_lanes(), connection, num_workers=size, serializer=JSONSerializer)
        self._app = app

    def get_worker_process(self, name: str, burst: bool, *args: Any, **kwargs: Any) -> Any:
        """RQ's own would start a scheduler, which does not survive the broker's restart."""
        return ForkProcess(target=_serve, args=(self._app, name, burst), name=f"worker {name}")


def main(settings: Settings) -> None:
    """Serve the queues with `settings.workers` workers until told to stop."""
    if not settings.database_url:
        raise BadInput("DATABASE_URL is not set: workers need the database")
    app = create_app(settings)
    with app.app_context():
        db.check_role(db.db.engine)
        db.db.engine.dispose()
    load()
    Pool(app, broker(app), settings.workers).start(logging_level=settings.log_level)


def drain(app: Flask) -> None:
    """Run every waiting job in this process, and those they ask for, until none is left."""
    InProcessWorker(app, broker(app)).work(burst=True)


def broker(app: Flask) -> Redis:
    """A connection to the application's broker that never waits for ever."""
    redis_url = outside.of(app).settings.redis_url
    if not redis_url:
        raise BadInput("REDIS_URL is not set: workers need a broker")
    return Redis.from_url(redis_url, socket_timeout=SOCKET_SECONDS, socket_connect_timeout=5)


def load() -> None:
    """Import and read all that jobs need once, before the forks, and keep it out of collections.

    What is left to the forks is done again for every job: the translations alone take 0.15 s.
    """
    for spec in jobs.SPECS.values():
        module, _, name = spec.function.rpartition(".")
        getattr(importlib.import_module(module), name)
    configure_mappers()
    for locale in wording.LOCALES:
        wording.translations(locale)
    gc.collect()
    gc.freeze()


def _serve(app: Flask, name: str, burst: bool) -> None:
    processes.die_with_parent()
    ApplicationWorker(app, broker(app), name).work(burst=burst)


def _lanes() -> list[str]:
    return [lane.value for lane in jobs.Queue]


def _tell_killed(job: Job, horse_pid: int, status: int, usage: Any) -> None:
    """A killed work horse runs no failure callback; the sweeps repeat what it left."""
    how = signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else str(status)
    log.error("work_horse_killed", job=job.func_name, args=job.args, horse=horse_pid, how=how)
