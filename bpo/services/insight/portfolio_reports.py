"""The portfolio report: one row for each client company that its reader reaches, as of now."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from bpo.analytics.clients import ClientRow, ClientTotals, PortfolioFigures
from bpo.kernel import clock
from bpo.kernel.text import Phrase
from bpo.models import Workspace
from bpo.queries.insight import portfolio
from bpo.queries.insight.portfolio import Report, Row

USUAL_ZONE = "America/Sao_Paulo"


def figures(session: Session, places: Sequence[Workspace], now: datetime) -> PortfolioFigures:
    """The portfolio of some companies in reach, those with alerts first, then the most overdue."""
    rows = portfolio.rows(session, places, now)
    rows.sort(key=lambda row: (-len(row.alerts), -row.overdue_cents, row.workspace.name))
    totals = portfolio.totals(rows)
    return PortfolioFigures(
        as_of=max((row.day for row in rows), default=clock.local_day(now, USUAL_ZONE)),
        rows=tuple(_row(row) for row in rows),
        totals=ClientTotals(
            totals.currency,
            totals.clients,
            totals.open_cents,
            totals.overdue_cents,
            totals.overdue_change_cents,
            totals.over_90_cents,
            totals.received_cents,
            totals.overdue_pct,
        ),
    )


def _row(row: Row) -> ClientRow:
    return ClientRow(
        name=row.workspace.name,
        colour=row.workspace.colour,
        currency=row.workspace.currency,
        open_cents=row.balances.open_cents,
        overdue_cents=row.overdue_cents,
        overdue_pct=row.overdue_pct,
        overdue_change_cents=row.overdue_change_cents,
        over_90_cents=row.balances.over_90_cents,
        dso=row.dso,
        dso_change=row.dso_change,
        received_cents=row.received_week_cents,
        kept_pct=row.kept_pct,
        known_until=row.known_until,
        stale=row.stale,
        waiting=row.waiting,
        report=_report(row.report) if row.report else None,
        alerts=tuple(told.phrase for told in row.alerts),
    )


def _report(report: Report) -> Phrase:
    if report.state == "failed":
        return Phrase("not made")
    if not report.recipients:
        return Phrase("no readers")
    return Phrase("{sent} of {all}", sent=report.sent, all=report.recipients)
