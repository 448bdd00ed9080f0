"""`bpo reports build`: a report of any kind, made, written to a file and sent."""

from argparse import Namespace
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from flask import Flask

from bpo.cli import arguments as read
from bpo.cli import console, installation, negotiate
from bpo.db import acting_as, db
from bpo.domain.insight.report_schedule import Kind
from bpo.domain.reminders.deliveries import State
from bpo.gateways import client_rows, outside
from bpo.gateways.queue import MemoryQueue
from bpo.gateways.report_mail import Sender
from bpo.kernel import actor as actors
from bpo.kernel.actor import Actor
from bpo.kernel.errors import BadInput, Unavailable
from bpo.models import ReportRun, Workspace
from bpo.queries.insight import reports as stored
from bpo.queries.people import workspaces
from bpo.services.insight import portfolio_reports, report_deliveries, reports
from bpo.services.insight.report_deliveries import Post
from config.settings import Settings

PORTFOLIO = "portfolio"
KINDS = (*(kind.value for kind in Kind), PORTFOLIO)
NEEDED = {
    Kind.WEEKLY: ("workspace", "week"),
    Kind.MONTHLY: ("workspace", "month"),
    Kind.DOSSIER: ("workspace", "debtor"),
    PORTFOLIO: ("out",),
}

PATIENCE_SECONDS = 60
"""How long to wait for a worker that happens to be at the same report."""


def register(commands: console.Commands) -> None:
    parser = commands.add_parser("reports", help="build and send reports")
    verbs = parser.add_subparsers(required=True, parser_class=console.Parser)
    build = verbs.add_parser("build", help="make a report")
    build.add_argument("--kind", choices=KINDS, default="weekly")
    build.add_argument("--workspace", metavar="W", help="all but the portfolio are of one")
    build.add_argument("--week", metavar="YYYY-Www", help="for the weekly one")
    build.add_argument("--month", metavar="YYYY-MM", help="for the monthly one")
    build.add_argument("--debtor", metavar="REF", help="for the dossier: number, CPF or CNPJ")
    build.add_argument("--send", action="store_true", help="send it to its readers")
    build.add_argument("--out", type=Path, metavar="FILE", help="write the PDF to a file")
    console.add_json(build)
    build.set_defaults(run=run)


def run(arguments: Namespace, settings: Settings) -> int:
    """Make the report and do with it what was asked; 1 when a reader did not get it."""
    _check(arguments)
    with installation.application(settings) as app:
        if arguments.kind == PORTFOLIO:
            return _portfolio(arguments, settings)
        workspace = read.workspace(db.session(), arguments.workspace)
        program = actors.system([workspace.id], name="bpo reports")
        run_id = _asked(program, workspace, arguments)
        _make(app, program, workspace.id, run_id)
        if arguments.send:
            _send(app, program, workspace.id, run_id)
        with acting_as(program):
            result = _result(workspace.id, run_id, arguments.out)
    if arguments.json:
        console.output(result)
    _tell(result)
    return 0 if all(one["state"] == State.SENT for one in result["deliveries"]) else 1


def _check(arguments: Namespace) -> None:
    """What the kind asked for needs is there. Raises BadInput."""
    needed = NEEDED[arguments.kind]
    for name in needed:
        if not getattr(arguments, name, None):
            raise BadInput(
                "A {kind} report needs --{name}", field=name, kind=arguments.kind, name=name
            )
    if arguments.send and arguments.kind in (PORTFOLIO, Kind.DOSSIER):
        raise BadInput("This report is written to a file: give --out", field="send")


def _asked(program: Actor, workspace: Workspace, arguments: Namespace) -> int:
    """The run of the kind asked for."""
    kind, now, queue = Kind(arguments.kind), datetime.now(UTC), MemoryQueue()
    if kind is Kind.DOSSIER:
        with acting_as(program):
            debtor = negotiate.named_debtor(db.session(), workspace, arguments.debtor).id
        return reports.request_dossier(program, workspace.id, debtor, now=now, queue=queue)
    label = arguments.month if kind is Kind.MONTHLY else arguments.week
    return reports.request(
        program, workspace.id, label, kind, now=now, queue=queue, to_managers=arguments.send
    )


