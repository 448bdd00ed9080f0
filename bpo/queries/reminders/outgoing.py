"""What is due to leave a workspace: contacts, their addresses and lines, read in bulk.

Every contact carries a stamp of all that could forbid it (holds, promises, disputes, opt-outs,
addresses and their order, payments, balances, other contacts made by the program and by people,
whether campaign and company are at work). No part of it is null, so that each keeps its place. The
claim compares the stamp again, so that whatever changed after this reading stops the message.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from bpo.db import driver
from bpo.queries.reminders.book import CONTACT_MEMORY_DAYS

STAMP = """
concat_ws(':',
    (SELECT w.active FROM workspaces w WHERE w.id = t.workspace_id),
    (SELECT count(*) FROM touches s WHERE s.workspace_id = t.workspace_id
     AND s.debtor_id = t.debtor_id AND s.state IN ('sending', 'sent', 'uncertain')),
    (SELECT coalesce(max(c.state), '') FROM campaigns c
     WHERE c.workspace_id = t.workspace_id AND c.id = t.campaign_id),
    (SELECT coalesce(sum(h.id), 0) FROM holds h WHERE h.workspace_id = t.workspace_id
     AND h.released_at IS NULL AND (h.debtor_id IS NULL OR h.debtor_id = t.debtor_id)),
    (SELECT coalesce(sum(p.id), 0) FROM promises p WHERE p.workspace_id = t.workspace_id
     AND p.debtor_id = t.debtor_id AND p.state = 'active'),
    (SELECT coalesce(sum(x.id), 0) FROM disputes x WHERE x.workspace_id = t.workspace_id
     AND x.debtor_id = t.debtor_id AND x.state = 'open'),
    (SELECT coalesce(sum(c.id), 0) FROM contacts c
     JOIN opt_outs o USING (workspace_id, channel, address)
     WHERE c.workspace_id = t.workspace_id AND c.debtor_id = t.debtor_id),
    (SELECT coalesce(sum(hashtextextended(concat(c.address, c.purpose, c.position), c.id)), 0)
     FROM contacts c WHERE c.workspace_id = t.workspace_id
     AND c.debtor_id = t.debtor_id AND c.status = 'valid'),
    (SELECT count(*) FROM notes n WHERE n.workspace_id = t.workspace_id
     AND n.debtor_id = t.debtor_id AND n.kind IN ('call', 'whatsapp', 'visit', 'email')),
    (SELECT count(*) FROM payments y WHERE y.workspace_id = t.workspace_id
     AND y.debtor_id = t.debtor_id),
    (SELECT coalesce(sum(r.amount_cents - r.settled_cents), 0) FROM touch_receivables l
     JOIN receivables r ON r.workspace_id = l.workspace_id AND r.id = l.receivable_id
     WHERE l.workspace_id = t.workspace_id AND l.touch_id = t.id)
)
"""
UNSPOKEN = "contacts_made(t.workspace_id, t.debtor_id)"
"""Claims of one debtor wait for each other here and count anew: it must equal the stamp's count."""
_CONTACTS = f"""
SELECT t.id, t.debtor_id, t.campaign_id, t.step_key, t.channel, t.template_key, t.version,
       t.anchor_kind, t.anchor_id, t.cycle, t.attempts, t.planned_on, t.scheduled_at,
       d.name, d.document, d.state, d.locale, d.consumer, d.kind = 'person',
       a.id, a.address, a.refused,
       jsonb_path_query_array(v.steps, '$[*] ? (@.key == $key)',
           jsonb_build_object('key', t.step_key)),
       t.total_cents, y.paid_on, {STAMP}
FROM (
    SELECT due.* FROM touches due
    LEFT JOIN campaigns c ON c.workspace_id = due.workspace_id AND c.id = due.campaign_id
    WHERE due.workspace_id = %(workspace)s AND due.state IN ('planned', 'failed')
      AND (due.channel = 'letter') = %(post)s
      AND due.scheduled_at <= %(now)s AND due.attempts < %(tries)s
      AND (due.campaign_id IS NULL OR c.state = 'running')
      AND (due.scheduled_at, due.id) > (%(after_at)s, %(after_id)s)
    ORDER BY due.scheduled_at, due.id
    LIMIT %(limit)s
) t
JOIN debtors d ON d.workspace_id = t.workspace_id AND d.id = t.debtor_id
LEFT JOIN campaign_versions v ON v.workspace_id = t.workspace_id
    AND v.campaign_id = t.campaign_id AND v.version = t.version
LEFT JOIN LATERAL (
    SELECT k.id, k.address, o.id IS NOT NULL AS refused
    FROM contacts k
    LEFT JOIN opt_outs o USING (workspace_id, channel, address)
    WHERE k.workspace_id = t.workspace_id AND k.debtor_id = t.debtor_id AND k.status = 'valid'
      AND k.channel = CASE t.channel WHEN 'sms' THEN 'phone' ELSE t.channel END
    ORDER BY o.id IS NOT NULL, k.purpose <> 'billing', k.position, k.id LIMIT 1
) a ON true
LEFT JOIN payments y ON y.workspace_id = t.workspace_id AND t.anchor_kind = 'payment'
    AND y.id = t.anchor_id
    AND NOT EXISTS (SELECT FROM payments undone
                    WHERE undone.workspace_id = y.workspace_id AND undone.reverses_id = y.id)
ORDER BY t.scheduled_at, t.id
"""
_LINES = """
SELECT l.touch_id, r.id, r.number, r.description, r.installment, r.installments, r.issue_date,
       r.due_date, r.effective_due_date, r.amount_cents, r.amount_cents - r.settled_cents,
       r.policy_version_id, r.agreement_id
FROM touch_receivables l
JOIN receivables r ON r.workspace_id = l.workspace_id AND r.id = l.receivable_id
WHERE l.workspace_id = %(workspace)s AND l.touch_id = ANY (%(touches)s)
  AND r.settled_on IS NULL
ORDER BY l.touch_id, r.due_date, r.id
"""
_BALANCES = """
SELECT debtor_id, sum(amount_cents - settled_cents) FROM receivables
WHERE workspace_id = %(workspace)s AND debtor_id = ANY (%(debtors)s) AND settled_on IS NULL
GROUP BY debtor_id
"""
_RECENT = """
SELECT t.debtor_id, coalesce((t.settled_at AT TIME ZONE %(zone)s)::date, t.planned_on),
       t.campaign_id, t.anchor_kind, t.anchor_id, t.cycle, t.step_key
FROM touches t
WHERE t.workspace_id = %(workspace)s AND t.debtor_id = ANY (%(debtors)s)
  AND t.state IN ('sending', 'sent', 'uncertain') AND t.channel NOT IN ('task', 'letter')
  AND (t.planned_on >= %(since)s OR t.settled_at >= %(since)s::timestamp AT TIME ZONE %(zone)s)
UNION
SELECT n.debtor_id, n.on_day, NULL, NULL, NULL, NULL, n.id::text FROM notes n
WHERE n.workspace_id = %(workspace)s AND n.debtor_id = ANY (%(debtors)s)
  AND n.on_day >= %(since)s AND n.kind IN ('call', 'whatsapp', 'visit', 'email')
"""


