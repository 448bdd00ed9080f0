"""Work of people: lines of the inbox closed and opened again, sends let go again, many at once."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any, TypeAlias

from sqlalchemy import Row, func, insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from bpo.db import after_commit, unit_of_work
from bpo.domain.desk import inbox
from bpo.domain.desk.inbox import Ref
from bpo.domain.people import access, debtors
from bpo.domain.people.access import Permission
from bpo.domain.people.debtors import Channel, ContactProfile
from bpo.gateways.queue import Queue
from bpo.jobs import Job
from bpo.kernel.actor import Actor
from bpo.kernel.errors import Conflict, NotFound
from bpo.models import AuditEntry, Contact, Debtor, OptOut

Entry: TypeAlias = tuple[int, int, dict[str, Any]]
"""(workspace, subject, detail) of an entry of the audit trail."""


class Closed(StrEnum):
    """How a line leaves the inbox: the work is done, or need not be."""

    DONE = "done"
    DISMISSED = "dismissed"


_WANTED = """
wanted AS (
    SELECT * FROM unnest(CAST(:places AS bigint[]), CAST(:kinds AS text[]),
                         CAST(:subjects AS bigint[])) AS w (workspace_id, kind, subject_id)
)
"""
_SUBJECTS = """
    SELECT w.*, p.debtor_id FROM wanted w
    JOIN promises p ON p.workspace_id = w.workspace_id AND p.id = w.subject_id
    WHERE w.kind = 'promise_due'
    UNION ALL
    SELECT w.*, x.debtor_id FROM wanted w
    JOIN disputes x ON x.workspace_id = w.workspace_id AND x.id = w.subject_id
    WHERE w.kind = 'dispute'
    UNION ALL
    SELECT w.*, d.id FROM wanted w
    JOIN debtors d ON d.workspace_id = w.workspace_id AND d.id = w.subject_id
    WHERE w.kind = 'no_contact'
    UNION ALL
    SELECT w.*, NULL FROM wanted w
    JOIN campaigns c ON c.workspace_id = w.workspace_id AND c.id = w.subject_id
    WHERE w.kind = 'campaign_go'
    UNION ALL
    SELECT w.*, NULL FROM wanted w
    WHERE w.kind IN ('stale_payments', 'money_to_reconcile') AND w.subject_id = w.workspace_id
    UNION ALL
    SELECT w.*, q.debtor_id FROM wanted w
    JOIN approval_requests q ON q.workspace_id = w.workspace_id AND q.id = w.subject_id
    WHERE w.kind IN ('approval', 'going_live')
