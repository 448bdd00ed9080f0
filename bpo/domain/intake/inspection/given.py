"""What was given to be looked at, and what it turned out to be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from bpo.domain.intake.rows import Choices
from bpo.formats.problems import Level, Problem

LONGEST_CODE = 1_000
"""Characters of a pasted code; the longest Pix codes have half as many."""

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Given:
    """Bytes of a file, or a text that was typed. `on` is the day of looking."""

    content: bytes
    on: date
    choices: Choices = field(default_factory=Choices)

    @cached_property
    def code(self) -> str:
        """The text when it is short enough to be a code, otherwise blank."""
        if len(self.content) > LONGEST_CODE * 4:
            return ""
        try:
            text = self.content.decode("utf-8-sig").strip()
        except UnicodeDecodeError:
            return ""
        return text if len(text) <= LONGEST_CODE else ""


@dataclass(frozen=True, slots=True)
class Inspection:
    """What something is and what it would import. Days are dates, money centavos.

    `valid` is false when it was recognised but a check digit or checksum is wrong, or when
    nothing of it could be taken.
    """

    kind: str
    records: Sequence[Record]
    problems: Sequence[Problem] = ()
    valid: bool = True


def is_sound(problems: Sequence[Problem]) -> bool:
    """Whether no problem keeps anything from being taken."""
    return all(problem.level is not Level.REJECT for problem in problems)
