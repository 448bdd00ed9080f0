"""Who can be reached: the debtors without a valid contact, without a look at all the others.

The night leaves the list of those out of reach (`carried_figures`); triggers note who may have
joined it since: new debtors, contacts that were lost, addresses that want no more. Whoever is on
neither list has a valid contact. Whoever is on one is looked at anew, so a contact that came since
counts at once.
"""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from bpo.db import driver

UNREACHED = """
NOT EXISTS ( -- both in the order of their keys, from indexes that hold all of it
    SELECT FROM contacts c
    WHERE c.workspace_id = d.workspace_id AND c.debtor_id = d.id AND c.status = 'valid'
      AND (c.workspace_id, c.channel, c.address) NOT IN (
          SELECT o.workspace_id, o.channel, o.address FROM opt_outs o)
)
"""
"""That `d` has no valid contact; an address that wants no more is none."""

DOUBTFUL = """
SELECT here.workspace_id, here.today, kept.id
FROM here JOIN carried_figures c ON c.workspace_id = here.workspace_id
CROSS JOIN LATERAL unnest(c.unreached_ids) AS kept (id)
UNION
SELECT here.workspace_id, here.today, n.id
FROM here JOIN reach_changes r ON r.workspace_id = here.workspace_id
JOIN debtors n ON n.workspace_id = r.workspace_id AND n.id BETWEEN r.first_id AND r.last_id
UNION
SELECT here.workspace_id, here.today, n.id
FROM here JOIN debtors n ON n.workspace_id = here.workspace_id
WHERE here.workspace_id NOT IN (
    SELECT c.workspace_id FROM carried_figures c WHERE c.unreached_ids IS NOT NULL)
"""
"""All who may be out of reach; all debtors of a company whose nights have not counted them yet."""

_ALL = f"SELECT d.id FROM debtors d WHERE d.workspace_id = %(place)s AND {UNREACHED} ORDER BY d.id"
_NOTES = "SELECT id FROM reach_changes WHERE workspace_id = %(place)s"


def unreached(session: Session, workspace_id: int) -> list[int]:
    """Every debtor of a company without a valid contact."""
    rows = driver(session).execute(_ALL, {"place": workspace_id})
    return [row[0] for row in rows]


def notes(session: Session, workspace_id: int) -> Sequence[int]:
    """The notes of who may have fallen out of reach; read before `unreached`, they are in it."""
    rows = driver(session).execute(_NOTES, {"place": workspace_id})
    return [row[0] for row in rows]
