"""Which contact a fact belongs to: the one rule by which effects of contacts are counted.

A contact is what left to a debtor as a message and did not bounce; the channels of one step on one
day are one contact. What happens on its day, and until `WINDOW_DAYS` later or the company's next
contact with the debtor, belongs to it. Work handed to a person is no contact of the program's: the
talk that comes of it is counted for who talked.
"""

from bpo.domain.insight.effects import WINDOW_DAYS

CONTACTS = f"""
told AS (
    SELECT t.id, t.debtor_id, t.campaign_id, t.step_key, coalesce(t.template_key, '') AS template,
           (t.settled_at AT TIME ZONE :zone)::date AS day,
           coalesce(bool_or(e.kind = 'bounced'), false) AS bounced,
           coalesce(bool_or(e.kind IN ('delivered', 'opened')), false) AS confirmed,
           coalesce(bool_or(e.kind = 'opened'), false) AS opened
    FROM touches t
    LEFT JOIN delivery_events e ON e.workspace_id = t.workspace_id AND e.touch_id = t.id
    WHERE t.workspace_id = :place AND t.state = 'sent' AND t.channel NOT IN ('task', 'letter')
      AND t.settled_at > CAST(CAST(:since AS date) - 1 AS timestamptz)
    GROUP BY t.workspace_id, t.id
), following AS (
    SELECT debtor_id, campaign_id, step_key, min(template) AS template, day, array_agg(id) AS ids,
           lead(day) OVER (PARTITION BY debtor_id ORDER BY day, min(id)) AS following
    FROM told WHERE NOT bounced GROUP BY debtor_id, campaign_id, step_key, day
), contacts AS (
    SELECT *, least(coalesce(following, day + {WINDOW_DAYS} + 1), day + {WINDOW_DAYS} + 1) AS until
    FROM following
)
"""
"""Common tables of a query with `place`, `zone` and `since`, the first day that is asked about:
`told`, each message; `contacts`, each with the day `until` before which facts belong to it."""
