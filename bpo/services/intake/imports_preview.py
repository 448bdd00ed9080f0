"""A received file looked at before it is imported: what was understood, and what is still open."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import NamedTuple

from sqlalchemy.orm import Session

from bpo.domain.intake import findings, import_choices, incoming
from bpo.domain.intake.findings import Finding, Level
from bpo.domain.intake.incoming import Incoming
from bpo.domain.intake.rows import Ambiguous, Choices, Kind, Options, Outline, Parsed, Row
from bpo.formats import amounts, dates
from bpo.formats.tables import BATCH
from bpo.kernel.errors import BadInput
from bpo.kernel.text import Phrase
from bpo.models import Import
from bpo.services.people import files

CHECKED_ROWS = 20_000
"""Rows read for a preview; all of a larger file are read when it is imported."""

SAMPLE = 8


class Answer(NamedTuple):
    """One way to read a file; `day` or `cents` is what the example is then."""

    value: str
    day: date | None = None
    cents: int | None = None


class Doubt(NamedTuple):
    """Something that a person must decide: `date_order`, `decimal` or `encoding`.

    `likely` is the answer under which the file makes more sense, None when nothing tells.
    """

    about: str
    example: str
    answers: tuple[Answer, ...]
    likely: str | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file would import under the choices made. `checked` rows of `total` were read.

    Unless it `is_ready` it cannot be imported as it stands: `refusal` or `doubt` says why.
    `findings` are all of the rows that were checked; `options` and `outline` are those of a table.
    """

    choices: Choices
    outline: Outline | None = None
    refusal: Phrase | None = None
    doubt: Doubt | None = None
    kind: Kind | str | None = None
    is_ready: bool = False
    options: Options | None = None
    total: int = 0
    checked: int = 0
    rejected: int = 0
    sample: Sequence[Row] = ()
    findings: Sequence[Finding] = ()
    notes: Sequence[Phrase] = field(default=())

    @property
    def unused(self) -> list[str]:
        """The columns that are only kept as information."""
        if self.outline is None:
            return []
        used = set((self.options.mapping if self.options else self.outline.mapping).values())
        return [name for name in self.outline.header if name and name not in used]


def look(session: Session, row: Import, cnpj: str | None = None) -> Preview:
    """Read a received file under the choices kept with it; writes nothing.

    `cnpj` is the company's own, which bills it did not issue are told by.
    """
    content = files.read(session, row.workspace_id, row.file_id or 0)
    return read(content, import_choices.from_json(row.options), cnpj)


def read(content: bytes, choices: Choices, cnpj: str | None = None) -> Preview:
    """What a file would import under some choices."""
    outline = None
    try:
        outline = incoming.outline(content, choices)
        examined = incoming.examine(content, choices)
    except Ambiguous as ambiguous:
        return Preview(choices, outline, doubt=_doubt(ambiguous), kind=_kind(outline))
    except BadInput as refusal:
        return Preview(choices, outline, refusal.phrase, kind=_kind(outline))
    return _checked(choices, outline, examined, cnpj)


def _checked(
    choices: Choices, outline: Outline | None, examined: Incoming, cnpj: str | None
) -> Preview:
    taken: list[Row] = []
    problems: list[Finding] = list(examined.refused)
    rejected = checked = len(problems)
    for name, parsed in _batches(examined, cnpj):
        found = [findings.of_problem(problem) for problem in parsed.problems]
        out = len({finding.line for finding in found if finding.level is Level.REJECT})
        rejected += out
        checked += len(parsed.rows) + out
        taken += parsed.rows[: SAMPLE - len(taken)]
        problems += [one._replace(message=incoming.named(name, one.message)) for one in found]
    return Preview(
        choices,
        outline,
        kind=examined.parts[0].kind,
        is_ready=True,
        options=examined.options,
        total=examined.total,
        checked=examined.total if examined.parts[0].told else checked,
        rejected=rejected,
        sample=[row for row in taken if isinstance(row, type(taken[0]))],
        findings=problems,
        notes=[incoming.named(part.name, note) for part in examined.parts for note in part.notes],
    )


def _batches(examined: Incoming, cnpj: str | None) -> Iterator[tuple[str, Parsed]]:
    """The first batches of all parts, each with the name of its file within an archive."""
    every = ((part.name, parsed) for part in examined.parts for parsed in part.read(cnpj))
    return islice(every, CHECKED_ROWS // BATCH)


def _kind(outline: Outline | None) -> Kind | None:
    return outline.kind if outline else None


def _doubt(ambiguous: Ambiguous) -> Doubt:
    about, params = ambiguous.field or "", ambiguous.phrase.params
    example = str(params.get("example", ""))
    answers = tuple(_answer(about, str(value), example) for value in ambiguous.choices)
    likely = params.get("likely")
    return Doubt(about, example, answers, str(likely) if likely else None)


def _answer(about: str, value: str, example: str) -> Answer:
    if about == "date_order":
        return Answer(value, day=dates.candidates(example).get(dates.Order(value)))
    if about == "decimal":
        cents = amounts.Reader(amounts.Decision(amounts.Mark(value))).cents(example)
        return Answer(value, cents=None if cents == amounts.UNREADABLE else cents)
    return Answer(value)
