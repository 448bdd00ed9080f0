"""Predictions of payment: the model in use, what it says of receivables, and its test."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from bpo.analytics import scoring, snapshot, trials
from bpo.analytics.cash import CashWeek, Record
from bpo.analytics.trials import Trial
from bpo.db import driver
from bpo.kernel.text import Phrase
from bpo.models import Debtor, Receivable, Score, ScoreModel
from bpo.queries.insight import figures

MANY_ROWS = 200
"""An import of so many rows makes a model look old."""

_WORN = """
SELECT m.as_of < %(before)s OR EXISTS (
    SELECT 1 FROM imports i
    WHERE i.workspace_id = m.workspace_id AND i.state = 'applied' AND i.applied >= %(many)s
      AND i.created_at > m.fitted_at)
FROM score_models m WHERE m.workspace_id = %(place)s ORDER BY m.version DESC LIMIT 1
"""
_DUE = """
SELECT here.workspace_id, here.day
FROM unnest(%(places)s::bigint[], %(days)s::date[]) AS here (workspace_id, day)
LEFT JOIN LATERAL (
    SELECT m.scored_on, m.fitted_at FROM score_models m
    WHERE m.workspace_id = here.workspace_id ORDER BY m.version DESC LIMIT 1) latest ON true
WHERE (latest.scored_on IS NULL OR latest.scored_on < here.day OR EXISTS (
        SELECT 1 FROM imports i
        WHERE i.workspace_id = here.workspace_id AND i.state = 'applied'
          AND i.applied >= %(many)s AND i.created_at > latest.fitted_at))
  AND EXISTS (SELECT 1 FROM receivables r WHERE r.workspace_id = here.workspace_id)
ORDER BY here.workspace_id
"""


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the model says of one open receivable. `late_pct` 0 to 100, None once overdue."""

    receivable_id: int
    number: str
    debtor_id: int
    debtor_name: str
    due_date: date
    open_cents: int
    late_pct: float | None
    month_pct: float
    expected_on: date
    scored_on: date
    reasons: tuple[Phrase, ...]

    @property
    def beyond_sight(self) -> bool:
        """Whether the likely day is only the last one looked at: no payment is in sight."""
        return (self.expected_on - self.scored_on).days >= scoring.LONGEST


@dataclass(frozen=True, slots=True)
class Insight:
    """The model in use with its back-test, the record of its forecasts and the weeks ahead."""

    model: ScoreModel
    trial: Trial
    record: Record
    ahead: tuple[CashWeek, ...]


def trial(session: Session, workspace_id: int, split: date) -> Trial:
    """The model fitted on what was known at the end of `split`, put to the test on what came."""
    return trials.evaluate(figures.load(session, workspace_id), split)


def latest(session: Session, workspace_id: int) -> ScoreModel | None:
    """The model in use."""
    query = select(ScoreModel).where(ScoreModel.workspace_id == workspace_id)
    return session.scalar(query.order_by(ScoreModel.version.desc()).limit(1))


def versions(session: Session, workspace_id: int, limit: int = 6) -> list[ScoreModel]:
    """The last models, newest first."""
    query = select(ScoreModel).where(ScoreModel.workspace_id == workspace_id)
    return list(session.scalars(query.order_by(ScoreModel.version.desc()).limit(limit)))


def is_worn(session: Session, workspace_id: int, before: date) -> bool:
    """Whether a new model is due: the last is older than a day, or much was imported since."""
    values = {"place": workspace_id, "before": before, "many": MANY_ROWS}
    row = driver(session).execute(_WORN, values).fetchone()
    return row is None or bool(row[0])


def due(session: Session, days: Mapping[int, date]) -> list[tuple[int, date]]:
    """Workspaces whose open receivables are not scored for their day, among those given."""
    values = {"places": list(days), "days": list(days.values()), "many": MANY_ROWS}
    return [(place, day) for place, day in driver(session).execute(_DUE, values).fetchall()]


def insight(session: Session, workspace_id: int) -> Insight | None:
    """The model in use and all that is known of its worth; None before the first."""
    model = latest(session, workspace_id)
    if model is None:
        return None
    return Insight(
        model=model,
        trial=snapshot.revive(Trial, model.trial),
        record=snapshot.revive(Record, model.record),
        ahead=tuple(snapshot.revive(CashWeek, week) for week in model.cash),
    )


def has_titles(session: Session, workspace_id: int) -> bool:
    """Whether there is anything to learn from or to predict."""
    query = select(Receivable.id).where(Receivable.workspace_id == workspace_id).limit(1)
    return session.scalar(query) is not None


def of_receivable(session: Session, workspace_id: int, receivable_id: int) -> Prediction | None:
    """What is said of one receivable, if it is open and was scored."""
    found = _told(session, workspace_id, receivable=receivable_id)
    return found[0] if found else None


def of_debtor(
    session: Session, workspace_id: int, debtor_id: int, limit: int = 5
) -> list[Prediction]:
    """What is said of a debtor's open receivables, first due first."""
    return _told(session, workspace_id, debtor=debtor_id, limit=limit)


def risky(session: Session, workspace_id: int, limit: int = 15) -> list[Prediction]:
    """The receivables not yet overdue with most money times chance of being late."""
    return _told(session, workspace_id, limit=limit, risky=True)


def _told(
    session: Session,
    workspace_id: int,
    *,
    receivable: int | None = None,
    debtor: int | None = None,
    limit: int = 1,
    risky: bool = False,
) -> list[Prediction]:
    open_cents = Receivable.amount_cents - Receivable.settled_cents
    query = (
        select(Score, Receivable, Debtor.name, open_cents)
        .join(
            Receivable,
            (Receivable.workspace_id == Score.workspace_id)
            & (Receivable.id == Score.receivable_id),
        )
        .join(
            Debtor,
            (Debtor.workspace_id == Receivable.workspace_id) & (Debtor.id == Receivable.debtor_id),
        )
        .where(Score.workspace_id == workspace_id, Receivable.settled_on.is_(None))
        .limit(limit)
    )
    if receivable is not None:
        query = query.where(Score.receivable_id == receivable)
    if debtor is not None:
        query = query.where(Receivable.debtor_id == debtor)
    if risky:
        query = query.where(Score.late_chance < 1).order_by(
            (Score.late_chance * open_cents).desc(), Score.receivable_id
        )
    else:
        query = query.order_by(Receivable.due_date, Receivable.id)
    return [_prediction(*row) for row in session.execute(query)]


def _prediction(score: Score, row: Receivable, name: str, open_cents: int) -> Prediction:
    overdue = score.late_chance >= 1
    return Prediction(
        receivable_id=row.id,
        number=row.number,
        debtor_id=row.debtor_id,
        debtor_name=name,
        due_date=row.due_date,
        open_cents=open_cents,
        late_pct=None if overdue else round(score.late_chance * 100, 1),
        month_pct=round(sum(score.week_chances[:4]) * 100, 1),
        expected_on=score.expected_on,
        scored_on=score.scored_on,
        reasons=tuple(snapshot.revive(Phrase, one) for one in score.reasons),
    )
