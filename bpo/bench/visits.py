"""Pages asked for as a browser does, without a network: how long the server takes."""

import statistics
import time
from collections.abc import Callable
from contextvars import Context
from datetime import UTC, datetime
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bpo.bench import meter
from bpo.bench.ground import Ground
from bpo.web import session as sessions

REQUESTS = 15
BASE = "https://cobranca.bench.example"

Tell = Callable[[dict[str, Any]], None]


def signed_in(here: Ground) -> FlaskClient:
    """A browser of the administrator, who reaches every company."""
    client = here.app.test_client()
    row = here.owner.execute(
        "INSERT INTO users (email, name, role, password_hash, locale) VALUES"
        " ('bench@bench.example', 'Bench', 'admin', 'x', 'pt_BR') RETURNING id"
    ).fetchone()
    assert row
    stamp = datetime.now(UTC).timestamp()
    with client.session_transaction(base_url=BASE) as cookies:
        cookies.update({"_user_id": str(row[0]), "_fresh": True})
        cookies.update({sessions.STARTED: stamp, sessions.SEEN: stamp, sessions.VERSION: 1})
    return client


def get(client: FlaskClient, path: str) -> TestResponse:
    """A page, as a request of its own: nothing that this thread remembers is there for it."""
    return Context().run(client.get, path, base_url=BASE)


def ask(client: FlaskClient, name: str, path: str, tell: Tell) -> float:
    """Ask for a page once to be warm, then `REQUESTS` times; tells a phase with the median `ms`.

    Returns that median.
    """
    get(client, path)
    times = []
    with meter.phase(name, REQUESTS) as phase:
        for _ in range(REQUESTS):
            start = time.perf_counter()
            answer = get(client, path)
            times.append(time.perf_counter() - start)
            if answer.status_code != 200:
                raise RuntimeError(f"{path} answered {answer.status_code}")
    found = median(times)
    tell(phase.row() | found)
    return found["ms"]


def median(times: list[float]) -> dict[str, float]:
    """The median of some seconds, as `ms`."""
    return {"ms": round(statistics.median(times) * 1000, 1)}
