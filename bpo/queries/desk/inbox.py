"""What waits for a person in all the client companies in reach, the weightiest first.

One subquery per kind over every workspace at once; the number of queries grows neither with the
clients nor with the lines. Priorities are computed by the database from the weights of
`domain.inbox`, where the formula stands.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bpo.db import driver
from bpo.domain.desk import inbox
from bpo.domain.desk.inbox import Kind, Ref
from bpo.domain.reminders import contact
from bpo.kernel import clock
from bpo.models import FreshnessMark, Workspace
from bpo.queries.reminders import contact_gates, reach

SIZE = 50


def _quiet(kind: Kind, subject: str, place: str = "here") -> str:
    """That nobody has closed a derived line, or not lately.

    `NOT IN` is a look-up in a hash, however wrong the planner's guess of how many rows the row
    policies leave.
    """
    days = inbox.QUIET_DAYS[kind]
    lately = "" if days is None else f" AND k.closed_at > %(now)s - interval '{days} days'"
    return (
        f"({place}.workspace_id, {subject}) NOT IN ("
        f"SELECT k.workspace_id, k.subject_id FROM tasks k"
        f" WHERE k.kind = '{kind.value}' AND k.subject_id IS NOT NULL AND k.state <> 'open'"
        f"{lately})"
    )


_OVERDUE = """
LEFT JOIN LATERAL (
    SELECT sum(r.amount_cents - r.settled_cents) AS cents FROM receivables r
    WHERE r.workspace_id = here.workspace_id AND r.settled_on IS NULL
      AND r.effective_due_date < here.today
) owed ON true
"""
_KNOWN = ", ".join(f"'{kind.value}'" for kind in sorted(inbox.STORED))
_TASKS = f"""
SELECT CASE WHEN t.kind IN ({_KNOWN}) THEN t.kind ELSE '{Kind.OTHER}' END AS kind,
       here.workspace_id, here.today, t.id AS subject_id, t.debtor_id, t.touch_id,
       coalesce(listed.cents, promised.amount_cents, owed.cents) AS cents, t.due_on AS since
FROM here JOIN tasks t ON t.workspace_id = here.workspace_id
LEFT JOIN LATERAL (
    SELECT sum(r.amount_cents - r.settled_cents) AS cents FROM touch_receivables l
    JOIN receivables r ON r.workspace_id = l.workspace_id AND r.id = l.receivable_id
    WHERE l.workspace_id = t.workspace_id AND l.touch_id = t.touch_id
) listed ON true
LEFT JOIN promises promised ON promised.workspace_id = t.workspace_id
    AND promised.id = (t.detail ->> 'promise_id')::bigint
LEFT JOIN LATERAL (
    SELECT sum(r.amount_cents - r.settled_cents) AS cents FROM receivables r
    WHERE t.touch_id IS NULL AND r.workspace_id = t.workspace_id AND r.debtor_id = t.debtor_id
      AND r.settled_on IS NULL AND r.effective_due_date < here.today
) owed ON true
WHERE t.state = 'open' AND t.subject_id IS NULL AND t.due_on <= here.today
  AND (t.kind = ANY (%(kinds)s) OR (%(others)s AND t.kind NOT IN ({_KNOWN})))
  AND (t.kind <> '{Kind.PROMISE_BROKEN}' OR NOT EXISTS (
      SELECT FROM promises n WHERE n.workspace_id = t.workspace_id
        AND n.debtor_id = t.debtor_id AND n.state = 'active'))
"""
_DERIVED = {
    Kind.STALE: f"""
SELECT '{Kind.STALE}', here.workspace_id, here.today, here.workspace_id, NULL, NULL, owed.cents,
       coalesce(here.known_until, (w.created_at AT TIME ZONE w.time_zone)::date)
FROM here JOIN workspaces w ON w.id = here.workspace_id {_OVERDUE}
WHERE here.stale AND {_quiet(Kind.STALE, "here.workspace_id")}
  AND EXISTS (SELECT FROM receivables o
              WHERE o.workspace_id = here.workspace_id AND o.settled_on IS NULL)
""",
    Kind.CAMPAIGN: f"""
