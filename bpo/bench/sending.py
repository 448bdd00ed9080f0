"""Sending what a morning planned, by worker processes, beside a bare loop on the same cluster."""

import gc
import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.policy import SMTP
from multiprocessing.process import BaseProcess
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from typing import Any

import psycopg

from bpo.app import create_app
from bpo.bench import ground, limits, meter, sink
from bpo.bench.ground import Ground
from bpo.gateways.mail import Smtp
from bpo.gateways.queue import MemoryQueue
from bpo.gateways.signing import Signer
from bpo.kernel import actor as actors
from bpo.services.reminders import deliveries
from bpo.services.reminders.letters import Desk
from config.settings import Settings

WEEK = 7 * 24 * 3600
LOOK_EVERY = 0.02

Tell = Callable[[dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Work:
    """What one worker process does: send what is due in some workspaces at an instant."""

    settings: Settings
    places: tuple[int, ...]
    now: datetime
    smtp_url: str


@dataclass(slots=True)
class _Watch:
    """The most messages seen in `sending` at once."""

    most: int = 0
    over: threading.Event = field(default_factory=threading.Event)


def measure(here: Ground, places: Sequence[int], now: datetime, tell: Tell) -> None:
    """Phases `send` (one worker), `limit_send` and `send_two`, each over the same contacts.

    A worker is a process of its own, started and connected before the clock runs. Two workers
    take the workspaces in turn, as two jobs would. The limit builds a mail of the same make,
    sends it and commits a row with its text, one after another, deciding nothing. Each has a sink
    of its own, which counts the mails and those that came twice. The limit stands between the two,
    so that a machine that slows down or speeds up meanwhile favours neither.
    """
    _sent(here, "send", 1, places, now, tell)
    _reset(here)
    with sink.running() as server:
        _bare(here, _count(here.owner, "planned"), server.url, tell)
    _sent(here, "send_two", 2, places, now, tell)


def _sent(
    here: Ground, name: str, workers: int, places: Sequence[int], now: datetime, tell: Tell
) -> None:
    _reset(here)
    shares = [tuple(places[start::workers]) for start in range(workers)]
    with sink.running() as server:
        _send(here, name, [Work(here.settings, own, now, server.url) for own in shares], tell)
        tell({"phase": "sink", "of": name, **server.counts()})


def _send(here: Ground, name: str, works: Sequence[Work], tell: Tell) -> None:
    context = multiprocessing.get_context("spawn")
    ready, done = context.Barrier(len(works) + 1), context.Queue()
    processes: list[BaseProcess] = [
        context.Process(target=_work, args=(work, ready, done)) for work in works
    ]
    for process in processes:
        process.start()
    ready.wait(120)
    with _watched(here) as watch, meter.phase(name, 0) as phase:
        worked = [done.get(timeout=WEEK) for _ in processes]
    for process in processes:
        process.join()
    phase.n = sum(sent for sent, _cpu in worked)
    phase.cpu_seconds = sum(cpu for _sent, cpu in worked)
    tell(phase.row() | {"workers": len(works), "most_sending": watch.most})


def _work(work: Work, ready: Barrier, done: "Queue[tuple[int, float]]") -> None:
    """A worker process: everything loaded, then the workspaces one after another."""
    app = create_app(work.settings)
    desk = Desk(Signer(work.settings.secret_key), work.settings.base_url, ground.MAIL_SENDER)
    with app.app_context():
        gc.collect()
        gc.freeze()
        ready.wait()
        began, sent, mail = time.process_time(), 0, Smtp(work.smtp_url)
        for place in work.places:
            states = deliveries.send(
                actors.system([place], name="bench"),
                place,
                desk=desk,
                mail=mail,
                queue=MemoryQueue(),
                clock=lambda: work.now,
                seconds=WEEK,
            ).states
            sent += states["sent"]
        mail.close()
    done.put((sent, time.process_time() - began))


@contextmanager
def _watched(here: Ground) -> Iterator[_Watch]:
    watch = _Watch()
    with psycopg.connect(here.owner.info.dsn, password=here.owner.info.password) as connection:
        connection.autocommit = True
        thread = threading.Thread(target=_look, args=(connection, watch))
        thread.start()
        try:
            yield watch
        finally:
            watch.over.set()
            thread.join()


def _look(connection: psycopg.Connection, watch: _Watch) -> None:
    while not watch.over.wait(LOOK_EVERY):
        watch.most = max(watch.most, _count(connection, "sending"))


def _count(connection: psycopg.Connection, state: str) -> int:
    row = connection.execute(
        "SELECT count(*) FROM touches WHERE state = %s AND channel = 'email'", [state]
    ).fetchone()
    return int(row[0]) if row else 0


def _reset(here: Ground) -> None:
    """Everything planned again, as if nothing had been sent."""
    here.owner.execute("TRUNCATE messages, tasks CASCADE")
    here.owner.execute(
        "UPDATE touches SET state = 'planned', attempts = 0, claimed_at = NULL,"
        " settled_at = NULL, state_reason = NULL, answer = NULL"
    )
    here.settle()


def _bare(here: Ground, count: int, smtp_url: str, tell: Tell) -> None:
    here.owner.execute(
        "CREATE TABLE bare_sends (id bigint PRIMARY KEY, state text, body bytea, at timestamptz)"
    )
    mail = Smtp(smtp_url)
    with meter.phase("limit_send", count) as phase, here.owner.cursor() as cursor:
        for number in range(count):
            message = limits.message(number).as_bytes(policy=SMTP)
            mail.send("bench@bench.example", f"limit{number}@debtor.example", message)
            cursor.execute(
                "INSERT INTO bare_sends VALUES (%s, 'sent', %s, now())",
                [number, message],
                prepare=True,
            )
        mail.close()
    tell(phase.row())
