"""`bpo metrics`: the figures of a workspace at the end of a day."""

from argparse import Namespace
from typing import Any

from bpo.analytics import losses
from bpo.analytics.definitions import DEFINITIONS
from bpo.analytics.losses import Loss
from bpo.cli import arguments as read
from bpo.cli import console, installation
from bpo.db import acting_as, db
from bpo.gateways import wording
from bpo.kernel import actor as actors
from bpo.kernel.errors import BadInput
from bpo.models import Workspace
from bpo.queries.insight import analysis, figures, segments
from config.settings import Settings


def register(commands: console.Commands) -> None:
    parser = commands.add_parser("metrics", help="figures of a workspace on a day")
    parser.add_argument("--workspace", required=True, metavar="W")
    parser.add_argument("--as-of", required=True, type=read.day, metavar="D")
    parser.add_argument(
        "--more", action="store_true", help="expected loss, promises kept and plans broken too"
    )
    parser.add_argument(
        "--by",
        choices=segments.BY,
        help="the same figures of each part of the book, the most open first",
    )
    console.add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: Namespace, settings: Settings) -> None:
    """Count from facts dated on or before the day; nothing is written."""
    if arguments.by:
        _run_by(arguments, settings)
        return
    loss = None
    with installation.application(settings):
        workspace = read.workspace(db.session(), arguments.workspace)
        with acting_as(actors.system([workspace.id], name="bpo metrics")):
            found = figures.metrics(db.session(), workspace.id, arguments.as_of).as_json()
            if arguments.more:
                more, loss = analysis.practice(db.session(), workspace.id, arguments.as_of)
                found |= more
        if arguments.json:
            console.output(found | (_rates(loss) if loss else {}))
        else:
            _tell(found, workspace)
            if loss:
                _tell_rates(loss, workspace)


def _run_by(arguments: Namespace, settings: Settings) -> None:
    """The figures of each part: `{by, parts: [{value, name, ...figures}]}`, or a block of each."""
    if arguments.more:
        raise BadInput("--more tells of a whole company: leave --by out")
    with installation.application(settings):
        workspace = read.workspace(db.session(), arguments.workspace)
        with acting_as(actors.system([workspace.id], name="bpo metrics")):
            found = segments.metrics(db.session(), workspace.id, arguments.as_of, arguments.by)
        if arguments.json:
            parts = [{"value": o.value, "name": o.name} | o.metrics.as_json() for o in found]
            console.output({"by": arguments.by, "parts": parts})
        else:
            for one in found:
                console.say(one.name)
                _tell(one.metrics.as_json(), workspace)


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


def _rates(loss: Loss) -> dict[str, Any]:
    """The rates that the expected loss is counted by, 0 to 100."""
    rates = loss.rates
    told = [
        {
            "age": line.bucket.name,
            "balance_cents": line.balance_cents,
            "left": line.roll.left if line.roll else None,
            "own_roll_pct": line.roll.own_pct if line.roll else None,
            "usual_roll_pct": line.roll.usual_pct if line.roll else None,
            "roll_pct": line.roll.rate_pct if line.roll else None,
            "lost_pct": line.share_pct,
            "lost_cents": line.lost_cents,
        }
        for line in loss.lines
    ]
    months = (
        {"first": rates.first.isoformat(), "last": rates.last.isoformat()}
        if rates.first and rates.last
        else {}
    )
    return {"expected_loss": {"by": "own" if rates.own else "usual", **months, "ages": told}}


def _tell_rates(loss: Loss, workspace: Workspace) -> None:
    """What is lost of each age, and by whose months."""
    name = wording.say(DEFINITIONS["expected_loss_cents"].name, workspace.locale)
    console.say(f"{name}, {wording.say(losses.basis(loss.rates), workspace.locale)}")
    for line in loss.lines:
        share = wording.percent(line.share_pct, workspace.locale, losses.DIGITS)
        cents = _written("cents", line.lost_cents, workspace)
        console.say(f"  {line.bucket.name:<20}{share:>12}{cents:>20}")


def _written(unit: str, value: float | None, workspace: Workspace) -> str:
    if value is None:
        return wording.NOTHING
    if unit == "cents":
        return wording.money(int(value), workspace.locale, workspace.currency)
    if unit == "pct":
        return wording.percent(value, workspace.locale)
    return wording.number(value, workspace.locale, 1)