SELECT '{Kind.CAMPAIGN}', here.workspace_id, here.today, c.id, NULL, NULL, owed.cents,
       (c.created_at AT TIME ZONE w.time_zone)::date
FROM here JOIN workspaces w ON w.id = here.workspace_id
JOIN campaigns c ON c.workspace_id = here.workspace_id AND c.state = 'awaiting_go' {_OVERDUE}
WHERE {_quiet(Kind.CAMPAIGN, "c.id")}
  AND NOT EXISTS (SELECT FROM approval_requests q WHERE q.workspace_id = c.workspace_id
                  AND q.campaign_id = c.id AND q.state = 'asked' AND q.valid_until >= here.today)
""",
    Kind.MONEY: f"""
SELECT '{Kind.MONEY}', here.workspace_id, here.today, here.workspace_id, NULL, NULL,
       money.cents, money.since
FROM here JOIN LATERAL (
    SELECT sum(b.amount_cents - b.placed_cents) AS cents, min(b.on_day) AS since FROM bank_lines b
    WHERE b.workspace_id = here.workspace_id AND b.state = 'open'
) money ON money.cents > 0
WHERE {_quiet(Kind.MONEY, "here.workspace_id")}
""",
    Kind.PROMISE_DUE: f"""
SELECT '{Kind.PROMISE_DUE}', here.workspace_id, here.today, p.id, p.debtor_id, NULL,
       p.amount_cents, p.promised_for
FROM here JOIN promises p ON p.workspace_id = here.workspace_id
WHERE p.state = 'active' AND p.promised_for <= here.today AND {_quiet(Kind.PROMISE_DUE, "p.id")}
""",
    Kind.APPROVAL: f"""
SELECT '{Kind.APPROVAL}', here.workspace_id, here.today, q.id, q.debtor_id, NULL,
       a.total_cents, (q.asked_at AT TIME ZONE w.time_zone)::date
FROM here JOIN workspaces w ON w.id = here.workspace_id
JOIN approval_requests q ON q.workspace_id = here.workspace_id
JOIN agreements a ON a.workspace_id = q.workspace_id AND a.id = q.agreement_id
WHERE q.state = 'asked' AND q.needed_by = 'admin' AND q.valid_until >= here.today
  AND {_quiet(Kind.APPROVAL, "q.id")}
""",
    Kind.GOING_LIVE: f"""
SELECT '{Kind.GOING_LIVE}', here.workspace_id, here.today, q.id, NULL, NULL, owed.cents,
       (q.asked_at AT TIME ZONE w.time_zone)::date
FROM here JOIN workspaces w ON w.id = here.workspace_id
JOIN approval_requests q ON q.workspace_id = here.workspace_id {_OVERDUE}
WHERE q.state = 'asked' AND q.about <> 'offer' AND q.needed_by = 'admin'
  AND q.valid_until >= here.today AND {_quiet(Kind.GOING_LIVE, "q.id")}
""",
    Kind.DISPUTE: f"""
SELECT '{Kind.DISPUTE}', here.workspace_id, here.today, x.id, x.debtor_id, NULL, owed.cents,
       x.opened_on
FROM here JOIN disputes x ON x.workspace_id = here.workspace_id AND x.state = 'open'
LEFT JOIN LATERAL (
    SELECT sum(r.amount_cents - r.settled_cents) AS cents FROM receivables r
    WHERE r.workspace_id = x.workspace_id AND r.debtor_id = x.debtor_id AND r.settled_on IS NULL
      AND (x.receivable_id IS NULL OR r.id = x.receivable_id)
) owed ON true
WHERE {_quiet(Kind.DISPUTE, "x.id")}
""",
    Kind.PIX_REFUSED: f"""
SELECT '{Kind.PIX_REFUSED}', here.workspace_id, here.today, r.id, r.debtor_id, NULL, c.cents,
       (c.closed_at AT TIME ZONE w.time_zone)::date
FROM here JOIN workspaces w ON w.id = here.workspace_id
JOIN pix_charges c ON c.workspace_id = here.workspace_id AND c.state = 'refused'
JOIN receivables r ON r.workspace_id = c.workspace_id AND r.id = c.receivable_id
    AND r.amount_cents = c.cents AND r.due_date = c.due_date
