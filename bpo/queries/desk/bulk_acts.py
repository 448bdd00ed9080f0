"""Which rows an act on many is about, and the acts on many that were made."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bpo.models import BulkAct
from bpo.queries.books import debtor_lists, receivable_lists

SIZE = 20
Filter = debtor_lists.Filter | receivable_lists.Filter


@dataclass(frozen=True, slots=True)
class Selection:
    """Rows that somebody chose by their ids, or (None) all that a filter leaves."""

    wanted: Filter
    ids: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The rows of a selection, as columns; receivables only where titles were chosen.

    `open_cents` is what is open of each row, `overdue_cents` what of that is late.
    """

    debtors: list[int] = field(default_factory=list)
    receivables: list[int | None] = field(default_factory=list)
    open_cents: list[int] = field(default_factory=list)
    overdue_cents: list[int] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many rows."""
        return len(self.debtors)

    @property
    def cents(self) -> int:
        """What is open of all of them, in centavos."""
        return sum(self.open_cents)


def chosen(session: Session, workspace_id: int, selection: Selection) -> Chosen:
    """The rows of a selection, in one query."""
    found: Sequence[Any]
    wanted, ids = selection.wanted, selection.ids
    if isinstance(wanted, debtor_lists.Filter):
        found = debtor_lists.chosen(session, workspace_id, wanted, ids)
    else:
        found = receivable_lists.chosen(session, workspace_id, wanted, ids)
    columns = zip(*found, strict=True) if found else ()
    kept = [list(column) for column in columns]
    if not kept:
        return Chosen()
    owed = [[int(cents or 0) for cents in column] for column in kept[2:]]
    return Chosen(kept[0], kept[1], *owed)


def latest(session: Session, workspace_id: int) -> Sequence[BulkAct]:
    """The acts on many of a workspace, the latest first."""
    return session.scalars(
        select(BulkAct)
        .where(BulkAct.workspace_id == workspace_id)
        .order_by(BulkAct.id.desc())
        .limit(SIZE)
    ).all()


def locked(session: Session, workspace_id: int, number: int) -> BulkAct | None:
    """One act, held until the transaction ends."""
    return session.get(
        BulkAct, (workspace_id, number), with_for_update=True, populate_existing=True
    )