_TROUBLED = """
SELECT r.debtor_id FROM receivables r
WHERE r.workspace_id = %(workspace)s AND r.debtor_id = ANY (%(debtors)s)
  AND r.settled_on IS NULL AND r.effective_due_date < %(day)s
UNION SELECT x.debtor_id FROM disputes x
WHERE x.workspace_id = %(workspace)s AND x.debtor_id = ANY (%(debtors)s) AND x.state = 'open'
UNION SELECT h.debtor_id FROM holds h
WHERE h.workspace_id = %(workspace)s AND h.debtor_id = ANY (%(debtors)s)
  AND h.released_at IS NULL AND h.starts_on <= %(day)s
  AND (h.until IS NULL OR h.until >= %(day)s)
"""


class Waiting(NamedTuple):
    """A contact whose time has come, its debtor and the address it would go to.

    `paid_on`: the day of the payment that a receipt thanks for; None when it was undone since.
    """

    id: int
    debtor_id: int
    campaign_id: int | None
    step_key: str
    channel: str
    template_key: str | None
    version: int
    anchor_kind: str
    anchor_id: int
    cycle: int
    attempts: int
    planned_on: date
    scheduled_at: datetime
    debtor_name: str
    debtor_document: str | None
    debtor_state: str | None
    debtor_locale: str | None
    consumer: bool
    person: bool
    contact_id: int | None
    address: str | None
    refused: bool | None
    steps: list[dict[str, Any]] | None
    total_cents: int
    paid_on: date | None
    stamp: str


class Line(NamedTuple):
    """A receivable that a contact lists, still open."""

    touch_id: int
    id: int
    number: str
    description: str | None
    installment: int | None
    installments: int | None
    issue_date: date
    due_date: date
    effective_due_date: date
    amount_cents: int
    open_cents: int
    policy_version_id: int | None
    agreement_id: int | None


