"""Keeping the figures of every ended day, and telling them anew when a fact is dated back."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pandas as pd
from sqlalchemy.orm import Session

from bpo.analytics import carried, days
from bpo.analytics.carried import Carried
from bpo.analytics.frames import day_of
from bpo.db import driver, unit_of_work
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.kernel.actor import Actor
from bpo.models import CarriedFigures
from bpo.queries.insight import facts, snapshots
from bpo.queries.insight.snapshots import Edge
from bpo.queries.reminders import reach
from bpo.services.people import audit

LOOKED_BACK = timedelta(days=7)
"""So many days are counted again each night, for facts that were being written meanwhile."""

_SET = ", ".join(f"{name} = excluded.{name}" for name in days.COLUMNS)
_STORE = f"""
INSERT INTO metric_snapshots (workspace_id, day, {", ".join(days.COLUMNS)}, taken_at)
SELECT %(place)s, date '1970-01-01' + told.day, {", ".join(days.COLUMNS)}, %(now)s
FROM unnest(%(day)s::int[], {", ".join(f"%({name})s::bigint[]" for name in days.COLUMNS)})
    AS told (day, {", ".join(days.COLUMNS)})
ON CONFLICT (workspace_id, day) DO UPDATE
SET {_SET}, restated_at = %(now)s, times = metric_snapshots.times + 1
"""


def refresh(actor: Actor, workspace_id: int, today: date, *, now: datetime) -> int:
    """Take the snapshots that are missing until the day before `today`, and restate wrong ones.

    Returns the number of days written; a second call writes none. Facts are read in the
    transaction that writes, and changes noted meanwhile wait for the next call.
    """
    access.require(actor, Permission.SEE_WORKSPACE, workspace_id)
    with unit_of_work(actor) as session:
        if not _alone(session, workspace_id):
            return 0
        edge = snapshots.edge(session, workspace_id)
        last = today - timedelta(days=1)
        if edge.first_fact is None or edge.first_fact > last:
            _forget(session, workspace_id, edge)
            return 0
        first = min(_since(edge, last), last)
        known = facts.load(session, workspace_id)
        built = days.table(known, first, last)
        wrong = days.differing(snapshots.stored(session, workspace_id, first, last), built)
        _write(session, workspace_id, built, wrong, now)
        kept = snapshots.stored(session, workspace_id, carried.since(today), last)
        notes = reach.notes(session, workspace_id)
        unreached = reach.unreached(session, workspace_id)
        _carry(session, workspace_id, carried.carry(known, kept, today), unreached)
        _forget_reach(session, workspace_id, notes)
        _forget(session, workspace_id, edge)
        restated = [day for day in wrong if edge.last is not None and day <= edge.last]
        if restated:
            since = restated[0].isoformat()
            audit.record(
                session,
                actor,
                workspace_id,
                "snapshots.restate",
                now=now,
                since=since,
                days=len(restated),
            )
    return len(wrong)


def _alone(session: Session, workspace_id: int) -> bool:
    """One at a time for a company; whoever comes second has nothing to do."""
    lock = "SELECT pg_try_advisory_xact_lock(hashtextextended('snapshots', %s))"
    row = driver(session).execute(lock, [workspace_id]).fetchone()
    return bool(row and row[0])


def _since(edge: Edge, last: date) -> date:
    """The first day to be counted."""
    assert edge.first_fact
    if edge.last is None:
        return edge.first_fact
    changed = min((since for _, since in edge.changes), default=edge.last)
    return min(max(edge.last - LOOKED_BACK, edge.first_fact), changed, last)


def _write(
    session: Session, workspace_id: int, built: pd.DataFrame, wrong: list[date], now: datetime
) -> None:
    if not wrong:
        return
    rows = built[[day_of(number) in set(wrong) for number in built.index]]
    values = {name: rows[name].tolist() for name in days.COLUMNS}
    values |= {"day": [int(number) for number in rows.index]}
    driver(session).execute(_STORE, values | {"place": workspace_id, "now": now})


def _carry(session: Session, workspace_id: int, brought: Carried, unreached: list[int]) -> None:
    """Replace what the company brought into the day before."""
    largest = brought.largest
    session.merge(
        CarriedFigures(
            workspace_id=workspace_id,
            day=brought.day,
            aged_cents=list(brought.aged_cents),
            open_count=brought.open_count,
            sales_cents=brought.sales_cents,
            was_open_cents=brought.was_open_cents,
            was_overdue_cents=brought.was_overdue_cents,
            past_sales_cents=brought.past_sales_cents,
            received_cents=list(brought.received_cents),
            overdue_pct=list(brought.overdue_pct),
            largest_ids=[debtor for debtor, _ in largest],
            largest_cents=[cents for _, cents in largest],
            unreached_ids=unreached,
        )
    )


def _forget_reach(session: Session, workspace_id: int, notes: Sequence[int]) -> None:
    driver(session).execute(
        "DELETE FROM reach_changes WHERE workspace_id = %s AND id = ANY (%s)",
        [workspace_id, list(notes)],
    )


def _forget(session: Session, workspace_id: int, edge: Edge) -> None:
    driver(session).execute(
        "DELETE FROM snapshot_changes WHERE workspace_id = %s AND id = ANY (%s)",
        [workspace_id, [number for number, _ in edge.changes]],
    )
