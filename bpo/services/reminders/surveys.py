"""The one question that debtors are asked after a payment, and what they think."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bpo.db import acting_as, db, unit_of_work
from bpo.domain.page import page_acts as rules
from bpo.kernel import clock
from bpo.kernel.errors import BadInput, NotFound
from bpo.models import Feedback, PageAct, Payment
from bpo.queries.page import page_acts
from bpo.queries.page.page_acts import Asked
from bpo.services.people import audit
from bpo.services.people.visits import Visitor

SCORES = range(1, 6)


def question(visitor: Visitor, now: datetime) -> Asked | None:
    """What a debtor may be asked about now; None when there is nothing to ask."""
    today = clock.local_day(now, visitor.workspace.time_zone)
    with acting_as(visitor.actor):
        return page_acts.unasked(db.session(), visitor.workspace.id, visitor.debtor.id, today)


def answer(
    visitor: Visitor, about: str, subject_id: int, score: int, words: str | None, *, now: datetime
) -> None:
    """Keep how easy a debtor found it, from 1 to 5; a second answer changes nothing.

    `about`: `payment` or `act`. Raises BadInput for another score, NotFound for what is somebody
    else's.
    """
    if score not in SCORES:
        raise BadInput("Choose one of the options", field="score")
    said = rules.words(words)
    place, debtor_id = visitor.workspace.id, visitor.debtor.id
    with unit_of_work(visitor.actor) as session:
        subject = _subject(session, place, about, subject_id)
        if subject is None or subject.debtor_id != debtor_id:
            raise NotFound("This page does not exist or is not yours to see")
        row = insert(Feedback).values(
            workspace_id=place,
            debtor_id=debtor_id,
            about=about,
            subject_id=subject_id,
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


def _subject(
    session: Session, workspace_id: int, about: str, subject_id: int
) -> Payment | PageAct | None:
    if about == "payment":
        return session.get(Payment, (workspace_id, subject_id))
    return session.get(PageAct, (workspace_id, subject_id)) if about == "act" else None
