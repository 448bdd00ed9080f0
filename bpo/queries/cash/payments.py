"""Reading payments: lists, one with where it went, and what is left of it as credit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Row, Select, and_, cast, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from bpo.domain.books.receivables import MONEY
from bpo.kernel import text as words
from bpo.models import Debtor, Entry, Payment, Receivable, Refund, StoredFile
from bpo.queries.books.receivable_lists import named
from bpo.queries.people import keyset
from bpo.queries.people.keyset import Asked, Order, Page

_MONEY_CENTS = Entry.principal_cents + Entry.fine_cents + Entry.interest_cents
_MONEY_KINDS = tuple(kind.value for kind in MONEY)


@dataclass(frozen=True, slots=True)
class Credit:
    """Money of a payment that settles no receivable yet, in centavos."""

    payment: Payment
    left_cents: int


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list of payments is narrowed to."""

    search: str = ""
    since: date | None = None
    until: date | None = None
    method: str | None = None
    only_credit: bool = False
    sort: str = "-day"


@dataclass(frozen=True, slots=True)
class Totals:
    """What a whole list comes to, in centavos."""

    count: int
    received_cents: int


SORTS: dict[str, tuple[Any, type]] = {
    "day": (Payment.paid_on, date),
    "amount": (Payment.amount_cents, int),
    "debtor": (Debtor.search_name, str),
}


def by_id(session: Session, workspace_id: int, payment_id: int) -> Payment | None:
    """One payment."""
    return session.get(Payment, (workspace_id, payment_id))


def by_key(session: Session, workspace_id: int, idempotency_key: str) -> Payment | None:
    """The payment that a form or a file has already recorded under its key."""
    return session.scalar(
        select(Payment).where(
            Payment.workspace_id == workspace_id, Payment.idempotency_key == idempotency_key
        )
    )


def reversal_of(session: Session, workspace_id: int, payment_id: int) -> Payment | None:
    """The payment that undid another."""
    return session.scalar(
        select(Payment).where(
            Payment.workspace_id == workspace_id, Payment.reverses_id == payment_id
        )
    )


def entries(session: Session, workspace_id: int, payment_id: int) -> Sequence[Entry]:
    """What a payment did to receivables and was not undone since, in order."""
    undoing = aliased(Entry)
    undone = exists().where(
        undoing.workspace_id == Entry.workspace_id, undoing.reverses_id == Entry.id
    )
    return session.scalars(
        select(Entry)
        .where(
            Entry.workspace_id == workspace_id,
            Entry.payment_id == payment_id,
            Entry.reverses_id.is_(None),
            ~undone,
        )
        .order_by(Entry.on_day, Entry.id)
    ).all()


def applied(
    session: Session, workspace_id: int, payment_ids: Iterable[int]
) -> dict[int, list[tuple[Entry, Receivable]]]:
    """What some payments did, with the receivables, by payment."""
    found: dict[int, list[tuple[Entry, Receivable]]] = {}
    for entry, receivable in session.execute(
        select(Entry, Receivable)
        .join(
            Receivable,
            and_(
                Receivable.workspace_id == Entry.workspace_id,
                Receivable.id == Entry.receivable_id,
            ),
        )
        .where(Entry.workspace_id == workspace_id, Entry.payment_id.in_(list(payment_ids)))
        .order_by(Entry.on_day, Entry.id)
    ):
        found.setdefault(entry.payment_id or 0, []).append((entry, receivable))
    return found


def used_cents(session: Session, workspace_id: int, payment_id: int) -> int:
    """The money of a payment that settles receivables, in centavos."""
    total = session.scalar(
        select(func.coalesce(func.sum(_MONEY_CENTS), 0)).where(
            Entry.workspace_id == workspace_id,
            Entry.payment_id == payment_id,
            Entry.kind.in_(_MONEY_KINDS),
        )
    )
    return int(total or 0)


def refunded_cents(session: Session, workspace_id: int, payment_id: int) -> int:
    """The money of a payment that was given back out of what was left of it, in centavos."""
    total = session.scalar(
        select(func.coalesce(func.sum(Refund.amount_cents), 0)).where(
            Refund.workspace_id == workspace_id, Refund.payment_id == payment_id
        )
    )
    return int(total or 0)


def left_cents(session: Session, payment: Payment) -> int:
    """What neither settles a receivable nor was given back, in centavos."""
    where = session, payment.workspace_id, payment.id
    return payment.amount_cents - used_cents(*where) - refunded_cents(*where)


def refunds(
    session: Session, workspace_id: int, payment_id: int
) -> Sequence[Row[Refund, int | None]]:
    """Refunds of a payment, the oldest first, each with the id of what undid it."""
    undoing = aliased(Refund)
    return session.execute(
        select(Refund, undoing.id)
        .outerjoin(
            undoing,
            and_(undoing.workspace_id == Refund.workspace_id, undoing.reverses_id == Refund.id),
        )
        .where(Refund.workspace_id == workspace_id, Refund.payment_id == payment_id)
        .order_by(Refund.on_day, Refund.id)
    ).all()


def refund(session: Session, workspace_id: int, refund_id: int) -> Refund | None:
    """One refund."""
    return session.get(Refund, (workspace_id, refund_id))


def refund_proof(session: Session, row: Refund) -> StoredFile | None:
    """The receipt that was kept with a refund."""
    return session.scalar(
        select(StoredFile).where(
            StoredFile.workspace_id == row.workspace_id, StoredFile.id == row.file_id
        )
    )


def refund_by_key(session: Session, workspace_id: int, key: str) -> Refund | None:
    """The refund that a form has already recorded under its key."""
    return session.scalar(
        select(Refund).where(Refund.workspace_id == workspace_id, Refund.idempotency_key == key)
    )