WHERE r.settled_cents = 0 AND r.settled_on IS NULL AND r.due_date >= here.today
  AND {_quiet(Kind.PIX_REFUSED, "r.id")}
""",
    Kind.CHANNEL: f"""
SELECT '{Kind.CHANNEL}', here.workspace_id, here.today, s.id, NULL, NULL, owed.cents,
       (s.checked_at AT TIME ZONE w.time_zone)::date
FROM here JOIN workspaces w ON w.id = here.workspace_id
JOIN channel_settings s ON s.workspace_id = here.workspace_id AND s.active
    AND s.problem IS NOT NULL AND s.checked_at IS NOT NULL {_OVERDUE}
WHERE {_quiet(Kind.CHANNEL, "s.id")}
""",
    Kind.NO_CONTACT: f"""
SELECT '{Kind.NO_CONTACT}', d.workspace_id, d.today, d.id, d.id, NULL, owed.cents, owed.since
FROM (
    SELECT d.workspace_id, d.today, d.id FROM ({reach.DOUBTFUL}) d
    WHERE {reach.UNREACHED} AND (d.workspace_id, d.id) NOT IN (
        SELECT t.workspace_id, t.debtor_id FROM tasks t
        WHERE t.kind = '{Kind.REFUSED}' AND t.state = 'open' AND t.debtor_id IS NOT NULL
    ) AND {_quiet(Kind.NO_CONTACT, "d.id", "d")}
    OFFSET 0 -- few are out of reach: their balances are read after that is known
) d
JOIN LATERAL (
    SELECT sum(r.amount_cents - r.settled_cents) AS cents, min(r.effective_due_date) AS since
    FROM receivables r
    WHERE r.workspace_id = d.workspace_id AND r.debtor_id = d.id AND r.settled_on IS NULL
      AND r.effective_due_date < d.today
) owed ON owed.cents > 0
""",
}
_HERE = """
here (workspace_id, today, known_until, stale) AS (
    SELECT * FROM unnest(%(places)s::bigint[], %(days)s::date[], %(known)s::date[],
                         %(stale)s::boolean[])
)
"""


def _cases(column: str, weights: dict[Any, int], otherwise: int) -> str:
    cases = " ".join(f"WHEN '{word}' THEN {weight}" for word, weight in weights.items())
    return f"CASE {column} {cases} ELSE {otherwise} END"


_VALUE = f"least(greatest(coalesce(i.cents, 0), {inbox.LEAST_CENTS}), {inbox.MOST_CENTS})::bigint"
_URGENCY = _cases("i.kind", {kind.value: pct for kind, pct in inbox.URGENCY_PCT.items()}, 100)
_WAITED = f"least(greatest(i.today - i.since, 0), {inbox.GROWING_DAYS})"
_CHANCE = (
    f"CASE WHEN o.pay_chance IS NULL"
    f" THEN {_cases('d.risk_class', inbox.CHANCE_PCT, inbox.UNKNOWN_CHANCE_PCT)}"
    f" ELSE least(greatest(round(o.pay_chance * 100), {inbox.LEAST_CHANCE_PCT}),"
    f" {inbox.MOST_CHANCE_PCT})::int END"
)
_PRIORITY = (
    f"{_VALUE} * {_URGENCY} / 100 * (100 + {inbox.DAILY_GROWTH_PCT} * {_WAITED}) / 100"
    f" * ({_CHANCE}) / 100"
)
_PAGE = f"""
, page AS (
    SELECT i.*, d.name, d.risk_class, {_CHANCE} AS chance, {_PRIORITY} AS priority
    FROM items i
    LEFT JOIN debtors d ON d.workspace_id = i.workspace_id AND d.id = i.debtor_id
    LEFT JOIN debtor_chances o ON o.workspace_id = i.workspace_id AND o.debtor_id = i.debtor_id
    ORDER BY priority DESC, i.since, i.workspace_id, i.kind, i.subject_id
    LIMIT %(size)s OFFSET %(start)s
)
SELECT i.kind, i.workspace_id, i.subject_id, i.debtor_id, i.name, i.risk_class, i.touch_id,
       coalesce(i.cents, 0)::bigint, i.since, i.today, i.priority, i.chance,
       c.channel, c.total_cents, m.recipient, coalesce(c.answer, c.state_reason),
       (SELECT s FROM jsonb_array_elements(v.steps) s WHERE s ->> 'key' = c.step_key LIMIT 1),
       phone.address, p.promised_for, x.reason, r.number, t.detail ->> 'text', g.name,
       said.id, coalesce(said.channel, away.channel), coalesce(said.sender_name, said.sender),
       left(said.body, 600), said.suggestion, last.at