"""
_CLOSE = f"""
WITH {_WANTED}, subjects AS ({_SUBJECTS}), closed AS (
    UPDATE tasks t SET state = :state, closed_at = :now, closed_by = :user
    FROM wanted w
    WHERE t.workspace_id = w.workspace_id AND t.id = w.subject_id AND t.subject_id IS NULL
      AND t.state = 'open' AND w.kind = ANY (:stored)
    RETURNING t.workspace_id, t.id, t.kind, t.debtor_id
), answered AS (
    INSERT INTO tasks (workspace_id, kind, debtor_id, subject_id, due_on, state, closed_at,
        closed_by)
    SELECT s.workspace_id, s.kind, s.debtor_id, s.subject_id,
        (CAST(:now AS timestamptz) AT TIME ZONE place.time_zone)::date, :state, :now, :user
    FROM subjects s JOIN workspaces place ON place.id = s.workspace_id
    ON CONFLICT (workspace_id, kind, subject_id) DO UPDATE SET state = excluded.state,
        closed_at = excluded.closed_at, closed_by = excluded.closed_by
    RETURNING workspace_id, id, kind, debtor_id
)
SELECT * FROM closed UNION ALL SELECT * FROM answered
"""
_REOPEN = """
UPDATE tasks SET state = 'open', closed_at = NULL, closed_by = NULL
WHERE workspace_id = ANY (:places) AND closed_by = :user AND closed_at = :at AND state <> 'open'
RETURNING workspace_id, id, kind, debtor_id
"""
_SEND_AGAIN = """
chosen AS (
    SELECT c.workspace_id, c.id AS touch_id, c.debtor_id, c.state
    FROM touches c JOIN asked a ON a.workspace_id = c.workspace_id AND a.touch_id = c.id
    WHERE c.state IN ('uncertain', 'refused', 'failed')
    FOR UPDATE OF c
), moved AS (
    UPDATE touches c SET attempts = 0, claimed_at = NULL, settled_at = NULL, state_reason = NULL,
        state = CASE h.state WHEN 'failed' THEN 'failed' ELSE 'planned' END, scheduled_at = :now
    FROM chosen h WHERE c.workspace_id = h.workspace_id AND c.id = h.touch_id
    RETURNING c.workspace_id, c.id, h.state AS before, c.state AS after
), done AS (
    UPDATE tasks t SET state = 'done', closed_at = :now, closed_by = :user
    FROM moved m
    WHERE t.workspace_id = m.workspace_id AND t.touch_id = m.id AND t.state = 'open'
)
SELECT * FROM moved
"""
_CHOSEN_AGAIN = f"""
WITH {_WANTED}, asked AS (
    SELECT t.workspace_id, t.touch_id FROM tasks t
    JOIN wanted w ON w.workspace_id = t.workspace_id AND w.subject_id = t.id AND w.kind = t.kind
    WHERE t.state = 'open' AND t.kind IN ('send_uncertain', 'address_refused', 'send_failed')
), {_SEND_AGAIN}
"""
_REFUSED_AGAIN = f"""
WITH asked AS (
    SELECT workspace_id, touch_id FROM tasks
    WHERE workspace_id = :place AND debtor_id = :debtor AND kind = 'address_refused'
      AND state = 'open'
), {_SEND_AGAIN}
"""
_ONE_AGAIN = f"""
WITH asked AS (
    SELECT CAST(:place AS bigint) AS workspace_id, CAST(:touch AS bigint) AS touch_id
), {_SEND_AGAIN}
"""


def close(actor: Actor, refs: Collection[Ref], how: Closed, *, now: datetime) -> int:
    """Take lines out of the inbox, however many, in one statement; returns how many left it.

    What is closed already stays as it was. `reopen` with the same instant undoes it.
    """
    _require(actor, refs)
    with unit_of_work(actor) as session:
        values = _named(refs) | {"state": how.value, "now": now, "user": actor.user_id}
        rows = session.execute(text(_CLOSE), values).all()
        _audit(session, actor, f"task.{how.value}", "task", _told(rows), now)
    return len(rows)


def reopen(actor: Actor, at: datetime, *, now: datetime) -> int:
    """Open again what the actor closed at an instant; returns how many came back."""
    access.require(actor, Permission.CONTACT)
    with unit_of_work(actor) as session:
        values = {"places": sorted(actor.workspace_ids), "user": actor.user_id, "at": at}
        rows = session.execute(text(_REOPEN), values).all()
        _audit(session, actor, "task.reopen", "task", _told(rows), now)
    return len(rows)


def send_again(actor: Actor, refs: Collection[Ref], *, now: datetime, queue: Queue) -> int:
    """Let uncertain, refused and failed sends go again, however many; returns how many will.

    Nothing leaves without the same checks as the first time.
    """
    refs = [ref for ref in refs if ref.kind in inbox.SENDS]
    _require(actor, refs)
    with unit_of_work(actor) as session:
        values = _named(refs) | {"now": now, "user": actor.user_id}
        return _go_again(session, actor, _CHOSEN_AGAIN, values, now, queue)


def try_again(
    actor: Actor, workspace_id: int, touch_id: int, *, now: datetime, queue: Queue
) -> None:
    """Let one uncertain, refused or failed contact go again. Raises Conflict in another state."""
    access.require(actor, Permission.CONTACT, workspace_id)
    values = {"place": workspace_id, "touch": touch_id, "now": now, "user": actor.user_id}
    with unit_of_work(actor) as session:
        if not _go_again(session, actor, _ONE_AGAIN, values, now, queue):
            raise Conflict("This contact is not waiting for anybody's decision")


def mend(
    actor: Actor, workspace_id: int, debtor_id: int, address: str, *, now: datetime, queue: Queue
) -> int:
    """Give a debtor an e-mail address that works, first in line, and let what was refused go again.

    Returns how many messages will go. Raises BadInput for an address that cannot be one, Conflict
    for one that asked for silence, NotFound.
    """
    access.require(actor, Permission.EDIT_DEBTORS, workspace_id)
    access.require(actor, Permission.CONTACT, workspace_id)
    good = debtors.reached(ContactProfile(Channel.EMAIL, address)).address
    with unit_of_work(actor) as session:
        if session.get(Debtor, (workspace_id, debtor_id)) is None:
            raise NotFound("There is no such debtor")
        _refuse_silenced(session, workspace_id, good)
        _put_first(session, workspace_id, debtor_id, good)
        mended = (workspace_id, debtor_id, {"address": good})
        _audit(session, actor, "contact.mend", "debtor", [mended], now)
        values = {"place": workspace_id, "debtor": debtor_id, "now": now, "user": actor.user_id}
        return _go_again(session, actor, _REFUSED_AGAIN, values, now, queue)


def _require(actor: Actor, refs: Iterable[Ref]) -> None:
    access.require(actor, Permission.CONTACT)
    for place in {ref.workspace_id for ref in refs}:
        access.require(actor, Permission.CONTACT, place)


def _named(refs: Collection[Ref]) -> dict[str, Any]:
    return {
        "places": [ref.workspace_id for ref in refs],
        "kinds": [ref.kind.value for ref in refs],
        "subjects": [ref.subject_id for ref in refs],
        "stored": sorted(kind.value for kind in inbox.STORED),
    }


def _go_again(
    session: Session,
    actor: Actor,
    sql: str,
    values: dict[str, Any],
    now: datetime,
    queue: Queue,
) -> int:
    rows = session.execute(text(sql), values).all()
    moves: list[Entry] = [
        (row.workspace_id, row.id, {"before": row.before, "after": row.after}) for row in rows
    ]
    _audit(session, actor, "delivery.resolve", "touch", moves, now)
    for place in sorted({row.workspace_id for row in rows}):
        after_commit(session, partial(queue.put, Job.SEND_DELIVERIES, place))
    return len(rows)


def _told(rows: Sequence[Row[Any]]) -> list[Entry]:
    """Closed or opened lines as the audit trail tells them."""
    return [
        (row.workspace_id, row.id, {"kind": row.kind, "debtor_id": row.debtor_id}) for row in rows
    ]


def _audit(
    session: Session,
    actor: Actor,
    action: str,
    subject: str,
    entries: Sequence[Entry],
    now: datetime,
) -> None:
    """One entry for each thing touched, written in one statement."""
    common = {
        "at": now,
        "action": action,
        "actor_kind": actor.kind.value,
        "user_id": actor.user_id,
        "actor_name": actor.name,
        "address": actor.address,
        "subject_kind": subject,
    }
    rows = [
        common | {"workspace_id": place, "subject_id": id, "detail": detail}
        for place, id, detail in entries
    ]
    if rows:
        session.execute(insert(AuditEntry), rows)


def _refuse_silenced(session: Session, workspace_id: int, address: str) -> None:
    silenced = select(OptOut.id).where(
        OptOut.workspace_id == workspace_id,
        OptOut.channel == Channel.EMAIL.value,
        OptOut.address == address,
    )
    if session.scalar(silenced) is not None:
        raise Conflict("This address asked not to be written to: choose another", field="address")


def _put_first(session: Session, workspace_id: int, debtor_id: int, address: str) -> None:
    """The address as a valid billing contact before all others of the debtor."""
    first = session.scalar(
        select(func.min(Contact.position)).where(
            Contact.workspace_id == workspace_id, Contact.debtor_id == debtor_id
        )
    )
    values = {"position": (first or 0) - 1, "status": "valid", "status_reason": None}
    values |= {"purpose": "billing"}
    added = upsert(Contact).values(
        workspace_id=workspace_id,
        debtor_id=debtor_id,
        channel=Channel.EMAIL.value,
        address=address,
        **values,
    )
    keys = ["workspace_id", "debtor_id", "channel", "address"]
    session.execute(added.on_conflict_do_update(index_elements=keys, set_=values))
