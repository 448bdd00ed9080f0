"""`bench dunning`: one overdue receivable per debtor, three steps; decide, send, age."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from bpo.bench import ground, limits, meter, sink
from bpo.bench.ground import Ground
from bpo.db import acting_as, db
from bpo.domain.reminders import regua, steps
from bpo.gateways import wording
from bpo.gateways.mail import Smtp
from bpo.gateways.queue import MemoryQueue
from bpo.gateways.signing import Signer
from bpo.kernel import actor as actors
from bpo.queries.books import aging
from bpo.services.reminders import campaigns, deliveries
from bpo.services.reminders.letters import Desk

WORKSPACE, CAMPAIGN = 1, 1
ANOTHER = 2
"""A company without debtors: planned before the clock runs, as a worker has worked before."""
AMOUNT_CENTS = 1_250_00
DAYS_LATE = 40
TODAY = date(2026, 11, 24)
NOON = datetime.combine(TODAY, time(15, 0), UTC)
WEEK = 7 * 24 * 3600

Tell = Callable[[dict[str, Any]], None]


def run(debtors: int, tell: Tell, *, smtp_url: str | None = None) -> None:
    """Measure the phases `create`, `process` and `aging` and the limits of this machine.

    `tell` gets one row a phase as it ends. Without `smtp_url` a counting sink of ours is used. The
    program is warm as a worker is: it has read its translations before the fork and planned the
    morning of an empty company.
    """
    with sink.running() as server, ground.prepared() as here:
        _prepare(here, debtors)
        _warm()
        here.settle()
        _create(debtors, tell)
        here.settle()
        _process(here, debtors, tell, smtp_url or server.url)
        if smtp_url is None:
            tell({"phase": "sink", **server.counts()})
        here.settle()
        _aging(debtors, tell)
        limits.measure(here, debtors, tell, server.url)


def _warm() -> None:
    for locale in wording.LOCALES:
        wording.translations(locale)
    _plan(ANOTHER)


def _create(debtors: int, tell: Tell) -> None:
    with meter.phase("create", debtors) as phase:
        phase.n = _plan(WORKSPACE)
    tell(phase.row())


def _plan(workspace_id: int) -> int:
    program = actors.system([workspace_id], name="bench")
    planned = campaigns.plan(program, workspace_id, TODAY, now=NOON, queue=MemoryQueue())
    return planned.created


def _process(here: Ground, debtors: int, tell: Tell, smtp_url: str) -> None:
    program = actors.system([WORKSPACE], name="bench")
    desk = Desk(Signer(here.settings.secret_key), here.settings.base_url, ground.MAIL_SENDER)
    mail = Smtp(smtp_url)
    with meter.phase("process", debtors) as phase:
        done = deliveries.send(
            program,
            WORKSPACE,
            desk=desk,
            mail=mail,
            queue=MemoryQueue(),
            clock=lambda: NOON,
            seconds=WEEK,
        )
        mail.close()
    phase.n = done.states["sent"]
    tell(phase.row())


def _aging(debtors: int, tell: Tell) -> None:
    program = actors.system([WORKSPACE], name="bench")
    with acting_as(program), meter.phase("aging", debtors) as phase:
        phase.n = len(aging.by_debtor(db.session(), WORKSPACE, TODAY))
    tell(phase.row())


def _prepare(here: Ground, debtors: int) -> None:
    """A workspace with one overdue receivable per debtor, and a running three-step campaign."""
    due = TODAY - timedelta(days=DAYS_LATE)
    values = {
        "n": debtors,
        "due": due,
        "issue": due - timedelta(days=30),
        "amount": AMOUNT_CENTS,
        "steps": json.dumps(steps.to_json(regua.THREE_STEPS)),
        "options": json.dumps({"entry": "first"}),
        "today": TODAY,
        "started": NOON - timedelta(days=1),
    }
    for statement in _BOOK:
        here.owner.execute(statement, values)


_BOOK = (
    (
        "INSERT INTO workspaces (id, slug, name, legal_name, cnpj, street, city, state,"
        " postal_code, sender_email, pix_key, email)"
        " OVERRIDING SYSTEM VALUE SELECT w, 'bench' || w, 'Loja do Sol',"
        " 'Loja do Sol Comércio Ltda', '11222333000181', 'Rua das Flores, 10', 'São Paulo', 'SP',"
        " '01000-000', 'cobranca@bench.example', '11222333000181', 'contato@bench.example'"
        " FROM generate_series(1, 2) w"
    ),
    (
        "INSERT INTO policy_versions (workspace_id, id, version, effective_from, terms)"
        " OVERRIDING SYSTEM VALUE SELECT w, w, 1, '2020-01-01', '{}' FROM generate_series(1, 2) w"
    ),
    (
        "INSERT INTO campaigns (workspace_id, id, key, name, state, started_at)"
        " OVERRIDING SYSTEM VALUE SELECT w, w, 'three', 'Three steps', 'running', %(started)s"
        " FROM generate_series(1, 2) w"
    ),
    (
        "INSERT INTO campaign_versions (workspace_id, campaign_id, version, steps, options)"
        " SELECT w, w, 1, %(steps)s, %(options)s FROM generate_series(1, 2) w"
    ),
    (
        "INSERT INTO debtors (workspace_id, id, reference, reference_key, name, search_name, state)"
        " OVERRIDING SYSTEM VALUE SELECT 1, g, g::text, g::text, 'Cliente Número ' || g,"
        " 'cliente numero ' || g, 'SP' FROM generate_series(1, %(n)s) g"
    ),
    (
        "INSERT INTO contacts (workspace_id, debtor_id, channel, address)"
        " SELECT 1, g, 'email', 'cliente' || g || '@debtor.example'"
        " FROM generate_series(1, %(n)s) g"
    ),
    (
        "INSERT INTO receivables (workspace_id, id, debtor_id, number, number_key, issue_date,"
        " due_date, effective_due_date, amount_cents, policy_version_id) OVERRIDING SYSTEM VALUE"
        " SELECT 1, g, g, 'NF-' || g, g::text, %(issue)s, %(due)s, %(due)s, %(amount)s, 1"
        " FROM generate_series(1, %(n)s) g"
    ),
    (
        "INSERT INTO freshness_marks (workspace_id, known_until, source, recorded_at)"
        " SELECT w, %(today)s, 'bench', now() FROM generate_series(1, 2) w"
    ),
)
