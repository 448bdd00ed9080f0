"""Reading promises to pay, and the payments that keep them, in bulk."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from bpo.domain.desk.promises import State
from bpo.models import Payment, Promise

MENDS_FOR_DAYS = 30
"""How long after it was broken a promise may still turn out to have been kept."""


def by_id(session: Session, workspace_id: int, promise_id: int) -> Promise | None:
    """One promise, held until the transaction ends."""
    return session.get(Promise, (workspace_id, promise_id), with_for_update=True)


def active(session: Session, workspace_id: int, debtor_id: int) -> Promise | None:
    """The promise of a debtor that is running."""
    return session.scalar(
        select(Promise)
        .where(
            Promise.workspace_id == workspace_id,
            Promise.debtor_id == debtor_id,
            Promise.state == State.ACTIVE.value,
        )
        .limit(1)
    )


def to_judge(session: Session, workspace_id: int, today: date) -> Sequence[Promise]:
    """Running promises, and those lately broken that a payment found late may mend."""
    mendable = (State.BROKEN.value, State.PARTLY_KEPT.value)
    since = today - timedelta(days=MENDS_FOR_DAYS)
    return session.scalars(
        select(Promise)
        .where(
            Promise.workspace_id == workspace_id,
            Promise.made_on <= today,
            or_(
                Promise.state == State.ACTIVE.value,
                and_(Promise.state.in_(mendable), Promise.settled_on >= since),
            ),
        )
        .order_by(Promise.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def payments(
    session: Session, workspace_id: int, promises: Sequence[Promise], today: date
) -> dict[int, list[tuple[date, int]]]:
    """(day, centavos) received from the debtors of some promises since the first was made."""
    if not promises:
        return {}
    debtor_ids = {one.debtor_id for one in promises}
    found: dict[int, list[tuple[date, int]]] = defaultdict(list)
    for debtor_id, day, cents in session.execute(
        select(Payment.debtor_id, Payment.paid_on, Payment.amount_cents).where(
            Payment.workspace_id == workspace_id,
            Payment.debtor_id.in_(list(debtor_ids)),
            Payment.paid_on.between(min(one.made_on for one in promises), today),
        )
    ):
        found[debtor_id].append((day, cents))
    return found
