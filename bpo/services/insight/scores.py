"""Fitting the model of a workspace and scoring its open receivables with it."""

import json
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from bpo.analytics import cash, past, scorecard, scoring, snapshot, traits, trials
from bpo.analytics.frames import Frames, ordinal
from bpo.analytics.scorecard import Scorecard
from bpo.analytics.scoring import Scores
from bpo.db import driver, unit_of_work
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.kernel.actor import Actor
from bpo.models import DebtorChance, Score, ScoreModel
from bpo.queries.insight import figures, scores
from bpo.services.people import audit

KEPT_FOR = timedelta(days=7)
"""A model is used for a week, unless much was imported since."""
TRIED_ON = timedelta(days=90)
"""The back-test asks about what was issued in so many days before."""

_STORE = """
INSERT INTO scores (workspace_id, receivable_id, version, scored_on, late_chance,
                    week_chances, expected_on, reasons)
SELECT %(place)s, id, %(version)s, %(day)s, late, string_to_array(weeks, ',')::float8[],
       %(day)s::date + days, reasons::jsonb
FROM unnest(%(ids)s::bigint[], %(late)s::float8[], %(weeks)s::text[], %(days)s::int[],
            %(reasons)s::text[]) AS told (id, late, weeks, days, reasons)
"""

_STORE_CHANCES = """
INSERT INTO debtor_chances (workspace_id, debtor_id, pay_chance, scored_on)
SELECT %(place)s, id, chance, %(day)s
FROM unnest(%(ids)s::bigint[], %(chances)s::float8[]) AS told (id, chance)
"""


def refresh(actor: Actor, workspace_id: int, today: date, *, now: datetime) -> bool:
    """Score every open receivable for today, with a new model when the last has had its time.

    Facts are read before the transaction that writes. Returns whether anything was done: a second
    call on a day does nothing, unless enough was imported in between.
    """
    access.require(actor, Permission.NEGOTIATE, workspace_id)
    with unit_of_work(actor) as session:
        latest = scores.latest(session, workspace_id)
        renew = scores.is_worn(session, workspace_id, today - KEPT_FOR)
        if latest and latest.scored_on >= today and not renew:
            return False
        stored = latest.model if latest and not renew else None
        record = latest.record if latest else {}
        frames = figures.load(session, workspace_id)
    card, fitted = _fitted(frames, today) if stored is None else (scorecard.from_json(stored), None)
    told = scoring.score(frames, card, today)
    record = fitted["record"] if fitted else record
    ahead = cash.by(record, frames, told)
    with unit_of_work(actor) as session:
        version = _keep(session, actor, workspace_id, fitted, today, now)
        _tell(session, workspace_id, version, snapshot.plain(ahead), today)
        _store(session, workspace_id, version, frames, told)
        _store_chances(session, workspace_id, frames, told)
    return True


def _fitted(frames: Frames, today: date) -> tuple[Scorecard, dict[str, Any]]:
    """A new model; and it with its back-test and the record of its forecasts, as plain values."""
    known = traits.at_issue(frames, past.remember(frames, ordinal(today)))
    card = scorecard.fit(frames, today, known)
    return card, {
        "model": card.to_json(),
        "trial": snapshot.plain(trials.evaluate(frames, today - TRIED_ON, today, known)),
        "record": snapshot.plain(cash.look_back(frames, today, at_issue=known)),
    }


def _keep(
    session: Session,
    actor: Actor,
    workspace_id: int,
    fitted: dict[str, Any] | None,
    today: date,
    now: datetime,
) -> int:
    """Write a new model under the next version; without one, the version in use."""
    last = select(func.max(ScoreModel.version)).where(ScoreModel.workspace_id == workspace_id)
    version = int(session.scalar(last) or 0)
    if fitted is None:
        return version
    row = ScoreModel(
        workspace_id=workspace_id,
        version=version + 1,
        as_of=today,
        fitted_at=now,
        scored_on=today,
        cash=[],
        **fitted,
    )
    session.add(row)
    session.flush()
    known = fitted["model"]["known"]
    audit.record(
        session, actor, workspace_id, "score_model.fit", now=now, version=row.version, known=known
    )
    return row.version


def _tell(session: Session, workspace_id: int, version: int, ahead: Any, today: date) -> None:
    session.execute(
        update(ScoreModel)
        .where(ScoreModel.workspace_id == workspace_id, ScoreModel.version == version)
        .values(scored_on=today, cash=ahead)
    )


def _store(session: Session, workspace_id: int, version: int, frames: Frames, told: Scores) -> None:
    """Replace what was said of every receivable."""
    session.execute(delete(Score).where(Score.workspace_id == workspace_id))
    ids = frames.receivables.ids[told.title].tolist()
    words = [json.dumps(snapshot.plain(scoring.reasons(told, place))) for place in range(len(ids))]
    values = {
        "place": workspace_id,
        "version": version,
        "day": told.as_of,
        "ids": ids,
        "late": told.late.round(4).tolist(),
        "weeks": [",".join(map(str, row)) for row in told.weeks.round(5).tolist()],
        "days": told.in_days.tolist(),
        "reasons": words,
    }
    driver(session).execute(_STORE, values)


def _store_chances(session: Session, workspace_id: int, frames: Frames, told: Scores) -> None:
    """Replace what is expected of every debtor."""
    session.execute(delete(DebtorChance).where(DebtorChance.workspace_id == workspace_id))
    ids, chances = scoring.by_debtor(frames, told)
    values = {"place": workspace_id, "day": told.as_of, "ids": ids.tolist()}
    driver(session).execute(_STORE_CHANCES, values | {"chances": chances.round(4).tolist()})