def credits(session: Session, workspace_id: int, debtor_id: int) -> list[Credit]:
    """Payments of a debtor with money left over, the oldest first."""
    left = _left()
    rows = session.execute(
        select(Payment, left)
        .where(
            Payment.workspace_id == workspace_id,
            Payment.debtor_id == debtor_id,
            _stands(),
            left > 0,
        )
        .order_by(Payment.paid_on, Payment.id)
    )
    return [Credit(payment, int(cents)) for payment, cents in rows]


def page(session: Session, workspace_id: int, wanted: Filter, asked: Asked) -> Page[Any]:
    """A page of (payment, debtor, left over, id of its reversal, …) in the order asked for."""
    name = wanted.sort.removeprefix("-")
    key, kind = SORTS.get(name, SORTS["day"])
    order = Order(key, Payment.id, kind, falling=wanted.sort.startswith("-"))
    return keyset.page(session, _listed(workspace_id, wanted), order, asked)


def everything(
    session: Session, workspace_id: int, wanted: Filter, most: int = 200_000
) -> Iterable[Row[*tuple[Any, ...]]]:
    """The whole list, the newest first, for export."""
    query = _listed(workspace_id, wanted)
    return session.execute(query.order_by(Payment.paid_on.desc(), Payment.id.desc()).limit(most))


def totals(session: Session, workspace_id: int, wanted: Filter) -> Totals:
    """What the whole list comes to, reversals taken off."""
    sums = select(func.count(), func.coalesce(func.sum(Payment.amount_cents), 0))
    count, cents = session.execute(_narrowed(sums, workspace_id, wanted)).one()
    return Totals(int(count), int(cents))


def _listed(workspace_id: int, wanted: Filter) -> Select[*tuple[Any, ...]]:
    reversal = aliased(Payment)
    undone_by = (
        select(reversal.id)
        .where(reversal.workspace_id == Payment.workspace_id, reversal.reverses_id == Payment.id)
        .scalar_subquery()
    )
    columns = select(Payment, Debtor, _left().label("left_cents"), undone_by.label("undone_by"))
    return _narrowed(columns, workspace_id, wanted)


def _narrowed(
    query: Select[*tuple[Any, ...]], workspace_id: int, wanted: Filter
) -> Select[*tuple[Any, ...]]:
    return (
        query.select_from(Payment)
        .join(
            Debtor,
            and_(Debtor.workspace_id == Payment.workspace_id, Debtor.id == Payment.debtor_id),
        )
        .where(Payment.workspace_id == workspace_id, *_conditions(workspace_id, wanted))
    )


def _conditions(workspace_id: int, wanted: Filter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.search.strip():
        found.append(_matching(wanted.search))
    if wanted.since:
        found.append(Payment.paid_on >= wanted.since)
    if wanted.until:
        found.append(Payment.paid_on <= wanted.until)
    if wanted.method:
        found.append(Payment.method == wanted.method)
    if wanted.only_credit:
        found.extend((_stands(), Payment.id.in_(_with_credit(workspace_id))))
    return found


def _left() -> Any:
    """The money of a payment that its entries do not use and that was not given back."""
    used = (
        select(func.sum(_MONEY_CENTS))
        .where(
            Entry.workspace_id == Payment.workspace_id,
            Entry.payment_id == Payment.id,
            Entry.kind.in_(_MONEY_KINDS),
        )
        .correlate(Payment)
        .scalar_subquery()
    )
    return (
        Payment.amount_cents
        - cast(func.coalesce(used, 0), BigInteger)
        - cast(func.coalesce(_given_back(), 0), BigInteger)
    )


def _given_back() -> Any:
    return (
        select(func.sum(Refund.amount_cents))
        .where(Refund.workspace_id == Payment.workspace_id, Refund.payment_id == Payment.id)
        .correlate(Payment)
        .scalar_subquery()
    )


def _with_credit(workspace_id: int) -> Select[*tuple[Any, ...]]:
    """Ids of payments with money left over, all at once."""
    given = (
        select(Refund.payment_id, func.sum(Refund.amount_cents).label("cents"))
        .where(Refund.workspace_id == workspace_id)
        .group_by(Refund.payment_id)
        .subquery()
    )
    used = (
        select(Entry.payment_id, func.sum(_MONEY_CENTS).label("cents"))
        .where(Entry.workspace_id == workspace_id, Entry.kind.in_(_MONEY_KINDS))
        .group_by(Entry.payment_id)
        .subquery()
    )
    paid = aliased(Payment)
    return (
        select(paid.id)
        .outerjoin(used, used.c.payment_id == paid.id)
        .outerjoin(given, given.c.payment_id == paid.id)
        .where(paid.workspace_id == workspace_id)
        .where(paid.amount_cents > func.coalesce(used.c.cents, 0) + func.coalesce(given.c.cents, 0))
    )


def _stands() -> ColumnElement[bool]:
    """A payment that neither undoes another nor has been undone."""
    reversal = aliased(Payment)
    undone = exists().where(
        reversal.workspace_id == Payment.workspace_id, reversal.reverses_id == Payment.id
    )
    return and_(Payment.reverses_id.is_(None), ~undone)


def _matching(search: str) -> ColumnElement[bool]:
    key = words.number_key(search)
    settled = exists().where(
        Entry.workspace_id == Payment.workspace_id,
        Entry.payment_id == Payment.id,
        Receivable.workspace_id == Entry.workspace_id,
        Receivable.id == Entry.receivable_id,
        Receivable.number_key == key,
    )
    return or_(
        named(search),
        Debtor.reference_key == key,
        Debtor.document == key,
        Payment.reference == search.strip(),
        settled,
    )
