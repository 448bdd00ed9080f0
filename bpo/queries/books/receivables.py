"""Reading receivables: what each asks for on a day, and its history."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from sqlalchemy import Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from bpo.db import driver
from bpo.domain.books import charges, policies
from bpo.domain.books.charges import AmountDue
from bpo.domain.books.policies import CollectionPolicy
from bpo.domain.books.receivables import Entry, EntryKind, Receivable
from bpo.models import Debtor, PolicyVersion, Touch, TouchReceivable
from bpo.models import Entry as EntryRow
from bpo.models import Receivable as ReceivableRow
from bpo.queries.books import legal_rates

_ENTRIES = """
SELECT receivable_id, on_day, kind, principal_cents, fine_cents, interest_cents FROM entries
WHERE workspace_id = %(workspace)s AND receivable_id = ANY (%(receivables)s)
ORDER BY receivable_id, on_day, id
"""


class Issued(Protocol):
    """A receivable as far as its policy goes."""

    @property
    def policy_version_id(self) -> int | None: ...
    @property
    def issue_date(self) -> date: ...
    @property
    def agreement_id(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Policies:
    """Every version of a workspace's collection policy, for the one frozen on a receivable."""

    by_id: Mapping[int, CollectionPolicy]
    versions: tuple[tuple[date, int], ...]

    def of(self, row: Issued, *, consumer: bool) -> CollectionPolicy:
        """The terms of a receivable: its frozen version, else the one in force at its issue."""
        version = row.policy_version_id or self._on(row.issue_date)
        policy = self.by_id.get(version or 0, CollectionPolicy())
        if row.agreement_id is not None:
            policy = policies.for_installments(policy)
        return policies.for_debtor(policy, consumer=consumer)

    def _on(self, day: date) -> int | None:
        in_force = [number for since, number in self.versions if since <= day]
        return in_force[-1] if in_force else next((n for _, n in self.versions), None)


@dataclass(frozen=True, slots=True)
class Due:
    """A receivable and what settles it on a day."""

    row: ReceivableRow
    amount: AmountDue

    @property
    def is_overdue(self) -> bool:
        """Whether its day has passed, weekends and holidays considered."""
        return self.amount.day > self.row.effective_due_date


def policies_of(session: Session, workspace_id: int) -> Policies:
    """The versions of a workspace's policy, read and understood once."""
    rows = session.scalars(
        select(PolicyVersion)
        .where(PolicyVersion.workspace_id == workspace_id)
        .order_by(PolicyVersion.effective_from, PolicyVersion.version)
    ).all()
    found = {row.id: policies.from_json(row.terms) for row in rows}
    if any(policy.legal_interest for policy in found.values()):
        rates = legal_rates.known(session)
        found = {number: policies.under_law(policy, rates) for number, policy in found.items()}
    if any(policy.correction_index for policy in found.values()):
        known = legal_rates.variations(session)
        found = {number: policies.corrected(policy, known) for number, policy in found.items()}
    return Policies(
        found,
        tuple((row.effective_from, row.id) for row in rows),
    )


def entries(
    session: Session, workspace_id: int, receivable_ids: Iterable[int]
) -> dict[int, tuple[Entry, ...]]:
    """The dated entries of some receivables, by receivable, oldest first."""
    ids, found = list(receivable_ids), defaultdict(list)
    if not ids:
        return {}
    values = {"workspace": workspace_id, "receivables": ids}
    with driver(session).cursor(binary=True) as cursor:
        for number, day, kind, *cents in cursor.execute(_ENTRIES, values):
            found[number].append(Entry(day, EntryKind(kind), *cents))
    return {number: tuple(own) for number, own in found.items()}


def due_on(session: Session, debtor: Debtor, day: date) -> list[Due]:
    """What the debtor owes at the end of a day, receivable by receivable, the oldest due first.

    Only receivables issued by then, with entries dated by then taken off and late charges of the
    policy frozen on each.
    """
    query = _of(debtor).where(
        ReceivableRow.issue_date <= day,
        or_(ReceivableRow.settled_on.is_(None), ReceivableRow.settled_on > day),
    )
    found = _due(session, debtor, session.scalars(query).all(), day)
    return [one for one in found if one.amount.principal_cents > 0]


