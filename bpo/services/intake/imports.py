"""Imports: a file is received, decided upon, asked for, and taken into the books once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import structlog
from sqlalchemy import delete
from sqlalchemy.orm import Session

from bpo.db import after_commit, single_statements, unit_of_work
from bpo.domain.intake import findings, import_choices, incoming, rows_survey
from bpo.domain.intake.rows import Choices, Decided
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.gateways.queue import Queue
from bpo.jobs import Job
from bpo.kernel import text
from bpo.kernel.actor import Actor
from bpo.kernel.errors import Conflict, NotFound, Refusal
from bpo.kernel.text import Phrase
from bpo.models import FreshnessMark, Import, StoredFile
from bpo.queries.intake import imports as stored
from bpo.queries.people import repeats, workspaces
from bpo.services.intake import imports_reading
from bpo.services.intake.imports_reading import Outcome, Tell, Work
from bpo.services.people import audit, files, upkeep

log = structlog.get_logger()

MOST_FINDINGS = 10_000
"""Findings kept with an import; a file with more is named by their number."""

STARTABLE = frozenset({"uploaded", "failed"})
NOT_FINISHED = Phrase("The import could not be finished, and nothing was written. Try again.")

_LONGEST_NAME, _LONGEST_ENDING = 200, 6

_MEDIA = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xml": "application/xml",
    "zip": "application/zip",
    "ofx": "application/x-ofx",
}
_WHOLE = ("workspace_id", "filename", "sha256", "state", "created_by")
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('import', %s))"
_PROGRESS = """
UPDATE imports SET state = 'running', progress = $1::int, total = $2::int
WHERE workspace_id = $3::bigint AND id = $4::bigint AND state IN ('queued', 'running')
"""


def receive(
    actor: Actor, workspace_id: int, filename: str, content: bytes, *, now: datetime
) -> Import:
    """Keep a file that is to be looked at before it is imported; sent twice, it is kept once.

    Raises BadInput for a file without content, or one that is nothing that can be imported.
    """
    access.require(actor, Permission.IMPORT, workspace_id)
    incoming.outline(content)
    with unit_of_work(actor) as session:
        workspaces.locked(session, workspace_id)
        row = _row(actor, workspace_id, filename, content)
        if found := repeats.a_moment_ago(session, row, _WHOLE):
            return found
        _keep(session, row, content)
        _record(session, actor, row, "import.receive", now)
    return row


def submit(
    actor: Actor,
    workspace_id: int,
    filename: str,
    content: bytes,
    choices: Choices,
    *,
    now: datetime,
    queue: Queue,
    known_until: date | None = None,
) -> Import:
    """Keep a file and ask for its import at once.

    Raises BadInput, and Ambiguous naming the option that decides; nothing is written then.
    """
    access.require(actor, Permission.IMPORT, workspace_id)
    examined = incoming.examine(content, choices)
    with unit_of_work(actor) as session:
        row = _row(actor, workspace_id, filename, content)
        _keep(session, row, content)
        _ask(session, row, examined, choices, known_until, queue)
        _record(session, actor, row, "import.start", now)
    return row


def choose(
    actor: Actor,
    workspace_id: int,
    import_id: int,
    choices: Choices,
    *,
    known_until: date | None = None,
) -> Import:
    """Remember what a person decided about a received file."""
    access.require(actor, Permission.IMPORT, workspace_id)
    with unit_of_work(actor) as session:
        row = _startable(session, workspace_id, import_id)
        row.options = _options(choices, known_until)
    return row


def start(
    actor: Actor, workspace_id: int, import_id: int, *, now: datetime, queue: Queue
) -> Import:
    """Ask for the import of a received file as it was decided.

    Raises BadInput, and Ambiguous when something has still to be decided.
    """
    access.require(actor, Permission.IMPORT, workspace_id)
    with unit_of_work(actor) as session:
        row = _startable(session, workspace_id, import_id)
        choices = import_choices.from_json(row.options)
        examined = incoming.examine(files.read(session, workspace_id, row.file_id or 0), choices)
        _ask(session, row, examined, choices, known_until(row), queue)
        _record(session, actor, row, "import.start", now)
    return row


def discard(actor: Actor, workspace_id: int, import_id: int, *, now: datetime) -> None:
    """Throw away a file that has not been imported."""
    access.require(actor, Permission.IMPORT, workspace_id)
    with unit_of_work(actor) as session:
        row = _startable(session, workspace_id, import_id)
        _record(session, actor, row, "import.discard", now)
        session.delete(row)
        session.flush()
        session.execute(
            delete(StoredFile).where(
                StoredFile.workspace_id == workspace_id, StoredFile.id == row.file_id
            )
        )


def apply(
    actor: Actor,
    workspace_id: int,
    import_id: int,
    *,
    now: datetime,
    queue: Queue,
    tell: Tell = lambda done, total: None,
) -> Import:
    """Take a file that was asked for into the books, whole or not at all; a repeat does nothing.

    One import at a time works in a workspace. Whatever goes wrong is kept as the import's state
    with a sentence; nothing else is written then. Reminders that waited for news of payments are
    rung for when the file brings them. `tell` hears rows done and in all.
    """
    access.require(actor, Permission.IMPORT, workspace_id)
    try:
        with unit_of_work(actor) as session:
            session.connection().exec_driver_sql(LOCK, (workspace_id,))
            row = found(session, workspace_id, import_id)
            if row.state in stored.UNFINISHED:
                _take(session, actor, row, now, queue, tell)
        return row
    except NotFound:
        raise
    except Refusal as refusal:
        return _fail(actor, workspace_id, import_id, refusal.phrase, now)
    except Exception:
        log.exception("import_failed", workspace=workspace_id, number=import_id)
        return _fail(actor, workspace_id, import_id, NOT_FINISHED, now)


@contextmanager
def telling(actor: Actor, workspace_id: int, import_id: int) -> Iterator[Tell]:
    """A function that lets everybody see how far an import is, while its transaction is open."""
    with single_statements(actor) as statements:
        statements.prepare("progress", _PROGRESS)
        yield lambda done, total: _told(statements.run, done, total, workspace_id, import_id)


def known_until(row: Import) -> date | None:
    """Through which day the file knows payments, where a person said so."""
    said = row.options.get("known_until")
    return date.fromisoformat(said) if said else None


def _take(
    session: Session, actor: Actor, row: Import, now: datetime, queue: Queue, tell: Tell
) -> None:
    workspace = workspaces.by_id(session, row.workspace_id)
    assert workspace
    choices = import_choices.from_json(row.options)
    work = Work(session, actor, workspace, row, now)
    content = files.read(session, row.workspace_id, row.file_id or 0)
    with imports_reading.undisturbed():
        examined = incoming.examine(content, choices, _decided(row, content))
        tell(0, examined.total)
        done = imports_reading.take(work, examined, tell)
    row.state, row.kind, row.error = "applied", examined.kind, {}
    row.total = row.progress = examined.total
    row.applied, row.rejected = done.applied, done.rejected
    row.unchanged = examined.total - done.applied - done.rejected
    row.problems = _problems(done)
    until = known_until(row) or done.known_until
    if until is not None:
        until = min(until, work.today)
        _mark_fresh(session, actor, row, until, now)
        after_commit(session, lambda: queue.put(Job.SEND_DELIVERIES, row.workspace_id))
    if row.applied >= upkeep.MUCH:
        after_commit(session, lambda: queue.put(Job.KNOW_THE_BOOK))
    counts = {"applied": row.applied, "unchanged": row.unchanged, "rejected": row.rejected}
    known = until.isoformat() if until else None
    _record(session, actor, row, "import.apply", now, kind=row.kind, known_until=known, **counts)


def _problems(done: Outcome) -> dict[str, Any]:
    ordered = sorted(done.findings, key=lambda finding: finding.line)
    return {
        "items": [finding.to_json() for finding in ordered[:MOST_FINDINGS]],
        "more": max(len(ordered) - MOST_FINDINGS, 0),
        "notes": [findings.phrase_to_json(note) for note in done.notes],
    }


def _mark_fresh(session: Session, actor: Actor, row: Import, until: date, now: datetime) -> None:
    """Note through which day payments are known now."""
    session.add(
        FreshnessMark(
            workspace_id=row.workspace_id,
            known_until=until,
            source="import",
            recorded_at=now,
            recorded_by=actor.user_id or row.created_by,
        )
    )


def _fail(actor: Actor, workspace_id: int, import_id: int, phrase: Phrase, now: datetime) -> Import:
    with unit_of_work(actor) as session:
        row = found(session, workspace_id, import_id)
        row.state, row.progress = "failed", 0
        row.error = {"phrase": findings.phrase_to_json(phrase)}
        _record(session, actor, row, "import.fail", now, reason=str(phrase))
    return row


def _row(actor: Actor, workspace_id: int, filename: str, content: bytes) -> Import:
    return Import(
        workspace_id=workspace_id,
        filename=_shortened(text.visible(filename.replace("\\", "/").rpartition("/")[2])) or "?",
        sha256=files.fingerprint(content),
        state="uploaded",
        created_by=actor.user_id,
        options={},
    )


def _keep(session: Session, row: Import, content: bytes) -> None:
    media = _MEDIA.get(row.filename.rpartition(".")[2].lower(), "text/csv")
    row.file_id = files.put(session, row.workspace_id, row.filename, media, content).id
    session.add(row)
    session.flush()


def _shortened(name: str) -> str:
    """At most as many characters of a file's name as are kept, its ending among them."""
    ending = name[name.rfind(".") :] if "." in name[-_LONGEST_ENDING:] else ""
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - len(ending)] + ending


