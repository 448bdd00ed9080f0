"""`bpo subscriptions issue`: the receivables of recurring charges whose day has come."""

from argparse import Namespace
from datetime import UTC, datetime
from typing import Any

from bpo.cli import arguments as read
from bpo.cli import console, installation
from bpo.db import db
from bpo.kernel import actor as actors
from bpo.services.books import subscription_issuing
from bpo.services.books.subscription_issuing import Issued
from config.settings import Settings


def register(commands: console.Commands) -> None:
    family = commands.add_parser("subscriptions", help="recurring charges")
    verbs = family.add_subparsers(required=True, metavar="VERB")
    parser = verbs.add_parser("issue", help="issue what has come due")
    parser.add_argument("--workspace", required=True, metavar="W")
    parser.add_argument("--date", required=True, type=read.day, metavar="D")
    parser.add_argument("--dry-run", action="store_true", help="say what would be issued")
    console.add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: Namespace, settings: Settings) -> None:
    """Issue every period that has come due by the day; a repeat issues nothing."""
    with installation.application(settings):
        workspace = read.workspace(db.session(), arguments.workspace)
        issued = subscription_issuing.issue(
            actors.system([workspace.id], name="bpo subscriptions"),
            workspace.id,
            arguments.date,
            now=datetime.now(UTC),
            dry_run=arguments.dry_run,
        )
    if arguments.json:
        console.output(
            {
                "issued": 0 if arguments.dry_run else len(issued),
                "receivables": [_told(one) for one in issued],
            }
        )
    else:
        for one in issued:
            console.say(f"{one.number}  {one.due_date}  {one.description}")
        console.say(f"{len(issued)} receivables")


def _told(one: Issued) -> dict[str, Any]:
    return {
        "subscription": one.subscription_id,
        "number": one.number,
        "period_start": one.period.starts_on.isoformat(),
        "period_end": one.period.ends_on.isoformat(),
        "due_date": one.due_date.isoformat(),
        "amount_cents": one.period.cents,
    }
