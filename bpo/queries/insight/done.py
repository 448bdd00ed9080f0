"""What was done for a client company, one by one: the rows that `actions` counts.

Each list is counted as there: the number of its rows, or their sum, is the figure.
"""

from datetime import date
from typing import NamedTuple

from sqlalchemy.orm import Session

from bpo.db import driver
from bpo.domain.reminders import deliveries
from bpo.models import Workspace

_MESSAGES = """
SELECT t.debtor_id, b.name, (t.settled_at AT TIME ZONE %(zone)s)::date AS day, t.total_cents,
       t.channel AS word, NULL::date AS until, 1 AS number
FROM touches t JOIN debtors b ON b.workspace_id = t.workspace_id AND b.id = t.debtor_id
WHERE t.workspace_id = %(place)s AND t.channel IN ('email', 'sms', 'whatsapp')
  AND t.settled_at >= (%(first)s::date - 1)::timestamptz
  AND t.settled_at <= (%(last)s::date + 2)::timestamptz
  AND (t.settled_at AT TIME ZONE %(zone)s)::date BETWEEN %(first)s AND %(last)s
"""
_SENT = f"{_MESSAGES} AND t.state = 'sent'"
_TALKS = """
SELECT n.debtor_id, b.name, n.on_day AS day, NULL::bigint AS total_cents, n.kind AS word,
       NULL::date AS until, 1 AS number
FROM notes n JOIN debtors b ON b.workspace_id = n.workspace_id AND b.id = n.debtor_id
WHERE n.workspace_id = %(place)s AND n.on_day BETWEEN %(first)s AND %(last)s
  AND n.kind IN ('call', 'whatsapp', 'visit', 'email')
"""
_PROMISES = """
SELECT p.debtor_id, b.name, {day} AS day, p.amount_cents, p.state, p.promised_for, 1
FROM promises p JOIN debtors b ON b.workspace_id = p.workspace_id AND b.id = p.debtor_id
WHERE p.workspace_id = %(place)s AND {day} BETWEEN %(first)s AND %(last)s AND {which}
"""
LISTS = {
    "reminders": _SENT,
    "contacted": f"""
SELECT debtor_id, name, max(day) AS day, NULL::bigint, '', NULL::date, count(*)::int
FROM ({_SENT} UNION ALL {_TALKS}) met GROUP BY debtor_id, name
""",
    "calls": f"{_TALKS} AND n.kind = 'call'",
    "promises": _PROMISES.format(day="p.made_on", which="p.state <> 'draft'"),
    "ended": _PROMISES.format(
        day="p.settled_on", which="p.state IN ('kept', 'partly_kept', 'broken')"
    ),
    "agreements": """
SELECT a.debtor_id, b.name, a.agreed_on AS day, a.total_cents, a.state, NULL::date, 1
FROM agreements a JOIN debtors b ON b.workspace_id = a.workspace_id AND b.id = a.debtor_id
WHERE a.workspace_id = %(place)s AND a.agreed_on BETWEEN %(first)s AND %(last)s
  AND a.state IN ('accepted', 'active', 'settled', 'broken')
""",
    "unconfirmed": f"""
{_MESSAGES} AND t.state IN ('refused', 'uncertain')
UNION ALL
SELECT t.debtor_id, b.name, t.planned_on, t.total_cents, t.channel, NULL::date, 1
FROM touches t JOIN debtors b ON b.workspace_id = t.workspace_id AND b.id = t.debtor_id
WHERE t.workspace_id = %(place)s AND t.channel IN ('email', 'sms', 'whatsapp')
  AND t.state = 'failed' AND t.attempts >= %(tries)s
  AND t.planned_on BETWEEN %(first)s AND %(last)s
""",
    "payments": """
SELECT p.debtor_id, b.name, e.on_day AS day,
       sum(e.principal_cents + e.fine_cents + e.interest_cents)::bigint, e.kind, NULL::date,
       (e.kind = 'payment')::int
FROM entries e
JOIN payments p ON p.workspace_id = e.workspace_id AND p.id = e.payment_id
JOIN debtors b ON b.workspace_id = p.workspace_id AND b.id = p.debtor_id
WHERE e.workspace_id = %(place)s AND e.on_day BETWEEN %(first)s AND %(last)s
  AND e.kind IN ('payment', 'reversal')
GROUP BY p.id, p.debtor_id, b.name, e.on_day, e.kind
""",
}


class Deed(NamedTuple):
    """A contact, promise, agreement or payment with a debtor.

    `word`: its channel, state or kind. `until`: the day promised. `number`: how many it stands for
    (contacts with a debtor; 0 for money given back).
    """

    debtor_id: int
    debtor_name: str
    day: date
    cents: int | None
    word: str
    until: date | None
    number: int


def of(session: Session, workspace: Workspace, kind: str, first: date, last: date) -> list[Deed]:
    """The deeds of a kind of LISTS from `first` to `last`, the latest first."""
    values = {
        "place": workspace.id,
        "zone": workspace.time_zone,
        "first": first,
        "last": last,
        "tries": deliveries.MAX_TRIES,
    }
    with driver(session).cursor() as cursor:
        rows = cursor.execute(f"{LISTS[kind]} ORDER BY day DESC, 2, 1", values).fetchall()
    return [Deed(*row) for row in rows]
