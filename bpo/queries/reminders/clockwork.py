"""What the clock looks at each minute, over every workspace in reach: a query for each kind."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bpo.db import driver
from bpo.domain.reminders import deliveries

_UNPLANNED = """
SELECT DISTINCT c.workspace_id, here.day
FROM unnest(%(places)s::bigint[], %(days)s::date[]) AS here (workspace_id, day)
JOIN campaigns c ON c.workspace_id = here.workspace_id AND c.state = 'running'
LEFT JOIN plan_runs p ON p.workspace_id = c.workspace_id AND p.campaign_id = c.id
    AND p.on_day = here.day
WHERE p.on_day IS NULL
ORDER BY c.workspace_id
"""
_TO_SEND = """
SELECT t.workspace_id, count(*)
FROM touches t
LEFT JOIN campaigns c ON c.workspace_id = t.workspace_id AND c.id = t.campaign_id
WHERE t.state IN ('planned', 'failed') AND t.scheduled_at <= %(now)s AND t.channel <> 'letter'
  AND t.attempts < %(tries)s AND (t.campaign_id IS NULL OR c.state = 'running')
GROUP BY t.workspace_id
ORDER BY t.workspace_id
"""
_LOST = """
SELECT workspace_id, count(*) FROM touches
WHERE state = 'sending' AND claimed_at < %(before)s
GROUP BY workspace_id ORDER BY workspace_id
"""
_IMPORTS = """
SELECT workspace_id, id FROM imports
WHERE state = 'queued' AND created_at < %(before)s ORDER BY created_at, id
"""
_SUBSCRIPTIONS = """
SELECT s.workspace_id, here.day
FROM unnest(%(places)s::bigint[], %(days)s::date[]) AS here (workspace_id, day)
JOIN subscriptions s ON s.workspace_id = here.workspace_id AND s.next_issue_on <= here.day
GROUP BY s.workspace_id, here.day
ORDER BY s.workspace_id
"""
_AGREEMENTS = """
SELECT DISTINCT a.workspace_id, here.day
FROM unnest(%(places)s::bigint[], %(days)s::date[]) AS here (workspace_id, day)
JOIN agreements a ON a.workspace_id = here.workspace_id
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE r.settled_on IS NULL) AS open, sum(r.settled_cents) AS settled,
           min(r.effective_due_date) FILTER (WHERE r.settled_on IS NULL) AS oldest
    FROM receivables r WHERE r.workspace_id = a.workspace_id AND r.agreement_id = a.id
) plan
WHERE a.state IN ('draft', 'offered', 'countered') AND a.valid_until < here.day
   OR a.state IN ('accepted', 'active') AND (
        plan.open = 0 OR a.state = 'accepted' AND plan.settled > 0
        OR plan.oldest + (a.terms ->> 'breach_days')::int < here.day)
ORDER BY a.workspace_id
"""
_PAPERS = """
SELECT workspace_id, count(*) FROM agreements
WHERE agreed_on IS NOT NULL AND file_id IS NULL GROUP BY workspace_id ORDER BY workspace_id
"""
IMPORT_PATIENCE = timedelta(minutes=1)
"""A queued import older than this may have lost its notification."""


def unplanned(session: Session, days: Mapping[int, date]) -> list[tuple[int, date]]:
    """Workspaces with a running campaign that has no plan for its day, among those given."""
    values = {"places": list(days), "days": list(days.values())}
    return [(place, day) for place, day in _rows(session, _UNPLANNED, values)]


def subscriptions_due(session: Session, days: Mapping[int, date]) -> list[tuple[int, date]]:
    """Workspaces with recurring charges to be issued on their day, among those given."""
    values = {"places": list(days), "days": list(days.values())}
    return [(place, day) for place, day in _rows(session, _SUBSCRIPTIONS, values)]


def agreements_due(session: Session, days: Mapping[int, date]) -> list[tuple[int, date]]:
    """Workspaces with agreements to be judged on their day, among those given."""
    values = {"places": list(days), "days": list(days.values())}
    return [(place, day) for place, day in _rows(session, _AGREEMENTS, values)]


def papers_due(session: Session) -> dict[int, int]:
    """How many accepted agreements have no paper yet, by workspace."""
    return dict(_rows(session, _PAPERS, {}))


def to_send(session: Session, now: datetime) -> dict[int, int]:
    """How many contacts of running campaigns are due, by workspace."""
    return dict(_rows(session, _TO_SEND, {"now": now, "tries": deliveries.MAX_TRIES}))


def lost_claims(session: Session, now: datetime) -> dict[int, int]:
    """How many contacts are held by workers that died, by workspace."""
    return dict(_rows(session, _LOST, {"before": now - deliveries.CLAIM_LASTS}))


def waiting_imports(session: Session, now: datetime) -> list[tuple[int, int]]:
    """(workspace, import) that nobody has begun."""
    return list(_rows(session, _IMPORTS, {"before": now - IMPORT_PATIENCE}))


def _rows(session: Session, sql: str, values: Mapping[str, Any]) -> list[Any]:
    with driver(session).cursor() as cursor:
        return cursor.execute(sql, values).fetchall()
