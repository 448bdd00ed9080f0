"""Documents that go with messages, read for a whole batch: what there is first, then contents."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy.orm import Session

from bpo.db import driver

_LISTED = """
SELECT a.receivable_id, a.kind, f.id, f.name, f.media_type, f.size
FROM attachments a
JOIN stored_files f ON f.workspace_id = a.workspace_id AND f.id = a.file_id
WHERE a.workspace_id = %(workspace)s AND a.receivable_id = ANY (%(receivables)s)
  AND a.kind = ANY (%(kinds)s) AND a.hidden_at IS NULL
ORDER BY a.receivable_id, a.id
"""
_CONTENTS = """
SELECT id, content FROM stored_files WHERE workspace_id = %(workspace)s AND id = ANY (%(files)s)
"""

_AGREEMENTS = """
SELECT a.id, f.name, f.media_type, f.content
FROM agreements a JOIN stored_files f ON f.workspace_id = a.workspace_id AND f.id = a.file_id
WHERE a.workspace_id = %(workspace)s AND a.id = ANY (%(agreements)s)
"""


class Kept(NamedTuple):
    """A document kept with a receivable; `size` in bytes."""

    receivable_id: int
    kind: str
    file_id: int
    name: str
    media_type: str
    size: int


def listed(
    session: Session, workspace_id: int, receivable_ids: Iterable[int], kinds: Sequence[str]
) -> dict[int, list[Kept]]:
    """The documents of some receivables that are in sight, by receivable, the oldest first."""
    found: dict[int, list[Kept]] = defaultdict(list)
    values = {
        "workspace": workspace_id,
        "receivables": list(receivable_ids),
        "kinds": [str(kind) for kind in kinds],
    }
    with driver(session).cursor() as cursor:
        for row in cursor.execute(_LISTED, values):
            found[row[0]].append(Kept._make(row))
    return found


def contents(session: Session, workspace_id: int, file_ids: Iterable[int]) -> dict[int, bytes]:
    """The bytes of some files, by file."""
    values = {"workspace": workspace_id, "files": list(file_ids)}
    with driver(session).cursor(binary=True) as cursor:
        return {number: bytes(content) for number, content in cursor.execute(_CONTENTS, values)}


def agreement_papers(
    session: Session, workspace_id: int, agreement_ids: Iterable[int]
) -> list[tuple[int, str, str, bytes]]:
    """(agreement, name, media type, bytes) of the papers of some agreements."""
    values = {"workspace": workspace_id, "agreements": list(agreement_ids)}
    with driver(session).cursor(binary=True) as cursor:
        rows = cursor.execute(_AGREEMENTS, values).fetchall()
    return [(number, name, media, bytes(held)) for number, name, media, held in rows]
