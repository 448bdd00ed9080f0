"""`bpo score evaluate`: the model of a workspace put to the test at a day."""

from argparse import Namespace
from typing import Any

from bpo.cli import arguments as read
from bpo.cli import console, installation
from bpo.db import acting_as, db
from bpo.kernel import actor as actors
from bpo.queries.insight import scores
from config.settings import Settings


def register(commands: console.Commands) -> None:
    parser = commands.add_parser("score", help="predictions of payment, put to the test")
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    evaluate = verbs.add_parser("evaluate", help="fit on what was known on a day, ask what came")
    evaluate.add_argument("--workspace", required=True, metavar="W")
    evaluate.add_argument("--split", required=True, type=read.day, metavar="DATE")
    console.add_json(evaluate)
    evaluate.set_defaults(run=run)


def run(arguments: Namespace, settings: Settings) -> None:
    """Train on outcomes known at the split, test on what was issued after; nothing is written."""
    with installation.application(settings):
        workspace = read.workspace(db.session(), arguments.workspace)
        with acting_as(actors.system([workspace.id], name="bpo score")):
            found = scores.trial(db.session(), workspace.id, arguments.split).as_json()
    if arguments.json:
        console.output(found)
    else:
        _tell(found)


def _tell(found: dict[str, Any]) -> None:
    baselines = found["baselines"]
    console.say(f"trained on {found['n_train']}, tested on {found['n_test']} receivables")
    console.say(f"{'':<12}{'model':>10}{'own late rate':>16}")
    for name in ("auc", "brier", "log_loss", "ece"):
        plain = baselines["past_late_rate"][name]
        console.say(f"{name:<12}{_figure(found[name]):>10}{_figure(plain):>16}")
    console.say(f"\n{'mae_days':<12}{_figure(found['mae_days']):>10}")
    for name in ("customer_mean", "constant"):
        console.say(f"{name:<16}{_figure(baselines[name]['mae_days']):>6}")


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"
