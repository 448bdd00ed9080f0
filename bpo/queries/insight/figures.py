"""The figures of a workspace, as screens, reports and commands tell them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bpo.analytics import collection, days, history, weekly
from bpo.analytics.collection import DSO_DAYS, Metrics
from bpo.analytics.frames import Frames
from bpo.analytics.weekly import ExpectedWeek, Week, WeeklyFigures
from bpo.models import Debtor, Workspace
from bpo.queries.insight import actions, facts, forecasts, snapshots

EXPECTED_WEEKS = 4


def metrics(session: Session, workspace_id: int, as_of: date) -> Metrics:
    """The figures of collection at the end of a day, from facts dated until then."""
    return collection.metrics(facts.load(session, workspace_id), as_of)


def week(session: Session, workspace: Workspace, span: Week, as_of: date) -> WeeklyFigures:
    """The figures of a week at the end of a day, as report, portal and screens tell them.

    What was settled long ago is not read: the trend comes from the snapshots of past days, what
    is expected from the company's model. Raises ValueError when the week has not begun on `as_of`.
    """
    day = min(as_of, span.last)
    done = actions.of(session, workspace, span.first, day)
    known = facts.recent(session, workspace.id, _needed(span))
    told = weekly.build(known, done, span, as_of, expected(session, workspace.id, day))
    names = debtor_names(session, workspace.id, (row.debtor_id for row in told.top_debtors))
    rows = (replace(row, name=names.get(row.debtor_id, row.name)) for row in told.top_debtors)
    trend = _trend(session, workspace.id, day, known)
    return replace(told, top_debtors=tuple(rows), trend=trend)


def load(session: Session, workspace_id: int) -> Frames:
    """Every receivable and entry of a workspace (see `facts.load`)."""
    return facts.load(session, workspace_id)


def expected(session: Session, workspace_id: int, day: date) -> tuple[ExpectedWeek, ...]:
    """The next four weeks, as the screen of the forecast tells them."""
    return tuple(
        ExpectedWeek(
            week.first,
            week.last,
            week.due_cents,
            week.expected_cents,
            week.low_cents,
            week.high_cents,
        )
        for week in forecasts.ahead(session, workspace_id, day)[:EXPECTED_WEEKS]
    )


def debtor_names(session: Session, workspace_id: int, ids: Iterable[int]) -> dict[int, str]:
    """The names of some debtors by id."""
    query = select(Debtor.id, Debtor.name).where(
        Debtor.workspace_id == workspace_id, Debtor.id.in_(list(ids))
    )
    return {row.id: row.name for row in session.execute(query)}


def _needed(span: Week) -> date:
    """The first day of sales and money that the figures of a week look at."""
    return span.first - timedelta(days=1 + DSO_DAYS)


def _trend(
    session: Session, workspace_id: int, day: date, known: Frames
) -> tuple[history.TrendPoint, ...]:
    ends = history.month_ends(day)
    first = ends[0] - timedelta(days=DSO_DAYS)
    return days.trend(snapshots.until(session, workspace_id, day, first, known), ends)
