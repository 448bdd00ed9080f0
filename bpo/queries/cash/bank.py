"""Reading what banks told: lines to match, the book they are matched with, and accounts."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from bpo.domain.books import charges
from bpo.domain.books.receivables import Receivable as Known
from bpo.domain.cash import payments as payment_rules
from bpo.domain.cash.allocation import Owed
from bpo.domain.cash.reconciliation import Book, Credit, Payer, Title
from bpo.models import (
    BankAccount,
    BankLine,
    BankMatch,
    BankSuggestion,
    Boleto,
    Debtor,
    Payment,
    Receivable,
)
from bpo.queries.books import receivables

SIZE = 50
SHOWN = {"suggested": "open", "unknown": "open", "matched": "matched", "aside": "aside"}
"""The views of the queue, and the state of the lines in each."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list of lines is narrowed to; `show` is a key of `SHOWN`, `account` the id of one."""

    places: tuple[int, ...]
    show: str = "suggested"
    search: str = ""
    account: int | None = None


@dataclass(frozen=True, slots=True)
class Proposed:
    """One proposal of a line: whose, which receivables, and why (phrases as JSON)."""

    debtor: Debtor
    receivables: tuple[Receivable, ...]
    reasons: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Matched:
    """The payment that a line is, and how it came to be."""

    match: BankMatch
    payment: Payment
    debtor: Debtor


