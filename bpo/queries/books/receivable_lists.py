"""Lists of receivables: filters, quick counts, totals and pages, one query each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from bpo.domain.desk.bulk_acts import MOST
from bpo.kernel import text as words
from bpo.models import Debtor, Dispute, Hold, Promise
from bpo.models import Receivable as ReceivableRow
from bpo.queries.books import receivables
from bpo.queries.people import keyset
from bpo.queries.people.keyset import Asked, Order, Page

OPEN_CENTS = ReceivableRow.amount_cents - ReceivableRow.settled_cents
LAST = "\U0010ffff"
"""The last character there is: the upper end of the range that a prefix search reads."""


class Show(StrEnum):
    """Which receivables a list shows."""

    OPEN = "open"
    OVERDUE = "overdue"
    SOON = "soon"
    DISPUTED = "disputed"
    PROMISED = "promised"
    ON_HOLD = "on_hold"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list of receivables is narrowed to; `today` decides what is overdue."""

    today: date
    show: Show | None = None
    search: str = ""
    due_from: date | None = None
    due_to: date | None = None
    late_from: int | None = None
    late_to: int | None = None
    sort: str = "due"


@dataclass(frozen=True, slots=True)
class Totals:
    """What a whole list comes to, in centavos."""

    count: int
    amount_cents: int
    open_cents: int
    overdue_cents: int


@dataclass(frozen=True, slots=True)
class Marks:
    """Which receivables of a page are disputed or on hold, and how closed ones were closed."""

    disputed: frozenset[int] = field(default_factory=frozenset)
    held: frozenset[int] = field(default_factory=frozenset)
    closed: Mapping[int, str] = field(default_factory=dict)


SORTS: dict[str, tuple[Any, type]] = {
    "due": (ReceivableRow.due_date, date),
    "issue": (ReceivableRow.issue_date, date),
    "amount": (ReceivableRow.amount_cents, int),
    "open": (OPEN_CENTS, int),
    "debtor": (Debtor.search_name, str),
}


def page(
    session: Session, workspace_id: int, wanted: Filter, asked: Asked
) -> Page[Row[ReceivableRow, Debtor]]:
    """A page of (receivable, debtor, …) in the order asked for."""
    query = _narrowed(select(ReceivableRow, Debtor), workspace_id, wanted)
    return keyset.page(session, query, _order(wanted.sort), asked)


def everything(
    session: Session, workspace_id: int, wanted: Filter, most: int = 200_000
) -> Iterable[Row[*tuple[Any, ...]]]:
    """The whole list in its order, for export.

    Debtor's reference, name and document; number, issue, due, effective due and settled dates;
    amount and what is open in centavos.
    """
    order = _order(wanted.sort)
    by = (order.key.desc(), order.id.desc()) if order.falling else (order.key, order.id)
    columns = select(
        Debtor.reference,
        Debtor.name,
        Debtor.document,
        ReceivableRow.number,
        ReceivableRow.issue_date,
        ReceivableRow.due_date,
        ReceivableRow.effective_due_date,
        ReceivableRow.settled_on,
        ReceivableRow.amount_cents,
        OPEN_CENTS,
    )
    return session.execute(_narrowed(columns, workspace_id, wanted).order_by(*by).limit(most))


def chosen(
    session: Session, workspace_id: int, wanted: Filter, ids: Sequence[int] | None
) -> Sequence[Row[*tuple[Any, ...]]]:
    """(debtor, receivable, open, overdue) of some receivables, or of all that a filter leaves;
    what is settled is nobody's to act on any more."""
    late = ReceivableRow.effective_due_date < wanted.today
    columns = select(Debtor.id, ReceivableRow.id, OPEN_CENTS, case((late, OPEN_CENTS), else_=0))
    narrowed = wanted if ids is None else Filter(wanted.today)
    query = _narrowed(columns, workspace_id, narrowed).where(ReceivableRow.settled_on.is_(None))
    if ids is not None:
        query = query.where(ReceivableRow.id == func.any(list(ids)))
    return session.execute(query.order_by(Debtor.id, ReceivableRow.id).limit(MOST)).all()


def totals(session: Session, workspace_id: int, wanted: Filter) -> Totals:
    """What the whole list comes to."""
    late = ReceivableRow.effective_due_date < wanted.today
    sums = select(
        func.count(),
        func.coalesce(func.sum(ReceivableRow.amount_cents), 0),
        func.coalesce(func.sum(OPEN_CENTS), 0),
        func.coalesce(func.sum(OPEN_CENTS).filter(late), 0),
    )
    row = session.execute(_narrowed(sums, workspace_id, wanted)).one()
    return Totals(*(int(value) for value in row))


def marks(session: Session, workspace_id: int, ids: Sequence[int], today: date) -> Marks:
    """What is to be said of the receivables of a page besides their dates."""
    disputed = select(ReceivableRow.id).where(_in(workspace_id, ids), _disputed(workspace_id))
    held = select(ReceivableRow.id).where(_in(workspace_id, ids), _held(workspace_id, today))
    return Marks(
        frozenset(session.scalars(disputed)),
        frozenset(session.scalars(held)),
        receivables.closings(session, workspace_id, ids),
    )