FROM page i
LEFT JOIN tasks t ON t.workspace_id = i.workspace_id AND t.id = i.subject_id
    AND i.kind IN ({_KNOWN})
LEFT JOIN touches c ON c.workspace_id = i.workspace_id AND c.id = i.touch_id
LEFT JOIN campaign_versions v ON v.workspace_id = c.workspace_id
    AND v.campaign_id = c.campaign_id AND v.version = c.version
LEFT JOIN messages m ON m.workspace_id = i.workspace_id AND m.touch_id = i.touch_id
LEFT JOIN promises p ON p.workspace_id = i.workspace_id AND p.id =
    CASE i.kind WHEN '{Kind.PROMISE_DUE}' THEN i.subject_id
                ELSE (t.detail ->> 'promise_id')::bigint END
LEFT JOIN disputes x ON x.workspace_id = i.workspace_id AND x.id = i.subject_id
    AND i.kind = '{Kind.DISPUTE}'
LEFT JOIN receivables r ON r.workspace_id = x.workspace_id AND r.id = x.receivable_id
LEFT JOIN approval_requests q ON q.workspace_id = i.workspace_id AND q.id = i.subject_id
    AND i.kind = '{Kind.GOING_LIVE}'
LEFT JOIN campaigns g ON g.workspace_id = i.workspace_id AND g.id =
    CASE i.kind WHEN '{Kind.CAMPAIGN}' THEN i.subject_id ELSE q.campaign_id END
LEFT JOIN incoming_messages said ON said.workspace_id = i.workspace_id
    AND said.id = (t.detail ->> 'incoming_id')::bigint
LEFT JOIN channel_settings away ON away.workspace_id = i.workspace_id AND away.id = i.subject_id
    AND i.kind = '{Kind.CHANNEL}'
