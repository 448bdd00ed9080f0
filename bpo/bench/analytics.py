"""`bench analytics`: every dashboard through the application, beside the bare sums of its rows."""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask.testing import FlaskClient

from bpo.bench import ground, meter
from bpo.bench.ground import Ground
from bpo.db import acting_as, db, driver
from bpo.kernel import actor as actors
from bpo.kernel import clock
from bpo.services import scores, snapshots
from bpo.web import session as sessions

REQUESTS = 15
BASE = "https://cobranca.bench.example"
ZONE = "America/Sao_Paulo"
DEBTORS_EACH = 100
"""Debtors of a workspace for each thousand of its receivables of a year."""

Tell = Callable[[dict[str, Any]], None]


def run(workspaces: int, receivables: int, history: int, tell: Tell) -> None:
    """Measure phases `dashboard_…` (`ms` is the median of a request) and their limits.

    `receivables` are those of twelve months, one in nine of them open; `history` 10 adds nine
    years of settled ones before, so that there are ten times as many. `limit_…` are the bare
    aggregates over the open rows of the same companies, by the same role, in the same run.
    """
    now = datetime.now(UTC)
    today = clock.local_day(now, ZONE)
    with ground.prepared() as here:
        with meter.phase("prepare", receivables * history) as phase:
            _prepare(here, workspaces, receivables, history, today)
            here.settle()
        tell(phase.row())
        places = list(range(1, workspaces + 1))
        with meter.phase("snapshots", workspaces) as phase:
            for place in places:
                program = actors.system([place], name="bench")
                snapshots.refresh(program, place, today, now=now)
        tell(phase.row())
        with meter.phase("scores", 1) as phase:
            scores.refresh(actors.system([1], name="bench"), 1, today, now=now)
        tell(phase.row())
        here.settle()
        client = _signed_in(here)
        for name, path in PAGES:
            _ask(client, name, path, tell)
        _limits(places, today, tell)


PAGES = (
    ("portfolio", "/office/portfolio"),
    ("overview", "/w/bench-1"),
    ("figures", "/w/bench-1/analysis"),
    ("by_debtor", "/w/bench-1/analysis?split=debtor"),
    ("breakdown", "/w/bench-1/figures/dso_simple_90"),
    ("patterns", "/w/bench-1/analysis/patterns"),
    ("recovery", "/w/bench-1/analysis/recovery"),
    ("waiting", "/w/bench-1/analysis/waiting"),
    ("forecast", "/w/bench-1/forecast"),
)
_OPEN = """
SELECT workspace_id, sum(amount_cents - settled_cents), count(*) FROM receivables
WHERE workspace_id = ANY (%(places)s) AND settled_on IS NULL AND issue_date <= %(today)s
GROUP BY workspace_id
"""


def _ask(client: FlaskClient, name: str, path: str, tell: Tell) -> None:
    client.get(path, base_url=BASE)
    times = []
    with meter.phase(f"dashboard_{name}", REQUESTS) as phase:
        for _ in range(REQUESTS):
            start = time.perf_counter()
            answer = client.get(path, base_url=BASE)
            times.append(time.perf_counter() - start)
            if answer.status_code != 200:
                raise RuntimeError(f"{path} answered {answer.status_code}")
    tell(phase.row() | _median(times))


def _limits(places: list[int], today: date, tell: Tell) -> None:
    for name, some in (("portfolio", places), ("overview", places[:1])):
        times = []
        with meter.phase(f"limit_{name}_sql", REQUESTS) as phase, _reading(some) as connection:
            for _ in range(REQUESTS):
                start = time.perf_counter()
                connection.execute(_OPEN, {"places": some, "today": today}).fetchall()
                times.append(time.perf_counter() - start)
        tell(phase.row() | _median(times))


@contextmanager
def _reading(places: list[int]) -> Iterator[Any]:
    with acting_as(actors.system(places, name="bench")):
        session = db.session()
        try:
            yield driver(session)
        finally:
            session.rollback()


def _median(times: list[float]) -> dict[str, float]:
    return {"ms": round(statistics.median(times) * 1000, 1)}


def _signed_in(here: Ground) -> FlaskClient:
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


