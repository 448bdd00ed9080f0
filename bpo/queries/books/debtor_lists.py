"""Lists of debtors with what they owe: filters, quick counts, totals and pages, one query each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Row,
    Select,
    and_,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
)
from sqlalchemy.orm import Session

from bpo.domain.desk.bulk_acts import MOST
from bpo.kernel import documents
from bpo.kernel import text as words
from bpo.models import Contact, Debtor, Dispute, Hold, OptOut, Promise, Receivable
from bpo.queries.books.receivable_lists import LAST, OPEN_CENTS, named
from bpo.queries.people import keyset
from bpo.queries.people.keyset import Asked, Order, Page

FAR = date(9999, 12, 31)


class Show(StrEnum):
    """Which debtors a list shows."""

    OPEN = "open"
    OVERDUE = "overdue"
    PROMISED = "promised"
    DISPUTED = "disputed"
    ON_HOLD = "on_hold"
    NO_CONTACT = "no_contact"


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list of debtors is narrowed to; `today` decides what is overdue.

    `late_from` and `late_to`: days since the oldest overdue receivable fell due.
    """

    today: date
    show: Show | None = None
    search: str = ""
    risk_class: str | None = None
    late_from: int | None = None
    late_to: int | None = None
    sort: str = "-overdue"


@dataclass(frozen=True, slots=True)
class Totals:
    """What a whole list comes to, in centavos."""

    count: int
    open_cents: int
    overdue_cents: int


