"""What should come in during the next weeks: one answer for screens, portal and reports."""

from datetime import date
from typing import NamedTuple

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from bpo.analytics import cash, scorecard, scoring, snapshot
from bpo.analytics.cash import CashWeek
from bpo.analytics.frames import Frames
from bpo.analytics.scoring import Scores
from bpo.models import ScoreModel
from bpo.queries.insight import analysis, facts


def ahead(session: Session, workspace_id: int, as_of: date) -> tuple[CashWeek, ...]:
    """The thirteen weeks from the day after `as_of`, as the company's model of that day saw them.

    What was told on the day itself is told again. On a day without, the model in force then is
    asked (before the first, one fitted as of the day), from facts dated until it.
    """
    model = _in_force(session, workspace_id, as_of)
    if model is not None and model.scored_on == as_of:
        return tuple(snapshot.revive(CashWeek, week) for week in model.cash)
    known, told = _told(session, workspace_id, as_of, model)
    return cash.by(model.record if model else {}, known, told)


class Hoped(NamedTuple):
    """An open invoice and what should come of it, centavos of principal."""

    number: str
    debtor_name: str
    due_date: date
    open_cents: int
    expected_cents: int


class Behind(NamedTuple):
    """What some weeks are made of: invoices, and what payments in parts bring besides, centavos."""

    titles: list[Hoped]
    in_parts_cents: int


def behind(session: Session, workspace_id: int, as_of: date, weeks: int) -> Behind:
    """What each open invoice should bring within some weeks from the day after `as_of`, the most
    first: balance times chance. All of it is what is expected of the facts known by now.
    """
    model = _in_force(session, workspace_id, as_of)
    known, told = _told(session, workspace_id, as_of, model)
    exact = told.weeks[:, :weeks].sum(axis=1) * told.balance
    cents = np.diff(np.rint(np.cumsum(exact)), prepend=0).astype(int)
    ids = known.receivables.ids[told.title]
    names = analysis.titles(session, workspace_id, ids.tolist())
    rows = [
        Hoped(names[one].number, names[one].debtor_name, names[one].due_date, left, hoped)
        for one, left, hoped in zip(
            ids.tolist(), told.balance.tolist(), cents.tolist(), strict=True
        )
    ]
    rows.sort(key=lambda row: (-row.expected_cents, row.due_date, row.number))
    whole = cash.by(model.record if model else {}, known, told)[:weeks]
    total = sum(week.expected_cents for week in whole)
    return Behind(rows, total - sum(row.expected_cents for row in rows))


def _told(
    session: Session, workspace_id: int, as_of: date, model: ScoreModel | None
) -> tuple[Frames, Scores]:
    known = facts.load(session, workspace_id)
    card = scorecard.from_json(model.model) if model else scorecard.fit(known, as_of)
    return known, scoring.score(known, card, as_of)


def _in_force(session: Session, workspace_id: int, day: date) -> ScoreModel | None:
    query = select(ScoreModel).where(
        ScoreModel.workspace_id == workspace_id, ScoreModel.as_of <= day
    )
    return session.scalar(query.order_by(ScoreModel.version.desc()).limit(1))
