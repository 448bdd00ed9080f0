"""What every command shares: how it reads its arguments and where its words go."""

import json
import sys
from argparse import ArgumentParser
from argparse import _SubParsersAction as SubParsers
from collections.abc import Sequence
from typing import Any, NoReturn, TypeAlias

BAD_INPUT = 2


class Parser(ArgumentParser):
    """Refuses with one sentence instead of a page of usage."""

    def error(self, message: str) -> NoReturn:
        say(f"{message[:1].upper()}{message[1:]} (see {self.prog} --help)")
        sys.exit(BAD_INPUT)


Commands: TypeAlias = "SubParsers[Parser]"
"""Where a family registers itself."""


def add_json(parser: ArgumentParser) -> None:
    """The switch `--json`: the result on standard output, for programs."""
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def output(data: Any) -> None:
    """One JSON document on a line of standard output, where nothing else is ever written.

    Dates become ISO text; anything else that JSON does not know is an error.
    """
    sys.stdout.write(json.dumps(data, ensure_ascii=False, default=_iso) + "\n")
    sys.stdout.flush()


def say(text: str = "") -> None:
    """A line for a person, on standard error."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def say_table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Aligned columns for a person, on standard error; numbers to the right."""
    lines = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    numbers = [bool(rows) and isinstance(rows[0][column], int) for column in range(len(head))]
    for line in lines:
        cells = zip(line, widths, numbers, strict=True)
        say("  ".join(t.rjust(w) if right else t.ljust(w) for t, w, right in cells).rstrip())


def _iso(value: Any) -> str:
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    raise TypeError(f"{type(value).__name__} has no place in JSON")
