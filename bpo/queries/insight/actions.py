"""What was done for a client company: counts of a span of days, and what waits for its decision."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from bpo.analytics.weekly import Actions, Decision
from bpo.db import driver
from bpo.domain.desk import disputes
from bpo.domain.desk.disputes import Grounds
from bpo.domain.reminders import deliveries
from bpo.kernel.text import Phrase
from bpo.models import Workspace

# An instant is compared with an instant: beside a day, the row policies would let no index be used.
_COUNTS = """
WITH messages AS (
    SELECT debtor_id, state, attempts, (settled_at AT TIME ZONE %(zone)s)::date AS day
    FROM touches
    WHERE workspace_id = %(workspace)s AND channel IN ('email', 'sms', 'whatsapp')
      AND state <> 'failed' AND settled_at >= (%(first)s::date - 1)::timestamptz
      AND settled_at <= (%(last)s::date + 2)::timestamptz
    UNION ALL
    SELECT debtor_id, state, attempts, planned_on
    FROM touches
    WHERE workspace_id = %(workspace)s AND channel IN ('email', 'sms', 'whatsapp')
      AND state = 'failed' AND planned_on BETWEEN %(first)s AND %(last)s
), sent AS (
    SELECT debtor_id FROM messages WHERE state = 'sent' AND day BETWEEN %(first)s AND %(last)s
), talks AS (
    SELECT debtor_id, kind FROM notes
    WHERE workspace_id = %(workspace)s AND on_day BETWEEN %(first)s AND %(last)s
      AND kind IN ('call', 'whatsapp', 'visit', 'email')
), made AS (
    SELECT amount_cents FROM promises
    WHERE workspace_id = %(workspace)s AND made_on BETWEEN %(first)s AND %(last)s
      AND state <> 'draft'
), ended AS (
    SELECT state FROM promises
    WHERE workspace_id = %(workspace)s AND settled_on BETWEEN %(first)s AND %(last)s
)
SELECT (SELECT count(*) FROM sent),
       (SELECT count(*) FROM messages WHERE day BETWEEN %(first)s AND %(last)s
        AND (state = 'refused' OR state = 'failed' AND attempts >= %(tries)s)),
       (SELECT count(*) FROM messages
        WHERE day BETWEEN %(first)s AND %(last)s AND state = 'uncertain'),
       (SELECT count(*) FROM (SELECT debtor_id FROM sent UNION SELECT debtor_id FROM talks) met),
       (SELECT count(*) FROM made),
       (SELECT coalesce(sum(amount_cents), 0)::bigint FROM made),
       (SELECT count(*) FROM ended WHERE state = 'kept'),
       (SELECT count(*) FROM ended WHERE state IN ('partly_kept', 'broken')),
       (SELECT count(*) FROM talks WHERE kind = 'call'),
       (SELECT count(*) FROM agreements WHERE workspace_id = %(workspace)s
        AND agreed_on BETWEEN %(first)s AND %(last)s
        AND state IN ('accepted', 'active', 'settled', 'broken'))
"""
_APPROVALS = """
SELECT q.about, q.debtor_id, coalesce(b.name, c.name, q.content ->> 'name', ''),
       coalesce(a.total_cents, 0), (q.asked_at AT TIME ZONE %(zone)s)::date, q.valid_until
FROM approval_requests q
LEFT JOIN debtors b ON b.workspace_id = q.workspace_id AND b.id = q.debtor_id
LEFT JOIN agreements a ON a.workspace_id = q.workspace_id AND a.id = q.agreement_id
LEFT JOIN campaigns c ON c.workspace_id = q.workspace_id AND c.id = q.campaign_id
WHERE q.workspace_id = %(workspace)s AND q.needed_by = 'client_manager'
  AND (q.asked_at AT TIME ZONE %(zone)s)::date <= %(day)s AND q.valid_until >= %(day)s
  AND (q.decided_at IS NULL OR (q.decided_at AT TIME ZONE %(zone)s)::date > %(day)s)
"""
_DISPUTES = """
SELECT d.debtor_id, b.name, r.number, d.reason, d.opened_on,
       coalesce(r.amount_cents - (
           SELECT coalesce(sum(e.principal_cents), 0)::bigint FROM entries e
           WHERE e.workspace_id = r.workspace_id AND e.receivable_id = r.id
             AND e.on_day <= %(day)s), 0)
