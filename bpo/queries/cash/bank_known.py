"""Reading what is known already of the money that a bank tells."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from bpo.domain.cash.recognition import Settled, Standing
from bpo.kernel.calendar import Calendar
from bpo.models import BankLine, BankMatch, Boleto, Entry, Payment, Receivable
from bpo.queries.cash.bank import free_field

_LATE = timedelta(days=7)


def standing(
    session: Session, workspace_id: int, since: date, cents: Collection[int]
) -> dict[int, list[Standing]]:
    """The payments of some amounts that stand, by amount, with who has told them so far."""
    undone = select(Payment.reverses_id).where(
        Payment.workspace_id == workspace_id, Payment.reverses_id.is_not(None)
    )
    rows = session.execute(
        select(Payment.amount_cents, Payment.id, Payment.debtor_id, Payment.paid_on).where(
            Payment.workspace_id == workspace_id,
            Payment.reverses_id.is_(None),
            Payment.paid_on >= since,
            Payment.amount_cents.in_(cents),
            Payment.id.not_in(undone),
        )
    ).all()
    split = _split(session, workspace_id, since)
    ids = [*(row.id for row in rows), *(row.payment_id for row in split)]
    told, settled = _told(session, workspace_id, ids), _settled(session, workspace_id, ids)
    found: dict[int, list[Standing]] = defaultdict(list)
    for amount, number, debtor_id, paid_on in rows:
        found[amount].append(
            Standing(number, debtor_id, paid_on, frozenset(told[number]), tuple(settled[number]))
        )
    return _as_told(found, split, told, settled) if split else found


def parts(
    session: Session, workspace_id: int, payment_ids: Collection[int]
) -> dict[int, tuple[int, ...]]:
    """The payments that one credit was split into, by each of some of them; itself included."""
    own, other = aliased(BankMatch), aliased(BankMatch)
    query = (
        select(own.payment_id, other.payment_id)
        .join(
            other,
            and_(
                other.workspace_id == own.workspace_id,
                other.line_id == own.line_id,
                other.undone_at.is_(None),
                other.linked.is_(False),
            ),
        )
        .where(
            own.workspace_id == workspace_id,
            own.payment_id.in_(payment_ids),
            own.undone_at.is_(None),
            own.linked.is_(False),
        )
        .order_by(other.part)
    )
    found: dict[int, list[int]] = defaultdict(list)
    for number, part in session.execute(query):
        found[number].append(part)
    return {number: tuple(ids) for number, ids in found.items()}


def is_part(session: Session, workspace_id: int, payment_id: int) -> bool:
    """Whether a payment is one part of a credit that was split, and the split stands."""
    query = (
        select(BankMatch.id)
        .join(BankLine, _of_match())
        .join(Payment, _of_payment())
        .where(
            BankMatch.workspace_id == workspace_id,
            BankMatch.payment_id == payment_id,
            BankMatch.undone_at.is_(None),
            BankMatch.linked.is_(False),
            BankLine.amount_cents != Payment.amount_cents,
        )
    )
    return session.scalar(query) is not None


def _split(session: Session, workspace_id: int, since: date) -> Sequence[Any]:
    """The payments of credits that are split, with the amount and the first payment of each."""
    several = exists().where(
        BankMatch.workspace_id == BankLine.workspace_id,
        BankMatch.line_id == BankLine.id,
        BankMatch.part > 1,
        BankMatch.undone_at.is_(None),
        BankMatch.linked.is_(False),
    )
    lines = (
        select(BankLine.id, BankLine.amount_cents)
        .where(
            BankLine.workspace_id == workspace_id,
            BankLine.on_day >= since,
            BankLine.placed_cents > 0,
            (BankLine.placed_cents < BankLine.amount_cents) | several,
        )
        .subquery()
    )
    lead = func.min(BankMatch.payment_id).over(partition_by=BankMatch.line_id)
    query = (
        select(
            BankMatch.payment_id,
            lines.c.amount_cents,
            lead.label("lead"),
            Payment.debtor_id,
            Payment.paid_on,
        )
        .join(lines, lines.c.id == BankMatch.line_id)
        .join(Payment, _of_payment())
        .where(
            BankMatch.workspace_id == workspace_id,
            BankMatch.undone_at.is_(None),
            BankMatch.linked.is_(False),
        )
    )
    return session.execute(query).all()


def _as_told(
    found: dict[int, list[Standing]],
    split: Sequence[Any],
    told: dict[int, set[str]],
    settled: dict[int, list[Settled]],
) -> dict[int, list[Standing]]:
    """What was split stands as the one amount that the bank told, under each of its debtors."""
    within = {row.payment_id for row in split}
    whole: dict[int, list[Standing]] = defaultdict(list)
    for amount, standings in found.items():
        whole[amount] = [one for one in standings if one.id not in within]
    for row in split:
        sources, titles = frozenset(told[row.lead]), tuple(settled[row.payment_id])
        whole[row.amount_cents].append(
            Standing(row.lead, row.debtor_id, row.paid_on, sources, titles)
        )
    return whole


def parted(session: Session, workspace_id: int, ids: Sequence[int]) -> set[int]:
    """Which of some lines a person has parted from a payment, or that were payments themselves."""
    if not ids:
        return set()
    query = select(BankMatch.line_id).where(
        BankMatch.workspace_id == workspace_id,
        BankMatch.line_id.in_(ids),
        or_(BankMatch.undone_by.is_not(None), BankMatch.linked.is_(False)),
    )
    asides = select(BankLine.id).where(
        BankLine.workspace_id == workspace_id,
        BankLine.id.in_(ids),
        BankLine.id.not_in(select(BankMatch.line_id).where(BankMatch.workspace_id == workspace_id)),
    )
    return {*session.scalars(query), *session.scalars(asides)}


def returned(
    session: Session, workspace_id: int, days: Collection[date]
) -> Iterable[tuple[date, int]]:
    """What return files credited on some days, payment by payment, in centavos."""
    query = select(BankLine.on_day, BankLine.amount_cents).where(
        BankLine.workspace_id == workspace_id,
        BankLine.source == "cnab",
        BankLine.state.in_(("open", "matched", "aside")),
        BankLine.on_day.in_(days),
    )
    return [(row.on_day, row.amount_cents) for row in session.execute(query)]


def collected(
    session: Session, workspace_id: int, days: Collection[date], reason: str
) -> Sequence[int]:
    """The sums of return files that a statement has told already, in centavos."""
    query = select(BankLine.amount_cents).where(
        BankLine.workspace_id == workspace_id,
        BankLine.source == "ofx",
        BankLine.state == "aside",
        BankLine.aside_reason == reason,
        BankLine.on_day >= min(days),
        BankLine.on_day <= max(days) + _LATE,
    )
    return session.scalars(query).all()


def open_statement_lines(
    session: Session, workspace_id: int, days: Collection[date], calendar: Calendar
) -> list[int]:
    """Credits of statements that wait, and may be what another source has told of some days."""
    latest = calendar.following(max(days) + timedelta(days=1))
    query = select(BankLine.id).where(
        BankLine.workspace_id == workspace_id,
        BankLine.source == "ofx",
        BankLine.state == "open",
        BankLine.on_day.between(min(days), latest),
    )
    return list(session.scalars(query))


def open_lines_about(
    session: Session, workspace_id: int, days: Collection[date], calendar: Calendar
) -> list[int]:
    """Credits of any source that wait, and may be what another has told of some days."""
    earliest = calendar.preceding(min(days) - timedelta(days=1))
    latest = calendar.following(max(days) + timedelta(days=1))
    query = select(BankLine.id).where(
        BankLine.workspace_id == workspace_id,
        BankLine.state == "open",
        BankLine.on_day.between(earliest, latest),
    )
    return list(session.scalars(query))


def _of_match() -> Any:
    return and_(BankLine.workspace_id == BankMatch.workspace_id, BankLine.id == BankMatch.line_id)


def _of_payment() -> Any:
    return and_(Payment.workspace_id == BankMatch.workspace_id, Payment.id == BankMatch.payment_id)


def _told(session: Session, workspace_id: int, ids: Sequence[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    query = (
        select(BankMatch.payment_id, BankLine.source)
        .join(BankLine, _of_match())
        .where(
            BankMatch.workspace_id == workspace_id,
            BankMatch.payment_id.in_(ids),
            BankMatch.undone_at.is_(None),
        )
    )
    for number, source in session.execute(query):
        found[number].add(source)
    return found


def _settled(session: Session, workspace_id: int, ids: Sequence[int]) -> dict[int, list[Settled]]:
    found: dict[int, list[Settled]] = defaultdict(list)
    query = (
        select(Entry.payment_id, Receivable.id, Receivable.number_key, Boleto.line)
        .join(
            Receivable,
            and_(
                Receivable.workspace_id == Entry.workspace_id, Receivable.id == Entry.receivable_id
            ),
        )
        .outerjoin(
            Boleto,
            and_(
                Boleto.workspace_id == Receivable.workspace_id,
                Boleto.receivable_id == Receivable.id,
            ),
        )
        .where(Entry.workspace_id == workspace_id, Entry.payment_id.in_(ids))
    )
    for payment_id, number, key, line in session.execute(query):
        found[payment_id or 0].append(Settled(number, key, free_field(line)))
    return found
