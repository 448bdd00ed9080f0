"""How a company is paid, by weekday, amount, instalment and first purchase; who is late again.

Of the receivables that fell due in the last twelve months, whatever the age of the book.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from bpo.analytics.collection import ratio
from bpo.analytics.segments import BANDS
from bpo.db import driver

SPAN = timedelta(days=365)
REPEATED = 3
MOST_REPEATERS = 20

_BAND = "CASE " + " ".join(
    f"WHEN amount_cents <= {last} THEN '{name}'" if last else f"ELSE '{name}'"
    for name, _, last in BANDS
)
_TOLD = f"""
told AS (
    SELECT r.debtor_id, r.amount_cents, {_BAND} END AS band, r.issue_date, r.id,
           CASE WHEN r.installment IS NULL THEN '-' WHEN r.installment = 1 THEN 'first'
                WHEN r.installment = r.installments THEN 'last' ELSE 'middle' END AS part,
           extract(isodow FROM r.due_date)::int AS due_weekday,
           coalesce(r.settled_on, %(day)s + 1) > r.effective_due_date AS late,
           greatest(least(coalesce(r.settled_on, %(day)s), %(day)s) - r.effective_due_date, 0)
               AS delay
    FROM receivables r
    WHERE r.workspace_id = %(place)s AND r.due_date > %(since)s
      AND r.effective_due_date < %(day)s AND r.issue_date <= %(day)s
)
"""
_RANKED = f"""
WITH {_TOLD}, fresh AS MATERIALIZED (
    SELECT d.debtor_id, coalesce((
        SELECT false FROM receivables e WHERE e.workspace_id = %(place)s
          AND e.debtor_id = d.debtor_id AND e.issue_date < %(since)s::date - 60
        LIMIT 1 -- a look-up for each debtor: a join would read all of their history
    ), true) AS new
    FROM (SELECT DISTINCT debtor_id FROM told) d
), ranked AS (
    SELECT told.*, CASE WHEN fresh.new AND row_number() OVER (
               PARTITION BY told.debtor_id ORDER BY told.issue_date, told.id) = 1
           THEN 'first' ELSE 'later' END AS purchase
    FROM told JOIN fresh USING (debtor_id)
)
"""
_GROUPED = f"""
{_RANKED}
SELECT grouping(band, part, due_weekday, purchase),
       coalesce(band, part, due_weekday::text, purchase), count(*), count(*) FILTER (WHERE late),
       sum(amount_cents)::bigint, coalesce(sum(amount_cents) FILTER (WHERE late), 0)::bigint,
       avg(delay)::float8
FROM ranked GROUP BY GROUPING SETS ((band), (part), (due_weekday), (purchase))
"""
_PAID = """
SELECT extract(isodow FROM on_day)::int, count(*),
       sum(principal_cents + fine_cents + interest_cents)::bigint
FROM entries
WHERE workspace_id = %(place)s AND kind IN ('payment', 'reversal')
  AND on_day > %(since)s AND on_day <= %(day)s
GROUP BY 1 ORDER BY 1
"""
_AGAIN = f"""
WITH {_TOLD}
SELECT told.debtor_id, d.name, count(*), count(*) FILTER (WHERE late),
       sum(amount_cents) FILTER (WHERE late)::bigint, avg(delay) FILTER (WHERE late)::float8
FROM told JOIN debtors d ON d.workspace_id = %(place)s AND d.id = told.debtor_id
GROUP BY told.debtor_id, d.name HAVING count(*) FILTER (WHERE late) >= %(least)s
ORDER BY 4 DESC, 5 DESC, 1 LIMIT %(most)s
"""
_TITLES = f"""
{_RANKED}
SELECT k.id, r.number, k.debtor_id, d.name, r.issue_date, r.due_date, k.amount_cents, k.late,
       k.delay
FROM ranked k
JOIN receivables r ON r.workspace_id = %(place)s AND r.id = k.id
JOIN debtors d ON d.workspace_id = %(place)s AND d.id = k.debtor_id
WHERE CASE %(kind)s WHEN 'band' THEN k.band WHEN 'part' THEN k.part
      WHEN 'weekday' THEN k.due_weekday::text WHEN 'debtor' THEN k.debtor_id::text
      ELSE k.purchase END = %(value)s
