"""Acts on many debtors or receivables at once, each of a few statements, and their undoing."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Date, DateTime, Text, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Session

from bpo.db import unit_of_work
from bpo.domain.desk import bulk_acts as rules
from bpo.domain.desk.bulk_acts import Kind, List, Terms
from bpo.domain.people import access
from bpo.kernel import clock
from bpo.kernel.actor import Actor
from bpo.kernel.errors import BadInput, Conflict, NotFound
from bpo.models import BulkAct
from bpo.queries.books import debtor_lists
from bpo.queries.desk import bulk_acts as stored
from bpo.queries.desk.bulk_acts import Chosen, Selection
from bpo.queries.people import workspaces
from bpo.services.people import audit

_CHOSEN = """
chosen AS (
    SELECT * FROM unnest(:debtors, :receivables, :open, :overdue)
        AS c (debtor_id, receivable_id, open_cents, overdue_cents)
)
"""
_KEEP = """
INSERT INTO bulk_act_rows (workspace_id, bulk_act_id, subject, debtor_id, receivable_id)
SELECT :place, :act, made.id, made.debtor_id, made.receivable_id FROM made
"""
_MAKE = {
    Kind.HOLD: """
    INSERT INTO holds (workspace_id, debtor_id, receivable_id, reason, source, starts_on, until,
                       created_by, created_at)
    SELECT :place, c.debtor_id, c.receivable_id, :reason, 'user', :today, :until, :user, :now
    FROM chosen c
    WHERE NOT EXISTS (
        SELECT FROM holds h
        WHERE h.workspace_id = :place AND h.debtor_id = c.debtor_id AND h.released_at IS NULL
          AND (h.receivable_id IS NULL OR h.receivable_id = c.receivable_id)
          AND h.reason = :reason AND h.until IS NOT DISTINCT FROM :until)
    RETURNING id, debtor_id, receivable_id
    """,
    Kind.RELEASE: """
    UPDATE holds h SET released_at = :now, released_by = :user
    FROM chosen c
    WHERE h.workspace_id = :place AND h.debtor_id = c.debtor_id AND h.released_at IS NULL
      AND (c.receivable_id IS NULL OR h.receivable_id = c.receivable_id)
      AND h.reason = ANY (:by_people)
    RETURNING h.id, h.debtor_id, h.receivable_id
    """,
    Kind.PROMISE: """
    INSERT INTO promises (workspace_id, debtor_id, amount_cents, made_on, promised_for, state,
                          source, created_by, created_at)
    SELECT :place, c.debtor_id,
           sum(CASE WHEN c.receivable_id IS NULL THEN c.overdue_cents ELSE c.open_cents END),
           :today, :promised_for, 'active', 'analyst', :user, :now
    FROM chosen c
    WHERE NOT EXISTS (SELECT FROM promises p WHERE p.workspace_id = :place
                      AND p.debtor_id = c.debtor_id AND p.state = 'active')
    GROUP BY c.debtor_id
    HAVING sum(CASE WHEN c.receivable_id IS NULL THEN c.overdue_cents ELSE c.open_cents END) > 0
    RETURNING id, debtor_id, CAST(NULL AS bigint) AS receivable_id
    """,
    Kind.DISPUTE: """
    INSERT INTO disputes (workspace_id, debtor_id, receivable_id, reason, opened_on, state,
                          created_by, created_at)
    SELECT :place, c.debtor_id, c.receivable_id, :grounds, :today, 'open', :user, :now
    FROM chosen c
    WHERE c.open_cents > 0 AND NOT EXISTS (
        SELECT FROM disputes x
        WHERE x.workspace_id = :place AND x.debtor_id = c.debtor_id AND x.state = 'open'
          AND (x.receivable_id IS NULL OR x.receivable_id IS NOT DISTINCT FROM c.receivable_id))
    RETURNING id, debtor_id, receivable_id
    """,
    Kind.TAG: """
    UPDATE debtors d SET tags = array_append(d.tags, CAST(:tag AS text))
    WHERE d.workspace_id = :place AND d.id IN (SELECT debtor_id FROM chosen)
      AND NOT d.tags @> ARRAY[CAST(:tag AS text)]
    RETURNING d.id, d.id AS debtor_id, CAST(NULL AS bigint) AS receivable_id
    """,
    Kind.UNTAG: """
    UPDATE debtors d SET tags = array_remove(d.tags, CAST(:tag AS text))
    WHERE d.workspace_id = :place AND d.id IN (SELECT debtor_id FROM chosen)
      AND d.tags @> ARRAY[CAST(:tag AS text)]
    RETURNING d.id, d.id AS debtor_id, CAST(NULL AS bigint) AS receivable_id
    """,
}
"""Each leaves out the rows for which a single act would be refused, or would change nothing."""

_MINE = "workspace_id = :place AND r.workspace_id = :place AND r.bulk_act_id = :act"
_UNDO = {
    Kind.HOLD: f"""
    UPDATE holds x SET released_at = :now, released_by = :user FROM bulk_act_rows r
    WHERE x.{_MINE} AND x.id = r.subject AND x.released_at IS NULL
    """,
    Kind.RELEASE: f"""
    UPDATE holds x SET released_at = NULL, released_by = NULL FROM bulk_act_rows r
    WHERE x.{_MINE} AND x.id = r.subject AND x.released_at = :made_at
    """,
    Kind.PROMISE: f"""
    UPDATE promises x SET state = 'cancelled', settled_on = :today FROM bulk_act_rows r
    WHERE x.{_MINE} AND x.id = r.subject AND x.state = 'active'
    """,
    Kind.DISPUTE: f"""
    UPDATE disputes x SET state = 'withdrawn', closed_on = :today FROM bulk_act_rows r
    WHERE x.{_MINE} AND x.id = r.subject AND x.state = 'open'
    """,
    Kind.TAG: f"""
    UPDATE debtors x SET tags = array_remove(x.tags, CAST(:tag AS text)) FROM bulk_act_rows r
    WHERE x.{_MINE} AND x.id = r.subject AND x.tags @> ARRAY[CAST(:tag AS text)]
    """,
    Kind.UNTAG: f"""
    UPDATE debtors x SET tags = array_append(x.tags, CAST(:tag AS text)) FROM bulk_act_rows r
    WHERE x.{_MINE} AND x.id = r.subject AND NOT x.tags @> ARRAY[CAST(:tag AS text)]
    """,
}
"""Each leaves alone what somebody has changed since."""

_TELL = """
INSERT INTO audit_entries (workspace_id, at, action, actor_kind, user_id, actor_name, address,
                           subject_kind, subject_id, detail)
