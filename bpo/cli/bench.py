"""`bpo bench …`: measurements on a throw-away database with the safety on."""

from argparse import Namespace
from pathlib import Path
from typing import Any

from bpo.bench import analytics, campaign, dunning, importing, negotiation, reports, screens
from bpo.cli import console
from bpo.kernel.errors import BadInput
from bpo.world import parameters
from bpo.world.parameters import World
from config.settings import Settings


def register(commands: console.Commands) -> None:
    parser = commands.add_parser("bench", help="measure the program on this machine")
    kinds = parser.add_subparsers(required=True, parser_class=console.Parser)
    kind = kinds.add_parser("dunning", help="decide, send and age one reminder per debtor")
    kind.add_argument("--debtors", type=int, default=10_000, metavar="N")
    kind.add_argument("--smtp", metavar="HOST:PORT", help="send there instead of to our own sink")
    console.add_json(kind)
    kind.set_defaults(run=run_dunning)
    kind = kinds.add_parser("campaign", help="plan a morning over many workspaces and send it")
    kind.add_argument("--workspaces", type=int, default=100, metavar="N")
    kind.add_argument("--debtors", type=int, default=100_000, metavar="N", help="in all")
    kind.add_argument("--receivables", type=int, default=300_000, metavar="N", help="in all")
    kind.add_argument("--messages", type=int, default=campaign.MESSAGES, metavar="N", help="sent")
    console.add_json(kind)
    kind.set_defaults(run=run_campaign)
    kind = kinds.add_parser("import", help="a CSV of receivables with payments, to committed rows")
    kind.add_argument("--rows", type=int, default=100_000, metavar="N")
    console.add_json(kind)
    kind.set_defaults(run=run_import)
    kind = kinds.add_parser("analytics", help="every dashboard over a large portfolio")
    kind.add_argument("--workspaces", type=int, default=100, metavar="N")
    kind.add_argument(
        "--receivables", type=int, default=1_000_000, metavar="N", help="of twelve months, in all"
    )
    kind.add_argument(
        "--history",
        type=int,
        default=1,
        metavar="YEARS",
        help="more than 1: measure again with so many years of facts, side by side",
    )
    console.add_json(kind)
    kind.set_defaults(run=run_analytics)
    kind = kinds.add_parser("screens", help="the pages of a day's work over a large portfolio")
    kind.add_argument("--workspaces", type=int, default=100, metavar="N")
    kind.add_argument("--receivables", type=int, default=1_000_000, metavar="N", help="in all")
    console.add_json(kind)
    kind.set_defaults(run=run_screens)
    kind = kinds.add_parser("reports", help="a night of weekly reports by two workers")
    kind.add_argument("--clients", type=int, default=100, metavar="N")
    console.add_json(kind)
    kind.set_defaults(run=run_reports)
    kind = kinds.add_parser("negotiation", help="offers against fixed plans, in simulated worlds")
    kind.add_argument("--debtors", type=int, default=200, metavar="N", help="a world and seed")
    kind.add_argument("--seed", type=int, default=1, metavar="S", help="the first one")
    kind.add_argument("--seeds", type=int, default=negotiation.SEEDS, metavar="N")
    kind.add_argument("--world", type=Path, metavar="FILE", help="this one instead of our own")
    console.add_json(kind)
    kind.set_defaults(run=run_negotiation)


def run_negotiation(arguments: Namespace, settings: Settings) -> None:
    """One line a world and policy, and a world and comparison."""
    _at_least_one(arguments, "debtors", "seeds")
    worlds = _worlds(arguments.world)
    tell = console.output if arguments.json else _say
    negotiation.run(worlds, arguments.debtors, arguments.seed, tell, arguments.seeds)


def _worlds(file: Path | None) -> list[World]:
    if file is None:
        return parameters.built_in()
    try:
        return [parameters.read(file)]
    except parameters.Unreadable as error:
        raise BadInput("This is no world: {why}", field="world", why=str(error)) from error


def run_analytics(arguments: Namespace, settings: Settings) -> None:
    """One line a phase."""
    _at_least_one(arguments, "workspaces", "receivables", "history")
    tell = console.output if arguments.json else _say
    analytics.run(arguments.workspaces, arguments.receivables, arguments.history, tell)


def run_screens(arguments: Namespace, settings: Settings) -> None:
    """One line a phase."""
    _at_least_one(arguments, "workspaces", "receivables")
    tell = console.output if arguments.json else _say
    screens.run(arguments.workspaces, arguments.receivables, tell)


def run_reports(arguments: Namespace, settings: Settings) -> None:
    """One line a phase."""
    _at_least_one(arguments, "clients")
    reports.run(arguments.clients, console.output if arguments.json else _say)


def _at_least_one(arguments: Namespace, *names: str) -> None:
    for name in names:
        if getattr(arguments, name) < 1:
            raise BadInput("--{name} must be at least 1", field=name, name=name)


def run_import(arguments: Namespace, settings: Settings) -> None:
    """One line a phase."""
    if arguments.rows < 1:
        raise BadInput("--rows must be at least 1", field="rows")
    importing.run(arguments.rows, console.output if arguments.json else _say)


def run_dunning(arguments: Namespace, settings: Settings) -> None:
    """One line a phase."""
    if arguments.debtors < 1:
        raise BadInput("--debtors must be at least 1", field="debtors")
    smtp_url = f"smtp://{arguments.smtp}" if arguments.smtp else None
    tell = console.output if arguments.json else _say
    dunning.run(arguments.debtors, tell, smtp_url=smtp_url)


def run_campaign(arguments: Namespace, settings: Settings) -> None:
    """One line a phase."""
    for name in ("workspaces", "debtors", "receivables", "messages"):
        if getattr(arguments, name) < 1:
            raise BadInput("--{name} must be at least 1", field=name, name=name)
    tell = console.output if arguments.json else _say
    campaign.run(
        arguments.workspaces,
        arguments.debtors,
        arguments.receivables,
        tell,
        messages=arguments.messages,
    )


def _say(row: dict[str, Any]) -> None:
    console.say("  ".join(f"{name} {value}" for name, value in row.items()))