ORDER BY k.late DESC, k.amount_cents DESC, k.id
"""
_MONEY = """
SELECT r.id, r.number, r.debtor_id, d.name, e.on_day,
       e.principal_cents + e.fine_cents + e.interest_cents
FROM entries e
JOIN receivables r ON r.workspace_id = %(place)s AND r.id = e.receivable_id
JOIN debtors d ON d.workspace_id = %(place)s AND d.id = r.debtor_id
WHERE e.workspace_id = %(place)s AND e.kind IN ('payment', 'reversal')
  AND e.on_day > %(since)s AND e.on_day <= %(day)s
  AND extract(isodow FROM e.on_day) = %(weekday)s
ORDER BY e.on_day DESC, e.id
"""
_SETS = {7: "band", 11: "part", 13: "weekday", 14: "purchase"}


@dataclass(frozen=True, slots=True)
class Group:
    """Receivables that fell due, and those of them that were not paid in time: number, centavos.

    `delay`: mean days late, with 0 for those paid in time.
    """

    value: str
    count: int
    late_count: int
    cents: int
    late_cents: int
    delay: float | None

    @property
    def late_pct(self) -> float | None:
        """Of a hundred, how many were late."""
        return ratio(self.late_count * 100, self.count)


class Told(NamedTuple):
    """One receivable of a group; `delay`: days late, 0 when it was paid in time."""

    id: int
    number: str
    debtor_id: int
    debtor_name: str
    issue_date: date
    due_date: date
    amount_cents: int
    is_late: bool
    delay: int


class Came(NamedTuple):
    """Money that came in on a receivable on a day, in centavos; given back it is negative."""

    id: int
    number: str
    debtor_id: int
    debtor_name: str
    on_day: date
    cents: int


@dataclass(frozen=True, slots=True)
class Repeater:
    """A debtor who was late several times; `delay` is the mean of the late ones."""

    debtor_id: int
    name: str
    count: int
    late_count: int
    late_cents: int
    delay: float


@dataclass(frozen=True, slots=True)
class PaidOn:
    """Money that came in on a weekday (1 is Monday)."""

    weekday: int
    count: int
    cents: int


@dataclass(frozen=True, slots=True)
class Patterns:
    """Groups by `band`, `part` (of instalments), `weekday` (of the due date), `purchase`."""

    since: date
    groups: Mapping[str, tuple[Group, ...]]
    paid: tuple[PaidOn, ...]
    repeaters: tuple[Repeater, ...]


def of(session: Session, workspace_id: int, as_of: date) -> Patterns:
    """The patterns of the twelve months until `as_of`, in three queries."""
    since = as_of - SPAN
    values = {"place": workspace_id, "day": as_of, "since": since}
    groups: dict[str, list[Group]] = {name: [] for name in _SETS.values()}
    for which, *row in _rows(session, _GROUPED, values):
        groups[_SETS[which]].append(Group(*row))
    names = (*(name for name, _, _ in BANDS), "-", "first", "middle", "last", "later")
    order = {name: place for place, name in enumerate(names)}
    for found in groups.values():
        found.sort(key=lambda group: (order.get(group.value, 0), group.value))
    again = {**values, "least": REPEATED, "most": MOST_REPEATERS}
    return Patterns(
        since,
        {name: tuple(found) for name, found in groups.items()},
        tuple(PaidOn(*row) for row in _rows(session, _PAID, values)),
        tuple(Repeater(*row) for row in _rows(session, _AGAIN, again)),
    )


def money(session: Session, workspace_id: int, as_of: date, weekday: int) -> list[Came]:
    """What came in on one weekday (1 is Monday) of the twelve months, the latest first."""
    values = {"place": workspace_id, "day": as_of, "since": as_of - SPAN, "weekday": weekday}
    return [Came(*row) for row in _rows(session, _MONEY, values)]


def titles(session: Session, workspace_id: int, as_of: date, kind: str, value: str) -> list[Told]:
    """The receivables of one group, the late ones first, then the largest.

    `kind` is one of the groups of `of`, or `debtor` with an id as its value.
    """
    values = {"place": workspace_id, "day": as_of, "since": as_of - SPAN}
    found = _rows(session, _TITLES, values | {"kind": kind, "value": value})
    return [Told(*row) for row in found]


def _rows(session: Session, sql: str, values: Mapping[str, Any]) -> list[Any]:
    with driver(session).cursor() as cursor:
        return cursor.execute(sql, values).fetchall()
