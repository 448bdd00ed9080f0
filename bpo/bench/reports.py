"""`bench reports`: a night of weekly reports, beside the bare render of the same documents."""

import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta
from multiprocessing import get_context
from typing import Any

from bpo.analytics import weekly
from bpo.app import create_app
from bpo.bench import ground, meter, portfolio, sink
from bpo.bench.ground import Ground
from bpo.db import acting_as, db
from bpo.gateways import outside, pdf
from bpo.gateways import reports as documents
from bpo.gateways.queue import MemoryQueue
from bpo.gateways.report_mail import Sender
from bpo.kernel import actor as actors
from bpo.kernel import clock
from bpo.models import Workspace
from bpo.queries.insight import figures
from bpo.services.insight import report_deliveries, reports, scores, snapshots
from bpo.services.insight.report_deliveries import Post
from config.settings import Settings

WORKERS = 2
ZONE = "America/Sao_Paulo"
RECEIVABLES_EACH = 600
LEARNED = timedelta(days=14)
"""Before the night, how long a company has had its model, as one that has been served."""
LIMITS = 10
"""Of how many clients the bare render is measured."""

Tell = Callable[[dict[str, Any]], None]


def run(clients: int, tell: Tell) -> None:
    """Measure `reports` (figures, PDF, stored, mailed; two workers) and its limit.

    `limit_pdf` is the bare render of the same HTML, one process; `figures` are the numbers alone,
    of the same clients. `ms` is the median of one report. `sink` counts the mails that arrived.
    """
    now = datetime.now(UTC)
    today = clock.local_day(now, ZONE)
    with sink.running() as server, ground.prepared(server.url) as here:
        places = list(range(1, clients + 1))
        with meter.phase("prepare", clients) as phase:
            _prepare(here, clients, today, now)
        tell(phase.row())
        label = weekly.week_of(today - timedelta(days=7)).label
        some = places[:LIMITS]
        told = _figures(some, label, tell)
        _renders(told, tell)
        _night(here, places, label, tell)
        tell({"phase": "sink", **server.counts()})


def _prepare(here: Ground, clients: int, today: date, now: datetime) -> None:
    portfolio.fill(here, clients, RECEIVABLES_EACH * clients, 1, today)
    here.owner.execute(
        "INSERT INTO users (email, name, role, password_hash, locale)"
        " SELECT 'dono' || id || '@client.example', 'Dono ' || id, 'client_manager', 'x', 'pt_BR'"
        " FROM workspaces"
    )
    here.owner.execute(
        "INSERT INTO memberships (user_id, workspace_id) SELECT u.id, w.id FROM workspaces w"
        " JOIN users u ON u.email = 'dono' || w.id || '@client.example'"
    )
    for place in range(1, clients + 1):
        program = actors.system([place], name="bench")
        snapshots.refresh(program, place, today, now=now)
        for day in (today - LEARNED, today):
            scores.refresh(program, place, day, now=now - (today - day))
    here.settle()


def _figures(places: Sequence[int], label: str, tell: Tell) -> list[Any]:
    """The numbers of some clients, as the reports read them; one process."""
    span, times, told = weekly.week(label), [], []
    with meter.phase("figures", len(places)) as phase:
        for place in places:
            start = time.perf_counter()
            with acting_as(actors.system([place], name="bench")):
                session = db.session()
                workspace = session.get_one(Workspace, place)
                found = figures.week(session, workspace, span, span.last)
                told.append((found, reports.identity_of(workspace, "BPO")))
                session.rollback()
            times.append(time.perf_counter() - start)
    tell(phase.row() | _median(times))
    return told


def _renders(told: Sequence[Any], tell: Tell) -> None:
    """The converter alone, on the HTML of the same reports; one process."""
    pages = [
        (documents.weekly_html(found, identity, "pt_BR"), found.as_of) for found, identity in told
    ]
    times = []
    with meter.phase("limit_pdf", len(pages)) as phase:
        for html, day in pages:
            start = time.perf_counter()
            pdf.render(html, assets=documents.ASSETS, dated=day)
            times.append(time.perf_counter() - start)
    tell(phase.row() | _median(times))


def _night(here: Ground, places: Sequence[int], label: str, tell: Tell) -> None:
    """Every client's report in two processes, as two workers make them."""
    shares = [places[number::WORKERS] for number in range(WORKERS)]
    with ProcessPoolExecutor(WORKERS, get_context("spawn")) as pool:
        list(pool.map(_warm, shares))
        with meter.phase("reports", len(places)) as phase:
            done = pool.map(_work, [here.settings] * WORKERS, shares, [label] * WORKERS)
            times = [seconds for share in done for seconds in share]
    tell(phase.row() | _median(times))


def _warm(_share: Sequence[int]) -> None:
    """The process is there with all it needs loaded, as a worker is."""
    pdf.width_of("a", size=1)


def _work(settings: Settings, places: Sequence[int], label: str) -> list[float]:
    """Make and mail the reports of some clients; seconds of each."""
    app, times = create_app(settings), []
    with app.app_context():
        mail = outside.of(app).mail
        post = Post(mail, Sender("BPO", settings.mail_sender), settings.base_url)
        for place in places:
            start = time.perf_counter()
            _one(place, label, post)
            times.append(time.perf_counter() - start)
        mail.close()
    return times


def _one(place: int, label: str, post: Post) -> None:
    program, queue = actors.system([place], name="bench"), MemoryQueue()
    now = datetime.now(UTC)
    run_id = reports.request(program, place, label, now=now, queue=queue, to_managers=True)
    reports.build(program, place, run_id, bpo_name="BPO", now=now, queue=queue)
    report_deliveries.send(program, place, post=post, queue=queue, clock=lambda: datetime.now(UTC))


def _median(times: Sequence[float]) -> dict[str, float]:
    return {"ms": round(statistics.median(times) * 1000, 1)}