def _prepare(here: Ground, workspaces: int, receivables: int, history: int, today: date) -> None:
    values = {
        "w": workspaces,
        "n": max(receivables * DEBTORS_EACH // 1000, workspaces),
        "r": receivables * history,
        "span": 365 * history,
        "today": today,
    }
    with here.owner.transaction():
        for statement in _BOOK:
            here.owner.execute(statement, values)
    here.owner.execute(
        "INSERT INTO freshness_marks (workspace_id, known_until, source, recorded_at)"
        " SELECT id, %(known)s, 'bench', now() FROM workspaces",
        {"known": today - timedelta(days=1)},
    )


_BOOK = (
    (
        "INSERT INTO workspaces (id, slug, name, legal_name, cnpj, street, city, state,"
        " postal_code) OVERRIDING SYSTEM VALUE SELECT g, 'bench-' || g, 'Loja ' || g, 'Loja ' || g,"
        " '11222333000181', 'Rua das Flores, 10', 'São Paulo', 'SP', '01000-000'"
        " FROM generate_series(1, %(w)s) g"
    ),
    (
        "INSERT INTO debtors (workspace_id, id, reference, reference_key, name, search_name, state,"
        " risk_class, tags) OVERRIDING SYSTEM VALUE SELECT 1 + (g - 1) %% %(w)s, g, g::text,"
        " g::text, 'Cliente ' || g, 'cliente ' || g, 'SP', substr('ABCD', 1 + (g %% 4)::int, 1),"
        " ARRAY['setor ' || g %% 5] FROM generate_series(1, %(n)s) g"
    ),
    (
        "INSERT INTO contacts (workspace_id, debtor_id, channel, address)"
        " SELECT workspace_id, id, 'email', 'cliente' || id || '@debtor.example' FROM debtors"
    ),
    (
        "INSERT INTO receivables (workspace_id, id, debtor_id, number, number_key, issue_date,"
        " due_date, effective_due_date, amount_cents, installment, installments)"
        " OVERRIDING SYSTEM VALUE SELECT d.workspace_id, g, d.id, 'NF-' || g, g::text,"
        " due.day - 30, due.day, due.day, 5000 + g::bigint * 7919 %% 900000, 1 + (g %% 3)::int, 3"
        " FROM generate_series(1, %(r)s) g JOIN debtors d ON d.id = 1 + (g - 1) %% %(n)s"
        " CROSS JOIN LATERAL ("
        "SELECT %(today)s::date + 29 - (g::bigint * 37 %% %(span)s)::int AS day) due"
    ),
    (
        "CREATE TEMP TABLE paid ON COMMIT DROP AS"
        " SELECT workspace_id, id, debtor_id, amount_cents,"
        " due_date + (id * 13 %% 40)::int - 8 AS day FROM receivables"
        " WHERE due_date + (id * 13 %% 40)::int - 8 <= %(today)s AND id %% 40 <> 0"
        " OR due_date < %(today)s::date - 300"
    ),
    (
        "INSERT INTO payments (workspace_id, id, debtor_id, amount_cents, paid_on, source)"
        " OVERRIDING SYSTEM VALUE SELECT workspace_id, id, debtor_id, amount_cents, day, 'bench'"
        " FROM paid"
    ),
    (
        "INSERT INTO entries (workspace_id, receivable_id, payment_id, kind, on_day,"
        " principal_cents) SELECT workspace_id, id, id, 'payment', day, amount_cents FROM paid"
    ),
    (
        "INSERT INTO touches (workspace_id, id, debtor_id, anchor_kind, anchor_id, cycle, step_key,"
        " channel, planned_on, scheduled_at, total_cents, state, settled_at)"
        " OVERRIDING SYSTEM VALUE SELECT workspace_id, id, debtor_id, 'request', id, 1,"
        " 'd' || id %% 6, 'email', due_date + 2, due_date + 2, amount_cents, 'sent', due_date + 2"
        " FROM receivables WHERE id %% 3 = 0 AND due_date + 2 <= %(today)s"
    ),
    (
        "INSERT INTO touch_receivables (workspace_id, touch_id, receivable_id, open_cents)"
        " SELECT workspace_id, id, id, total_cents FROM touches"
    ),
)
