"""The portfolio: one client company per row, sorted and filtered in the address, and as a CSV."""

from collections.abc import Callable
from typing import Any

from flask import Response, g, render_template, request
from flask_babel import gettext as _

from bpo.analytics import weekly
from bpo.db import db
from bpo.domain.people.access import Permission
from bpo.formats import sheets
from bpo.gateways import client_rows, outside, wording
from bpo.kernel import clock, text
from bpo.queries.insight import portfolio, workload
from bpo.queries.insight.portfolio import Row
from bpo.services.insight import portfolio_reports
from bpo.web import access, documents, language, session
from bpo.web.office import blueprint
from bpo.web.office.insight import portfolio_mail
from bpo.web.office.people import lists

SHOWN: dict[str, Callable[[Row], bool]] = {
    "alert": lambda row: bool(row.alerts),
    "worse": lambda row: row.overdue_change_cents > 0,
    "stale": lambda row: row.stale,
    "unsent": lambda row: row.report is not None and row.report.sent < row.report.recipients,
    "waiting": lambda row: row.waiting > 0,
}
KEYS: dict[str, Callable[[Row], Any]] = {
    "name": lambda row: text.searchable(row.workspace.name),
    "open": lambda row: row.balances.open_cents,
    "overdue": lambda row: row.overdue_cents,
    "share": lambda row: row.overdue_pct,
    "old": lambda row: row.balances.over_90_cents,
    "dso": lambda row: row.dso,
    "received": lambda row: row.received_week_cents,
    "kept": lambda row: row.kept_pct,
    "known": lambda row: row.known_until.toordinal() if row.known_until else None,
    "waiting": lambda row: row.waiting,
    "alerts": lambda row: len(row.alerts),
}
FIRST = "-overdue"


@blueprint.get("/office/portfolio", endpoint="portfolio")
@access.requires(Permission.SEE_PORTFOLIO)
def show_portfolio() -> str:
    """Every client company in reach, with what a manager watches."""
    rows = portfolio.rows(db.session(), session.reachable(), g.now)
    totals = portfolio.totals(rows)
    return render_template(
        "office/portfolio/list.html",
        rows=_wanted(rows),
        everybody=rows,
        totals=totals,
        loads=workload.by_analyst(rows, totals.currency),
        moves=workload.moves(rows, totals.currency),
        counts={name: sum(map(shown, rows)) for name, shown in SHOWN.items()},
        analysts=sorted({name for row in rows for name in row.analysts}),
        sort=_sort(),
        week_of=weekly.week,
        mail=portfolio_mail.told(db.session(), g.actor, g.now),
        today=clock.local_day(g.now, session.time_zone()),
    )


@blueprint.get("/office/portfolio.csv", endpoint="portfolio_csv")
@blueprint.get("/office/portfolio.xlsx", endpoint="portfolio_xlsx")
@access.requires(Permission.SEE_PORTFOLIO)
def portfolio_csv() -> Response:
    """The rows as filtered and sorted, for a spreadsheet."""
    rows = _wanted(portfolio.rows(db.session(), session.reachable(), g.now))
    head = [_("Client"), _("CNPJ"), _("Position"), _("Open"), _("Not due")]
    head += [_("1 to 30 days"), _("31 to 60 days"), _("61 to 90 days"), _("Over 90 days")]
    head += [_("Overdue"), _("Overdue share"), _("DSO"), _("Change of DSO")]
    head += [_("Received in the week"), _("Promises kept"), _("Promises ended")]
    head += [_("Payments known until"), _("Report"), _("Report sent to"), _("Waiting"), _("Alerts")]
    day = clock.local_day(g.now, session.time_zone())
    return lists.file_of(f"{text.slug(_('Portfolio'))}-{day}", head, map(_cells, rows))


@blueprint.get("/office/portfolio.pdf")
@access.requires(Permission.SEE_PORTFOLIO)
def portfolio_pdf() -> Response:
    """The portfolio on paper, what deserves a look first."""
    here = outside.current().settings
    told = portfolio_reports.figures(db.session(), session.reachable(), g.now)
    document = client_rows.document(told, here.bpo_name, language.current())
    name = client_rows.file_name(told, here.bpo_name, language.current())
    return documents.download(name, "application/pdf", document)


def _wanted(rows: list[Row]) -> list[Row]:
    """The rows that the address asks for, in its order; what is undefined comes last."""
    shown = SHOWN.get(request.args.get("show", ""), _all)
    analyst = request.args.get("analyst", "")
    search = text.searchable(request.args.get("q", ""))
    kept = [
        row
        for row in rows
        if shown(row)
        and (not analyst or analyst in row.analysts)
        and search in text.searchable(f"{row.workspace.name} {row.workspace.legal_name}")
    ]
    key, falling = KEYS[_sort().removeprefix("-")], _sort().startswith("-")
    known = [row for row in kept if key(row) is not None]
    known.sort(key=lambda row: (key(row), row.workspace.name), reverse=falling)
    return known + [row for row in kept if key(row) is None]


def _all(row: Row) -> bool:
    return True


def _sort() -> str:
    asked = request.args.get("sort", "")
    return asked if asked.removeprefix("-") in KEYS else FIRST


def _cells(row: Row) -> list[object]:
    report = row.report
    return [
        row.workspace.name,
        row.workspace.cnpj,
        row.day,
        lists.amount(row.balances.open_cents),
        *map(lists.amount, row.aging),
        lists.amount(row.overdue_cents),
        _decimal(row.overdue_pct),
        _decimal(row.dso),
        _decimal(row.dso_change),
        lists.amount(row.received_week_cents),
        row.kept,
        row.promises,
        row.known_until,
        report.week if report else None,
        f"{report.sent}/{report.recipients}" if report else None,
        row.waiting,
        "; ".join(wording.say(told.phrase, language.current()) for told in row.alerts),
    ]


def _decimal(value: float | None) -> sheets.Number:
    text = "" if value is None else f"{value:.4f}"
    return sheets.Number(text.replace(".", ",") if _comma() else text)


def _comma() -> bool:
    """Whether the reader's spreadsheet has a decimal comma."""
    return language.current() == "pt_BR"
