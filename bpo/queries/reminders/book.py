"""The book of a workspace as planning reads it: by pages of debtors, in bulk, as of a day."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

from psycopg import Connection

from bpo.domain.desk import promises
from bpo.domain.reminders.holds import Hold, HoldReason
from bpo.domain.reminders.receipts import Paid
from bpo.domain.reminders.touches import Debtor, Open, Past
from bpo.kernel.calendar import Calendar

NO_CHANNELS: frozenset[str] = frozenset()
CONTACT_MEMORY_DAYS = 7
PAYMENT_MEMORY_DAYS = 60
GREETING_MEMORY_DAYS = 90
LAST_ID = 2**63 - 1
PAGE_SIZE = 2_500
FIRST_PAGE_SIZE = 500  # deciding and storing begin early

_SPAN = "BETWEEN %(first)s AND %(last)s"
CHANNEL_OF_CONTACT = {"email": "email", "phone": "sms", "whatsapp": "whatsapp"}

_OPEN = """
SELECT r.debtor_id, r.id, r.issue_date, r.due_date, r.effective_due_date,
       r.amount_cents - r.settled_cents + coalesce(later.principal_cents, 0),
       CASE WHEN known.day > r.issue_date AND known.day <= %(day)s THEN known.day END,
       r.agreement_id
FROM receivables r
CROSS JOIN LATERAL (SELECT (r.created_at AT TIME ZONE %(zone)s)::date AS day) known
LEFT JOIN (
    SELECT receivable_id, sum(principal_cents)::bigint AS principal_cents FROM entries
    WHERE workspace_id = %(workspace)s AND on_day > %(day)s GROUP BY receivable_id
) later ON later.receivable_id = r.id
WHERE r.workspace_id = %(workspace)s AND r.issue_date <= %(day)s
  AND (r.settled_on IS NULL OR r.settled_on > %(day)s)
  AND r.debtor_id BETWEEN %(first)s AND %(last)s ORDER BY r.debtor_id, r.id
"""
_DEBTORS = """
SELECT d.id, d.state, d.risk_class, d.consumer, CASE WHEN d.tags <> '{}' THEN d.tags END
FROM debtors d WHERE d.workspace_id = %(workspace)s AND d.id BETWEEN %(first)s AND %(last)s
ORDER BY d.id LIMIT %(size)s
"""
_CHANNELS = """
SELECT c.debtor_id, c.channel, bool_or(o.id IS NULL) AS reachable, bool_or(o.id IS NOT NULL)
FROM contacts c
LEFT JOIN opt_outs o ON o.workspace_id = c.workspace_id AND o.channel = c.channel
    AND o.address = c.address AND (o.at AT TIME ZONE %(zone)s)::date <= %(day)s
WHERE c.workspace_id = %(workspace)s AND c.status = 'valid'
  AND c.debtor_id BETWEEN %(first)s AND %(last)s GROUP BY c.debtor_id, c.channel
"""
_HOLDS = """
SELECT debtor_id, receivable_id, reason, starts_on, until FROM holds
WHERE workspace_id = %(workspace)s AND starts_on <= %(pauses_until)s
  AND (until IS NULL OR until >= %(day)s)
  AND (released_at IS NULL OR (released_at AT TIME ZONE %(zone)s)::date > %(day)s)
"""
_PROMISES = """
SELECT debtor_id, amount_cents, made_on, promised_for FROM promises
WHERE workspace_id = %(workspace)s AND made_on <= %(day)s
  AND (state = 'active' OR (settled_on > %(day)s AND state <> 'draft'))
"""
_DISPUTES = """
SELECT debtor_id, receivable_id, opened_on FROM disputes
WHERE workspace_id = %(workspace)s AND opened_on <= %(day)s
  AND (closed_on IS NULL OR closed_on > %(day)s OR state = 'upheld')
"""
_PAST = """
SELECT debtor_id, step_key, anchor_kind, anchor_id, cycle, planned_on,
       CASE WHEN channel IN ('task', 'letter') THEN planned_on
            ELSE (settled_at AT TIME ZONE %(zone)s)::date END
FROM touches
WHERE workspace_id = %(workspace)s AND campaign_id = %(campaign)s AND planned_on <= %(day)s
  AND (state <> 'cancelled' OR state_reason = 'withdrawn')
  AND debtor_id BETWEEN %(first)s AND %(last)s ORDER BY debtor_id, planned_on, id
"""
_CONTACTS = """
SELECT DISTINCT debtor_id, coalesce((settled_at AT TIME ZONE %(zone)s)::date, planned_on),
       campaign_id, step_key, anchor_kind, anchor_id, cycle
