"""Putting a day's plan on the shelf: contacts, what they list, and silences, stored in bulk."""

from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import Executor, Future
from datetime import date, datetime
from typing import Any

from psycopg import Cursor
from sqlalchemy import BigInteger, ColumnElement, any_, cast, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session

from bpo.db import driver
from bpo.domain.reminders import deliveries, moves, steps
from bpo.domain.reminders.reasons import Reason
from bpo.domain.reminders.touches import Plan, Skip
from bpo.domain.reminders.touches import Touch as Planned
from bpo.formats import arrays
from bpo.models import Campaign, PlanRun, Touch
from bpo.queries.reminders import campaigns as stored

_PLAN_ANEW = "DISCARD PLANS"
"""The server keeps the plan with which it checks a foreign key for as long as the session lives.
Made while the table of contacts was empty, it reads a whole index for every row listed (10,000
contacts over 100 workspaces: half a minute instead of under a second), so each campaign begins
with plans of its own, made for the table as it is."""
_NEW = """
WITH new AS MATERIALIZED (
    SELECT nextval('touches_id_seq') AS id, n.*
    FROM unnest(%(debtors)s::bigint[], %(anchor_kinds)s::text[], %(anchor_ids)s::bigint[],
        %(cycles)s::integer[], %(step_keys)s::text[], %(channels)s::text[],
        %(templates)s::text[], %(instants)s::timestamptz[], %(totals)s::bigint[],
        %(moved)s::text[])
    WITH ORDINALITY AS n (debtor_id, anchor_kind, anchor_id, cycle, step_key, channel,
        template_key, scheduled_at, total_cents, moved_because, ordinal)
), items AS (
    SELECT * FROM unnest(%(item_ordinals)s::bigint[], %(item_receivables)s::bigint[],
        %(item_cents)s::bigint[]) AS item (ordinal, receivable_id, open_cents)
)
"""
_STORE = f"""
{_NEW}, stored AS (
    INSERT INTO touches (workspace_id, id, debtor_id, campaign_id, anchor_kind, anchor_id, cycle,
        step_key, channel, template_key, version, planned_on, scheduled_at, total_cents,
        moved_because)
    SELECT %(workspace)s, id, debtor_id, %(campaign)s, anchor_kind, anchor_id, cycle, step_key,
        channel, template_key, %(version)s, %(day)s, scheduled_at, total_cents, moved_because
    FROM new
    ON CONFLICT ON CONSTRAINT uq_touches_contact DO NOTHING
    RETURNING id
), listed AS (
    INSERT INTO touch_receivables (workspace_id, touch_id, receivable_id, open_cents)
    SELECT %(workspace)s, id, receivable_id, open_cents
    FROM stored JOIN new USING (id) JOIN items USING (ordinal)
)
SELECT count(*) FROM stored
"""
_REVIVE = f"""
{_NEW}, revived AS (
    UPDATE touches t SET state = 'planned', state_reason = NULL, attempts = 0,
        settled_at = NULL, planned_on = %(day)s, scheduled_at = n.scheduled_at,
        total_cents = n.total_cents, version = %(version)s
    FROM new n
    WHERE t.workspace_id = %(workspace)s AND t.debtor_id = n.debtor_id
      AND t.campaign_id = %(campaign)s AND t.anchor_kind = n.anchor_kind
      AND t.anchor_id = n.anchor_id AND t.cycle = n.cycle AND t.step_key = n.step_key
      AND t.channel = n.channel
      AND t.state = 'cancelled' AND t.state_reason = ANY (%(replannable)s)
    RETURNING t.id, n.ordinal
), listed AS (
    INSERT INTO touch_receivables (workspace_id, touch_id, receivable_id, open_cents)
    SELECT %(workspace)s, revived.id, receivable_id, open_cents
    FROM revived JOIN items USING (ordinal)
    ON CONFLICT (workspace_id, touch_id, receivable_id)
    DO UPDATE SET open_cents = excluded.open_cents
)
SELECT count(*) FROM revived
"""
_STORE_SKIPS = """
INSERT INTO skips (workspace_id, debtor_id, campaign_id, on_day, reasons, days, next_on)
SELECT %(workspace)s, debtor_id, %(campaign)s, %(day)s, string_to_array(reasons, ','),
    string_to_array(days, ',', '')::date[], next_on
FROM unnest(%(debtors)s::bigint[], %(reasons)s::text[], %(days)s::text[], %(next)s::date[])
    AS new (debtor_id, reasons, days, next_on)
ON CONFLICT (workspace_id, debtor_id, campaign_id, on_day)
DO UPDATE SET reasons = excluded.reasons, days = excluded.days, next_on = excluded.next_on
"""


def call_off(
    session: Session, workspace_id: int, campaign_id: int, kept: Collection[str], now: datetime
) -> None:
    """Call off what waits of the steps of a campaign that are not among those kept (their keys).

    What tried in vain to the end is left to the person who has it in the inbox.
    """
    gone = Touch.campaign_id == campaign_id, Touch.step_key.not_in(kept)
    _call_off(session, workspace_id, now, *gone)


def hand_over(
    session: Session, workspace_id: int, touch_ids: Collection[int], now: datetime
) -> None:
    """Call off what waits to debtors to whom another campaign speaks by now (`takeovers`)."""
    _call_off(session, workspace_id, now, Touch.id == any_(cast(touch_ids, ARRAY(BigInteger))))