def counts(session: Session, workspace_id: int, today: date) -> dict[str, int]:
    """How many receivables each of the quick filters holds."""
    chosen = (Show.OPEN, Show.OVERDUE, Show.SOON, Show.DISPUTED, Show.PROMISED, Show.ON_HOLD)
    columns = [
        func.count().filter(_shown(show, workspace_id, today)).label(show.value) for show in chosen
    ]
    query = select(*columns).where(
        ReceivableRow.workspace_id == workspace_id, ReceivableRow.settled_on.is_(None)
    )
    return {name: int(count) for name, count in session.execute(query).one()._mapping.items()}


def _order(sort: str) -> Order:
    name = sort.removeprefix("-")
    key, kind = SORTS.get(name, SORTS["due"])
    return Order(key, ReceivableRow.id, kind, falling=sort.startswith("-"))


def _narrowed(
    query: Select[*tuple[Any, ...]], workspace_id: int, wanted: Filter
) -> Select[*tuple[Any, ...]]:
    query = query.join(
        Debtor,
        and_(
            Debtor.workspace_id == ReceivableRow.workspace_id,
            Debtor.id == ReceivableRow.debtor_id,
        ),
    ).where(ReceivableRow.workspace_id == workspace_id)
    return query.where(*_conditions(workspace_id, wanted))


def _conditions(workspace_id: int, wanted: Filter) -> list[ColumnElement[bool]]:
    found = []
    if wanted.show is not None:
        found.append(_shown(wanted.show, workspace_id, wanted.today))
    if wanted.search.strip():
        found.append(_matching(wanted.search))
    if wanted.due_from:
        found.append(ReceivableRow.due_date >= wanted.due_from)
    if wanted.due_to:
        found.append(ReceivableRow.due_date <= wanted.due_to)
    if wanted.late_from is not None:
        found.append(ReceivableRow.settled_on.is_(None))
        found.append(ReceivableRow.effective_due_date < wanted.today)
        found.append(ReceivableRow.due_date <= wanted.today - timedelta(days=wanted.late_from))
    if wanted.late_to is not None:
        found.append(ReceivableRow.due_date >= wanted.today - timedelta(days=wanted.late_to))
    return found


def _shown(show: Show, workspace_id: int, today: date) -> ColumnElement[bool]:
    unsettled = ReceivableRow.settled_on.is_(None)
    effective = ReceivableRow.effective_due_date
    match show:
        case Show.OPEN:
            return unsettled
        case Show.OVERDUE:
            return and_(unsettled, effective < today)
        case Show.SOON:
            return and_(unsettled, effective.between(today, today + timedelta(days=7)))
        case Show.DISPUTED:
            return and_(unsettled, _disputed(workspace_id))
        case Show.PROMISED:
            return and_(unsettled, _promised(workspace_id))
        case Show.ON_HOLD:
            return and_(unsettled, _held(workspace_id, today))
        case Show.SETTLED:
            return ReceivableRow.settled_on.is_not(None)


def _disputed(workspace_id: int) -> ColumnElement[bool]:
    open_cases = and_(Dispute.workspace_id == workspace_id, Dispute.state == "open")
    whole = select(Dispute.debtor_id).where(open_cases, Dispute.receivable_id.is_(None))
    own = select(Dispute.receivable_id).where(open_cases, Dispute.receivable_id.is_not(None))
    return or_(ReceivableRow.id.in_(own), ReceivableRow.debtor_id.in_(whole))


def _promised(workspace_id: int) -> ColumnElement[bool]:
    running = select(Promise.debtor_id).where(
        Promise.workspace_id == workspace_id, Promise.state == "active"
    )
    return ReceivableRow.debtor_id.in_(running)


def _held(workspace_id: int, today: date) -> ColumnElement[bool]:
    live = and_(
        Hold.workspace_id == workspace_id,
        Hold.released_at.is_(None),
        Hold.starts_on <= today,
        or_(Hold.until.is_(None), Hold.until >= today),
    )
    own = select(Hold.receivable_id).where(live, Hold.receivable_id.is_not(None))
    whole = select(Hold.debtor_id).where(
        live, Hold.receivable_id.is_(None), Hold.debtor_id.is_not(None)
    )
    return or_(ReceivableRow.id.in_(own), ReceivableRow.debtor_id.in_(whole))


def _in(workspace_id: int, ids: Sequence[int]) -> ColumnElement[bool]:
    return and_(ReceivableRow.workspace_id == workspace_id, ReceivableRow.id.in_(ids))


def _matching(search: str) -> ColumnElement[bool]:
    """By number, by the beginning of a word of the debtor's name, or by the debtor's number."""
    key = words.number_key(search)
    number = ReceivableRow.number_key.collate("C")
    return or_(
        and_(number >= key, number < key + LAST),
        named(search),
        Debtor.reference_key == key,
        Debtor.document == key,
    )


def named(search: str) -> ColumnElement[bool]:
    """Debtors whose name, or a word of it, begins with what was typed."""
    name = words.searchable(search)
    begins = and_(Debtor.search_name >= name, Debtor.search_name < name + LAST)
    return or_(begins, func.strpos(Debtor.search_name, f" {name}") > 0)