FROM touches
WHERE workspace_id = %(workspace)s AND planned_on <= %(day)s
  AND (planned_on >= %(since)s OR settled_at >= %(since)s::timestamp AT TIME ZONE %(zone)s)
  AND state <> 'cancelled' AND channel NOT IN ('task', 'letter')
  AND NOT (campaign_id = %(campaign)s AND planned_on = %(day)s) AND id <> ALL (%(taken)s)
  AND debtor_id BETWEEN %(first)s AND %(last)s
UNION ALL
SELECT debtor_id, on_day, NULL, id::text, NULL, NULL, NULL FROM notes
WHERE workspace_id = %(workspace)s AND on_day BETWEEN %(since)s AND %(day)s
  AND kind IN ('call', 'whatsapp', 'visit', 'email')
  AND debtor_id BETWEEN %(first)s AND %(last)s
"""
_ELSEWHERE = """
SELECT debtor_id, max(planned_on) FROM touches
WHERE workspace_id = %(workspace)s AND campaign_id <> %(campaign)s AND planned_on < %(day)s
  AND anchor_kind = 'debtor' AND state <> 'cancelled' AND id <> ALL (%(taken)s)
  AND debtor_id BETWEEN %(first)s AND %(last)s
GROUP BY debtor_id
"""
_SETTLED = """
WITH spoken AS (
    SELECT debtor_id, max(planned_on) AS last_on FROM touches
    WHERE workspace_id = %(workspace)s AND campaign_id = %(campaign)s AND planned_on <= %(day)s
      AND anchor_kind = 'debtor' AND state <> 'cancelled'
      AND debtor_id BETWEEN %(first)s AND %(last)s
    GROUP BY debtor_id
)
SELECT r.debtor_id, r.effective_due_date, r.settled_on
FROM spoken JOIN receivables r ON r.workspace_id = %(workspace)s AND r.debtor_id = spoken.debtor_id
WHERE r.settled_on BETWEEN spoken.last_on AND %(day)s AND r.settled_on > r.effective_due_date
"""
_FIRST_PURCHASES = """
SELECT debtor_id FROM receivables
WHERE workspace_id = %(workspace)s AND issue_date <= %(day)s AND agreement_id IS NULL
  AND debtor_id BETWEEN %(first)s AND %(last)s
GROUP BY debtor_id HAVING min(issue_date) = max(issue_date)
"""
_THANKED = """
LEFT JOIN (
    SELECT debtor_id, max(anchor_id) AS payment_id FROM touches
    WHERE workspace_id = %(workspace)s AND campaign_id = %(campaign)s AND planned_on <= %(day)s
      AND anchor_kind = 'payment' GROUP BY debtor_id
) thanked ON thanked.debtor_id = p.debtor_id
"""
_MONEY = """
WHERE p.workspace_id = %(workspace)s AND p.debtor_id BETWEEN %(first)s AND %(last)s
  AND p.amount_cents > 0
  AND NOT EXISTS (SELECT FROM payments undone
                  WHERE undone.workspace_id = p.workspace_id AND undone.reverses_id = p.id)
"""
_PAID = f"""
SELECT p.debtor_id, p.id, p.paid_on, p.amount_cents FROM payments p {_THANKED} {_MONEY}
  AND p.paid_on BETWEEN %(month)s AND %(day)s AND p.id > coalesce(thanked.payment_id, 0)
