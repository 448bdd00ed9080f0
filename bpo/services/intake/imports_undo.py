"""A whole import undone: its money reversed, its receivables withdrawn, what people did left alone.

Nothing is deleted. Reversals carry the days of what they undo, as a mistake's do, and withdrawn
receivables give up the key by which files find them, so that the same file can be taken again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg import Cursor
from psycopg.types.json import Json
from sqlalchemy.orm import Session

from bpo.db import driver, unit_of_work
from bpo.domain.intake import findings
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.gateways import wording
from bpo.kernel import clock
from bpo.kernel.actor import Actor
from bpo.kernel.errors import Conflict
from bpo.kernel.text import Phrase
from bpo.models import Import, Workspace
from bpo.queries.intake import imports as stored
from bpo.queries.people import workspaces
from bpo.services.cash import reconciling
from bpo.services.intake import imports, imports_undo_bank, imports_undo_debtors
from bpo.services.people import audit

MOST_NAMED = 200

_TABLES = """
CREATE TEMP TABLE IF NOT EXISTS undo_left (receivable_id bigint PRIMARY KEY) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS undo_payments (id bigint PRIMARY KEY, undone_by bigint)
ON COMMIT DELETE ROWS;
TRUNCATE undo_left, undo_payments
"""
_LOCK_DEBTORS = """
SELECT d.id FROM debtors d
WHERE d.workspace_id = %(workspace)s AND d.id IN (
    SELECT r.debtor_id FROM receivables r
    WHERE r.workspace_id = %(workspace)s AND r.import_id = %(import)s
    UNION SELECT p.debtor_id FROM payments p
    WHERE p.workspace_id = %(workspace)s AND p.import_id = %(import)s)
ORDER BY d.id FOR NO KEY UPDATE
"""
"""Whoever uses a credit, gives it back or takes something off holds the debtor, and waits."""

_LOCK = """
SELECT r.id FROM receivables r
WHERE r.workspace_id = %(workspace)s AND (r.import_id = %(import)s OR r.id IN (
    SELECT e.receivable_id FROM entries e
    LEFT JOIN payments p ON p.workspace_id = e.workspace_id AND p.id = e.payment_id
    WHERE e.workspace_id = %(workspace)s AND %(import)s IN (e.import_id, p.import_id)))
ORDER BY r.id FOR NO KEY UPDATE
"""
_LEFT = """
INSERT INTO undo_left
SELECT r.id FROM receivables r
WHERE r.workspace_id = %(workspace)s AND r.import_id = %(import)s AND (
    EXISTS (SELECT FROM entries e
        LEFT JOIN payments p ON p.workspace_id = e.workspace_id AND p.id = e.payment_id
        WHERE e.workspace_id = r.workspace_id AND e.receivable_id = r.id
          AND coalesce(e.import_id, p.import_id) IS DISTINCT FROM %(import)s)
    OR EXISTS (SELECT FROM disputes d
        WHERE d.workspace_id = r.workspace_id AND d.receivable_id = r.id)
    OR EXISTS (SELECT FROM audit_entries a
        WHERE a.workspace_id = r.workspace_id AND a.subject_kind = 'receivable'
          AND a.subject_id = r.id))
"""
_PAYMENTS = """
INSERT INTO undo_payments
SELECT p.id, nextval('payments_id_seq') FROM payments p
WHERE p.workspace_id = %(workspace)s AND p.import_id = %(import)s AND p.reverses_id IS NULL
  AND NOT EXISTS (SELECT FROM payments u
      WHERE u.workspace_id = p.workspace_id AND u.reverses_id = p.id)
  AND NOT EXISTS (SELECT FROM refunds f
      WHERE f.workspace_id = p.workspace_id AND f.payment_id = p.id)
  AND NOT EXISTS (SELECT FROM entries e
      WHERE e.workspace_id = p.workspace_id AND e.payment_id = p.id
        AND (e.created_by IS NOT NULL
          OR e.receivable_id IN (SELECT receivable_id FROM undo_left)))
