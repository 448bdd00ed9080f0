"""The one question that debtors are asked after a payment, and what they think."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert

from bpo.db import acting_as, db, unit_of_work
from bpo.domain import page_acts as rules
from bpo.kernel import clock
from bpo.kernel.errors import BadInput, NotFound
from bpo.models import Feedback, Payment
from bpo.queries import page_acts
from bpo.services import audit
from bpo.services.visits import Visitor

SCORES = range(1, 6)


def question(visitor: Visitor, now: datetime) -> Payment | None:
    """The payment that a debtor may be asked about now; None when there is nothing to ask."""
    today = clock.local_day(now, visitor.workspace.time_zone)
    with acting_as(visitor.actor):
        return page_acts.unasked(db.session(), visitor.workspace.id, visitor.debtor.id, today)


def answer(
    visitor: Visitor, payment_id: int, score: int, words: str | None, *, now: datetime
) -> None:
    """Keep how easy a debtor found it, from 1 to 5; a second answer changes nothing.

    Raises BadInput for another score, NotFound for a payment of somebody else.
    """
    if score not in SCORES:
        raise BadInput("Choose one of the options", field="score")
    said = rules.words(words)
    place, debtor_id = visitor.workspace.id, visitor.debtor.id
    with unit_of_work(visitor.actor) as session:
        payment = session.get(Payment, (place, payment_id))
        if payment is None or payment.debtor_id != debtor_id:
            raise NotFound("This page does not exist or is not yours to see")
        row = insert(Feedback).values(
            workspace_id=place,
            debtor_id=debtor_id,
            about="payment",
            subject_id=payment_id,
            score=score,
            words=said,
            at=now,
        )
        kept = session.execute(row.on_conflict_do_nothing().returning(Feedback.id)).scalar()
        if kept is not None:
            audit.record(
                session,
                visitor.actor,
                place,
                "page.survey",
                now=now,
                subject=("debtor", debtor_id),
                score=score,
            )
