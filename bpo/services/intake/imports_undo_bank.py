"""What a bank told by a file that is undone: its lines are no credits any more, and can come again.

The lines stay, as information under a key of their own, so that the same file brings them anew.
"""

from datetime import datetime
from typing import Any

from psycopg import Cursor
from sqlalchemy.orm import Session

from bpo.kernel.actor import Actor
from bpo.models import Import
from bpo.services.cash import suspense

_MATCHED = """
SELECT count(*) FROM bank_lines l
JOIN bank_matches m ON m.workspace_id = l.workspace_id AND m.line_id = l.id
WHERE l.workspace_id = %(workspace)s AND l.import_id = %(import)s
  AND m.undone_at IS NULL AND NOT m.linked
"""
_PART = """
UPDATE bank_matches m SET undone_at = %(now)s, undone_by = %(user)s
FROM bank_lines l
WHERE l.workspace_id = %(workspace)s AND l.import_id = %(import)s
  AND m.workspace_id = l.workspace_id AND m.line_id = l.id AND m.undone_at IS NULL
"""
_RELEASE = """
UPDATE bank_lines SET state = 'info', aside_reason = NULL, key = key || '~' || id
WHERE workspace_id = %(workspace)s AND import_id = %(import)s AND key NOT LIKE '%%~%%'
RETURNING id, account_id
"""
_ACCOUNTS = """
UPDATE bank_accounts a SET balance_cents = NULL, known_until = (
    SELECT max(l.on_day) FROM bank_lines l
    WHERE l.workspace_id = a.workspace_id AND l.account_id = a.id AND l.key NOT LIKE '%%~%%')
WHERE a.workspace_id = %(workspace)s AND a.id = ANY (%(accounts)s)
"""


def matched(cursor: Cursor[Any], where: dict[str, Any]) -> int:
    """How many of an import's lines have settled something."""
    (count,) = cursor.execute(_MATCHED, where).fetchone() or (0,)
    return int(count)


def withdraw(
    session: Session, cursor: Cursor[Any], row: Import, actor: Actor, now: datetime
) -> int:
    """Take back the lines that an import brought; returns how many.

    The account is known no further than what other files told of it.
    """
    where: dict[str, Any] = {
        "workspace": row.workspace_id,
        "import": row.id,
        "user": actor.user_id,
        "now": now,
    }
    cursor.execute(_PART, where)
    lines = cursor.execute(_RELEASE, where).fetchall()
    if lines:
        ids = [number for number, _ in lines]
        suspense.forget(session, row.workspace_id, ids)
        suspense.release_holds(session, row.workspace_id, ids, now)
        accounts = sorted({account for _, account in lines if account})
        cursor.execute(_ACCOUNTS, where | {"accounts": accounts})
    return len(lines)