def _ask(
    session: Session,
    row: Import,
    examined: incoming.Incoming,
    choices: Choices,
    until: date | None,
    queue: Queue,
) -> None:
    row.state, row.kind, row.total = "queued", examined.kind, examined.total
    row.progress, row.error = 0, {}
    decided = examined.decided and rows_survey.to_json(examined.decided)
    row.options = _options(choices, until) | ({"decided": decided} if decided else {})
    after_commit(session, _ring(queue, row.workspace_id, row.id))


def _ring(queue: Queue, workspace_id: int, import_id: int) -> Callable[[], None]:
    return lambda: queue.put(Job.APPLY_IMPORT, workspace_id, import_id)


def _options(choices: Choices, until: date | None) -> dict[str, Any]:
    said = {"known_until": until.isoformat()} if until else {}
    return import_choices.to_json(choices) | said


def _decided(row: Import, content: bytes) -> Decided | None:
    """What the rows of the file decided when its import was asked for, if it is still that file."""
    told = row.options.get("decided")
    same = told is not None and files.fingerprint(content) == row.sha256
    return rows_survey.from_json(told) if same else None


def _told(run: Callable[..., Any], *values: int) -> None:
    run("progress", values)


def found(session: Session, workspace_id: int, import_id: int) -> Import:
    """One import, for whoever holds the transaction. Raises NotFound."""
    row = stored.by_id(session, workspace_id, import_id)
    if row is None:
        raise NotFound("There is no such import")
    return row


def _startable(session: Session, workspace_id: int, import_id: int) -> Import:
    row = found(session, workspace_id, import_id)
    if row.state not in STARTABLE:
        raise Conflict("This file is being imported, or has been already")
    return row


def _record(
    session: Session, actor: Actor, row: Import, action: str, now: datetime, **detail: Any
) -> None:
    audit.record(
        session,
        actor,
        row.workspace_id,
        action,
        now=now,
        subject=("import", row.id),
        filename=row.filename,
        **detail,
    )