class Recent(NamedTuple):
    """A contact with a debtor in the last days, whoever made it, however many its channels."""

    day: date
    campaign_id: int | None
    anchor_kind: str | None
    anchor_id: int | None
    cycle: int | None
    step_key: str

    def is_of(self, contact: Waiting) -> bool:
        """Whether it is the contact itself, on another of its channels."""
        return self[1:] == (
            contact.campaign_id,
            contact.anchor_kind,
            contact.anchor_id,
            contact.cycle,
            contact.step_key,
        )


def waiting(
    session: Session,
    workspace_id: int,
    *,
    now: datetime,
    tries: int,
    after: tuple[datetime, int],
    limit: int,
    post: bool = False,
) -> list[Waiting]:
    """Contacts due at `now`, oldest first, beyond the position `after` (scheduled_at, id).

    Letters are for people to print and post: they come with `post`, and then alone.
    """
    values = {
        "workspace": workspace_id,
        "now": now,
        "tries": tries,
        "after_at": after[0],
        "after_id": after[1],
        "limit": limit,
        "post": post,
    }
    with driver(session).cursor() as cursor:
        rows = cursor.execute(_CONTACTS, values).fetchall()
    return [Waiting._make(row) for row in rows]


def lines(session: Session, workspace_id: int, touch_ids: Sequence[int]) -> dict[int, list[Line]]:
    """The open receivables of some contacts, by contact, oldest due first."""
    found: dict[int, list[Line]] = defaultdict(list)
    values = {"workspace": workspace_id, "touches": list(touch_ids)}
    with driver(session).cursor(binary=True) as cursor:
        for row in cursor.execute(_LINES, values):
            found[row[0]].append(Line._make(row))
    return found


def open_balances(session: Session, workspace_id: int, debtor_ids: Sequence[int]) -> dict[int, int]:
    """All that some debtors still owe, in centavos, by debtor."""
    values = {"workspace": workspace_id, "debtors": list(debtor_ids)}
    with driver(session).cursor() as cursor:
        return {debtor_id: int(cents) for debtor_id, cents in cursor.execute(_BALANCES, values)}


def troubled(
    session: Session, workspace_id: int, debtor_ids: Sequence[int], *, day: date
) -> frozenset[int]:
    """Those of some debtors who owe something overdue, or about whom anything is paused or in
    dispute: not the moment for a friendly word."""
    values = {"workspace": workspace_id, "debtors": list(debtor_ids), "day": day}
    with driver(session).cursor() as cursor:
        return frozenset(row[0] for row in cursor.execute(_TROUBLED, values))


def recent(
    session: Session, workspace_id: int, debtor_ids: Iterable[int], *, day: date, zone: str
) -> dict[int, list[Recent]]:
    """The contacts of the last week with some debtors, by debtor."""
    found: dict[int, list[Recent]] = defaultdict(list)
    values = {
        "workspace": workspace_id,
        "debtors": list(debtor_ids),
        "since": day - timedelta(days=CONTACT_MEMORY_DAYS),
        "zone": zone,
    }
    with driver(session).cursor() as cursor:
        for debtor_id, *rest in cursor.execute(_RECENT, values):
            found[debtor_id].append(Recent._make(rest))
    return found


def due_count(session: Session, workspace_id: int, *, now: datetime, tries: int) -> int:
    """How many contacts of running campaigns are due at `now`."""
    sql = (
        "SELECT count(*) FROM touches t LEFT JOIN campaigns c ON c.workspace_id = t.workspace_id"
        " AND c.id = t.campaign_id WHERE t.workspace_id = %(workspace)s"
        " AND t.state IN ('planned', 'failed') AND t.scheduled_at <= %(now)s"
        " AND t.channel <> 'letter'"
        " AND t.attempts < %(tries)s AND (t.campaign_id IS NULL OR c.state = 'running')"
    )
    with driver(session).cursor() as cursor:
        row = cursor.execute(
            sql, {"workspace": workspace_id, "now": now, "tries": tries}
        ).fetchone()
    return int(row[0]) if row else 0


def workspaces_with_work(session: Session, *, now: datetime, tries: int) -> list[int]:
    """Ids of workspaces in the actor's reach that have contacts due at `now`."""
    sql = (
        "SELECT DISTINCT workspace_id FROM touches WHERE state IN ('planned', 'failed')"
        " AND channel <> 'letter'"
        " AND scheduled_at <= %(now)s AND attempts < %(tries)s"
    )
    with driver(session).cursor() as cursor:
        return [row[0] for row in cursor.execute(sql, {"now": now, "tries": tries})]