ORDER BY p.debtor_id, p.id
"""
_LAST_PAID = f"""
SELECT DISTINCT ON (p.debtor_id) p.debtor_id, p.id, p.paid_on, p.amount_cents
FROM payments p {_MONEY} AND p.paid_on BETWEEN %(season)s AND %(day)s
ORDER BY p.debtor_id, p.paid_on DESC, p.id DESC
"""


@dataclass(frozen=True, slots=True)
class Pauses:
    """Pauses of the whole workspace, of debtors and of single receivables."""

    everybody: tuple[Hold, ...]
    by_debtor: Mapping[int, list[Hold]]
    by_receivable: Mapping[int, Hold]

    def of(self, debtor_id: int) -> tuple[Hold, ...]:
        """What pauses a debtor: the workspace's pauses and the debtor's own."""
        own = self.by_debtor.get(debtor_id)
        return (*self.everybody, *own) if own else self.everybody

    def holds_receivable(self, receivable_id: int) -> bool:
        """Whether a receivable is out of collection by a pause of its own."""
        return receivable_id in self.by_receivable


@dataclass(frozen=True, slots=True)
class Page:
    """Whose book is read, as of which day, through which campaign's eyes.

    The debtors are at most `size` with ids from `first` to `last`. `alone`: no other campaign is at
    work in the workspace. `purchases`: whether a campaign asks who buys for the first time.
    `greets`: whether it asks for each debtor's last payment. `pauses_until`: pauses that begin by
    then are read too. `only`: no other debtors than these, in one page. `pauses`: those of the
    workspace, once the first page has them. `taken`: contacts of others that are called off for
    this campaign (`takeovers`).
    """

    workspace_id: int
    campaign_id: int
    day: date
    zone: str
    calendar: Calendar
    first: int = 1
    last: int = LAST_ID
    size: int = FIRST_PAGE_SIZE
    alone: bool = True
    purchases: bool = False
    greets: bool = False
    pauses_until: date | None = None
    only: tuple[int, ...] | None = None
    pauses: Pauses | None = None
    taken: tuple[int, ...] = ()


@dataclass(slots=True)
class _Surroundings:
    """Everything about debtors but their receivables, by debtor."""

    reachable: Mapping[int, frozenset[str]]
    opted_out: Mapping[int, frozenset[str]]
    pauses: Pauses
    past: Mapping[int, list[Past]]
    contacts: Mapping[int, list[date]]
    settled: Mapping[int, list[tuple[date, date]]] = field(default_factory=dict)
    elsewhere: Mapping[int, date] = field(default_factory=dict)
    new_here: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Book:
    """What was read of a page: debtors' rows, their open receivables, what surrounds them."""

    page: Page
    rows: list[tuple[Any, ...]]
    opened: Mapping[int, list[tuple[Any, ...]]]
    around: _Surroundings
    payments: list[tuple[Any, ...]]
    last_payments: list[tuple[Any, ...]] = field(default_factory=list)

    def following(self) -> Page | None:
        """The page after this one; None when this was the last."""
        if len(self.rows) < self.page.size:
            return None
        return replace(
            self.page,
            first=self.page.last + 1,
            last=LAST_ID,
            size=PAGE_SIZE,
            pauses=self.around.pauses,
        )

    def debtors(self, *, everybody: bool = False) -> Iterator[Debtor]:
        """Every debtor with something open, in order of id, with all that planning needs.

        With `everybody` those who owe nothing too.
        """
        for row in self.rows:
            items = self.opened.get(row[0], [])
            if items or everybody:
                yield _debtor(row, items, self.around)

    def paid(self) -> Iterator[Paid]:
        """Payments not thanked for yet, grouped by debtor, oldest first."""
        return self._paid(self.payments)

    def last_paid(self) -> Iterator[Paid]:
        """The newest payment of each debtor in the last months, where the campaign greets."""
        return self._paid(self.last_payments)

    def _paid(self, payments: list[tuple[Any, ...]]) -> Iterator[Paid]:
        known = {row[0]: row for row in self.rows} if payments else {}
        for debtor_id, group in groupby(payments, key=itemgetter(0)):
            debtor = _debtor(known[debtor_id], self.opened.get(debtor_id, []), self.around)
            for _, number, paid_on, cents in group:
                yield Paid(number, paid_on, cents, debtor)


def read(connection: Connection, page: Page) -> Book:
    """The book of one page of debtors, in a constant number of reads."""
    rows = _rows(connection, _DEBTORS, page)
    here = replace(page, first=rows[0][0], last=rows[-1][0]) if rows else page
    return Book(
        here,
        rows,
        _open_by_debtor(connection, here) if rows else {},
        _surroundings(connection, here),
        _rows(connection, _PAID, here) if rows else [],
        _rows(connection, _LAST_PAID, here) if rows and page.greets else [],
    )


def _debtor(row: Sequence[Any], items: list[tuple[Any, ...]], around: _Surroundings) -> Debtor:
    number, state, risk_class, consumer, tags = row
    held = around.pauses.by_receivable
    held_here = held and any(item[1] in held for item in items)
    if held_here:
        receivables = [Open._make((*item[1:6], held.get(item[1]), *item[6:])) for item in items]
    else:
        receivables = [Open._make((*item[1:6], None, *item[6:])) for item in items]
    return Debtor(
        number,
        receivables,
        state,
        risk_class,
        consumer,
        around.reachable.get(number, NO_CHANNELS),
        around.opted_out.get(number, NO_CHANNELS),
        around.pauses.of(number),
        around.past.get(number, ()),
        around.contacts.get(number, ()),
        around.settled.get(number, ()),
        frozenset(tags) if tags else NO_CHANNELS,
        around.elsewhere.get(number),
        number in around.new_here,
    )