def to_settle(session: Session, debtor: Debtor, day: date, *, lock: bool = False) -> list[Due]:
    """What is open now, with the amount that each asked for on `day`; `lock` holds the rows."""
    query = _of(debtor).where(ReceivableRow.settled_on.is_(None))
    if lock:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    rows = sorted(session.scalars(query), key=lambda row: (row.due_date, row.id))
    return _due(session, debtor, rows, day)


def due(session: Session, row: ReceivableRow, debtor: Debtor, day: date) -> Due:
    """One receivable with what settles it on a day."""
    return _due(session, debtor, [row], day)[0]


def locked(session: Session, workspace_id: int, ids: Sequence[int]) -> list[ReceivableRow]:
    """Some receivables, fresh and held until the transaction ends."""
    query = (
        select(ReceivableRow)
        .where(ReceivableRow.workspace_id == workspace_id, ReceivableRow.id.in_(ids))
        .order_by(ReceivableRow.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(query))


def by_id(session: Session, workspace_id: int, receivable_id: int) -> ReceivableRow | None:
    """One receivable."""
    return session.get(ReceivableRow, (workspace_id, receivable_id))


def numbers(session: Session, workspace_id: int, debtor_id: int) -> dict[int, str]:
    """The number of every receivable of a debtor."""
    query = select(ReceivableRow.id, ReceivableRow.number).where(
        ReceivableRow.workspace_id == workspace_id, ReceivableRow.debtor_id == debtor_id
    )
    return dict(session.execute(query).all())


def touches(session: Session, workspace_id: int, receivable_id: int) -> Sequence[Row[Touch, int]]:
    """The contacts that listed a receivable, newest first, with its balance at that time."""
    return session.execute(
        select(Touch, TouchReceivable.open_cents)
        .join(
            TouchReceivable,
            and_(
                TouchReceivable.workspace_id == Touch.workspace_id,
                TouchReceivable.touch_id == Touch.id,
            ),
        )
        .where(Touch.workspace_id == workspace_id, TouchReceivable.receivable_id == receivable_id)
        .order_by(Touch.scheduled_at.desc(), Touch.id.desc())
        .limit(100)
    ).all()


def closings(session: Session, workspace_id: int, ids: Sequence[int]) -> dict[int, str]:
    """Which of some receivables were withdrawn, written off or agreed upon anew, not paid."""
    states = {"agreement": "renegotiated", "withdrawal": "withdrawn", "write_off": "written_off"}
    rows = session.execute(
        select(EntryRow.receivable_id, EntryRow.kind)
        .where(
            EntryRow.workspace_id == workspace_id,
            EntryRow.receivable_id.in_(ids),
            EntryRow.kind.in_(states),
        )
        .group_by(EntryRow.receivable_id, EntryRow.kind)
        .having(func.sum(EntryRow.principal_cents) > 0)
        .order_by(EntryRow.receivable_id, EntryRow.kind.desc())
    )
    return {number: states[kind] for number, kind in rows}


def _of(debtor: Debtor) -> Select[ReceivableRow]:
    return (
        select(ReceivableRow)
        .where(
            ReceivableRow.workspace_id == debtor.workspace_id,
            ReceivableRow.debtor_id == debtor.id,
        )
        .order_by(ReceivableRow.due_date, ReceivableRow.id)
    )


def _due(session: Session, debtor: Debtor, rows: Sequence[ReceivableRow], day: date) -> list[Due]:
    known = entries(session, debtor.workspace_id, [row.id for row in rows])
    terms = policies_of(session, debtor.workspace_id) if rows else Policies({}, ())
    return [
        Due(
            row,
            charges.amount_due(
                Receivable(
                    row.amount_cents,
                    row.due_date,
                    row.effective_due_date,
                    known.get(row.id, ()),
                    row.id,
                ),
                terms.of(row, consumer=debtor.consumer),
                day,
            ),
        )
        for row in rows
    ]
