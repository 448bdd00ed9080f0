"""Finding a debtor by the first letters of a name, a customer number, a document, an invoice."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from bpo.kernel import documents
from bpo.kernel.text import number_key
from bpo.models import Debtor, Receivable


@dataclass(frozen=True, slots=True)
class Found:
    """A debtor of one workspace; `number` is the invoice it was found by, if it was by one."""

    workspace_id: int
    id: int
    name: str
    reference: str
    number: str | None = None


def debtors(
    session: Session, words: str, workspace_ids: Collection[int], *, limit: int
) -> list[Found]:
    """Debtors of these workspaces by searchable-name prefix, customer number or CPF/CNPJ.

    Prefixes are ranges on columns in the C collation: under row-level security LIKE would read
    every row of the table.
    """
    if not workspace_ids or limit < 1:
        return []
    query = (
        select(Debtor.workspace_id, Debtor.id, Debtor.name, Debtor.reference)
        .where(Debtor.workspace_id.in_(sorted(workspace_ids)), or_(*_matches(words)))
        .order_by(Debtor.search_name, Debtor.workspace_id, Debtor.id)
        .limit(limit)
    )
    return [Found(*row) for row in session.execute(query)]


def debtors_within(
    session: Session, words: str, workspace_ids: Collection[int], *, limit: int
) -> list[Found]:
    """Debtors of whose name a later word begins with the letters: `manaca`, Restaurante Manacá.

    Reads all names of these workspaces: for when no name begins so.
    """
    if not workspace_ids or limit < 1:
        return []
    query = (
        select(Debtor.workspace_id, Debtor.id, Debtor.name, Debtor.reference)
        .where(
            Debtor.workspace_id.in_(sorted(workspace_ids)),
            func.strpos(Debtor.search_name, f" {words}") > 0,
        )
        .order_by(Debtor.search_name, Debtor.workspace_id, Debtor.id)
        .limit(limit)
    )
    return [Found(*row) for row in session.execute(query)]


def invoices(
    session: Session, words: str, workspace_ids: Collection[int], *, limit: int
) -> list[Found]:
    """Debtors of the invoices with this number, newest invoice first."""
    if not workspace_ids or limit < 1 or not any(character.isdigit() for character in words):
        return []
    query = (
        select(Debtor.workspace_id, Debtor.id, Debtor.name, Debtor.reference, Receivable.number)
        .join(
            Receivable,
            (Receivable.workspace_id == Debtor.workspace_id) & (Receivable.debtor_id == Debtor.id),
        )
        .where(
            Receivable.workspace_id.in_(sorted(workspace_ids)),
            Receivable.number_key == number_key(words),
        )
        .order_by(Receivable.issue_date.desc(), Receivable.workspace_id, Receivable.id)
        .limit(limit)
    )
    return [Found(*row) for row in session.execute(query)]


def _matches(words: str) -> list[ColumnElement[bool]]:
    name = Debtor.search_name
    matches: list[ColumnElement[bool]] = [(name >= words) & (name < words + "\U0010ffff")]
    if any(character.isdigit() for character in words):
        matches.append(Debtor.reference_key == number_key(words))
        matches.append(Debtor.document == documents.normalized(words))
    return matches
