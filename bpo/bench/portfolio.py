"""A large portfolio to measure screens on: many companies, a year or ten of receivables."""

import json
from datetime import date, timedelta

from bpo.bench.ground import Ground
from bpo.domain.reminders import regua, steps

THREE_STEPS = json.dumps(steps.to_json(regua.THREE_STEPS))

DEBTORS_EACH = 100
"""Debtors of a workspace for each thousand of its receivables of a year."""


def fill(here: Ground, workspaces: int, receivables: int, history: int, today: date) -> None:
    """Companies with `receivables` of the last twelve months in all, one in nine of them open.

    `history` 10 has nine years of settled ones before, as many in each, written one year after
    the other as a company writes them. A third of them were reminded of.
    """
    values = {
        "w": workspaces,
        "n": max(receivables * DEBTORS_EACH // 1000, workspaces),
        "r": receivables,
        "today": today,
    }
    for statement in _COMPANIES:
        here.owner.execute(statement, values)
    for year in range(history):
        back = history - 1 - year
        slice_ = {"first": year * receivables + 1, "back": 365 * back}
        with here.owner.transaction():
            for statement in _YEAR:
                here.owner.execute(statement, values | slice_)
        if back:
            here.settle()
    here.owner.execute(
        "INSERT INTO freshness_marks (workspace_id, known_until, source, recorded_at)"
        " SELECT id, %(known)s, 'bench', now() FROM workspaces",
        {"known": today - timedelta(days=1)},
    )


_COMPANIES = (
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
)
_SLICE = "BETWEEN %(first)s AND %(first)s + %(r)s - 1"
_YEAR = (
    (
        "INSERT INTO receivables (workspace_id, id, debtor_id, number, number_key, issue_date,"
        " due_date, effective_due_date, amount_cents, installment, installments)"
        " OVERRIDING SYSTEM VALUE SELECT d.workspace_id, g, d.id, 'NF-' || g, g::text,"
        " due.day - 30, due.day, due.day, 5000 + g::bigint * 7919 %% 900000, 1 + (g %% 3)::int, 3"
        " FROM generate_series(%(first)s, %(first)s + %(r)s - 1) g"
        " JOIN debtors d ON d.id = 1 + (g - 1) %% %(n)s CROSS JOIN LATERAL ("
        "SELECT %(today)s::date + 29 - %(back)s - (g::bigint * 37 %% 365)::int AS day) due"
    ),
    (
        "CREATE TEMP TABLE paid ON COMMIT DROP AS"
        " SELECT workspace_id, id, debtor_id, amount_cents,"
        f" due_date + (id * 13 %% 40)::int - 8 AS day FROM receivables WHERE id {_SLICE}"
        " AND (due_date + (id * 13 %% 40)::int - 8 <= %(today)s AND id %% 40 <> 0"
        " OR due_date < %(today)s::date - 300)"
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
        f" FROM receivables WHERE id {_SLICE} AND id %% 3 = 0 AND due_date + 2 <= %(today)s"
    ),
    (
        "INSERT INTO touch_receivables (workspace_id, touch_id, receivable_id, open_cents)"
        f" SELECT workspace_id, id, id, total_cents FROM touches WHERE id {_SLICE}"
    ),
)
