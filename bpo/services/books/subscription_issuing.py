"""Issuing what recurring charges ask for: every period once, whatever runs twice or was missed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from bpo.db import driver, unit_of_work
from bpo.domain.books import subscriptions as rules
from bpo.domain.books.subscriptions import Period
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.gateways import wording
from bpo.kernel.actor import Actor
from bpo.kernel.calendar import Calendar
from bpo.kernel.text import number_key
from bpo.models import Subscription, Workspace
from bpo.queries.books import subscriptions as stored
from bpo.queries.books.subscriptions import Agreed
from bpo.queries.people import workspaces
from bpo.services.people import audit

_CHARGE = """
INSERT INTO subscription_periods
    (workspace_id, subscription_id, starts_on, ends_on, amount_cents)
SELECT %(workspace)s, subscription_id, starts_on, ends_on, cents
FROM unnest(%(subscriptions)s::bigint[], %(starts)s::date[], %(ends)s::date[], %(cents)s::bigint[])
    AS due (subscription_id, starts_on, ends_on, cents)
ORDER BY subscription_id, starts_on
ON CONFLICT (workspace_id, subscription_id, starts_on) DO NOTHING
RETURNING subscription_id, starts_on, id
"""
_ISSUE = """
INSERT INTO receivables (workspace_id, debtor_id, number, number_key, description, issue_date,
    due_date, effective_due_date, amount_cents, policy_version_id)
SELECT %(workspace)s, debtor_id, number, number_key, description, %(today)s, due_date,
    effective_due_date, cents, %(policy)s
FROM unnest(%(debtors)s::bigint[], %(numbers)s::text[], %(keys)s::text[], %(texts)s::text[],
        %(dues)s::date[], %(effective)s::date[], %(cents)s::bigint[])
    AS due (debtor_id, number, number_key, description, due_date, effective_due_date, cents)
ON CONFLICT (workspace_id, debtor_id, number_key) DO UPDATE SET number = receivables.number
RETURNING debtor_id, number_key, id
"""
_TIE = """
UPDATE subscription_periods p SET receivable_id = issued.receivable_id
FROM unnest(%(periods)s::bigint[], %(receivables)s::bigint[]) AS issued (id, receivable_id)
WHERE p.workspace_id = %(workspace)s AND p.id = issued.id
"""
_LOOK_AHEAD = """
UPDATE subscriptions s SET next_issue_on = ahead.day
FROM unnest(%(ids)s::bigint[], %(days)s::date[]) AS ahead (id, day)
WHERE s.workspace_id = %(workspace)s AND s.id = ahead.id
"""


@dataclass(frozen=True, slots=True)
class Issued:
    """One receivable that a subscription gave rise to."""

    subscription_id: int
    debtor_id: int
    number: str
    description: str
    period: Period
    due_date: date
    effective_due_date: date

    @property
    def key(self) -> str:
        """The number as it is matched."""
        return number_key(self.number)


def issue(
    actor: Actor, workspace_id: int, today: date, *, now: datetime, dry_run: bool = False
) -> list[Issued]:
    """Issue the receivables whose day has come, missed ones included; a repeat issues nothing.

    Set-based: a constant number of statements. With `dry_run` nothing is written. A period that
    comes after its due date falls due later, see `rules.due_day`.
    """
    access.require(actor, Permission.EDIT_DEBTORS, workspace_id)
    with unit_of_work(actor) as session:
        workspace = workspaces.by_id(session, workspace_id)
        if workspace is None or not workspace.active:
            return []
        found = stored.agreed(session, workspace_id, stored.to_issue(session, workspace_id, today))
        planned = _planned(found, workspace, workspaces.calendar(session, workspace), today)
        if dry_run:
            return planned
        issued = _write(session, workspace_id, planned, today)
        _look_ahead(session, workspace_id, found, planned)
        if issued:
            audit.record(
                session,
                actor,
                workspace_id,
                "subscription.issue",
                now=now,
                count=len(issued),
                amount_cents=sum(one.period.cents for one in issued),
            )
    return issued


def _planned(
    found: Sequence[Agreed], workspace: Workspace, calendar: Calendar, today: date
) -> list[Issued]:
    planned = []
    for row, terms, done in found:
        for period in rules.to_issue(terms, today, done):
            due = rules.due_day(terms, period, today)
            planned.append(
                Issued(
                    row.id,
                    row.debtor_id,
                    number(row, period),
                    described(row, period, workspace.locale),
                    period,
                    due,
                    calendar.effective_due(due),
                )
            )
    return planned


def number(row: Subscription, period: Period) -> str:
    """The number of a period's receivable: the subscription and the period's first day."""
    return f"R{row.id}-{period.starts_on:%Y%m%d}"


def described(row: Subscription, period: Period, locale: str) -> str:
    """What a period's receivable is for, in the company's language."""
    first, last = wording.day(period.starts_on, locale), wording.day(period.ends_on, locale)
    return f"{row.description} ({first} – {last})"


def _write(
    session: Session, workspace_id: int, planned: Sequence[Issued], today: date
) -> list[Issued]:
    """Charge the periods that nobody else has charged meanwhile, and issue their receivables."""
    if not planned:
        return []
    charged = _charge(session, workspace_id, planned)
    issued = [one for one in planned if (one.subscription_id, one.period.starts_on) in charged]
    if issued:
        receivables = _receivables(session, workspace_id, issued, today)
        values = {
            "workspace": workspace_id,
            "periods": [charged[one.subscription_id, one.period.starts_on] for one in issued],
            "receivables": [receivables[one.debtor_id, one.key] for one in issued],
        }
        with driver(session).cursor() as cursor:
            cursor.execute(_TIE, values)
    return issued


def _charge(
    session: Session, workspace_id: int, planned: Sequence[Issued]
) -> dict[tuple[int, date], int]:
    values = {
        "workspace": workspace_id,
        "subscriptions": [one.subscription_id for one in planned],
        "starts": [one.period.starts_on for one in planned],
        "ends": [one.period.ends_on for one in planned],
        "cents": [one.period.cents for one in planned],
    }
    with driver(session).cursor() as cursor:
        return {(row[0], row[1]): row[2] for row in cursor.execute(_CHARGE, values)}


def _receivables(
    session: Session, workspace_id: int, issued: Sequence[Issued], today: date
) -> dict[tuple[int, str], int]:
    policy = workspaces.policy_on(session, workspace_id, today)
    values = {
        "workspace": workspace_id,
        "today": today,
        "policy": policy.id if policy else None,
        "debtors": [one.debtor_id for one in issued],
        "numbers": [one.number for one in issued],
        "keys": [one.key for one in issued],
        "texts": [one.description for one in issued],
        "dues": [one.due_date for one in issued],
        "effective": [one.effective_due_date for one in issued],
        "cents": [one.period.cents for one in issued],
    }
    with driver(session).cursor() as cursor:
        return {(row[0], row[1]): row[2] for row in cursor.execute(_ISSUE, values)}


def _look_ahead(
    session: Session, workspace_id: int, found: Sequence[Agreed], planned: Sequence[Issued]
) -> None:
    """Note when the clock has to look at each of them again."""
    if not found:
        return
    now_done: dict[int, set[date]] = {}
    for one in planned:
        now_done.setdefault(one.subscription_id, set()).add(one.period.starts_on)
    values = {
        "workspace": workspace_id,
        "ids": [row.id for row, _, _ in found],
        "days": [
            rules.next_issue(terms, done | now_done.get(row.id, set()))
            for row, terms, done in found
        ],
    }
    with driver(session).cursor() as cursor:
        cursor.execute(_LOOK_AHEAD, values)