class Book:
    """Debtors of a workspace joined with what each owes on a day."""

    def __init__(self, workspace_id: int, today: date) -> None:
        late = Receivable.effective_due_date < today
        self.workspace_id, self.today = workspace_id, today
        self.owed = (
            select(
                Receivable.debtor_id,
                cast(func.sum(OPEN_CENTS), BigInteger).label("open_cents"),
                cast(func.sum(OPEN_CENTS).filter(late), BigInteger).label("overdue_cents"),
                func.min(Receivable.due_date).filter(late).label("oldest_due"),
                func.count().label("open_count"),
            )
            .where(Receivable.workspace_id == workspace_id, Receivable.settled_on.is_(None))
            .group_by(Receivable.debtor_id)
            .subquery("owed")
        )
        self.open_cents: Any = func.coalesce(self.owed.c.open_cents, 0)
        self.overdue_cents: Any = func.coalesce(self.owed.c.overdue_cents, 0)
        self.oldest_due: Any = func.coalesce(self.owed.c.oldest_due, literal(FAR, Date))
        self.open_count: Any = func.coalesce(self.owed.c.open_count, 0)

    def order(self, sort: str) -> Order:
        """The order of a list; an unknown one is the most overdue first."""
        keys: dict[str, tuple[Any, type]] = {
            "name": (Debtor.search_name, str),
            "open": (self.open_cents, int),
            "overdue": (self.overdue_cents, int),
            "late": (self.oldest_due, date),
        }
        name, falling = sort.removeprefix("-"), sort.startswith("-")
        if name not in keys:
            name, falling = "overdue", True
        key, kind = keys[name]
        return Order(key, Debtor.id, kind, falling is not (name == "late"))

    def rows(self) -> Select[*tuple[Any, ...]]:
        """(debtor, open, overdue, oldest due, how many are open)."""
        return select(
            Debtor,
            self.open_cents.label("open_cents"),
            self.overdue_cents.label("overdue_cents"),
            self.owed.c.oldest_due,
            self.open_count.label("open_count"),
        )

    def narrowed(self, query: Select[*tuple[Any, ...]], wanted: Filter) -> Select[*tuple[Any, ...]]:
        """The query over the debtors that a filter leaves."""
        return (
            query.select_from(Debtor)
            .outerjoin(self.owed, self.owed.c.debtor_id == Debtor.id)
            .where(Debtor.workspace_id == self.workspace_id, *self._conditions(wanted))
        )

    def shown(self, show: Show) -> ColumnElement[bool]:
        """Whether a debtor is among those of a quick filter."""
        match show:
            case Show.OPEN:
                return self.open_cents > 0  # type: ignore[no-any-return]
            case Show.OVERDUE:
                return self.overdue_cents > 0  # type: ignore[no-any-return]
            case Show.PROMISED:
                return self._among(Promise, Promise.state == "active")
            case Show.DISPUTED:
                return self._among(Dispute, Dispute.state == "open")
            case Show.ON_HOLD:
                return self._among(Hold, *_standing(self.today))
            case Show.NO_CONTACT:
                reachable = self._among(Contact, Contact.status == "valid", ~_refused())
                return and_(self.open_cents > 0, ~reachable)

    def _among(self, table: Any, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
        """Whether a debtor has a row of a table that meets the conditions."""
        named = table.debtor_id.is_not(None)
        mine = select(table.debtor_id).where(table.workspace_id == self.workspace_id, named)
        return Debtor.id.in_(mine.where(*conditions))

    def _conditions(self, wanted: Filter) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if wanted.show is not None:
            found.append(self.shown(wanted.show))
        if wanted.search.strip():
            found.append(_matching(self.workspace_id, wanted.search))
        if wanted.risk_class == "new":
            found.append(or_(Debtor.risk_class.is_(None), Debtor.risk_class == "new"))
        elif wanted.risk_class:
            found.append(Debtor.risk_class == wanted.risk_class)
        oldest = self.owed.c.oldest_due
        if wanted.late_from is not None:
            found.append(oldest <= self.today - timedelta(days=wanted.late_from))
        if wanted.late_to is not None:
            found.append(oldest >= self.today - timedelta(days=wanted.late_to))
        return found


def page(session: Session, workspace_id: int, wanted: Filter, asked: Asked) -> Page[Any]:
    """A page of (debtor, open, overdue, oldest due, how many are open, …)."""
    book = Book(workspace_id, wanted.today)
    return keyset.page(session, book.narrowed(book.rows(), wanted), book.order(wanted.sort), asked)


def everything(
    session: Session, workspace_id: int, wanted: Filter, most: int = 200_000
) -> Iterable[Row[*tuple[Any, ...]]]:
    """The whole list in its order, for export."""
    book = Book(workspace_id, wanted.today)
    order = book.order(wanted.sort)
    by = (order.key.desc(), order.id.desc()) if order.falling else (order.key, order.id)
    query = book.narrowed(book.rows(), wanted).order_by(*by).limit(most)
    return session.execute(query).all()


def chosen(
    session: Session, workspace_id: int, wanted: Filter, ids: Sequence[int] | None
) -> Sequence[Row[*tuple[Any, ...]]]:
    """(debtor, no receivable, open, overdue) of some debtors, or of all that a filter leaves."""
    book = Book(workspace_id, wanted.today)
    columns = select(Debtor.id, null(), book.open_cents, book.overdue_cents)
    if ids is None:
        query = book.narrowed(columns, wanted)
    else:
        query = book.narrowed(columns, Filter(wanted.today)).where(Debtor.id == func.any(list(ids)))
    return session.execute(query.order_by(Debtor.id).limit(MOST)).all()


def totals(session: Session, workspace_id: int, wanted: Filter) -> Totals:
    """What the whole list comes to."""
    book = Book(workspace_id, wanted.today)
    sums = select(
        func.count(),
        func.coalesce(func.sum(book.open_cents), 0),
        func.coalesce(func.sum(book.overdue_cents), 0),
    )
    row = session.execute(book.narrowed(sums, wanted)).one()
    return Totals(*(int(value) for value in row))


def counts(session: Session, workspace_id: int, today: date) -> dict[str, int]:
    """How many debtors each of the quick filters holds."""
    book = Book(workspace_id, today)
    columns = [func.count().filter(book.shown(show)).label(show.value) for show in Show]
    row = session.execute(book.narrowed(select(*columns), Filter(today))).one()
    return {name: int(count) for name, count in row._mapping.items()}


def choices(session: Session, workspace_id: int, search: str, limit: int = 10) -> list[Debtor]:
    """Debtors that a few typed letters or digits may mean, by name."""
    query = select(Debtor).where(
        Debtor.workspace_id == workspace_id, _matching(workspace_id, search)
    )
    return list(session.scalars(query.order_by(Debtor.search_name, Debtor.id).limit(limit)))


def _standing(today: date) -> tuple[ColumnElement[bool], ...]:
    open_ended = or_(Hold.until.is_(None), Hold.until >= today)
    return Hold.released_at.is_(None), Hold.starts_on <= today, open_ended


def _refused() -> ColumnElement[bool]:
    return exists().where(
        OptOut.workspace_id == Contact.workspace_id,
        OptOut.channel == Contact.channel,
        OptOut.address == Contact.address,
    )


def _matching(workspace_id: int, search: str) -> ColumnElement[bool]:
    """By the beginning of a word of the name, by customer number, document or title.

    Titles are looked up first, in an array: asked of each debtor, all of them would be read.
    """
    key = words.number_key(search)
    found = [named(search), Debtor.reference_key == key]
    if any(character.isdigit() for character in search):
        document, plain = Debtor.document.collate("C"), documents.normalized(search)
        found.append(and_(document >= plain, document < plain + LAST))
        titles = select(Receivable.debtor_id).where(
            Receivable.workspace_id == workspace_id, Receivable.number_key == key
        )
        found.append(Debtor.id == func.any(func.array(titles.scalar_subquery())))
    return or_(*found)
