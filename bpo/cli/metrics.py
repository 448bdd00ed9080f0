"""`bpo metrics`: the figures of a workspace at the end of a day."""

from argparse import Namespace
from typing import Any

from bpo.analytics.definitions import DEFINITIONS
from bpo.cli import arguments as read
from bpo.cli import console, installation
from bpo.db import acting_as, db
from bpo.gateways import wording
from bpo.kernel import actor as actors
from bpo.models import Workspace
from bpo.queries import analysis, figures
from config.settings import Settings


def register(commands: console.Commands) -> None:
    parser = commands.add_parser("metrics", help="figures of a workspace on a day")
    parser.add_argument("--workspace", required=True, metavar="W")
    parser.add_argument("--as-of", required=True, type=read.day, metavar="D")
    parser.add_argument(
        "--more", action="store_true", help="expected loss, promises kept and plans broken too"
    )
    console.add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: Namespace, settings: Settings) -> None:
    """Count from facts dated on or before the day; nothing is written."""
    with installation.application(settings):
        workspace = read.workspace(db.session(), arguments.workspace)
        with acting_as(actors.system([workspace.id], name="bpo metrics")):
            found = figures.metrics(db.session(), workspace.id, arguments.as_of).as_json()
            if arguments.more:
                found |= analysis.practice(db.session(), workspace.id, arguments.as_of)
        if arguments.json:
            console.output(found)
        else:
            _tell(found, workspace)


def _tell(found: dict[str, Any], workspace: Workspace) -> None:
    """Each figure with its name in the workspace's language."""
    for key, value in found.items():
        name = wording.say(DEFINITIONS[key].name, workspace.locale)
        if isinstance(value, dict):
            console.say(name)
            for bucket, cents in value.items():
                console.say(f"  {bucket:<32}{_written('cents', cents, workspace):>20}")
        else:
            console.say(f"{name:<34}{_written(DEFINITIONS[key].unit, value, workspace):>20}")


def _written(unit: str, value: float | None, workspace: Workspace) -> str:
    if value is None:
        return wording.NOTHING
    if unit == "cents":
        return wording.money(int(value), workspace.locale, workspace.currency)
    if unit == "pct":
        return wording.percent(value, workspace.locale)
    return wording.number(value, workspace.locale, 1)
