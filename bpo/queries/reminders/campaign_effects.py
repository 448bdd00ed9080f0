"""What the contacts of a campaign brought, counted in the database over whole sets."""

from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from bpo.domain.insight.effects import FOLLOWED_DAYS, Comparison, Group, StepEffect
from bpo.queries.reminders.attribution import CONTACTS

_STEPS = text(
    f"""
WITH {CONTACTS}, mine AS (
    SELECT row_number() OVER () AS number, * FROM contacts
    WHERE campaign_id = :campaign AND day >= :since
), listed AS (
    SELECT DISTINCT ON (m.number, tr.receivable_id) m.number, m.day, m.until, tr.receivable_id,
           tr.open_cents
    FROM mine m JOIN touch_receivables tr ON tr.workspace_id = :place AND tr.touch_id = ANY (m.ids)
), money AS (
    SELECT l.number, sum(l.open_cents) AS open_cents, coalesce(sum(p.cents), 0) AS paid_cents
    FROM listed l
    LEFT JOIN LATERAL (
        SELECT sum(n.principal_cents) AS cents FROM entries n
        WHERE n.workspace_id = :place AND n.receivable_id = l.receivable_id AND n.kind = 'payment'
          AND n.on_day >= l.day AND n.on_day < l.until
          AND NOT EXISTS (SELECT FROM payments undone WHERE undone.workspace_id = n.workspace_id
                          AND undone.reverses_id = n.payment_id)
    ) p ON true
    GROUP BY l.number
), answered AS (
    SELECT m.number, m.step_key, m.template,
        EXISTS (SELECT FROM incoming_messages i WHERE i.workspace_id = :place
                AND i.touch_id = ANY (m.ids) AND NOT i.automatic) AS replied,
        EXISTS (SELECT FROM promises p WHERE p.workspace_id = :place
                AND p.debtor_id = m.debtor_id AND p.state <> 'draft'
                AND p.made_on >= m.day AND p.made_on < m.until) AS promised
    FROM mine m
), by_contact AS (
    SELECT a.step_key, a.template, count(*) AS contacts, count(*) FILTER (WHERE a.replied) replied,
           count(*) FILTER (WHERE a.promised) AS promised,
           count(*) FILTER (WHERE money.paid_cents > 0) AS paid,
           coalesce(sum(money.open_cents), 0)::bigint AS open_cents,
           coalesce(sum(money.paid_cents), 0)::bigint AS paid_cents
    FROM answered a LEFT JOIN money USING (number) GROUP BY a.step_key, a.template
), by_message AS (
    SELECT step_key, template, count(*) FILTER (WHERE NOT bounced) AS messages,
           count(*) FILTER (WHERE bounced) AS bounced,
           count(*) FILTER (WHERE confirmed AND NOT bounced) AS confirmed,
           count(*) FILTER (WHERE opened AND NOT bounced) AS opened
    FROM told WHERE campaign_id = :campaign AND day >= :since GROUP BY step_key, template
)
SELECT m.step_key, m.template, m.messages, m.bounced, m.confirmed, m.opened,
       coalesce(c.contacts, 0), coalesce(c.replied, 0), coalesce(c.promised, 0),
       coalesce(c.paid, 0), coalesce(c.open_cents, 0), coalesce(c.paid_cents, 0)
FROM by_message m LEFT JOIN by_contact c USING (step_key, template)
ORDER BY m.step_key, m.template
"""
)
_GROUPS = text(
    """
WITH firsts AS (
    SELECT debtor_id, min(planned_on) AS day, true AS written FROM touches
    WHERE workspace_id = :place AND campaign_id = :campaign AND anchor_kind = 'debtor'
      AND state <> 'cancelled' AND planned_on >= :since GROUP BY debtor_id
    UNION ALL
    SELECT debtor_id, min(on_day), false FROM skips
    WHERE workspace_id = :place AND campaign_id = :campaign AND 'holdout' = ANY (reasons)
      AND on_day >= :since GROUP BY debtor_id
), alone AS (
    SELECT debtor_id, min(day) AS day, bool_and(written) AS written FROM firsts
    GROUP BY debtor_id HAVING count(*) = 1
)
SELECT a.written, count(*), count(*) FILTER (WHERE EXISTS (
    SELECT FROM payments p WHERE p.workspace_id = :place AND p.debtor_id = a.debtor_id
      AND p.amount_cents > 0 AND p.paid_on >= a.day AND p.paid_on < a.day + :followed
      AND NOT EXISTS (SELECT FROM payments undone WHERE undone.workspace_id = p.workspace_id
                      AND undone.reverses_id = p.id)))
FROM alone a WHERE a.day + :followed <= :today GROUP BY a.written
"""
)


def by_step(
    session: Session, workspace_id: int, campaign_id: int, since: date, zone: str
) -> list[StepEffect]:
    """What each step and text of a campaign did since a day, with the last contact before a fact.

    Which contact a fact belongs to, `queries.attribution` says. Bounced messages count as bounced
    alone. Payments that were undone do not count.
    """
    values = {"place": workspace_id, "campaign": campaign_id, "since": since, "zone": zone}
    rows = session.execute(_STEPS, values)
    return [StepEffect(*row) for row in rows]


def compared(
    session: Session, workspace_id: int, campaign_id: int, since: date, today: date
) -> Comparison:
    """Debtors written to about overdue debts, and those held out by chance: who paid anything.

    Each is followed from the first day on which an overdue step was planned, or would have been;
    only those followed to the end count, and none that was in both groups.
    """
    values = {"place": workspace_id, "campaign": campaign_id, "since": since, "today": today}
    rows = session.execute(_GROUPS, values | {"followed": FOLLOWED_DAYS})
    found = {written: Group(count, paid) for written, count, paid in rows}
    return Comparison(found.get(True, Group(0, 0)), found.get(False, Group(0, 0)))
