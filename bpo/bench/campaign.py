"""`bench campaign`: a morning planned over many workspaces and sent, beside what is bare."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from bpo.bench import ground, meter, sending
from bpo.bench.ground import Ground
from bpo.db import driver, unit_of_work
from bpo.domain.reminders import regua, steps
from bpo.gateways.queue import MemoryQueue
from bpo.kernel import actor as actors
from bpo.services.reminders import campaigns

TODAY = date(2026, 11, 24)
MORNING = datetime.combine(TODAY, time(9, 0), UTC)
NOON = datetime.combine(TODAY, time(15, 0), UTC)
AMOUNT_CENTS = 480_00
MESSAGES = 4_000

Tell = Callable[[dict[str, Any]], None]


def run(
    workspaces: int, debtors: int, receivables: int, tell: Tell, *, messages: int = MESSAGES
) -> None:
    """Measure `plan` and `limit_plan_io`, then `send`, `send_two` and `limit_send`.

    `debtors` and `receivables` are totals over all workspaces; due dates lie from 70 days ago to
    20 days ahead, so that every step of the default regua has somebody. The limit reads the same
    debtors, addresses and open receivables and writes the same contacts and lists into the same
    tables, in bulk and with nothing decided in between. About `messages` of the contacts, those of
    the first workspaces, are then sent to a counting sink: see `sending`.
    """
    with ground.prepared() as here:
        _prepare(here, workspaces, debtors, receivables)
        here.settle()
        _plan(workspaces, debtors, tell)
        rows = {place: _rows(here, place) for place in range(1, workspaces + 1)}
        here.owner.execute("TRUNCATE touches, touch_receivables, skips, plan_runs CASCADE")
        here.settle()
        _bare(rows, debtors, tell)
        sending.measure(here, _some(here, messages), NOON, tell)


def _some(here: Ground, messages: int) -> list[int]:
    """The first workspaces with that many e-mails, at least two; what others planned goes."""
    rows = here.owner.execute(
        "SELECT workspace_id, count(*) FROM touches WHERE channel = 'email' GROUP BY 1 ORDER BY 1"
    ).fetchall()
    places: list[int] = []
    total = 0
    for place, count in rows:
        if total >= messages and len(places) > 1:
            break
        places.append(place)
        total += count
    here.owner.execute("DELETE FROM touches WHERE NOT workspace_id = ANY (%s)", [places])
    return places


def _plan(workspaces: int, debtors: int, tell: Tell) -> None:
    queue, created = MemoryQueue(), 0
    with meter.phase("plan", debtors) as phase:
        for place in range(1, workspaces + 1):
            program = actors.system([place], name="bench")
            created += campaigns.plan(program, place, TODAY, now=MORNING, queue=queue).created
    tell(phase.row() | {"created": created})


def _rows(here: Ground, place: int) -> tuple[bytes, ...]:
    """What planning wrote for a workspace, as the database hands it out, a block for each table."""
    blocks = []
    with here.owner.cursor() as cursor:
        for table in WRITTEN:
            with cursor.copy(
                f"COPY (SELECT * FROM {table} WHERE workspace_id = {place}) TO STDOUT"
            ) as copy:
                blocks.append(b"".join(bytes(block) for block in copy))
    return tuple(blocks)


def _bare(rows: dict[int, tuple[bytes, ...]], debtors: int, tell: Tell) -> None:
    written = 0
    with meter.phase("limit_plan_io", debtors) as phase:
        for place, blocks in rows.items():
            program = actors.system([place], name="bench")
            with unit_of_work(program) as session, driver(session).cursor(binary=True) as cursor:
                for sql in _READS:
                    cursor.execute(sql, {"place": place, "today": TODAY}).fetchall()
                for table, block in zip(WRITTEN, blocks, strict=True):
                    cursor.execute(f"CREATE TEMP TABLE bare (LIKE {table}) ON COMMIT DROP")
                    with cursor.copy("COPY bare FROM STDIN") as copy:
                        copy.write(block)
                    cursor.execute(
                        f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM bare"
                        " ON CONFLICT DO NOTHING"
                    )
                    written += cursor.rowcount if table == "touches" else 0
                    cursor.execute("DROP TABLE bare")
    tell(phase.row() | {"created": written})


def _prepare(here: Ground, workspaces: int, debtors: int, receivables: int) -> None:
    values = {
        "w": workspaces,
        "n": debtors,
        "r": receivables,
        "today": TODAY,
        "amount": AMOUNT_CENTS,
        "steps": json.dumps(steps.to_json(regua.DEFAULT_REGUA)),
        "options": json.dumps({"entry": "first"}),
        "started": MORNING - timedelta(days=90),
    }
    for statement in _BOOK:
        here.owner.execute(statement, values)


WRITTEN = ("touches", "touch_receivables")
_READS = (
    (
        "SELECT id, state, risk_class, consumer, tags FROM debtors"
        " WHERE workspace_id = %(place)s ORDER BY id"
    ),
    "SELECT debtor_id, channel, status FROM contacts WHERE workspace_id = %(place)s",
    (
        "SELECT debtor_id, id, issue_date, due_date, effective_due_date,"
        " amount_cents - settled_cents FROM receivables"
        " WHERE workspace_id = %(place)s AND issue_date <= %(today)s AND settled_on IS NULL"
        " ORDER BY debtor_id, id"
    ),
)
_BOOK = (
    (
        "INSERT INTO workspaces (id, slug, name, legal_name, cnpj, street, city, state,"
        " postal_code) OVERRIDING SYSTEM VALUE SELECT g, 'bench-' || g, 'Loja ' || g, 'Loja ' || g,"
        " '11222333000181', 'Rua das Flores, 10', 'São Paulo', 'SP', '01000-000'"
        " FROM generate_series(1, %(w)s) g"
    ),
    (
        "INSERT INTO policy_versions (workspace_id, id, version, effective_from, terms)"
        " OVERRIDING SYSTEM VALUE SELECT g, g, 1, '2020-01-01', '{}'"
        " FROM generate_series(1, %(w)s) g"
    ),
    (
        "INSERT INTO campaigns (workspace_id, id, key, name, state, started_at)"
        " OVERRIDING SYSTEM VALUE SELECT g, g, 'regua', 'Regua', 'running', %(started)s"
        " FROM generate_series(1, %(w)s) g"
    ),
    (
        "INSERT INTO campaign_versions (workspace_id, campaign_id, version, steps, options)"
        " SELECT g, g, 1, %(steps)s, %(options)s FROM generate_series(1, %(w)s) g"
    ),
    (
        "INSERT INTO debtors (workspace_id, id, reference, reference_key, name, search_name, state)"
        " OVERRIDING SYSTEM VALUE SELECT 1 + (g - 1) %% %(w)s, g, g::text, g::text,"
        " 'Cliente ' || g, 'cliente ' || g, 'SP' FROM generate_series(1, %(n)s) g"
    ),
    (
        "INSERT INTO contacts (workspace_id, debtor_id, channel, address)"
        " SELECT workspace_id, id, 'email', 'cliente' || id || '@debtor.example' FROM debtors"
    ),
    (
        "INSERT INTO receivables (workspace_id, id, debtor_id, number, number_key, issue_date,"
        " due_date, effective_due_date, amount_cents, policy_version_id) OVERRIDING SYSTEM VALUE"
        " SELECT d.workspace_id, g, d.id, 'NF-' || g, g::text, due.day - 30, due.day, due.day,"
        " %(amount)s, d.workspace_id FROM generate_series(1, %(r)s) g"
        " JOIN debtors d ON d.id = 1 + (g - 1) %% %(n)s"
        " CROSS JOIN LATERAL (SELECT %(today)s::date - 70 + (g * 37 %% 90)::int AS day) due"
    ),
    (
        "INSERT INTO freshness_marks (workspace_id, known_until, source, recorded_at)"
        " SELECT id, %(today)s, 'bench', now() FROM workspaces"
    ),
)
