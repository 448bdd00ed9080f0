"""The command line: one file per family of commands.

To add a family, write `bpo/cli/<family>.py` and name it in FAMILIES. The module offers

    def register(commands: console.Commands) -> None:
        parser = commands.add_parser("metrics", help="...")
        parser.add_argument(...)                       # console.add_json(parser) for --json
        parser.set_defaults(run=run)

    def run(arguments: Namespace, settings: Settings) -> int | None:
        with installation.application(settings) as app:   # servers joined or started, context open
            console.output({...}) if arguments.json else console.say("...")

`run` returns the exit code, None for 0. A Refusal that it lets through becomes one sentence on
standard error and exit 2 (what was asked is wrong) or 1 (it could not be done). Only the module
of the family that was asked for is imported.
"""

import importlib
import importlib.util
import os
import sys
from argparse import Namespace, RawDescriptionHelpFormatter
from collections.abc import Sequence
from types import ModuleType

from sqlalchemy.exc import OperationalError

from bpo.cli import console
from bpo.kernel.errors import BadInput, NotFound, Refusal
from config import logging, settings

FAMILIES = {
    "up": "start everything on this machine",
    "demo": "create the demonstration portfolio",
    "migrate": "bring the database up to date",
    "workspaces": "create and list workspaces",
    "users": "create users and give them access",
    "import": "import receivables from a file",
    "inspect": "what a file or a code is, importing nothing",
    "metrics": "figures of a workspace on a day",
    "score": "predictions of payment, put to the test",
    "campaigns": "plan the reminders of a day",
    "subscriptions": "issue recurring charges",
    "negotiate": "offers for a debtor",
    "reports": "build and send the weekly report",
    "bench": "measure the program on this machine",
}
MODULES = {"import": "imports"}
"""The modules of families whose name Python keeps for itself."""

DONE, FAILED, INTERRUPTED = 0, 1, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    given = list(sys.argv[1:] if argv is None else argv)
    try:
        return _run(_parser(given).parse_args(given))
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED


def _run(arguments: Namespace) -> int:
    """Carry out what was asked; a refusal is told in one sentence."""
    try:
        found = settings.load()
        logging.configure(found)
        return int(arguments.run(arguments, found) or DONE)
    except (BadInput, NotFound) as refusal:
        console.say(str(refusal))
        return console.BAD_INPUT
    except Refusal as refusal:
        console.say(str(refusal))
        return FAILED
    except OperationalError as error:
        console.say(f"The database does not answer: {str(error.orig).partition(chr(10))[0]}")
        return FAILED
    except OSError as error:
        console.say(f"{error.strerror or error}: {error.filename or ''}".rstrip(": "))
        return FAILED


def _parser(given: Sequence[str]) -> console.Parser:
    """A parser that knows every family by name and the one that was asked for in full."""
    listing = "\n".join(f"  {name:<12}{about}" for name, about in FAMILIES.items() if exists(name))
    parser = console.Parser(
        prog="bpo",
        usage="bpo COMMAND ...",
        description=f"commands:\n{listing}\n\nbpo COMMAND --help says more.",
        formatter_class=RawDescriptionHelpFormatter,
    )
    family = next((word for word in given if not word.startswith("-")), None)
    if family is None:
        parser.add_argument("command", metavar="COMMAND")
    elif family not in FAMILIES or not exists(family):
        parser.error(f"there is no command {family}")
    else:
        commands = parser.add_subparsers(prog="bpo", parser_class=console.Parser, required=True)
        _module(family).register(commands)
    return parser


def _name(family: str) -> str:
    return f"{__name__}.{MODULES.get(family, family)}"


def exists(family: str) -> bool:
    """Whether the program has this family of commands."""
    return importlib.util.find_spec(_name(family)) is not None


def _module(family: str) -> ModuleType:
    return importlib.import_module(_name(family))