FROM disputes d
JOIN debtors b ON b.workspace_id = d.workspace_id AND b.id = d.debtor_id
LEFT JOIN receivables r ON r.workspace_id = d.workspace_id AND r.id = d.receivable_id
WHERE d.workspace_id = %(workspace)s AND d.opened_on <= %(day)s
  AND (d.closed_on IS NULL OR d.closed_on > %(day)s)
"""
_LAST_STEPS = """
SELECT k.debtor_id, b.name, t.planned_on, t.total_cents
FROM tasks k
JOIN touches t ON t.workspace_id = k.workspace_id AND t.id = k.touch_id
JOIN debtors b ON b.workspace_id = k.workspace_id AND b.id = k.debtor_id
WHERE k.workspace_id = %(workspace)s AND k.kind = 'call' AND t.template_key = 'decide'
  AND t.planned_on <= %(day)s
  AND (k.closed_at IS NULL OR (k.closed_at AT TIME ZONE %(zone)s)::date > %(day)s)
"""
_DEEDS = """
SELECT * FROM (
    SELECT (settled_at AT TIME ZONE %(zone)s)::date AS day, 'reminders' AS kind,
           NULL::bigint AS debtor_id, NULL AS name, count(*)::int AS number,
           count(DISTINCT debtor_id)::int AS debtors, sum(total_cents)::bigint AS cents,
           NULL::date AS until, max(settled_at) AS at
    FROM touches
    WHERE workspace_id = %(workspace)s AND state = 'sent'
      AND channel IN ('email', 'sms', 'whatsapp')
      AND settled_at >= (%(since)s::date - 1)::timestamptz
    GROUP BY 1
    UNION ALL
    SELECT on_day, 'payments', NULL, NULL,
           (count(DISTINCT payment_id) FILTER (WHERE kind = 'payment'))::int, 0,
           sum(principal_cents + fine_cents + interest_cents)::bigint, NULL, max(created_at)
    FROM entries
    WHERE workspace_id = %(workspace)s AND on_day BETWEEN %(since)s AND %(until)s
      AND kind IN ('payment', 'reversal')
    GROUP BY 1
    UNION ALL
    SELECT p.made_on, 'promise', p.debtor_id, b.name, 1, 1, p.amount_cents, p.promised_for,
           p.created_at
    FROM promises p JOIN debtors b ON b.workspace_id = p.workspace_id AND b.id = p.debtor_id
    WHERE p.workspace_id = %(workspace)s AND p.state <> 'draft' AND p.made_on >= %(since)s
    UNION ALL
    SELECT p.settled_on, 'promise_' || p.state, p.debtor_id, b.name, 1, 1, p.amount_cents,
           p.promised_for, p.created_at
    FROM promises p JOIN debtors b ON b.workspace_id = p.workspace_id AND b.id = p.debtor_id
    WHERE p.workspace_id = %(workspace)s AND p.settled_on >= %(since)s
      AND p.state IN ('kept', 'partly_kept', 'broken')
    UNION ALL
    SELECT n.on_day, n.kind, n.debtor_id, b.name, 1, 1, NULL, NULL, n.created_at
    FROM notes n JOIN debtors b ON b.workspace_id = n.workspace_id AND b.id = n.debtor_id
    WHERE n.workspace_id = %(workspace)s AND n.on_day >= %(since)s
      AND n.kind IN ('call', 'whatsapp', 'visit', 'email')
    UNION ALL
    SELECT d.opened_on, 'dispute', d.debtor_id, b.name, 1, 1, r.amount_cents, NULL, d.created_at
    FROM disputes d JOIN debtors b ON b.workspace_id = d.workspace_id AND b.id = d.debtor_id
    LEFT JOIN receivables r ON r.workspace_id = d.workspace_id AND r.id = d.receivable_id
    WHERE d.workspace_id = %(workspace)s AND d.opened_on >= %(since)s
    UNION ALL
    SELECT d.closed_on, 'dispute_' || d.state, d.debtor_id, b.name, 1, 1, r.amount_cents, NULL,
           d.created_at
    FROM disputes d JOIN debtors b ON b.workspace_id = d.workspace_id AND b.id = d.debtor_id
    LEFT JOIN receivables r ON r.workspace_id = d.workspace_id AND r.id = d.receivable_id
    WHERE d.workspace_id = %(workspace)s AND d.closed_on >= %(since)s
) deeds
WHERE day BETWEEN %(since)s AND %(until)s
ORDER BY day DESC, at DESC, debtor_id
LIMIT %(limit)s
"""
_DECIDE = Phrase("No reminder is left. What next: agreement, protest, lawyer, or wait?")


class Deed(NamedTuple):
    """Something done or seen on a day: `reminders` and `payments` as counts, the rest one by one.

    `kind` besides: `promise`, `promise_kept`, `promise_partly_kept`, `promise_broken`, `call`,
    `whatsapp`, `visit`, `email`, `dispute`, `dispute_upheld`, `dispute_partly_upheld`,
    `dispute_rejected`, `dispute_withdrawn`. `until`: the day promised. Amounts in centavos.
    """

    day: date
    kind: str
    debtor_id: int | None
    name: str | None
    number: int
    debtors: int
    cents: int | None
    until: date | None


def of(session: Session, workspace: Workspace, first: date, last: date) -> Actions:
    """What was done from `first` to `last`, and what waits for a decision at the end of `last`."""
    values = {
        "workspace": workspace.id,
        "zone": workspace.time_zone,
        "first": first,
        "last": last,
        "tries": deliveries.MAX_TRIES,
    }
    (counts,) = _rows(session, _COUNTS, values)
    sent, failed, uncertain, contacted, made, promised, kept, broken, calls, agreed = counts
    return Actions(
        reminders_sent=sent,
        reminders_failed=failed,
        reminders_uncertain=uncertain,
        debtors_contacted=contacted,
        promises_made=made,
        promised_cents=promised,
        promises_kept=kept,
        promises_broken=broken,
        calls=calls,
        agreements_made=agreed,
        decisions=decisions(session, workspace, last),
    )


def decisions(session: Session, workspace: Workspace, day: date) -> tuple[Decision, ...]:
    """What waits for the client at the end of a day: approvals, disputes, debts at the last step.

    The largest amounts first; what goes live, which has none, before them.
    """
    values = {"workspace": workspace.id, "zone": workspace.time_zone, "day": day}
    found = [_dispute(*row) for row in _rows(session, _DISPUTES, values)]
    found += [
        Decision("escalation", debtor_id, name, cents, since, _DECIDE)
        for debtor_id, name, since, cents in _rows(session, _LAST_STEPS, values)
    ]
    found += [_approval(*row) for row in _rows(session, _APPROVALS, values)]
    return tuple(sorted(found, key=_pressing))


def recent(
    session: Session, workspace: Workspace, since: date, until: date, limit: int = 30
) -> list[Deed]:
    """What was done and seen from `since` to `until`, the latest first."""
    values = {
        "workspace": workspace.id,
        "zone": workspace.time_zone,
        "since": since,
        "until": until,
        "limit": limit,
    }
    return [Deed._make(row[:8]) for row in _rows(session, _DEEDS, values)]


def _pressing(one: Decision) -> tuple[bool, int, date, int]:
    return one.debtor_id is not None, -one.amount_cents, one.since, one.debtor_id or 0


def _approval(
    about: str, debtor_id: int | None, name: str, cents: int, since: date, until: date
) -> Decision:
    return Decision("approval", debtor_id, name, cents, since, _ASKED[about](until))


_ASKED: Mapping[str, Callable[[date], Phrase]] = {
    "offer": lambda until: Phrase("An offer waits for your approval until {until}.", until=until),
    "go": lambda until: Phrase("The campaign starts once you approve it."),
    "version": lambda until: Phrase("A new version of the campaign starts once you approve it."),
    "text": lambda until: Phrase("New words of a message are used once you approve them."),
}


def _dispute(
    debtor_id: int, name: str, number: str | None, reason: str, opened_on: date, cents: int
) -> Decision:
    grounds = disputes.LABELS[Grounds(reason) if reason in list(Grounds) else Grounds.OTHER]
    phrase = (
        Phrase("Disagrees with invoice {number}: {grounds}", number=number, grounds=grounds)
        if number
        else Phrase("Disagrees with the debt: {grounds}", grounds=grounds)
    )
    return Decision("dispute", debtor_id, name, cents, opened_on, phrase)


def _rows(session: Session, sql: str, values: dict[str, Any]) -> Sequence[tuple[Any, ...]]:
    with driver(session).cursor() as cursor:
        return cursor.execute(sql, values).fetchall()