"""
_LEFT_WITH_THEM = """
INSERT INTO undo_left
SELECT DISTINCT r.id FROM receivables r
JOIN entries e ON e.workspace_id = r.workspace_id AND e.receivable_id = r.id
JOIN payments p ON p.workspace_id = e.workspace_id AND p.id = e.payment_id
WHERE r.workspace_id = %(workspace)s AND r.import_id = %(import)s AND p.reverses_id IS NULL
  AND NOT EXISTS (SELECT FROM undo_payments u WHERE u.id = p.id)
  AND NOT EXISTS (SELECT FROM payments u
      WHERE u.workspace_id = p.workspace_id AND u.reverses_id = p.id)
ON CONFLICT DO NOTHING
"""
_KEPT_WITH_THEM = """
DELETE FROM undo_payments u
USING entries e
WHERE e.workspace_id = %(workspace)s AND e.payment_id = u.id
  AND e.receivable_id IN (SELECT receivable_id FROM undo_left)
"""
_REVERSE = """
INSERT INTO payments (workspace_id, id, debtor_id, amount_cents, paid_on, method, note, source,
    idempotency_key, import_id, reverses_id, created_by)
SELECT p.workspace_id, u.undone_by, p.debtor_id, -p.amount_cents, p.paid_on, p.method,
    %(reason)s::text, p.source, 'undone:' || p.idempotency_key, p.import_id, p.id, %(user)s::bigint
FROM payments p JOIN undo_payments u ON u.id = p.id
WHERE p.workspace_id = %(workspace)s
"""
_TAKE_BACK = """
INSERT INTO entries (workspace_id, receivable_id, payment_id, import_id, kind, on_day,
    principal_cents, fine_cents, interest_cents, reason, reverses_id, created_by)
SELECT e.workspace_id, e.receivable_id, u.undone_by, %(import)s::bigint,
    CASE e.kind WHEN 'payment' THEN 'reversal' ELSE e.kind END, e.on_day,
    -e.principal_cents, -e.fine_cents, -e.interest_cents, %(reason)s::text, e.id, %(user)s::bigint
FROM entries e LEFT JOIN undo_payments u ON u.id = e.payment_id
WHERE e.workspace_id = %(workspace)s AND e.reverses_id IS NULL
  AND (u.id IS NOT NULL OR e.payment_id IS NULL AND e.import_id = %(import)s
    AND e.kind = 'rebate' AND e.receivable_id NOT IN (SELECT receivable_id FROM undo_left))
  AND NOT EXISTS (SELECT FROM entries o
      WHERE o.workspace_id = e.workspace_id AND o.reverses_id = e.id)
"""
_WITHDRAW = """
INSERT INTO entries (workspace_id, receivable_id, import_id, kind, on_day, principal_cents, reason,
    created_by)
SELECT r.workspace_id, r.id, %(import)s, 'withdrawal', r.issue_date,
    r.amount_cents - r.settled_cents, %(reason)s::text, %(user)s::bigint
FROM receivables r
WHERE r.workspace_id = %(workspace)s AND r.import_id = %(import)s
  AND r.settled_cents < r.amount_cents
  AND r.id NOT IN (SELECT receivable_id FROM undo_left)
"""
_RELEASE = """
UPDATE receivables r SET number_key = r.number_key || '~' || r.id
WHERE r.workspace_id = %(workspace)s AND r.import_id = %(import)s
  AND r.id NOT IN (SELECT receivable_id FROM undo_left)
RETURNING r.id
"""
_HIDE = """
UPDATE attachments SET hidden_at = %(now)s::timestamptz, hidden_by = %(user)s::bigint
WHERE workspace_id = %(workspace)s AND import_id = %(import)s AND hidden_at IS NULL
"""
_REVISED = """
SELECT DISTINCT ON (a.subject_id) a.subject_id, a.detail -> 'changed', r.number, r.issue_date,
    r.due_date, r.amount_cents, r.settled_cents