SELECT :place, :now, :action, :actor_kind, :user, :name, :address, :subject, t.subject,
       jsonb_strip_nulls(:terms || jsonb_build_object(
           'debtor_id', t.debtor_id, 'receivable_id', t.receivable_id, 'bulk', :act))
FROM told t
"""
_LOCK = """
SELECT id FROM debtors WHERE workspace_id = :place AND id = ANY (:debtors) ORDER BY id FOR UPDATE
"""


_NUMBERS = ARRAY(BigInteger)
_INSTANT = DateTime(timezone=True)
_TYPES: dict[str, Any] = {
    "place": BigInteger,
    "act": BigInteger,
    "user": BigInteger,
    "debtors": _NUMBERS,
    "receivables": _NUMBERS,
    "open": _NUMBERS,
    "overdue": _NUMBERS,
    "now": _INSTANT,
    "made_at": _INSTANT,
    "today": Date,
    "until": Date,
    "promised_for": Date,
    "by_people": ARRAY(Text),
    "terms": JSONB,
}
"""The types of parameters; any other is text."""


def act(
    actor: Actor,
    workspace_id: int,
    kind: Kind,
    selection: Selection,
    terms: Terms,
    *,
    now: datetime,
    expected: tuple[int, int] | None = None,
) -> BulkAct:
    """Do one thing to every chosen row, in a constant number of statements.

    Rows for which it would be refused one by one, or would change nothing, are left out: the act
    tells how many it changed. `expected`: the number of rows and what they came to, in centavos,
    when the act was confirmed; raises Conflict when it is not so any more. Each change has its line
    in the audit trail, and the act has one.
    """
    access.require(actor, rules.NEEDS[kind], workspace_id)
    with unit_of_work(actor) as session:
        workspace = workspaces.by_id(session, workspace_id)
        if workspace is None:
            raise NotFound("This page does not exist or is not yours to see")
        today = clock.local_day(now, workspace.time_zone)
        terms = rules.checked(kind, terms, today)
        chosen = stored.chosen(session, workspace_id, selection)
        if expected is not None and expected != (chosen.count, chosen.cents):
            raise Conflict("The list has changed since you looked: confirm it again")
        if not chosen.count:
            raise BadInput("Choose at least one row")
        made = _added(session, actor, workspace_id, kind, selection, terms, chosen, now)
        values = _values(actor, made, terms, now) | {"today": today} | _columns(chosen)
        _count(session, _LOCK, values)
        kept = f"WITH {_CHOSEN}, made AS ({_MAKE[kind]}) {_KEEP}"
        made.done = _count(session, kept, values)
        told = "told AS (SELECT * FROM bulk_act_rows r WHERE r.workspace_id = :place"
        told += " AND r.bulk_act_id = :act)"
        _tell(session, told, values, kind, undo=False)
        _record(session, actor, made, "bulk.act", now)
    return made


def undo(actor: Actor, workspace_id: int, number: int, *, now: datetime) -> BulkAct:
    """Take back what one act on many did, but for what somebody has changed since.

    The act tells how many were taken back. Raises NotFound, Conflict when it was undone before.
    """
    with unit_of_work(actor) as session:
        made = stored.locked(session, workspace_id, number)
        if made is None:
            access.require(actor, rules.NEEDS[Kind.HOLD], workspace_id)
            raise NotFound("There is no such act")
        kind = Kind(made.kind)
        access.require(actor, rules.NEEDS[kind], workspace_id)
        if made.undone_at is not None:
            raise Conflict("This was undone already")
        workspace = workspaces.by_id(session, workspace_id)
        assert workspace is not None
        today = clock.local_day(now, workspace.time_zone)
        terms = Terms(tag=made.terms.get("tag") or "")
        values = _values(actor, made, terms, now) | {"today": today, "made_at": made.made_at}
        returning = "RETURNING r.subject, r.debtor_id, r.receivable_id"
        told = f"told AS ({_UNDO[kind]} {returning})"
        made.undone = _tell(session, told, values, kind, undo=True)
        made.undone_at, made.undone_by_name = now, actor.name
        _record(session, actor, made, "bulk.undo", now)
    return made


def _added(
    session: Session,
    actor: Actor,
    workspace_id: int,
    kind: Kind,
    selection: Selection,
    terms: Terms,
    chosen: Chosen,
    now: datetime,
) -> BulkAct:
    of = isinstance(selection.wanted, debtor_lists.Filter)
    made = BulkAct(
        workspace_id=workspace_id,
        kind=kind.value,
        list=(List.DEBTORS if of else List.RECEIVABLES).value,
        terms=terms.to_json(kind),
        chosen=chosen.count,
        cents=chosen.cents,
        done=0,
        made_at=now,
        made_by=actor.user_id,
        made_by_name=actor.name,
    )
    session.add(made)
    session.flush()
    return made


def _values(actor: Actor, made: BulkAct, terms: Terms, now: datetime) -> dict[str, Any]:
    return {
        "place": made.workspace_id,
        "act": made.id,
        "now": now,
        "user": actor.user_id,
        "name": actor.name,
        "address": actor.address,
        "actor_kind": actor.kind.value,
        "reason": terms.reason.value,
        "until": terms.until,
        "promised_for": terms.promised_for,
        "grounds": terms.grounds.value,
        "tag": terms.tag,
        "by_people": [reason.value for reason in rules.RELEASABLE],
        "terms": made.terms,
    }


def _columns(chosen: Chosen) -> dict[str, Any]:
    return {
        "debtors": chosen.debtors,
        "receivables": chosen.receivables,
        "open": chosen.open_cents,
        "overdue": chosen.overdue_cents,
    }


def _tell(session: Session, told: str, values: dict[str, Any], kind: Kind, *, undo: bool) -> int:
    """One line of the audit trail for each row, in one statement; how many."""
    subject, done, undone = rules.SUBJECTS[kind]
    more = {"subject": subject, "action": undone if undo else done}
    return _count(session, f"WITH {told} {_TELL}", values | more)


def _count(session: Session, sql: str, values: dict[str, Any]) -> int:
    statement = text(sql)
    names = statement.compile().params
    typed = statement.bindparams(*(bindparam(name, type_=_TYPES.get(name, Text)) for name in names))
    bound = {name: values[name] for name in names}
    return session.execute(typed, bound).rowcount  # type: ignore[attr-defined,no-any-return]


def _record(session: Session, actor: Actor, made: BulkAct, action: str, now: datetime) -> None:
    audit.record(
        session,
        actor,
        made.workspace_id,
        action,
        now=now,
        subject=("bulk_act", made.id),
        kind=made.kind,
        chosen=made.chosen,
        amount_cents=made.cents,
        done=made.done,
        undone=made.undone,
        **made.terms,
    )