def credits(
    session: Session, workspace_id: int, line_ids: Iterable[int] | None = None
) -> list[Credit]:
    """The open credits of a workspace, or some of them, oldest first, fresh and held."""
    query = (
        select(BankLine)
        .where(BankLine.workspace_id == workspace_id, BankLine.state == "open")
        .order_by(BankLine.on_day, BankLine.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if line_ids is not None:
        query = query.where(BankLine.id.in_(list(line_ids)))
    return [credit(line) for line in session.scalars(query)]


def credit(line: BankLine) -> Credit:
    """A line as the rules see it: what of its money is not placed yet."""
    return Credit(
        line.id,
        line.amount_cents - line.placed_cents,
        line.on_day,
        line.memo,
        line.payer_name,
        line.payer_document,
        line.txid,
        line.bank_reference,
        line.creditor_reference,
        line.title_cents,
        line.by_hand,
    )


def book(session: Session, workspace_id: int) -> Book:
    """Everything open in a workspace, read in a constant number of queries."""
    rows = session.execute(
        select(Receivable, Debtor.consumer, Boleto.line)
        .join(Debtor, _same(Debtor, Receivable.workspace_id, Receivable.debtor_id))
        .outerjoin(
            Boleto,
            and_(
                Boleto.workspace_id == Receivable.workspace_id,
                Boleto.receivable_id == Receivable.id,
            ),
        )
        .where(Receivable.workspace_id == workspace_id, Receivable.settled_on.is_(None))
    ).all()
    payers = session.execute(
        select(Debtor.id, Debtor.name, Debtor.document).where(Debtor.workspace_id == workspace_id)
    )
    titles = [
        Title(
            row.id,
            row.debtor_id,
            row.number_key,
            row.due_date,
            row.amount_cents,
            row.amount_cents - row.settled_cents,
            free_field(line),
        )
        for row, _, line in rows
    ]
    consumers = {row.id: (row, consumer) for row, consumer, _ in rows}
    return Book(titles, [Payer(*row) for row in payers], _asked(session, workspace_id, consumers))


def lines(session: Session, wanted: Wanted, number: int = 1) -> list[BankLine]:
    """A page of the queue: the largest money first; what is decided by day, the latest first."""
    decided = SHOWN[wanted.show] != "open"
    order = (
        (BankLine.on_day.desc(),) if decided else (BankLine.amount_cents.desc(), BankLine.on_day)
    )
    return list(
        session.scalars(
            _wanted(select(BankLine), wanted)
            .order_by(*order, BankLine.workspace_id, BankLine.id)
            .limit(SIZE)
            .offset((number - 1) * SIZE)
        )
    )


def total(session: Session, wanted: Wanted) -> tuple[int, int]:
    """How many lines a view has, and their money in centavos; of the open ones what waits."""
    waits = SHOWN[wanted.show] == "open"
    cents = BankLine.amount_cents - BankLine.placed_cents if waits else BankLine.amount_cents
    query: Any = select(func.count(), func.coalesce(func.sum(cents), 0))
    count, sum_ = session.execute(_wanted(query.select_from(BankLine), wanted)).all()[0]
    return int(count), int(sum_)


def by_id(session: Session, workspace_id: int, line_id: int) -> BankLine | None:
    """One line."""
    return session.get(BankLine, (workspace_id, line_id))


def proposed(session: Session, found: Sequence[BankLine]) -> dict[int, list[Proposed]]:
    """What is proposed for some lines, by the line's id, the best first."""
    groups: dict[tuple[int, int], list[Any]] = defaultdict(list)
    query = (
        select(BankSuggestion, Debtor, Receivable)
        .join(Debtor, _same(Debtor, BankSuggestion.workspace_id, BankSuggestion.debtor_id))
        .outerjoin(
            Receivable, _same(Receivable, BankSuggestion.workspace_id, BankSuggestion.receivable_id)
        )
        .where(*_of(BankSuggestion, found))
        .order_by(BankSuggestion.line_id, BankSuggestion.rank, BankSuggestion.id)
    )
    for row in session.execute(query).all():
        groups[row[0].line_id, row[0].rank].append(row)
    by_line: dict[int, list[Proposed]] = defaultdict(list)
    for (line_id, _), rows in groups.items():
        titles = tuple(row[2] for row in rows if row[2] is not None)
        by_line[line_id].append(Proposed(rows[0][1], titles, tuple(rows[0][0].reasons)))
    return by_line


def matched(session: Session, found: Sequence[BankLine]) -> dict[int, list[Matched]]:
    """The payments of each of some lines, by the line's id, in the order of their parts."""
    by_line: dict[int, list[Matched]] = defaultdict(list)
    query = (
        select(BankMatch, Payment, Debtor)
        .join(Payment, _same(Payment, BankMatch.workspace_id, BankMatch.payment_id))
        .join(Debtor, _same(Debtor, Payment.workspace_id, Payment.debtor_id))
        .where(*_of(BankMatch, found), BankMatch.undone_at.is_(None))
        .order_by(BankMatch.part)
    )
    for row in session.execute(query):
        by_line[row[0].line_id].append(Matched(*row))
    return by_line


def matches_of(session: Session, workspace_id: int, line_id: int) -> Sequence[BankMatch]:
    """The matches of a line that stand, one for each part of it."""
    return session.scalars(
        select(BankMatch)
        .where(
            BankMatch.workspace_id == workspace_id,
            BankMatch.line_id == line_id,
            BankMatch.undone_at.is_(None),
        )
        .order_by(BankMatch.part)
    ).all()


def parts(session: Session, workspace_id: int, line_ids: Sequence[int]) -> dict[int, int]:
    """How many parts of some lines are placed, by line; none for what was never split."""
    query = (
        select(BankMatch.line_id, func.count())
        .where(
            BankMatch.workspace_id == workspace_id,
            BankMatch.line_id.in_(line_ids),
            BankMatch.undone_at.is_(None),
        )
        .group_by(BankMatch.line_id)
    )
    return dict(session.execute(query).all())


def of_payment(session: Session, workspace_id: int, payment_id: int) -> BankLine | None:
    """The line that a payment came from, while the match stands."""
    return session.scalar(
        select(BankLine)
        .join(
            BankMatch,
            and_(
                BankMatch.workspace_id == BankLine.workspace_id,
                BankMatch.line_id == BankLine.id,
                BankMatch.undone_at.is_(None),
            ),
        )
        .where(BankMatch.workspace_id == workspace_id, BankMatch.payment_id == payment_id)
        .order_by(BankLine.id)
        .limit(1)
    )


def sources(session: Session, workspace_id: int, ids: Sequence[int]) -> dict[int, str]:
    """Where some lines come from: `ofx`, `cnab` or `pix`, by id."""
    query = select(BankLine.id, BankLine.source).where(
        BankLine.workspace_id == workspace_id, BankLine.id.in_(ids)
    )
    return dict(session.execute(query).all())


def accounts(session: Session, places: Iterable[int], *, closed: bool = False) -> list[BankAccount]:
    """The accounts of some workspaces, the longest without news first; `closed`: those too."""
    query = select(BankAccount).where(BankAccount.workspace_id.in_(list(places)))
    if not closed:
        query = query.where(BankAccount.closed_at.is_(None))
    return list(
        session.scalars(
            query.order_by(
                BankAccount.known_until.nulls_first(), BankAccount.workspace_id, BankAccount.id
            ).execution_options(populate_existing=True)
        )
    )


def known_until(session: Session, workspace_id: int) -> date | None:
    """Through which day every open account of a workspace is known: that of the stalest.

    None while one that a person has opened waits for its first statement.
    """
    awaited = BankAccount.opened_by.is_not(None) & BankAccount.known_until.is_(None)
    return session.scalar(
        select(case((func.bool_or(awaited), None), else_=func.min(BankAccount.known_until))).where(
            BankAccount.workspace_id == workspace_id, BankAccount.closed_at.is_(None)
        )
    )


def _asked(
    session: Session, workspace_id: int, rows: dict[int, tuple[Receivable, bool]]
) -> Callable[[Title, date], Owed]:
    known = receivables.entries(session, workspace_id, rows)
    terms = receivables.policies_of(session, workspace_id)
    answers: dict[tuple[int, date], Owed] = {}

    def asked(title: Title, day: date) -> Owed:
        if (title.id, day) not in answers:
            row, consumer = rows[title.id]
            one = Known(
                row.amount_cents,
                row.due_date,
                row.effective_due_date,
                known.get(row.id, ()),
                row.id,
            )
            due = charges.amount_due(one, terms.of(row, consumer=consumer), day)
            answers[title.id, day] = payment_rules.asked(due)
        return answers[title.id, day]

    return asked


def free_field(line: str | None) -> str:
    """The 25 digits of a boleto that are the bank's own, out of its digitable line."""
    return line[4:9] + line[10:20] + line[21:31] if line else ""


def _same(model: Any, workspace: Any, number: Any) -> Any:
    return and_(model.workspace_id == workspace, model.id == number)


def _of(model: Any, found: Sequence[BankLine]) -> tuple[Any, ...]:
    places = {line.workspace_id for line in found}
    return model.workspace_id.in_(places), model.line_id.in_([line.id for line in found])


def _wanted(query: Select[Any], wanted: Wanted) -> Select[Any]:
    query = query.where(
        BankLine.workspace_id.in_(wanted.places), BankLine.state == SHOWN[wanted.show]
    )
    if SHOWN[wanted.show] == "open":
        some = (
            select(BankSuggestion.id)
            .where(
                BankSuggestion.workspace_id == BankLine.workspace_id,
                BankSuggestion.line_id == BankLine.id,
            )
            .exists()
        )
        query = query.where(some if wanted.show == "suggested" else ~some)
    if wanted.account is not None:
        query = query.where(BankLine.account_id == wanted.account)
    if wanted.search:
        like = f"%{wanted.search}%"
        query = query.where(
            or_(
                BankLine.memo.ilike(like),
                BankLine.payer_name.ilike(like),
                BankLine.creditor_reference.ilike(like),
                BankLine.bank_reference.ilike(like),
            )
        )
    return query
