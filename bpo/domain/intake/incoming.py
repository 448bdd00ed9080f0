"""A file that is given for import, whatever it is: the parts that can be taken, in order.

A table and an NF-e have one part, an archive one for each table in it and one for all its NF-e.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from bpo.domain.intake import findings, rows, rows_fiscal
from bpo.domain.intake.findings import Finding
from bpo.domain.intake.rows import Choices, Decided, Field, Kind, Outline
from bpo.domain.intake.rows_batches import Parsed
from bpo.domain.intake.rows_fiscal import Paper
from bpo.formats import archives, cnab240, cnab400, nfe, ofx, tables, texts, workbooks
from bpo.formats.cnab import ReturnFile
from bpo.formats.ofx import Extract
from bpo.formats.problems import Ambiguous, Code, Level
from bpo.kernel.errors import BadInput
from bpo.kernel.text import Phrase

NFE, ARCHIVE = "nfe", "zip"
OFX, CNAB240, CNAB400 = "ofx", "cnab240", "cnab400"
BANK = frozenset({OFX, CNAB240, CNAB400})
"""What banks tell."""

_SETTLING = {Field.PAID_DATE, Field.PAID_AMOUNT, Field.BALANCE}

Read = Callable[[str | None], Iterator[Parsed]]
"""Gives the rows of a part to a company of that CNPJ."""


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of one kind. `name` is the file within an archive, otherwise blank.

    `tells_settlement`: it would show if something had been paid. `papers` are kept with what they
    bring. `told` is what a bank tells, which is not rows of receivables.
    """

    kind: Kind | str
    total: int
    read: Read = field(repr=False)
    name: str = ""
    notes: Sequence[Phrase] = ()
    tells_settlement: bool = False
    papers: Sequence[Paper] = field(default=(), repr=False)
    told: Extract | ReturnFile | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file whose doubts are settled. `refused` names the files of an archive that are nothing.

    `options` and `decided` are those of a table.
    """

    kind: str
    parts: Sequence[Part]
    options: rows.Options | None = None
    refused: Sequence[Finding] = ()
    decided: Decided | None = field(default=None, repr=False)

    @property
    def total(self) -> int:
        """Rows in all, and the files that could not be read."""
        return sum(part.total for part in self.parts) + len(self.refused)


FORMATS = ("csv", "xlsx", NFE, OFX, CNAB240, CNAB400, ARCHIVE)
"""What a file can be, as far as whoever gives it may say."""


def require(content: bytes, form: str) -> None:
    """Raise BadInput for a file that is not of a format; what is in it is not looked at."""
    if _is_table(content):
        found = "xlsx" if workbooks.is_workbook(content) else "csv"
    else:
        found = next((name for name, holds in _SIGNS if holds(content)), ARCHIVE)
    if found != form and {found, form} != {NFE, ARCHIVE}:
        raise BadInput("This is {found}, not {kind}", found=found, kind=form)


_SIGNS: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
    (NFE, nfe.is_nfe),
    (OFX, ofx.looks_like),
    (CNAB240, cnab240.looks_like),
    (CNAB400, cnab400.looks_like),
)


def outline(content: bytes, choices: Choices | None = None) -> Outline | None:
    """The columns of a table, None for what has none. Raises BadInput for what cannot be read."""
    if _is_table(content):
        return rows.outline(content, choices)
    examine(content, choices)
    return None


def examine(
    content: bytes, choices: Choices | None = None, decided: Decided | None = None
) -> Incoming:
    """What a file brings. Raises BadInput for what is nothing known, and Ambiguous.

    `decided` is what the same bytes, a table, decided before under the same choices.
    """
    texts.refuse_size(content, tables.DEFAULT_LIMIT)
    if _is_table(content):
        return _table(content, choices, decided)
    if archives.is_zip(content):
        return _archive(content, choices)
    part = _fiscal([_paper("", content)]) if nfe.is_nfe(content) else _bank("", content)
    return Incoming(part.kind if part.told else NFE, [part])


def _is_table(content: bytes) -> bool:
    if archives.is_zip(content):
        return workbooks.is_workbook(content)
    return not (nfe.is_nfe(content) or _is_bank(content))


def _is_bank(content: bytes) -> bool:
    return any(one.looks_like(content) for one in (ofx, cnab240, cnab400))


def _bank(name: str, content: bytes) -> Part:
    """What a bank tells. Raises BadInput for remittances and statements of cards."""
    if ofx.looks_like(content):
        extract = ofx.read(content)
        return _told(OFX, name, extract, len(extract.movements))
    if cnab240.looks_like(content):
        events = cnab240.read(content)
        return _told(CNAB240, name, events, len(events.events))
    events = cnab400.read(content)
    return _told(CNAB400, name, events, len(events.events))


def _told(kind: str, name: str, told: Extract | ReturnFile, count: int) -> Part:
    left_out = {one.line for one in told.problems if one.level is Level.REJECT}
    parsed = Parsed([], list(told.problems))
    return Part(kind, count + len(left_out), lambda _: iter([parsed]), name, told=told)


def _table(
    content: bytes, choices: Choices | None, decided: Decided | None = None, name: str = ""
) -> Incoming:
    examined = rows.examine(content, choices, decided)
    part = Part(
        examined.kind,
        examined.total,
        lambda _: rows.batches(examined),
        name,
        examined.notes,
        not _SETTLING.isdisjoint(examined.options.mapping),
    )
    return Incoming(examined.kind.value, [part], examined.options, decided=examined.decided)


def _paper(name: str, content: bytes) -> Paper:
    return Paper(name, content, nfe.parse(content))


def _fiscal(papers: Sequence[Paper]) -> Part:
    empty = [
        problem.message
        for paper in papers
        for invoice in paper.invoices
        for problem in nfe.problems(invoice)
        if problem.code is Code.NOTHING
    ]
    return Part(
        Kind.RECEIVABLES,
        rows_fiscal.count(papers),
        lambda own: iter([rows_fiscal.parsed(papers, own)]),
        notes=empty[:20],
        papers=papers,
    )


def _archive(content: bytes, choices: Choices | None) -> Incoming:
    papers: list[Paper] = []
    parts: list[Part] = []
    refused: list[Finding] = []
    for member in archives.members(content):
        try:
            if member.fault is not None:
                refused.append(_refused(member.name, member.fault))
            elif nfe.is_nfe(member.content):
                papers.append(_paper(member.name, member.content))
            elif _is_bank(member.content):
                parts.append(_bank(member.name, member.content))
            else:
                parts += _of_member(member, choices)
        except Ambiguous:
            raise
        except BadInput as refusal:
            refused.append(_refused(member.name, refusal.phrase))
    if papers:
        parts.insert(0, _fiscal(papers))
    if not parts:
        raise BadInput("The ZIP holds nothing that can be imported.")
    kind = NFE if papers and len(parts) == 1 else ARCHIVE
    return Incoming(kind, parts, refused=refused)


def _of_member(member: archives.Member, choices: Choices | None) -> Sequence[Part]:
    if archives.is_zip(member.content) and not workbooks.is_workbook(member.content):
        raise BadInput("An archive within an archive is not opened.")
    return _table(member.content, choices, name=member.name).parts


def _refused(name: str, message: Phrase) -> Finding:
    return findings.reject(0, None, Code.DAMAGED, named(name, message))


def named(name: str, message: Phrase) -> Phrase:
    """What is said of a file within an archive, its name first."""
    return Phrase("{file}: {message}", file=name[-120:], message=message) if name else message
