"""A file of any kind read ahead of the database, piece by piece, and taken into the books."""

import gc
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from psycopg import Cursor
from sqlalchemy.orm import Session

from bpo.db import driver
from bpo.domain.intake import findings, incoming
from bpo.domain.intake.findings import Finding, Level
from bpo.domain.intake.incoming import Incoming, Part
from bpo.domain.intake.matching import Register
from bpo.domain.intake.rows import Kind, Parsed, PaymentRow, Row
from bpo.formats.ofx import Extract
from bpo.gateways import wording
from bpo.kernel import clock, threads
from bpo.kernel.actor import Actor
from bpo.kernel.errors import BadInput
from bpo.kernel.text import Phrase
from bpo.models import Import, Workspace
from bpo.queries.intake import imports as stored
from bpo.queries.people import workspaces
from bpo.services.cash import bank_lines
from bpo.services.cash.bank_lines import Taken
from bpo.services.intake import imports_fiscal
from bpo.services.intake.imports_debtors import Debtors
from bpo.services.intake.imports_payments import Payments
from bpo.services.intake.imports_receivables import Receivables
from bpo.services.intake.imports_register import RegisterOfDebtors
from bpo.services.intake.imports_stage import Ground, Piece, Stage

Tell = Callable[[int, int], None]
T = TypeVar("T")

FIRST_BATCHES, MOST_BATCHES = 4, 32
"""Batches that go to the database at once: few at first, so that it has something to do early."""

RECENT_DAYS = 7
_MEMORY = "SET LOCAL work_mem = '64MB'"


@dataclass(frozen=True, slots=True)
class Work:
    """One import at work, inside its one transaction."""

    session: Session
    actor: Actor
    workspace: Workspace
    row: Import
    now: datetime

    @property
    def today(self) -> date:
        """The day on the workspace's clock."""
        return clock.local_day(self.now, self.workspace.time_zone)

    @property
    def cursor(self) -> Cursor[Any]:
        """The driver's cursor of the transaction."""
        return driver(self.session).cursor()


class Outcome(NamedTuple):
    """What became of a file. `known_until`: the day through which it knows who has paid."""

    applied: int
    rejected: int
    findings: list[Finding]
    notes: list[Phrase]
    known_until: date | None


@dataclass(slots=True)
class _Said:
    """The findings of a file as they come."""

    findings: list[Finding] = field(default_factory=list)

    def add(self, found: list[Finding]) -> None:
        self.findings += found

    @property
    def rejected(self) -> int:
        return len({one.line for one in self.findings if one.level is Level.REJECT})


def take(work: Work, given: Incoming, tell: Tell) -> Outcome:
    """Take an examined file into the books of a workspace; `tell` hears rows done and in all.

    Reading is a processor's work and writing the database's: while one piece is written, the next
    is read in a thread.
    """
    work.cursor.execute(_MEMORY)
    done, outcomes = len(given.refused), []
    for part in given.parts:
        outcomes.append(_TAKERS[part.kind](work, part, _after(done, given.total, tell)))
        done += part.total
    return _together(given, outcomes)


def _after(before: int, total: int, tell: Tell) -> Tell:
    return lambda count, _: tell(before + count, total)


