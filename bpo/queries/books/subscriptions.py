"""Reading subscriptions: lists, one of them, and all that the rules of issuing need, in bulk."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, and_, func, select
from sqlalchemy.orm import Session

from bpo.domain.books.subscriptions import Every, Pause, Price, Terms
from bpo.models import (
    Debtor,
    Receivable,
    Subscription,
    SubscriptionPause,
    SubscriptionPeriod,
    SubscriptionPrice,
)

MOST = 500


class Agreed(NamedTuple):
    """A subscription with its terms, and the first days of the periods that were charged."""

    row: Subscription
    terms: Terms
    done: frozenset[date]


def listed(
    session: Session, workspace_id: int, debtor_id: int | None = None
) -> Sequence[Row[Subscription, Debtor]]:
    """Subscriptions with who pays them, the next to be issued first, ended ones last."""
    query = (
        select(Subscription, Debtor)
        .join(
            Debtor,
            and_(
                Debtor.workspace_id == Subscription.workspace_id,
                Debtor.id == Subscription.debtor_id,
            ),
        )
        .where(Subscription.workspace_id == workspace_id)
        .order_by(Subscription.next_issue_on.asc().nulls_last(), Subscription.id)
        .limit(MOST)
    )
    if debtor_id is not None:
        query = query.where(Subscription.debtor_id == debtor_id)
    return session.execute(query).all()


def by_id(session: Session, workspace_id: int, subscription_id: int) -> Subscription | None:
    """One subscription."""
    return session.get(Subscription, (workspace_id, subscription_id))


def locked(session: Session, workspace_id: int, subscription_id: int) -> Subscription | None:
    """One subscription, fresh and held until the transaction ends."""
    return session.get(
        Subscription,
        (workspace_id, subscription_id),
        with_for_update=True,
        populate_existing=True,
    )


def to_issue(session: Session, workspace_id: int, today: date) -> Sequence[Subscription]:
    """Subscriptions that the rules have to look at on a day, held until the transaction ends."""
    return session.scalars(
        select(Subscription)
        .where(Subscription.workspace_id == workspace_id, Subscription.next_issue_on <= today)
        .order_by(Subscription.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def agreed(session: Session, workspace_id: int, rows: Sequence[Subscription]) -> list[Agreed]:
    """Subscriptions with their terms and what was charged, in three reads however many."""
    ids = [row.id for row in rows]
    if not ids:
        return []
    priced = _prices(session, workspace_id, ids)
    paused = _pauses(session, workspace_id, ids)
    done = _done(session, workspace_id, ids)
    return [
        Agreed(row, terms(row, priced[row.id], paused[row.id]), frozenset(done[row.id]))
        for row in rows
    ]


def terms(row: Subscription, prices: Iterable[Price], pauses: Iterable[Pause]) -> Terms:
    """The terms of a subscription as the rules read them."""
    return Terms(
        Every(row.every),
        row.starts_on,
        row.first_due,
        tuple(prices),
        row.ends_on,
        row.notice_days,
        row.prorated,
        tuple(pauses),
    )


def charged(
    session: Session, workspace_id: int, subscription_id: int
) -> Sequence[Row[SubscriptionPeriod, Receivable | None]]:
    """The periods of a subscription that were charged with their receivables, newest first."""
    return session.execute(
        select(SubscriptionPeriod, Receivable)
        .outerjoin(
            Receivable,
            and_(
                Receivable.workspace_id == SubscriptionPeriod.workspace_id,
                Receivable.id == SubscriptionPeriod.receivable_id,
            ),
        )
        .where(
            SubscriptionPeriod.workspace_id == workspace_id,
            SubscriptionPeriod.subscription_id == subscription_id,
        )
        .order_by(SubscriptionPeriod.starts_on.desc())
        .limit(MOST)
    ).all()


def open_pause(
    session: Session, workspace_id: int, subscription_id: int
) -> SubscriptionPause | None:
    """The pause that has no end yet."""
    return session.scalars(
        select(SubscriptionPause).where(
            SubscriptionPause.workspace_id == workspace_id,
            SubscriptionPause.subscription_id == subscription_id,
            SubscriptionPause.until.is_(None),
        )
    ).first()


def price_since(
    session: Session, workspace_id: int, subscription_id: int, since: date
) -> SubscriptionPrice | None:
    """The price that holds from exactly this day on."""
    return session.scalars(
        select(SubscriptionPrice).where(
            SubscriptionPrice.workspace_id == workspace_id,
            SubscriptionPrice.subscription_id == subscription_id,
            SubscriptionPrice.since == since,
        )
    ).first()


def paused_ids(session: Session, workspace_id: int, today: date) -> set[int]:
    """The subscriptions that a pause covers on a day."""
    query = select(SubscriptionPause.subscription_id).where(
        SubscriptionPause.workspace_id == workspace_id,
        SubscriptionPause.since <= today,
        func.coalesce(SubscriptionPause.until > today, True),
    )
    return set(session.scalars(query))


def _prices(session: Session, workspace_id: int, ids: Sequence[int]) -> Mapping[int, list[Price]]:
    found: dict[int, list[Price]] = defaultdict(list)
    query = _of(SubscriptionPrice, workspace_id, ids).order_by(SubscriptionPrice.since)
    for row in session.scalars(query):
        found[row.subscription_id].append(Price(row.since, row.amount_cents))
    return found


def _pauses(session: Session, workspace_id: int, ids: Sequence[int]) -> Mapping[int, list[Pause]]:
    found: dict[int, list[Pause]] = defaultdict(list)
    query = _of(SubscriptionPause, workspace_id, ids).order_by(SubscriptionPause.since)
    for row in session.scalars(query):
        found[row.subscription_id].append(Pause(row.since, row.until))
    return found


def _done(session: Session, workspace_id: int, ids: Sequence[int]) -> Mapping[int, set[date]]:
    found: dict[int, set[date]] = defaultdict(set)
    query = select(SubscriptionPeriod.subscription_id, SubscriptionPeriod.starts_on).where(
        SubscriptionPeriod.workspace_id == workspace_id,
        SubscriptionPeriod.subscription_id.in_(ids),
    )
    for number, day in session.execute(query):
        found[number].add(day)
    return found


def _of(
    model: type[SubscriptionPrice] | type[SubscriptionPause],
    workspace_id: int,
    ids: Sequence[int],
) -> Select[Any]:
    return select(model).where(
        model.workspace_id == workspace_id, model.subscription_id.in_(list(ids))
    )
