"""The figures of a month for the board, from the same reads as the dashboard of figures."""

from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from bpo.analytics import aging, monthly, weekly
from bpo.analytics.frames import Frames
from bpo.analytics.monthly import Agreed, Facts, Month, MonthlyFigures, MonthPoint
from bpo.analytics.weekly import TopDebtor
from bpo.db import driver
from bpo.domain.insight import commentary
from bpo.models import Workspace
from bpo.queries.insight import actions, analysis, effects, facts, figures
from bpo.queries.insight.analysis import Chosen

_AGREEMENTS = """
SELECT count(*) FILTER (WHERE agreed_on BETWEEN %(first)s AND %(day)s),
       coalesce(sum(total_cents) FILTER (WHERE agreed_on BETWEEN %(first)s AND %(day)s), 0)::bigint,
       count(*) FILTER (WHERE ended_on IS NULL OR ended_on > %(day)s),
       coalesce(sum(total_cents) FILTER (WHERE ended_on IS NULL OR ended_on > %(day)s), 0)::bigint,
       count(*) FILTER (WHERE state = 'settled' AND ended_on BETWEEN %(first)s AND %(day)s),
       count(*) FILTER (WHERE state = 'broken' AND ended_on BETWEEN %(first)s AND %(day)s)
FROM agreements
WHERE workspace_id = %(place)s AND agreed_on <= %(day)s
  AND state IN ('accepted', 'active', 'settled', 'broken')
"""
_LEAST_MONTHS = 3


def of(session: Session, workspace: Workspace, span: Month, as_of: date) -> MonthlyFigures:
    """The figures of a month until `as_of` or its last day, with their comments."""
    day = min(as_of, span.last)
    found = analysis.of(session, workspace.id, day, Chosen(), "band")
    known = Facts(
        metrics=found.metrics,
        trend=found.trend,
        aging_count=found.aging_count,
        rolls=found.rolls,
        rolled_from=found.rolled_from,
        top=_top(session, workspace.id, facts.recent(session, workspace.id, day), day),
        agreed=agreements(session, workspace.id, span.first, day),
        actions=actions.of(session, workspace, span.first, day),
        expected=figures.expected(session, workspace.id, day),
        steps=effects.of(session, workspace.id, day, span.first).tables["step"],
        loss=found.loss,
    )
    told = monthly.build(span, day, known)
    return replace(told, comments=commentary.comments(seen(told)))


def agreements(session: Session, workspace_id: int, first: date, day: date) -> Agreed:
    """Agreements made from `first` to `day`, running at the end of `day`, and ended between."""
    values = {"place": workspace_id, "first": first, "day": day}
    with driver(session).cursor() as cursor:
        row = cursor.execute(_AGREEMENTS, values).fetchone()
    return Agreed(*row) if row else Agreed()


def seen(told: MonthlyFigures) -> commentary.Seen:
    """What the sentences of a month look at."""
    now, before, past = told.now, told.before, _whole(told)
    young = told.rolls[1]
    return commentary.Seen(
        received_cents=now.received_cents,
        usual_received_cents=round(sum(one.received_cents for one in past) / len(past))
        if len(past) >= _LEAST_MONTHS
        else None,
        overdue_pct=now.overdue_pct,
        overdue_before_pct=before.overdue_pct if before else None,
        overdue_year_ago_pct=told.months[0].overdue_pct if len(told.months) > 12 else None,
        dso=now.dso,
        dso_before=before.dso if before else None,
        young_cents=young.open_cents,
        rolled_cents=young.rolled_cents,
        was_overdue_cents=told.was_overdue_cents,
        recovered_cents=told.recovered_cents,
        open_cents=now.open_cents,
        over_90_cents=now.over_90_cents,
        top_share_pct=told.top_debtors_share_pct if len(told.top_debtors) == weekly.TOP else None,
        agreements=told.agreed.made,
        agreements_cents=told.agreed.made_cents,
        broken=told.agreed.broken,
    )


def _whole(told: MonthlyFigures) -> list[MonthPoint]:
    """The months before that had sales or money."""
    return [one for one in told.months[:-1] if one.received_cents or one.open_cents]


def _top(session: Session, workspace_id: int, known: Frames, day: date) -> tuple[TopDebtor, ...]:
    rows = weekly.top(aging.by_debtor(known, day), {})
    names = figures.debtor_names(session, workspace_id, (row.debtor_id for row in rows))
    return tuple(replace(row, name=names.get(row.debtor_id, row.name)) for row in rows)
