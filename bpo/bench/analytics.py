"""`bench analytics`: every dashboard through the application, beside the bare sums of its rows."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from bpo.bench import ground, meter, portfolio, visits
from bpo.bench.visits import REQUESTS
from bpo.db import acting_as, db, driver
from bpo.kernel import actor as actors
from bpo.kernel import clock
from bpo.services.insight import scores, snapshots

ZONE = "America/Sao_Paulo"

Tell = Callable[[dict[str, Any]], None]


def run(workspaces: int, receivables: int, history: int, tell: Tell) -> None:
    """Measure phases `dashboard_…` (`ms` is the median of a request) and their limits.

    `receivables` are those of twelve months, one in nine of them open. `limit_…_sql` is the bare
    aggregate of what the dashboard before it tells, by the same role, in the same run. `history`
    of more years measures the same open book twice, alone and with the years before it settled,
    and ends with phases `history_…`: both medians side by side, and how many times the first.
    """
    alone = _measured(workspaces, receivables, 1, tell)
    if history == 1:
        return
    grown = _measured(workspaces, receivables, history, tell)
    for name, ms in alone.items():
        with meter.phase(f"history_{name}", REQUESTS) as phase:
            times = round(grown[name] / ms, 2)
        tell(phase.row() | {"ms_1": ms, f"ms_{history}": grown[name], "times": times})


def _measured(workspaces: int, receivables: int, history: int, tell: Tell) -> dict[str, float]:
    """The median of each dashboard over a portfolio with so many years."""
    now = datetime.now(UTC)
    today = clock.local_day(now, ZONE)
    medians = {}
    with ground.prepared() as here:
        with meter.phase("prepare", receivables * history) as phase:
            portfolio.fill(here, workspaces, receivables, history, today)
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
        client = visits.signed_in(here)
        for name, path in PAGES:
            medians[name] = visits.ask(client, f"dashboard_{name}", path, tell)
            _limit(name, places, today, tell)
    return medians


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
    ("portal", "/portal/bench-1"),
    ("inbox", "/office/inbox"),
)
_OPEN = """
FROM receivables WHERE workspace_id = ANY (%(places)s) AND settled_on IS NULL
  AND issue_date <= %(today)s
"""
_DUE_LATELY = """
FROM receivables WHERE workspace_id = ANY (%(places)s) AND due_date > %(today)s::date - 365
  AND due_date < %(today)s
"""
_TOLD_LATELY = """
FROM touches t JOIN touch_receivables l ON l.workspace_id = t.workspace_id AND l.touch_id = t.id
WHERE t.workspace_id = ANY (%(places)s) AND t.settled_at > %(today)s::date - 180
"""
_SUM = "sum(amount_cents - settled_cents), count(*)"
LIMITS = {
    "portfolio": f"SELECT workspace_id, {_SUM} {_OPEN} GROUP BY 1",
    "overview": f"SELECT {_SUM} {_OPEN}",
    "figures": f"SELECT effective_due_date < %(today)s, {_SUM} {_OPEN} GROUP BY 1",
    "by_debtor": f"SELECT debtor_id, {_SUM} {_OPEN} GROUP BY 1",
    "breakdown": f"SELECT id, amount_cents - settled_cents {_OPEN} ORDER BY 2 DESC LIMIT 100",
    "patterns": f"SELECT extract(isodow FROM due_date), sum(amount_cents) {_DUE_LATELY} GROUP BY 1",
    "recovery": f"SELECT t.step_key, sum(l.open_cents) {_TOLD_LATELY} GROUP BY 1",
    "waiting": f"SELECT {_SUM}, count(DISTINCT debtor_id) {_OPEN}",
    "forecast": f"SELECT date_trunc('week', effective_due_date), {_SUM} {_OPEN} GROUP BY 1",
    "portal": f"SELECT effective_due_date < %(today)s, {_SUM} {_OPEN} GROUP BY 1",
    "inbox": f"SELECT workspace_id, {_SUM} {_OPEN} AND effective_due_date < %(today)s GROUP BY 1",
}
"""The bare aggregate of the rows that each dashboard tells of, by the same role: its own limit."""


_OF_ALL = frozenset({"portfolio", "inbox"})


def _limit(name: str, places: list[int], today: date, tell: Tell) -> None:
    some = places if name in _OF_ALL else places[:1]
    times = []
    with meter.phase(f"limit_{name}_sql", REQUESTS) as phase, _reading(some) as connection:
        for _ in range(REQUESTS):
            start = time.perf_counter()
            connection.execute(LIMITS[name], {"places": some, "today": today}).fetchall()
            times.append(time.perf_counter() - start)
    tell(phase.row() | visits.median(times))


@contextmanager
def _reading(places: list[int]) -> Iterator[Any]:
    with acting_as(actors.system(places, name="bench")):
        session = db.session()
        try:
            yield driver(session)
        finally:
            session.rollback()
