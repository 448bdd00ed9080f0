"""`bpo inspect`: what a file or a code is and what it would import; needs no servers."""

import sys
from argparse import Namespace
from contextlib import redirect_stdout
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from bpo.cli import arguments as read
from bpo.cli import console
from bpo.domain.intake import import_choices, inspection
from bpo.domain.intake.inspection import Given, Inspection
from bpo.formats import texts
from bpo.formats.amounts import Mark
from bpo.formats.dates import Order
from bpo.formats.problems import Problem
from bpo.gateways import wording
from bpo.kernel import clock
from bpo.kernel.errors import BadInput
from config.settings import Settings

SHOWN = 20


def register(commands: console.Commands) -> None:
    parser = commands.add_parser("inspect", help="what a file or a code is, importing nothing")
    parser.add_argument("given", metavar="FILE-OR-TEXT")
    parser.add_argument("--kind", choices=list(inspection.KINDS))
    parser.add_argument("--on", type=read.day, metavar="DATE", help="the day of looking, today")
    parser.add_argument("--date-order", choices=[str(order) for order in Order])
    parser.add_argument("--decimal", choices=[str(mark) for mark in Mark])
    parser.add_argument("--encoding", metavar="E")
    console.add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: Namespace, settings: Settings) -> None:
    """Tell what it is; a refusal is exit 2.

    What a library says of a damaged workbook is kept off standard output.
    """
    choices = import_choices.read(
        None, arguments.encoding, None, arguments.decimal, arguments.date_order
    )
    given = Given(_content(arguments.given), arguments.on or _today(), choices)
    with redirect_stdout(sys.stderr):
        found = inspection.inspect(given, arguments.kind)
    if arguments.json:
        console.output(to_json(found))
    else:
        _say(found)


def to_json(found: Inspection) -> dict[str, Any]:
    """What was found, as contracts promise it."""
    return {
        "kind": found.kind,
        "valid": found.valid,
        "records": list(found.records),
        "problems": [_problem(one) for one in found.problems],
    }


def _content(given: str) -> bytes:
    """The bytes of the file of that name, or else the text itself."""
    path = Path(given)
    try:
        if not path.is_file():
            return given.encode()
        texts.refuse_length(path.stat().st_size, inspection.LIMIT)
        return path.read_bytes()
    except (OSError, ValueError) as error:
        if path.suffix and len(given) < 256 and "\0" not in given:
            raise BadInput("{file} cannot be read: {reason}", file=given, reason=error) from None
        return given.encode(errors="replace")


def _today() -> date:
    return clock.local_day(datetime.now(UTC), clock.zone_of_state(None))


def _problem(one: Problem) -> dict[str, Any]:
    return {
        "line": one.line,
        "field": one.field,
        "code": str(one.code),
        "message": wording.say(one.message, "en"),
        "level": str(one.level),
    }


def _say(found: Inspection) -> None:
    console.say(f"{found.kind}: {'valid' if found.valid else 'not valid'}")
    if found.records:
        head = list(found.records[0])
        cells = [[record[name] for name in head] for record in found.records[:SHOWN]]
        if len(found.records) == 1:
            console.say_table(("field", "value"), list(zip(head, cells[0], strict=True)))
        else:
            console.say_table(head, cells)
            console.say(f"{len(found.records)} records")
    for one in found.problems[:SHOWN]:
        console.say(f"line {one.line}: {wording.say(one.message, 'en')}")
