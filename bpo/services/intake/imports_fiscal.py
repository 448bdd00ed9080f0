"""NF-e taken in: each XML is kept as a document of the receivables it brought."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from psycopg import Cursor
from sqlalchemy.orm import Session

from bpo.domain.intake import findings, rows_fiscal
from bpo.domain.intake.attachments import Kind
from bpo.domain.intake.findings import Finding
from bpo.domain.intake.rows import Code, Field, ReceivableRow, Row
from bpo.domain.intake.rows_fiscal import Paper
from bpo.kernel.text import Phrase
from bpo.services.intake import attachments
from bpo.services.intake.attachments import Bond
from bpo.services.people import files

_TAKEN = """
SELECT r.number_key, coalesce(d.document, d.reference), r.extra ->> 'access_key'
FROM receivables r
JOIN debtors d ON d.workspace_id = r.workspace_id AND d.id = r.debtor_id
WHERE r.workspace_id = %(workspace)s AND r.number_key = ANY (%(keys)s) AND r.extra ? 'access_key'
"""
_BROUGHT = """
SELECT r.extra ->> 'access_key', r.debtor_id, r.id
FROM receivables r
WHERE r.workspace_id = %(workspace)s AND r.number_key = ANY (%(keys)s)
  AND r.extra ->> 'access_key' = ANY (%(access_keys)s)
"""
_KEPT = """
SELECT receivable_id, sha256 FROM attachments
WHERE workspace_id = %(workspace)s AND receivable_id = ANY (%(receivables)s)
  AND hidden_at IS NULL
"""
_BONDS = 1_000
"""Attachments written in one statement."""


class _Title(NamedTuple):
    """A receivable that a document is about."""

    access_key: str
    debtor_id: int
    receivable_id: int


def apart(
    cursor: Cursor[Any], workspace_id: int, rows: Sequence[Row]
) -> tuple[list[Row], list[Finding]]:
    """Leave out rows whose number another NF-e has taken for the same debtor.

    The numbers of two series of NF-e may meet; the later one would pass for a correction.
    """
    where = {"workspace": workspace_id, "keys": sorted(_keys(rows))}
    taken = {
        (key, debtor): access_key
        for key, debtor, access_key in cursor.execute(_TAKEN, where).fetchall()
    }
    found = {row.line: row for row in rows if _is_other(row, taken)}
    return (
        [row for row in rows if row.line not in found],
        [_doubled(row) for row in found.values() if isinstance(row, ReceivableRow)],
    )


def keep(
    session: Session,
    cursor: Cursor[Any],
    workspace_id: int,
    import_id: int,
    papers: Sequence[Paper],
    rows: Sequence[Row],
) -> int:
    """Attach each document to its receivables, once; returns how many attachments are new."""
    where = {
        "workspace": workspace_id,
        "keys": sorted(_keys(rows)),
        "access_keys": [one.access_key for paper in papers for one in paper.invoices],
    }
    titles = [_Title(*row) for row in cursor.execute(_BROUGHT, where).fetchall()]
    ids = [title.receivable_id for title in titles]
    kept = set(cursor.execute(_KEPT, where | {"receivables": ids}).fetchall())
    wanted = [
        (paper, title, files.fingerprint(paper.content)) for paper, title in _about(papers, titles)
    ]
    fresh = [one for one in wanted if (one[1].receivable_id, one[2]) not in kept]
    stored = files.put_all(
        session,
        workspace_id,
        {sha: (_filename(paper), "application/xml", paper.content) for paper, _, sha in fresh},
    )
    bonds = [
        Bond(
            title.debtor_id,
            title.receivable_id,
            Kind.FISCAL_DOCUMENT,
            stored[sha],
            sha,
            import_id=import_id,
        )
        for _, title, sha in fresh
    ]
    return sum(
        attachments.attach(session, workspace_id, bonds[start : start + _BONDS])
        for start in range(0, len(bonds), _BONDS)
    )


def _doubled(row: ReceivableRow) -> Finding:
    message = Phrase(
        "Another NF-e with the number {number} was taken for this customer.", number=row.number
    )
    return findings.reject(row.line, Field.NUMBER, Code.CONFLICT, message)


def _keys(rows: Iterable[Row]) -> set[str]:
    return {row.number_key for row in rows if isinstance(row, ReceivableRow)}


def _is_other(row: Row, taken: Mapping[tuple[str, str], str]) -> bool:
    if not isinstance(row, ReceivableRow):
        return False
    before = taken.get((row.number_key, row.debtor_document or row.debtor_ref))
    return before is not None and before != row.extra[rows_fiscal.ACCESS_KEY]


def _about(papers: Sequence[Paper], titles: Sequence[_Title]) -> list[tuple[Paper, _Title]]:
    """Each title with the first document that holds its NF-e."""
    holders: dict[str, Paper] = {}
    for paper in papers:
        for invoice in paper.invoices:
            holders.setdefault(invoice.access_key, paper)
    return [(holders[title.access_key], title) for title in titles if title.access_key in holders]


def _filename(paper: Paper) -> str:
    return f"nfe-{paper.invoices[0].access_key[:44] or 'sem-chave'}.xml"