LEFT JOIN LATERAL (
    SELECT max(s.settled_at) AS at FROM touches s
    WHERE i.kind = 'reply' AND s.workspace_id = i.workspace_id AND s.debtor_id = i.debtor_id
      AND s.state = 'sent'
) last ON true
LEFT JOIN LATERAL (
    SELECT k.address FROM contacts k
    WHERE k.workspace_id = i.workspace_id AND k.debtor_id = i.debtor_id AND k.status = 'valid'
      AND k.channel IN ('phone', 'whatsapp')
    ORDER BY k.purpose <> 'billing', k.position, k.id LIMIT 1
) phone ON true
ORDER BY i.priority DESC, i.since, i.workspace_id, i.kind, i.subject_id
"""


@dataclass(frozen=True, slots=True)
class Scope:
    """The client companies looked at: the local day of each, and how far its payments are known."""

    places: tuple[int, ...]
    days: tuple[date, ...]
    known: tuple[date | None, ...]
    stale: tuple[bool, ...]
    now: datetime

    def only(self, workspace_id: int) -> "Scope":
        """The same for one of them; nothing when it is not among them."""
        kept = [at for at, place in enumerate(self.places) if place == workspace_id]
        return replace(
            self,
            places=tuple(self.places[at] for at in kept),
            days=tuple(self.days[at] for at in kept),
            known=tuple(self.known[at] for at in kept),
            stale=tuple(self.stale[at] for at in kept),
        )


class Count(NamedTuple):
    """How many lines of a kind a client has."""

    kind: Kind
    workspace_id: int
    lines: int


class Line(NamedTuple):
    """One line: what it is about, what hangs on it, and what its kind has to say.

    `amount_cents`: what is open of it today. `chance_pct`: see `domain.inbox.chance_pct`. `since`:
    the day it began to wait. `today`: the local day of its workspace. `step`: the step of the
    contact as stored JSON. `words`: what whoever made the task wrote. `said`: a reply, who wrote
    it, how it came and what it seems to say; `contacted_at`: when we last wrote.
    """

    kind: Kind
    workspace_id: int
    subject_id: int
    debtor_id: int | None
    debtor_name: str | None
    risk_class: str | None
    touch_id: int | None
    amount_cents: int
    since: date
    today: date
    priority: int
    chance_pct: int
    channel: str | None = None
    planned_cents: int | None = None
    recipient: str | None = None
    answer: str | None = None
    step: dict[str, Any] | None = None
    phone: str | None = None
    promised_for: date | None = None
    ground: str | None = None
    number: str | None = None
    words: str | None = None
    campaign: str | None = None
    message_id: int | None = None
    came_by: str | None = None
    said_by: str | None = None
    said: str | None = None
    suggestion: dict[str, Any] | None = None
    contacted_at: datetime | None = None

    @property
    def ref(self) -> Ref:
        """Which line it is, as forms name it."""
        return Ref(self.workspace_id, self.kind, self.subject_id)


def scope(session: Session, places: Sequence[Workspace], now: datetime) -> Scope:
    """What the inbox needs to know of the client companies at hand, in three queries."""
    ids = [place.id for place in places]
    days = [clock.local_day(now, place.time_zone) for place in places]
    known, settings = (
        _known_until(session, ids, max(days, default=date.min)),
        contact_gates.rules(session, places),
    )
    stale = [
        not contact.is_fresh(known.get(place.id), day, *settings[place.id])
        for place, day in zip(places, days, strict=True)
    ]
    return Scope(tuple(ids), tuple(days), tuple(known.get(i) for i in ids), tuple(stale), now)


def counts(session: Session, scope: Scope) -> list[Count]:
    """How many lines of each kind each client has."""
    sql = (
        f"WITH {_HERE}, items AS ({_items(Kind)})"
        " SELECT kind, workspace_id, count(*) FROM items GROUP BY 1, 2"
    )
    with driver(session).cursor() as cursor:
        rows = cursor.execute(sql, _values(scope, tuple(Kind))).fetchall()
    return [Count(Kind(kind), *rest) for kind, *rest in rows]


def page(
    session: Session,
    scope: Scope,
    kinds: Iterable[Kind] = Kind,
    *,
    number: int = 1,
    size: int = SIZE,
) -> list[Line]:
    """A page of lines of some kinds, the weightiest first."""
    wanted = tuple(kinds)
    sql = f"WITH {_HERE}, items AS ({_items(wanted)}) {_PAGE}"
    values = _values(scope, wanted) | {"size": size, "start": (number - 1) * size}
    with driver(session).cursor() as cursor:
        rows = cursor.execute(sql, values).fetchall()
    return [Line(Kind(kind), *rest) for kind, *rest in rows]


def _items(kinds: Iterable[Kind]) -> str:
    wanted = set(kinds)
    parts = [sql for kind, sql in _DERIVED.items() if kind in wanted]
    return "\nUNION ALL\n".join([_TASKS, *parts])


def _values(scope: Scope, wanted: Collection[Kind]) -> dict[str, Any]:
    return {
        "places": list(scope.places),
        "days": list(scope.days),
        "known": list(scope.known),
        "stale": list(scope.stale),
        "now": scope.now,
        "kinds": [kind.value for kind in wanted if kind in inbox.STORED],
        "others": Kind.OTHER in wanted,
    }


def _known_until(session: Session, ids: list[int], latest: date) -> dict[int, date]:
    rows = session.execute(
        select(FreshnessMark.workspace_id, func.max(FreshnessMark.known_until))
        .where(FreshnessMark.workspace_id.in_(ids), FreshnessMark.known_until <= latest)
        .group_by(FreshnessMark.workspace_id)
    )
    return dict(rows.all())
