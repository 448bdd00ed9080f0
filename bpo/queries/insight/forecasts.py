"""What should come in during the next weeks: one answer for screens, portal and reports."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from bpo.analytics import cash, scorecard, scoring, snapshot
from bpo.analytics.cash import CashWeek
from bpo.models import ScoreModel
from bpo.queries.insight import facts


def ahead(session: Session, workspace_id: int, as_of: date) -> tuple[CashWeek, ...]:
    """The thirteen weeks from the day after `as_of`, as the company's model of that day saw them.

    What was told on the day itself is told again. On a day without, the model in force then is
    asked (before the first, one fitted as of the day), from facts dated until it.
    """
    model = _in_force(session, workspace_id, as_of)
    if model is not None and model.scored_on == as_of:
        return tuple(snapshot.revive(CashWeek, week) for week in model.cash)
    known = facts.load(session, workspace_id)
    card = scorecard.from_json(model.model) if model else scorecard.fit(known, as_of)
    told = scoring.score(known, card, as_of)
    return cash.by(model.record if model else {}, known, told)


def _in_force(session: Session, workspace_id: int, day: date) -> ScoreModel | None:
    query = select(ScoreModel).where(
        ScoreModel.workspace_id == workspace_id, ScoreModel.as_of <= day
    )
    return session.scalar(query.order_by(ScoreModel.version.desc()).limit(1))
