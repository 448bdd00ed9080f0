"""What each kind of report is made of: its figures, its document, its mail, its name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from bpo.analytics import monthly, snapshot, weekly
from bpo.analytics.monthly import MonthlyFigures
from bpo.analytics.weekly import WeeklyFigures
from bpo.domain.insight.dossiers import Dossier, Summary
from bpo.domain.insight.report_schedule import Kind
from bpo.gateways import dossiers
from bpo.gateways import monthly as board
from bpo.gateways import reports as documents
from bpo.gateways.reports import Identity, Links, Rendered
from bpo.gateways.weekly import overview
from bpo.gateways.weekly.overview import KeyFigure
from bpo.gateways.weekly.voice import Voice
from bpo.kernel.errors import BadInput
from bpo.models import ReportRun, Workspace
from bpo.queries.insight import dossiers as files
from bpo.queries.insight import figures, months


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of days that a report tells, by its label (`2026-W47`, `2026-11`)."""

    label: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Maker:
    """How a kind of report is made.

    `figures` reads the numbers of a run, `told` is their type, `document` draws them, `mail` says
    them; `headline` and `key_figures` (of the definitions `keys`, if any) tell them on screen.
    `period` reads a label and `around` names the period a day lies in; `kept` is what is stored of
    the numbers, of type `told`.
    """

    told: type
    figures: Callable[[Session, Workspace, ReportRun], Any]
    document: Callable[[Any, Identity, str], bytes]
    mail: Callable[[Any, Identity, str, Links], Rendered] | None
    headline: Callable[[Any, Voice], tuple[str, str]]
    keys: tuple[str, ...]
    key_figures: Callable[[Any, Voice], Sequence[KeyFigure]]
    period: Callable[[str], Period]
    around: Callable[[date], Period]
    kept: Callable[[Any], Any] = lambda told: told

    def revived(self, run: ReportRun) -> Any:
        """The numbers that a run was made of, as they were kept."""
        return snapshot.revive(self.told, run.figures)


def of(kind: str) -> Maker:
    """The maker of a kind of report."""
    return MAKERS[Kind(kind)]


def file_name(workspace: Workspace, run: ReportRun) -> str:
    """The name under which the document is kept and mailed."""
    whose = f"dossier-{run.debtor_id}-" if run.debtor_id else ""
    return f"{workspace.slug}-{whose}{run.period}.pdf"


def _week(label: str) -> Period:
    try:
        span = weekly.week(label)
    except ValueError:
        raise BadInput("{week} is not a week such as 2026-W47", field="week", week=label) from None
    return Period(span.label, span.first, span.last)


def _week_of(day: date) -> Period:
    span = weekly.week_of(day)
    return Period(span.label, span.first, span.last)


def _weekly(session: Session, workspace: Workspace, run: ReportRun) -> WeeklyFigures:
    return figures.week(session, workspace, weekly.week(run.period), run.as_of)


def _month(label: str) -> Period:
    try:
        span = monthly.month(label)
    except ValueError:
        raise BadInput(
            "{month} is not a month such as 2026-11", field="month", month=label
        ) from None
    return Period(span.label, span.first, span.last)


def _month_of(day: date) -> Period:
    span = monthly.month_of(day)
    return Period(span.label, span.first, span.last)


def _monthly(session: Session, workspace: Workspace, run: ReportRun) -> MonthlyFigures:
    return months.of(session, workspace, monthly.month(run.period), run.as_of)


def _day(label: str) -> Period:
    return _day_of(date.fromisoformat(label))


def _day_of(day: date) -> Period:
    return Period(day.isoformat(), day, day)


def _dossier(session: Session, workspace: Workspace, run: ReportRun) -> Dossier:
    return files.of(session, workspace, run.debtor_id or 0, run.as_of)


MAKERS: dict[Kind, Maker] = {
    Kind.WEEKLY: Maker(
        told=WeeklyFigures,
        figures=_weekly,
        document=documents.weekly_pdf,
        mail=documents.weekly_mail,
        headline=overview.headline,
        keys=("received_week_cents", "expected_cents", "overdue_cents"),
        key_figures=overview.key_figures,
        period=_week,
        around=_week_of,
    ),
    Kind.MONTHLY: Maker(
        told=MonthlyFigures,
        figures=_monthly,
        document=documents.monthly_pdf,
        mail=documents.monthly_mail,
        headline=board.headline,
        keys=board.KEYS,
        key_figures=board.key_figures,
        period=_month,
        around=_month_of,
    ),
    Kind.DOSSIER: Maker(
        told=Summary,
        figures=_dossier,
        document=documents.dossier_pdf,
        mail=None,
        headline=dossiers.headline,
        keys=(),
        key_figures=dossiers.key_figures,
        period=_day,
        around=_day_of,
        kept=Dossier.summary,
    ),
}
