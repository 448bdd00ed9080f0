"""Debtors that an import registered and nobody has touched, removed with it where it is asked for.

Whatever points at a debtor keeps it: every table of the model is looked at, so that one made
later is not forgotten. What the import itself wrote with the debtor goes along.
"""

from typing import Any

from psycopg import Cursor, sql

from bpo.db import Model

WITH_THEM = frozenset({"contacts", "debtor_chances"})
"""What goes with a debtor: the ways to reach that came with it (others keep it), and estimates."""
_REMOVE = """
DELETE FROM debtors d
WHERE d.workspace_id = %(workspace)s AND d.import_id = %(import)s AND d.tags = '{{}}'
  AND d.locale IS NULL
  AND NOT EXISTS (SELECT FROM contacts c WHERE c.workspace_id = d.workspace_id
      AND c.debtor_id = d.id AND (c.created_at <> d.created_at OR c.status <> 'valid'))
  AND NOT EXISTS (SELECT FROM opt_outs o
      JOIN contacts c ON c.workspace_id = o.workspace_id AND c.channel = o.channel
        AND c.address = o.address
      WHERE c.workspace_id = d.workspace_id AND c.debtor_id = d.id)
  AND d.id NOT IN (SELECT a.subject_id FROM audit_entries a
      WHERE a.workspace_id = %(workspace)s AND a.subject_kind = 'debtor'
        AND a.subject_id IS NOT NULL)
  {untouched}
"""
_UNTOUCHED = """AND d.id NOT IN (SELECT x.{column} FROM {table} x
      WHERE x.workspace_id = %(workspace)s AND x.{column} IS NOT NULL)"""
_HOLD = """
SELECT FROM debtors WHERE workspace_id = %(workspace)s AND import_id = %(import)s
ORDER BY id FOR UPDATE
"""
"""Whoever writes of a debtor meanwhile is waited for, and what was written is seen."""


def remove(cursor: Cursor[Any], where: dict[str, Any]) -> int:
    """Remove the debtors of an import that nothing else speaks of, in one statement; how many.

    A receivable keeps its debtor, also one that this undo has withdrawn: it stays in the history.
    """
    cursor.execute(_HOLD, where)
    untouched = sql.SQL(" ").join(
        sql.SQL(_UNTOUCHED).format(table=sql.Identifier(table), column=sql.Identifier(column))
        for table, column in pointing()
    )
    return max(cursor.execute(sql.SQL(_REMOVE).format(untouched=untouched), where).rowcount, 0)


def pointing() -> list[tuple[str, str]]:
    """The tables and columns that name a debtor and keep it."""
    return sorted(
        (table.name, key.parent.name)
        for table in Model.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name == "debtors"
        and key.parent.name != "workspace_id"
        and table.name not in WITH_THEM
    )
