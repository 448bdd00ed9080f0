"""What an import has to say about single rows, and phrases as JSON that is kept with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from bpo.formats.problems import Code, Level, Problem
from bpo.kernel.text import Phrase

__all__ = ["Code", "Finding", "Level", "Met", "of_problem", "phrase_from_json", "phrase_to_json"]


class Met(StrEnum):
    """Stable words for what is only found when a file meets the books of a workspace."""

    UNKNOWN = "unknown"
    SETTLED = "settled"
    CURRENCY = "currency"
    CONTACT = "contact"
    BALANCE = "balance"


class Finding(NamedTuple):
    """One remark about one row; a rejecting one means that the row was left out."""

    line: int
    field: str | None
    code: str
    message: Phrase
    level: Level = Level.REJECT

    def to_json(self) -> list[Any]:
        """The finding as a JSON list."""
        field = str(self.field) if self.field else None
        return [self.line, field, str(self.code), str(self.level), *phrase_to_json(self.message)]

    @staticmethod
    def from_json(data: Iterable[Any]) -> "Finding":
        """The finding that `to_json` wrote."""
        line, field, code, level, *phrase = data
        return Finding(line, field, code, phrase_from_json(phrase), Level(level))


@dataclass(slots=True)
class Group:
    """Findings that say the same of several rows; `example` is the first in its own words.

    `is_varied` when the others name other values.
    """

    field: str | None
    level: Level
    example: Phrase
    lines: list[int]
    is_varied: bool = False


def grouped(found: Iterable[Finding]) -> list[Group]:
    """Findings of one kind about one column together: first what was left out, then by count."""
    groups: dict[tuple[Any, ...], Group] = {}
    for one in found:
        kind = (one.code, one.field, one.level, one.message.template)
        group = groups.setdefault(kind, Group(one.field, one.level, one.message, []))
        group.lines.append(one.line)
        group.is_varied = group.is_varied or one.message != group.example
    return sorted(
        groups.values(), key=lambda group: (group.level is not Level.REJECT, -len(group.lines))
    )


def of_problem(problem: Problem) -> Finding:
    """What reading a file found, as a finding."""
    return Finding(problem.line, problem.field, problem.code, problem.message, problem.level)


def reject(line: int, field: str | None, code: str, message: Phrase) -> Finding:
    """A row that is left out."""
    return Finding(line, field, code, message)


def warn(line: int, field: str | None, code: str, message: Phrase) -> Finding:
    """A row that is taken with a remark."""
    return Finding(line, field, code, message, Level.WARNING)


def phrase_to_json(phrase: Phrase) -> list[Any]:
    """A phrase as a list: its template and its parameters."""
    return [phrase.template, {name: _plain(value) for name, value in phrase.params.items()}]


def phrase_from_json(data: Iterable[Any]) -> Phrase:
    """The phrase that `phrase_to_json` wrote."""
    template, params = data
    return Phrase(template, **{name: _read(value) for name, value in params.items()})


def _plain(value: Any) -> Any:
    match value:
        case Phrase():
            return {"phrase": phrase_to_json(value)}
        case date():
            return {"day": value.isoformat()}
        case None | bool() | int() | float():
            return value
        case list() | tuple():
            return [_plain(item) for item in value]
    return str(value)


def _read(value: Any) -> Any:
    match value:
        case {"phrase": written}:
            return phrase_from_json(written)
        case {"day": written}:
            return date.fromisoformat(written)
        case list():
            return [_read(item) for item in value]
        case Mapping():
            return dict(value)
    return value