def _portfolio(arguments: Namespace, settings: Settings) -> int:
    """The portfolio of all companies as of now, written to a file."""
    places = workspaces.listed(db.session())
    with acting_as(actors.system((place.id for place in places), name="bpo reports")):
        told = portfolio_reports.figures(db.session(), places, datetime.now(UTC))
    document = client_rows.document(told, settings.bpo_name, "pt_BR")
    arguments.out.write_bytes(document)
    result = {
        "kind": PORTFOLIO,
        "as_of": told.as_of,
        "clients": len(told.rows),
        "file": str(arguments.out),
        "bytes": len(document),
    }
    if arguments.json:
        console.output(result)
    console.say(f"{result['clients']} clients, as of {told.as_of}: {arguments.out}")
    return 0


def _make(app: Flask, program: Actor, workspace_id: int, run_id: int) -> None:
    """Make the document here, or wait for the worker that got there first."""
    reports.build(
        program,
        workspace_id,
        run_id,
        bpo_name=outside.of(app).settings.bpo_name,
        now=datetime.now(UTC),
        queue=MemoryQueue(),
    )
    _wait(program, lambda: _run(workspace_id, run_id).state != "due")


def _send(app: Flask, program: Actor, workspace_id: int, run_id: int) -> None:
    here = outside.of(app)
    sender = Sender(here.settings.bpo_name, here.settings.mail_sender)
    try:
        report_deliveries.send(
            program,
            workspace_id,
            post=Post(here.mail, sender, here.settings.base_url),
            queue=MemoryQueue(),
            clock=lambda: datetime.now(UTC),
        )
    finally:
        here.mail.close()
    _wait(program, lambda: not _under_way(workspace_id, run_id))


def _under_way(workspace_id: int, run_id: int) -> bool:
    """Whether a worker holds one of the deliveries right now."""
    rows = stored.deliveries_of(db.session(), workspace_id, run_id)
    return any(row.state == State.SENDING for row, _ in rows)


def _wait(program: Actor, is_over: Callable[[], bool]) -> None:
    end = monotonic() + PATIENCE_SECONDS
    while True:
        with acting_as(program):
            over = is_over()
            db.session().rollback()
        if over:
            return
        if monotonic() > end:
            raise Unavailable("A worker is still at this report; see it on the screen of reports")
        sleep(0.2)


def _run(workspace_id: int, run_id: int) -> ReportRun:
    return db.session().get_one(ReportRun, (workspace_id, run_id), populate_existing=True)


def _result(workspace_id: int, run_id: int, out: Path | None) -> dict[str, Any]:
    found = _run(workspace_id, run_id)
    file = stored.document(db.session(), workspace_id, run_id)
    if file is None:
        raise Unavailable("The report could not be made: {error}", error=found.error or "")
    if out is not None:
        out.write_bytes(file.content)
    rows = stored.deliveries_of(db.session(), workspace_id, run_id)
    return {
        "run": run_id,
        "kind": found.kind,
        "week" if found.kind == Kind.WEEKLY else "period": found.period,
        "as_of": found.as_of,
        "file": str(out) if out else file.name,
        "bytes": file.size,
        "deliveries": [
            {"recipient": row.recipient, "state": row.state, "answer": row.answer}
            for row, _ in rows
        ],
    }


def _tell(result: dict[str, Any]) -> None:
    console.say(
        f"{result.get('week') or result['period']}, as of {result['as_of']}: {result['file']}"
    )
    for one in result["deliveries"]:
        answer = "" if one["state"] == State.SENT else f" ({one['answer']})"
        console.say(f"{one['recipient']}: {one['state']}{answer}")
