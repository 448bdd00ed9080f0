"""`bench screens`: the pages on which people spend their day, over a large portfolio."""

import re
from collections.abc import Callable
from contextvars import Context
from datetime import UTC, date, datetime, time
from http import HTTPStatus
from typing import Any

from flask.testing import FlaskClient

from bpo.bench import ground, meter, portfolio, visits
from bpo.bench.ground import Ground
from bpo.db import unit_of_work
from bpo.domain.people.links import Purpose, expiry
from bpo.gateways.queue import MemoryQueue
from bpo.gateways.signing import Signer
from bpo.kernel import actor as actors
from bpo.kernel import clock
from bpo.services.insight import scores, snapshots
from bpo.services.people import links
from bpo.services.reminders import campaigns

ZONE = "America/Sao_Paulo"
HERE = 1
DEBTOR = 1
DOCUMENT = "52998224725"
PAGES = (
    ("inbox", "/office/inbox"),
    ("reconciliation", "/office/reconciliation"),
    ("palette", "/office/palette?q=cliente+1"),
    ("receivables", "/w/bench-1/receivables"),
    ("receivables_late", "/w/bench-1/receivables?state=overdue"),
    ("receivable", "/w/bench-1/receivables/1"),
    ("debtors", "/w/bench-1/debtors"),
    ("debtors_found", "/w/bench-1/debtors?q=cliente+101"),
    ("debtor", f"/w/bench-1/debtors/{DEBTOR}"),
    ("offers", f"/w/bench-1/debtors/{DEBTOR}/negotiation"),
    ("statement", f"/w/bench-1/debtors/{DEBTOR}/statement"),
    ("payments", "/w/bench-1/payments"),
    ("campaigns", "/w/bench-1/campaigns"),
    ("campaign", "/w/bench-1/campaigns/1"),
    ("will_go", "/w/bench-1/campaigns/1/will-go"),
    ("reports", "/w/bench-1/reports"),
    ("audit", "/office/audit"),
    ("portal", "/portal/bench-1"),
    ("portal_debtors", "/portal/bench-1/debtors"),
)
_CAMPAIGN = """
WITH made AS (
    INSERT INTO campaigns (workspace_id, id, key, name, state, started_at)
    OVERRIDING SYSTEM VALUE SELECT id, id, 'friendly', 'Friendly', 'running', %(started)s
    FROM workspaces RETURNING id
)
INSERT INTO campaign_versions (workspace_id, campaign_id, version, steps, options)
SELECT id, id, 1, %(steps)s, '{"entry": "first"}' FROM made
"""

Tell = Callable[[dict[str, Any]], None]


def run(workspaces: int, receivables: int, tell: Tell) -> None:
    """Measure phases `screen_…`; `ms` is the median of a request, the server's part of it.

    Asked for by the administrator, who reaches all companies, on a morning that was planned.
    `screen_debtor_page` is what a debtor sees on a phone. `limit_page` is a page of the same layout
    that reads nothing of the books.
    """
    now = datetime.now(UTC)
    today = clock.local_day(now, ZONE)
    with ground.prepared() as here:
        with meter.phase("prepare", receivables) as phase:
            portfolio.fill(here, workspaces, receivables, 1, today)
            _live(here, workspaces, today)
        tell(phase.row())
        here.settle()
        client = visits.signed_in(here)
        for name, path in PAGES:
            visits.ask(client, f"screen_{name}", path, tell)
        visits.ask(client, "limit_page", "/account", tell)
        _debtors_page(here, now, tell)


def _live(here: Ground, workspaces: int, today: date) -> None:
    """A campaign and a night kept in every company; planned and scored where screens look."""
    noon = datetime.combine(today, time(15), UTC)
    for place in range(1, workspaces + 1):
        snapshots.refresh(actors.system([place], name="bench"), place, today, now=noon)
    program = actors.system([HERE], name="bench")
    here.owner.execute(_CAMPAIGN, {"started": noon, "steps": portfolio.THREE_STEPS})
    here.owner.execute("UPDATE debtors SET document = %s WHERE id = %s", [DOCUMENT, DEBTOR])
    scores.refresh(program, HERE, today, now=noon)
    campaigns.plan(program, HERE, today, now=noon, queue=MemoryQueue())


def _debtors_page(here: Ground, now: datetime, tell: Tell) -> None:
    with unit_of_work(actors.system([HERE], name="bench")) as session:
        expires = expiry(Purpose.DEBTOR_PAGE, now)
        known = links.ensure(session, Purpose.DEBTOR_PAGE, HERE, [DEBTOR], expires_at=expires)
    token = Signer(here.settings.secret_key).token(known[DEBTOR], Purpose.DEBTOR_PAGE.value)
    client = here.app.test_client()
    _answer(client, f"/d/{token}")
    visits.ask(client, "screen_debtor_page", f"/d/{token}", tell)


def _answer(client: FlaskClient, path: str) -> None:
    """The door asks for digits of the document."""
    door = visits.get(client, path).text
    field = re.search(r'name="csrf_token" value="([^"]+)"', door)
    given = {"csrf_token": field[1] if field else "", "answer": DOCUMENT[-4:]}
    referer = {"Referer": visits.BASE + path}
    said = Context().run(client.post, path, base_url=visits.BASE, data=given, headers=referer)
    if said.status_code != HTTPStatus.SEE_OTHER:
        raise RuntimeError(f"the debtor's door answered {said.status_code}")