FROM audit_entries a
JOIN receivables r ON r.workspace_id = a.workspace_id AND r.id = a.subject_id
WHERE a.workspace_id = %(workspace)s AND a.subject_kind = 'receivable'
  AND a.action = 'receivable.revise' AND (a.detail ->> 'import_id')::bigint = %(import)s
ORDER BY a.subject_id, a.id
"""
_RESTORE = """
UPDATE receivables r
SET issue_date = f.issue_date, due_date = f.due_date, effective_due_date = f.effective_due_date,
    amount_cents = f.amount_cents, settled_on = NULL
FROM json_to_recordset(%(rows)s) AS f (id bigint, issue_date date, due_date date,
    effective_due_date date, amount_cents bigint)
WHERE r.workspace_id = %(workspace)s AND r.id = f.id
"""
_NOT_SO_FRESH = """
DELETE FROM freshness_marks m
USING audit_entries a
WHERE a.workspace_id = %(workspace)s AND a.action = 'import.apply' AND a.subject_kind = 'import'
  AND a.subject_id = %(import)s
  AND m.workspace_id = a.workspace_id AND m.source = 'import' AND m.recorded_at = a.at
  AND m.known_until = (a.detail ->> 'known_until')::date
"""
_NAMED = """
SELECT number FROM receivables
WHERE workspace_id = %(workspace)s AND id IN (SELECT receivable_id FROM undo_left)
ORDER BY number LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undo did. `left` are the numbers of receivables that people have worked on since.

    `lines` are those of a bank that are no credits any more, `removed` debtors.
    """

    withdrawn: int
    reversed: int
    restored: int
    left: Sequence[str]
    left_count: int
    lines: int = 0
    removed: int = 0


def undo(
    actor: Actor, workspace_id: int, import_id: int, *, now: datetime, debtors: bool = False
) -> Undone:
    """Take a whole import back, all at once; with `debtors` those whom nobody touched since, too.

    What came to a receivable since (payments of others, a dispute, another date) keeps it and its
    money as they are. Through which day payments are known goes back too. Raises Conflict for an
    import that was not applied, and while what a bank told in it settles something: that is
    undone match by match.
    """
    access.require(actor, Permission.IMPORT, workspace_id)
    with unit_of_work(actor) as session:
        session.connection().exec_driver_sql(imports.LOCK, (workspace_id,))
        row = imports.found(session, workspace_id, import_id)
        workspace = workspaces.by_id(session, workspace_id)
        assert workspace
        _check(row)
        done = _undone(session, actor, workspace, row, now, debtors=debtors)
        row.state = "undone"
        row.problems = row.problems | {"undone": _told(done)}
        audit.record(
            session, actor, workspace_id, "import.undo", now=now, subject=("import", row.id),
            filename=row.filename, withdrawn=done.withdrawn, reversed=done.reversed,
            restored=done.restored, left=done.left_count, lines=done.lines, removed=done.removed,
        )  # fmt: skip
        today = clock.local_day(now, workspace.time_zone)
        session.flush()
        session.expire_all()
        reconciling.reopen(session, actor, workspace_id, today=today, now=now)
    return done


def _check(row: Import) -> None:
    if row.state != stored.APPLIED:
        raise Conflict("Only an import that has been applied can be undone")


def _undone(
    session: Session,
    actor: Actor,
    workspace: Workspace,
    row: Import,
    now: datetime,
    *,
    debtors: bool,
) -> Undone:
    reason = Phrase("Import of {filename} undone", filename=row.filename)
    where = {
        "workspace": row.workspace_id,
        "import": row.id,
        "user": actor.user_id,
        "now": now,
        "reason": wording.say(reason, workspace.locale),
        "most": MOST_NAMED,
    }
    cursor = driver(session).cursor()
    cursor.execute(_TABLES)
    cursor.execute(_LOCK_DEBTORS, where)
    cursor.execute(_LOCK, where)
    if imports_undo_bank.matched(cursor, where):
        raise Conflict(
            "What a bank told in this file settles receivables: undo those matches first"
        )
    left_count, reversed_count = _sifted(cursor, where)
    for statement in (_REVERSE, _TAKE_BACK):
        cursor.execute(statement, where)
    restored, kept = _restore(session, cursor, workspace, where)
    for statement in (_WITHDRAW, _RELEASE):
        cursor.execute(statement, where)
    withdrawn = max(cursor.rowcount, 0)
    for statement in (_HIDE, _NOT_SO_FRESH):
        cursor.execute(statement, where)
    lines = imports_undo_bank.withdraw(session, cursor, row, actor, now)
    left = [number for (number,) in cursor.execute(_NAMED, where).fetchall()]
    removed = imports_undo_debtors.remove(cursor, where) if debtors else 0
    return Undone(
        withdrawn, reversed_count, restored, [*left, *kept], left_count + len(kept), lines, removed
    )


def _sifted(cursor: Cursor[Any], where: dict[str, Any]) -> tuple[int, int]:
    """Tell apart what is left alone; how many receivables are, and how many payments are not.

    What a standing payment has settled is left, and so is every payment that it shares.
    """
    cursor.execute(_LEFT, where)
    left = max(cursor.rowcount, 0)
    cursor.execute(_PAYMENTS, where)
    taken_back = max(cursor.rowcount, 0)
    while cursor.execute(_LEFT_WITH_THEM, where).rowcount > 0:
        left += cursor.rowcount
        taken_back -= max(cursor.execute(_KEPT_WITH_THEM, where).rowcount, 0)
    return left, taken_back


def _restore(
    session: Session, cursor: Cursor[Any], workspace: Workspace, where: dict[str, Any]
) -> tuple[int, list[str]]:
    """Give revised receivables what they had before; named are those revised again since."""
    calendar = workspaces.calendar(session, workspace)
    rows, kept = [], []
    for number, changed, name, issue, due, amount, settled in cursor.execute(
        _REVISED, where
    ).fetchall():
        now = {"issue_date": issue, "due_date": due, "amount_cents": amount}
        if any(_plain(now[field]) != after for field, (_, after) in changed.items()):
            kept.append(name)
            continue
        before = {field: _plain(value) for field, value in now.items()}
        before |= {field: pair[0] for field, pair in changed.items()}
        if int(before["amount_cents"]) <= settled:
            kept.append(name)
            continue
        effective = calendar.effective_due(date.fromisoformat(str(before["due_date"])))
        rows.append({"id": number, "effective_due_date": effective.isoformat()} | before)
    if rows:
        cursor.execute(_RESTORE, where | {"rows": Json(rows)})
    return len(rows), kept


def _told(done: Undone) -> dict[str, Any]:
    notes = [
        Phrase(
            "Receivables withdrawn: {withdrawn}; payments reversed: {reversed}; receivables given "
            "their former dates and amounts: {restored}.",
            withdrawn=done.withdrawn,
            reversed=done.reversed,
            restored=done.restored,
        )
    ]
    if done.lines:
        notes.append(
            Phrase(
                "One line of the bank is no credit any more."
                if done.lines == 1
                else "{count} lines of the bank are no credits any more.",
                count=done.lines,
            )
        )
    if done.removed:
        notes.append(
            Phrase(
                "One debtor that it had registered was removed."
                if done.removed == 1
                else "{count} debtors that it had registered were removed.",
                count=done.removed,
            )
        )
    if done.left:
        notes.append(
            Phrase(
                "One receivable was left as it is, because people or other files have worked on "
                "it since: {numbers}"
                if done.left_count == 1
                else "{count} receivables were left as they are, because people or other files "
                "have worked on them since: {numbers}",
                count=done.left_count,
                numbers=", ".join(done.left),
            )
        )
    return {"notes": [findings.phrase_to_json(note) for note in notes]}


def _plain(value: date | int) -> str | int:
    return value.isoformat() if isinstance(value, date) else value
