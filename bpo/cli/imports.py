"""`bpo import`: a file of receivables, payments or debtors taken into a workspace's books."""

import time
from argparse import Namespace
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from redis import Redis
from redis.exceptions import RedisError
from rq import Worker

from bpo.cli import arguments as read
from bpo.cli import console, installation
from bpo.db import acting_as, db
from bpo.domain.intake import findings, import_choices, incoming, inspection, rows
from bpo.domain.intake.findings import Finding, Level
from bpo.formats import texts
from bpo.formats.amounts import Mark
from bpo.formats.dates import Order
from bpo.gateways import outside, wording
from bpo.kernel import actor as actors
from bpo.kernel.actor import Actor
from bpo.kernel.errors import BadInput
from bpo.kernel.text import Phrase
from bpo.models import Import
from bpo.queries.intake import imports as stored
from bpo.services.intake import imports, imports_undo
from config.settings import Settings

PAUSE_SECONDS = 0.1
PATIENCE_SECONDS = 5.0
"""Without any news of the job for so long, the command does the work itself."""


def register(commands: console.Commands) -> None:
    parser = commands.add_parser("import", help="import receivables from a file")
    parser.add_argument("file", metavar="FILE", type=Path, nargs="?")
    parser.add_argument("--workspace", required=True, metavar="W")
    parser.add_argument("--kind", choices=[*map(str, rows.Kind), *incoming.FORMATS])
    parser.add_argument("--date-order", choices=[str(order) for order in Order])
    parser.add_argument("--decimal", choices=[str(mark) for mark in Mark])
    parser.add_argument("--encoding", metavar="E")
    parser.add_argument("--separator", metavar="S")
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="FIELD=COLUMN",
        help="the column of a field, such as due_date=Venc; a blank column for none",
    )
    parser.add_argument(
        "--known-until", type=read.day, metavar="D", help="payments in the file are known until"
    )
    parser.add_argument("--undo", type=int, metavar="ID", help="take an import back instead")
    console.add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: Namespace, settings: Settings) -> int | None:
    """Import a file and wait until that is done; exit 1 when it failed."""
    if arguments.undo is not None:
        _undo(arguments, settings)
        return None
    if arguments.file is None:
        raise BadInput("Name the file to import")
    content = _content(arguments.file)
    is_format = arguments.kind in incoming.FORMATS
    if is_format:
        incoming.require(content, arguments.kind)
    choices = import_choices.read(
        None if is_format else arguments.kind,
        arguments.encoding,
        arguments.separator,
        arguments.decimal,
        arguments.date_order,
        dict(_pair(text) for text in arguments.map),
    )
    with installation.application(settings) as app:
        workspace = read.workspace(db.session(), arguments.workspace)
        locale = workspace.locale
        program = actors.system([workspace.id], name="bpo import")
        row = imports.submit(
            program,
            workspace.id,
            arguments.file.name,
            content,
            choices,
            now=datetime.now(UTC),
            queue=outside.of(app).queue,
            known_until=arguments.known_until,
        )
        row = _done(app, program, row)
    if row.state == "failed":
        phrase = findings.phrase_from_json(row.error["phrase"])
        console.say(wording.say(phrase, locale))
        return 1
    _tell(row, locale, as_json=arguments.json)
    return None


def _undo(arguments: Namespace, settings: Settings) -> None:
    """Take an import back; tells what was done."""
    with installation.application(settings):
        workspace = read.workspace(db.session(), arguments.workspace)
        program = actors.system([workspace.id], name="bpo import")
        done = imports_undo.undo(program, workspace.id, arguments.undo, now=datetime.now(UTC))
    if arguments.json:
        console.output(asdict(done))
    console.say(
        f"{done.withdrawn} receivables withdrawn, {done.reversed} payments reversed,"
        f" {done.restored} restored, {done.left_count} left"
    )


def _content(path: Path) -> bytes:
    try:
        texts.refuse_length(path.stat().st_size, inspection.LIMIT)
        return path.read_bytes()
    except OSError as error:
        raise BadInput(
            "{file} cannot be read: {reason}", file=path, reason=error.strerror
        ) from None


def _pair(text: str) -> tuple[str, str]:
    field, equals, column = text.partition("=")
    if not equals:
        raise BadInput("--map takes FIELD=COLUMN, not {text}", text=text)
    return field.strip(), column.strip()


def _done(app: Flask, program: Actor, row: Import) -> Import:
    """The import when it is finished: by a worker, or here when no worker takes it up."""
    if _somebody_works(app):
        waited = _awaited(program, row)
        if waited is not None:
            return waited
    queue = outside.of(app).queue
    return imports.apply(program, row.workspace_id, row.id, now=datetime.now(UTC), queue=queue)


def _somebody_works(app: Flask) -> bool:
    url = outside.of(app).settings.redis_url
    if url is None:
        return False
    try:
        with Redis.from_url(url, socket_timeout=5) as connection:
            return Worker.count(connection=connection) > 0
    except RedisError:
        return False


def _awaited(program: Actor, row: Import) -> Import | None:
    """The import once a worker has finished it; None when there is no news of it for a while."""
    news, since = (row.state, row.progress), time.monotonic()
    while time.monotonic() - since < PATIENCE_SECONDS:
        time.sleep(PAUSE_SECONDS)
        found = _seen(program, row.workspace_id, row.id)
        if found is None or found.state not in stored.UNFINISHED:
            return found
        if (found.state, found.progress) != news:
            news, since = (found.state, found.progress), time.monotonic()
    return None


def _seen(program: Actor, workspace_id: int, import_id: int) -> Import | None:
    """The import as it is now, leaving no transaction open."""
    with acting_as(program):
        session = db.session()
        found = stored.by_id(session, workspace_id, import_id)
        session.expunge_all()
        session.rollback()
    return found


def _tell(row: Import, locale: str, *, as_json: bool) -> None:
    said = [Finding.from_json(item) for item in row.problems["items"]]
    if as_json:
        console.output(
            {
                "kind": row.kind,
                "total": row.total,
                "applied": row.applied,
                "unchanged": row.unchanged,
                "rejected": row.rejected,
                "problems": [_problem(one, locale) for one in said],
            }
        )
    for one in said if not as_json else ():
        mark = "" if one.level is Level.REJECT else "  (taken)"
        console.say(f"line {one.line}: {wording.say(one.message, locale)}{mark}")
    for note in row.problems["notes"]:
        console.say(wording.say(findings.phrase_from_json(note), locale))
    if row.problems["more"]:
        more = Phrase("{count} more remarks are not listed.", count=row.problems["more"])
        console.say(wording.say(more, locale))
    console.say(
        f"{row.total} {'row' if row.total == 1 else 'rows'}: {row.applied} applied,"
        f" {row.unchanged} unchanged, {row.rejected} rejected"
    )


def _problem(one: Finding, locale: str) -> dict[str, Any]:
    return {
        "line": one.line,
        "field": one.field,
        "code": one.code,
        "message": wording.say(one.message, locale),
        "level": str(one.level),
    }