def _call_off(
    session: Session, workspace_id: int, now: datetime, *which: ColumnElement[bool]
) -> None:
    session.execute(
        update(Touch)
        .where(
            Touch.workspace_id == workspace_id,
            Touch.state.in_([state.value for state in deliveries.WAITING]),
            Touch.attempts < deliveries.MAX_TRIES,
            *which,
        )
        .values(
            state=deliveries.State.CANCELLED.value,
            state_reason=deliveries.Cancelled.STALE.value,
            settled_at=now,
        )
        .execution_options(synchronize_session=False)
    )


class Shelf:
    """Takes the plan of one campaign on one day, page by page, within the caller's unit."""

    def __init__(self, session: Session, campaign: Campaign, day: date, now: datetime) -> None:
        self._session = session
        self._connection = driver(session)
        self._connection.execute(_PLAN_ANEW)
        self._campaign = campaign
        self._day = day
        self._now = now
        self._skipped = 0
        self._stored: list[Future[int]] = []
        self._keys: dict[str, Any] = {
            "workspace": campaign.workspace_id,
            "campaign": campaign.id,
            "version": campaign.version,
            "day": day,
            "replannable": [reason.value for reason in deliveries.REPLANNABLE],
        }

    def put(self, made: Plan, database: Executor) -> None:
        """Store a page; `database` runs it after what it was asked before.

        The page is written out here, while the database still works on the one before.
        """
        self._skipped += len(made.skips)
        skips = _skip_columns(made.skips) if made.skips else None
        columns = _columns(made.touches) if made.touches else None
        self._stored.append(database.submit(self._store, len(made.touches), columns, skips))

    def close(self) -> int:
        """Note that the day was planned; returns how many contacts are new.

        Whoever saves another version calls off what waits of the steps that it takes away, but
        cannot see what is stored here and not committed: so what was saved since the plan was
        begun is asked for, and whoever saves from now on waits for the commit.
        """
        created = sum(page.result() for page in self._stored)
        self._call_off_since()
        run = insert(PlanRun).values(
            workspace_id=self._campaign.workspace_id,
            campaign_id=self._campaign.id,
            on_day=self._day,
            ran_at=self._now,
            created=created,
            skipped=self._skipped,
        )
        again = {
            "ran_at": self._now,
            "created": PlanRun.created + created,
            "skipped": self._skipped,
        }
        self._session.execute(run.on_conflict_do_update(constraint="pk_plan_runs", set_=again))
        return created

    def _call_off_since(self) -> None:
        row = self._campaign
        holds = self._session.scalar(
            select(Campaign.version)
            .where(Campaign.workspace_id == row.workspace_id, Campaign.id == row.id)
            .with_for_update(read=True)
        )
        if holds is None or holds == self._keys["version"]:
            return
        saved = stored.version_of(self._session, row, holds)
        kept = steps.in_use(steps.from_json(saved.steps))
        call_off(self._session, row.workspace_id, row.id, kept, self._now)

    def _store(
        self, count: int, columns: dict[str, str] | None, skips: dict[str, str] | None
    ) -> int:
        with self._connection.cursor() as cursor:
            if skips:
                cursor.execute(_STORE_SKIPS, self._keys | skips)
            return self._store_touches(cursor, count, columns) if columns else 0

    def _store_touches(self, cursor: Cursor, count: int, columns: dict[str, str]) -> int:
        keys = self._keys | columns
        created = _count(cursor, _STORE, keys)
        return created if created == count else created + _count(cursor, _REVIVE, keys)


def _count(cursor: Cursor, sql: str, keys: dict[str, Any]) -> int:
    row = cursor.execute(sql, keys).fetchone()
    return int(row[0]) if row else 0


def _columns(touches: list[Planned]) -> dict[str, str]:
    """The columns of `_NEW`, by name."""
    listed = [
        (number, item) for number, touch in enumerate(touches, 1) for item in touch.receivables
    ]
    return {
        "debtors": arrays.plain([touch.debtor_id for touch in touches]),
        "anchor_kinds": arrays.texts([touch.anchor_kind.value for touch in touches]),
        "anchor_ids": arrays.plain([touch.anchor_id for touch in touches]),
        "cycles": arrays.plain([touch.cycle for touch in touches]),
        "step_keys": arrays.texts([touch.step_key for touch in touches]),
        "channels": arrays.texts([touch.channel.value for touch in touches]),
        "templates": arrays.texts([touch.template or None for touch in touches]),
        "instants": arrays.texts([touch.scheduled_at.isoformat() for touch in touches]),
        "totals": arrays.plain([touch.total_cents for touch in touches]),
        "moved": arrays.texts([moves.written(touch.reasons) for touch in touches]),
        "item_ordinals": arrays.plain([number for number, _ in listed]),
        "item_receivables": arrays.plain([item.id for _, item in listed]),
        "item_cents": arrays.plain([item.open_cents for _, item in listed]),
    }


def _skip_columns(skips: list[Skip]) -> dict[str, str]:
    found = [_reasons(skip.reasons) for skip in skips]
    return {
        "debtors": arrays.plain([skip.debtor_id for skip in skips]),
        "reasons": arrays.texts([",".join(one) for one in found]),
        "days": arrays.texts([_days(one) for one in found]),
        "next": arrays.plain([skip.next_on for skip in skips]),
    }


def _reasons(reasons: Iterable[Reason]) -> dict[str, date | None]:
    """Each code once, with the day to which the first of its reasons points."""
    found: dict[str, date | None] = {}
    for reason in reasons:
        found.setdefault(reason.code.value, reason.on)
    return found


def _days(reasons: Mapping[str, date | None]) -> str | None:
    """The days beside the codes, joined; None where no reason points to one."""
    days = [day.isoformat() if day else "" for day in reasons.values()]
    return ",".join(days) if any(days) else None