def _open_by_debtor(connection: Connection, page: Page) -> dict[int, list[tuple[Any, ...]]]:
    found: dict[int, list[tuple[Any, ...]]] = {}
    for row in _rows(connection, _OPEN, page):
        items = found.get(row[0])
        if items is None:
            found[row[0]] = [row]
        else:
            items.append(row)
    return found


def pauses(connection: Connection, page: Page) -> Pauses:
    """The pauses that stand on the page's day, promises and disputes too."""
    everybody: list[Hold] = []
    by_debtor: dict[int, list[Hold]] = defaultdict(list)
    by_receivable: dict[int, Hold] = {}
    for debtor_id, receivable_id, reason, starts_on, until in _rows(connection, _HOLDS, page):
        hold = Hold(reason, starts_on, until)
        if receivable_id is not None:
            by_receivable[receivable_id] = hold
        elif debtor_id is not None:
            by_debtor[debtor_id].append(hold)
        else:
            everybody.append(hold)
    for debtor_id, amount, made_on, promised_for in _rows(connection, _PROMISES, page):
        promised = promises.Promise(amount, made_on, promised_for)
        pause = promises.hold(promised, page.calendar)
        if pause is not None:
            by_debtor[debtor_id].append(pause)
    for debtor_id, receivable_id, opened_on in _rows(connection, _DISPUTES, page):
        dispute = Hold(HoldReason.DISPUTE, opened_on)
        if receivable_id is not None:
            by_receivable[receivable_id] = dispute
        else:
            by_debtor[debtor_id].append(dispute)
    return Pauses(tuple(everybody), by_debtor, by_receivable)


def _surroundings(connection: Connection, page: Page) -> _Surroundings:
    reachable, opted_out = _channels(connection, page)
    past: dict[int, list[Past]] = defaultdict(list)
    for row in _rows(connection, _PAST, page):
        past[row[0]].append(Past(*row[1:]))
    contacts: dict[int, list[date]] = defaultdict(list)
    for debtor_id, day, *_ in _rows(connection, _CONTACTS, page):
        contacts[debtor_id].append(day)
    settled: dict[int, list[tuple[date, date]]] = defaultdict(list)
    if past:
        for debtor_id, due, on_day in _rows(connection, _SETTLED, page):
            settled[debtor_id].append((due, on_day))
    elsewhere = {} if page.alone else dict(_rows(connection, _ELSEWHERE, page))
    buying = _rows(connection, _FIRST_PURCHASES, page) if page.purchases else []
    return _Surroundings(
        reachable,
        opted_out,
        page.pauses or pauses(connection, page),
        past,
        contacts,
        settled,
        elsewhere,
        frozenset(debtor_id for (debtor_id,) in buying),
    )


def _channels(
    connection: Connection, page: Page
) -> tuple[dict[int, frozenset[str]], dict[int, frozenset[str]]]:
    """Reachable and refused channels by debtor; equal sets are one object."""
    open_channels: dict[int, frozenset[str]] = {}
    refused: dict[int, frozenset[str]] = {}
    shared: dict[frozenset[str], frozenset[str]] = {}
    for debtor_id, contact, reachable, opted_out in _rows(connection, _CHANNELS, page):
        channel = CHANNEL_OF_CONTACT[contact]
        if reachable:
            grown = open_channels.get(debtor_id, NO_CHANNELS) | {channel}
            open_channels[debtor_id] = shared.setdefault(grown, grown)
        elif opted_out:
            refused[debtor_id] = refused.get(debtor_id, NO_CHANNELS) | {channel}
    return open_channels, refused


def _rows(connection: Connection, sql: str, page: Page) -> list[tuple[Any, ...]]:
    """Rows of a bulk read as the driver's tuples."""
    parameters: dict[str, Any] = {
        "workspace": page.workspace_id,
        "campaign": page.campaign_id,
        "day": page.day,
        "since": page.day - timedelta(days=CONTACT_MEMORY_DAYS),
        "month": page.day - timedelta(days=PAYMENT_MEMORY_DAYS),
        "pauses_until": page.pauses_until or page.day,
        "season": page.day - timedelta(days=GREETING_MEMORY_DAYS),
        "zone": page.zone,
        "first": page.first,
        "last": page.last,
        "size": page.size,
        "taken": list(page.taken),
    }
    if page.only is not None:
        sql = sql.replace(_SPAN, "= ANY (%(only)s)")
        parameters["only"] = list(page.only)
    with connection.cursor(binary=True) as cursor:
        return cursor.execute(sql, parameters).fetchall()