def _together(given: Incoming, outcomes: list[Outcome]) -> Outcome:
    """What became of all parts; what is said of a part of an archive names it."""
    pairs = list(zip(given.parts, outcomes, strict=True))
    return Outcome(
        sum(one.applied for one in outcomes),
        sum(one.rejected for one in outcomes) + len(given.refused),
        [
            *given.refused,
            *(
                finding._replace(message=incoming.named(part.name, finding.message))
                for part, one in pairs
                for finding in one.findings
            ),
        ],
        [incoming.named(part.name, note) for part, one in pairs for note in one.notes],
        min((one.known_until for one in outcomes if one.known_until), default=None),
    )


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let a file be read in large strides.

    The garbage collector, which finds nothing in rows, would take a fifth of the time; and a
    thread that reads lets go as soon as the database has answered.
    """
    was_collecting = gc.isenabled()
    gc.disable()
    try:
        with threads.yielding():
            yield
    finally:
        if was_collecting:
            gc.enable()


def _receivables(work: Work, part: Part, tell: Tell) -> Outcome:
    stage = Stage(_ground(work))
    taker = Receivables(
        work.session,
        work.cursor,
        work.actor,
        work.workspace.id,
        work.row.id,
        _debtors(work),
        work.now,
        work.today,
        _reason(work),
    )
    taker.prepare()
    said, done = _Said(), 0
    batches, brought = _owed(work, part, said)
    for count, piece in _ahead(_staged(batches, stage)):
        said.add(piece.findings)
        said.add(taker.take(piece) if piece.size else [])
        done += count
        tell(done, part.total)
    if part.papers:
        imports_fiscal.keep(
            work.session, work.cursor, work.workspace.id, work.row.id, part.papers, brought
        )
    notes = [*part.notes, *_untold(stage.untold)]
    known = _known_until(stage.latest, work.today) if part.tells_settlement else None
    return Outcome(taker.applied, said.rejected, said.findings, notes, known)


def _owed(work: Work, part: Part, said: _Said) -> tuple[Iterator[Parsed], Sequence[Row]]:
    """The batches of a part; those of NF-e, which are few, are compared with others first."""
    batches = part.read(work.workspace.cnpj)
    if not part.papers:
        return batches, ()
    parsed = next(batches)
    rows, doubled = imports_fiscal.apart(work.cursor, work.workspace.id, parsed.rows)
    said.add(doubled)
    return iter([Parsed(rows, parsed.problems)]), rows


def _payments(work: Work, part: Part, tell: Tell) -> Outcome:
    taker = Payments(
        work.session,
        work.cursor,
        work.actor,
        work.workspace.id,
        work.row.id,
        _register(work),
        work.now,
    )
    said, latest = _Said(), date.min
    for done, parsed in _taken(work, part, taker, said):
        days = [row.paid_date for row in parsed.rows if isinstance(row, PaymentRow)]
        latest = max([latest, *days])
        tell(done, part.total)
    known = _known_until(min(latest, work.today), work.today) if latest > date.min else None
    return Outcome(taker.applied, said.rejected, said.findings, [*part.notes], known)


def _debtors_only(work: Work, part: Part, tell: Tell) -> Outcome:
    taker = RegisterOfDebtors(_debtors(work))
    taker.prepare()
    said = _Said()
    for done, _ in _taken(work, part, taker, said):
        tell(done, part.total)
    return Outcome(taker.applied, said.rejected, said.findings, [*part.notes], None)


def _from_bank(work: Work, part: Part, tell: Tell) -> Outcome:
    place, days = work.workspace.id, {"today": work.today}
    if isinstance(part.told, Extract):
        _refuse_foreign(part.told, work.workspace.currency)
        done = bank_lines.take_statement(
            work.session, work.actor, place, part.told, work.row.id, now=work.now, **days
        )
    else:
        assert part.told
        done = bank_lines.take_return(
            work.session, work.actor, place, part.told, work.row.id, now=work.now, **days
        )
    said = _Said([findings.of_problem(problem) for problem in part.told.problems])
    tell(part.total, part.total)
    notes = [_matched(done)] if done.applied else []
    notes += [_left(done)] if done.left else []
    return Outcome(done.applied, said.rejected, said.findings, notes, done.known_until)


def _left(done: Taken) -> Phrase:
    return Phrase(
        "One movement was not taken in: its account is closed. To take it, open the account again "
        "and import the file once more."
        if done.left == 1
        else "{count} movements were not taken in: their account is closed. To take them, open the "
        "account again and import the file once more.",
        count=done.left,
    )


def _refuse_foreign(extract: Extract, own: str) -> None:
    """Money of another currency settles nothing here. Raises BadInput."""
    for one in extract.statements:
        is_currency = len(one.currency) == 3 and one.currency.isalpha()
        if is_currency and one.currency not in (own, "XXX"):
            raise BadInput(
                "The statement is in {currency}; this company's books are in {own}.",
                currency=one.currency,
                own=own,
            )


def _matched(done: Taken) -> Phrase:
    return Phrase(
        "New lines that settled receivables by themselves: {matched}; that wait for a person: "
        "{suggested}.",
        matched=done.matched,
        suggested=done.suggested,
    )


_TAKERS: dict[str, Callable[[Work, Part, Tell], Outcome]] = {
    Kind.RECEIVABLES: _receivables,
    Kind.PAYMENTS: _payments,
    Kind.DEBTORS: _debtors_only,
    **dict.fromkeys(incoming.BANK, _from_bank),
}


def _taken(work: Work, part: Part, taker: Any, said: _Said) -> Iterator[tuple[int, Parsed]]:
    """Hand the rows of a file to a taker; yields rows done, and what was taken."""
    done = 0
    for parsed in _ahead(part.read(work.workspace.cnpj)):
        said.add([findings.of_problem(problem) for problem in parsed.problems])
        said.add(taker.take(parsed.rows) if parsed.rows else [])
        done += len(parsed.rows) + len(parsed.problems)
        yield min(done, part.total), parsed


def _staged(batches: Iterator[Parsed], stage: Stage) -> Iterator[tuple[int, Piece]]:
    """The rows of a file in pieces ready to be copied, each with the number of its rows.

    The rows of one batch are let go before the next is read, which spares the garbage collector.
    """
    count = FIRST_BATCHES
    while parts := [_part(stage, parsed) for parsed in islice(batches, count)]:
        yield (
            sum(size for size, _ in parts),
            Piece(
                b"".join(piece.data for _, piece in parts),
                sum(piece.size for _, piece in parts),
                [person for _, piece in parts for person in piece.people],
                [remark for _, piece in parts for remark in piece.findings],
                [boleto for _, piece in parts for boleto in piece.boletos],
                all(piece.tells_issue for _, piece in parts),
            ),
        )
        count = min(count * 2, MOST_BATCHES)


def _part(stage: Stage, parsed: Parsed) -> tuple[int, Piece]:
    """One batch, and how many rows of the file it was."""
    piece = stage.receivables(parsed.rows)  # type: ignore[arg-type]
    problems = [findings.of_problem(problem) for problem in parsed.problems]
    piece.findings.extend(problems)
    return len(parsed.rows) + len(problems), piece


def _ahead(items: Iterator[T]) -> Iterator[T]:
    """The same items, the next one made in a thread while the last one is used."""
    end = object()
    with ThreadPoolExecutor(1, thread_name_prefix="reading") as pool:
        coming = pool.submit(next, items, end)
        while (item := coming.result()) is not end:
            coming = pool.submit(next, items, end)
            yield item  # type: ignore[misc]


def _ground(work: Work) -> Ground:
    place, session = work.workspace, work.session
    policies = [
        (policy.effective_from, policy.version, policy.id)
        for policy in workspaces.policies(session, place.id)
    ]
    return Ground(
        workspaces.calendar(session, place),
        policies,
        place.currency,
        work.today,
        lambda day: wording.day(day, place.locale),
    )


def _register(work: Work) -> Register:
    own = [work.workspace.cnpj] if work.workspace.cnpj else []
    return Register(stored.debtors(work.session, work.workspace.id), own)


def _debtors(work: Work) -> Debtors:
    return Debtors(work.cursor, work.workspace.id, _register(work), work.row.id)


def _reason(work: Work) -> str:
    phrase = Phrase("Balance told by the file {filename}", filename=work.row.filename)
    return wording.say(phrase, work.workspace.locale)


def _known_until(latest: date | None, today: date) -> date | None:
    """How far payments are known: a file with facts of the last week was drawn today."""
    if latest is None:
        return None
    return today if (today - latest).days <= RECENT_DAYS else latest


def _untold(count: int) -> list[Phrase]:
    if not count:
        return []
    return [
        Phrase(
            "By its balance one row was paid, wholly or in part, on an unknown day: that much was "
            "taken off without money."
            if count == 1
            else "By their balance {count} rows were paid, wholly or in part, on an unknown day: "
            "that much was taken off without money.",
            count=count,
        )
    ]
