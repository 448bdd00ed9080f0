"""Putting a day's plan on the shelf: contacts, what they list, and silences, stored in bulk."""

from concurrent.futures import Executor, Future
from datetime import date, datetime
from typing import Any

from psycopg import Cursor
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bpo.db import driver
from bpo.domain import deliveries
from bpo.domain.touches import Plan, Touch
from bpo.models import Campaign, PlanRun

_STAGE = """
CREATE TEMP TABLE IF NOT EXISTS new_touches (
    id bigint, debtor_id bigint, anchor_kind text, anchor_id bigint, cycle integer,
    step_key text, channel text, template_key text, scheduled_at timestamptz,
    total_cents bigint, moved_because text
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS new_touch_receivables (
    touch_id bigint, receivable_id bigint, open_cents bigint
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS new_skips (
    debtor_id bigint, reasons text[], next_on date
) ON COMMIT DELETE ROWS;
TRUNCATE new_touches, new_touch_receivables, new_skips
"""
_RESERVE = "SELECT nextval('touches_id_seq') FROM generate_series(1, %s)"
_INSERT = """
INSERT INTO touches (workspace_id, id, debtor_id, campaign_id, anchor_kind, anchor_id, cycle,
    step_key, channel, template_key, version, planned_on, scheduled_at, total_cents,
    moved_because)
SELECT %(workspace)s, id, debtor_id, %(campaign)s, anchor_kind, anchor_id, cycle, step_key,
    channel, template_key, %(version)s, %(day)s, scheduled_at, total_cents, moved_because
FROM new_touches
ON CONFLICT DO NOTHING
"""
_LIST_ALL = """
INSERT INTO touch_receivables (workspace_id, touch_id, receivable_id, open_cents)
SELECT %(workspace)s, touch_id, receivable_id, open_cents FROM new_touch_receivables
"""
_LIST_NEW = """
INSERT INTO touch_receivables (workspace_id, touch_id, receivable_id, open_cents)
SELECT t.workspace_id, t.id, n.receivable_id, n.open_cents
FROM new_touch_receivables n
JOIN touches t ON t.workspace_id = %(workspace)s AND t.id = n.touch_id
"""
_REVIVE = """
WITH revived AS (
    UPDATE touches t SET state = 'planned', state_reason = NULL, attempts = 0,
        settled_at = NULL, planned_on = %(day)s, scheduled_at = n.scheduled_at,
        total_cents = n.total_cents, version = %(version)s
    FROM new_touches n
    WHERE t.workspace_id = %(workspace)s AND t.debtor_id = n.debtor_id
      AND t.campaign_id = %(campaign)s AND t.anchor_kind = n.anchor_kind
      AND t.anchor_id = n.anchor_id AND t.cycle = n.cycle AND t.step_key = n.step_key
      AND t.channel = n.channel
      AND t.state = 'cancelled' AND t.state_reason = ANY (%(replannable)s)
    RETURNING t.id, n.id AS staged_id
), listed AS (
    INSERT INTO touch_receivables (workspace_id, touch_id, receivable_id, open_cents)
    SELECT %(workspace)s, revived.id, items.receivable_id, items.open_cents
    FROM revived JOIN new_touch_receivables items ON items.touch_id = revived.staged_id
    ON CONFLICT (workspace_id, touch_id, receivable_id)
    DO UPDATE SET open_cents = excluded.open_cents
)
SELECT count(*) FROM revived
"""
_STORE_SKIPS = """
INSERT INTO skips (workspace_id, debtor_id, campaign_id, on_day, reasons, next_on)
SELECT %(workspace)s, debtor_id, %(campaign)s, %(day)s, reasons, next_on FROM new_skips
ON CONFLICT (workspace_id, debtor_id, campaign_id, on_day)
DO UPDATE SET reasons = excluded.reasons, next_on = excluded.next_on
"""


class Shelf:
    """Takes the plan of one campaign on one day, page by page, within the caller's unit."""

    def __init__(self, session: Session, campaign: Campaign, day: date, now: datetime) -> None:
        self._session = session
        self._connection = driver(session)
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
        """Store a page; `database` runs it after what it was asked before."""
        self._skipped += len(made.skips)
        self._stored.append(database.submit(self._store, made))

    def close(self) -> int:
        """Note that the day was planned; returns how many contacts are new."""
        created = sum(stored.result() for stored in self._stored)
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

    def _store(self, made: Plan) -> int:
        if not made.touches and not made.skips:
            return 0
        with self._connection.cursor() as cursor:
            cursor.execute(_STAGE)
            if made.skips:
                self._store_skips(cursor, made)
            return self._store_touches(cursor, made.touches) if made.touches else 0

    def _store_touches(self, cursor: Cursor, touches: list[Touch]) -> int:
        _stage_touches(cursor, touches)
        created = cursor.execute(_INSERT, self._keys).rowcount
        if created == len(touches):
            cursor.execute(_LIST_ALL, self._keys)
            return created
        if created:
            cursor.execute(_LIST_NEW, self._keys)
        revived = cursor.execute(_REVIVE, self._keys).fetchone()
        return created + (int(revived[0]) if revived else 0)

    def _store_skips(self, cursor: Cursor, made: Plan) -> None:
        with cursor.copy("COPY new_skips FROM STDIN") as copy:
            for skip in made.skips:
                copy.write_row((skip.debtor_id, [code.value for code in skip.codes], skip.next_on))
        cursor.execute(_STORE_SKIPS, self._keys)


def _stage_touches(cursor: Cursor, touches: list[Touch]) -> None:
    cursor.execute(_RESERVE, [len(touches)])
    ids = [number for (number,) in cursor.fetchall()]
    with cursor.copy("COPY new_touches FROM STDIN") as copy:
        for number, touch in zip(ids, touches, strict=True):
            copy.write_row(_row(number, touch))
    with cursor.copy("COPY new_touch_receivables FROM STDIN") as copy:
        for number, touch in zip(ids, touches, strict=True):
            for item in touch.receivables:
                copy.write_row((number, item.id, item.open_cents))


def _row(number: int, touch: Touch) -> tuple[object, ...]:
    return (
        number,
        touch.debtor_id,
        touch.anchor_kind.value,
        touch.anchor_id,
        touch.cycle,
        touch.step_key,
        touch.channel.value,
        touch.template or None,
        touch.scheduled_at,
        touch.total_cents,
        ",".join(reason.code for reason in touch.reasons) or None,
    )
