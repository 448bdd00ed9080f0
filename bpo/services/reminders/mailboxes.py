"""Reading the mailboxes of client companies: bounces and replies, taken in once."""

from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from bpo.db import acting_as, db, unit_of_work
from bpo.domain.intake import findings
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.domain.reminders.channels import MAILBOX, Stored
from bpo.gateways import incoming_mail, mailbox
from bpo.gateways.channels.switchboard import Switchboard
from bpo.gateways.mailbox import Box, Position
from bpo.kernel.actor import Actor
from bpo.kernel.errors import Refusal, Unavailable
from bpo.kernel.text import Phrase
from bpo.queries.reminders import channels
from bpo.services.reminders import incoming
from bpo.services.reminders.incoming import Taken

log = structlog.get_logger()

MOST_LETTERS = 200
"""Read in one run; the rest is read by the next."""


@dataclass(frozen=True, slots=True)
class Read:
    """What a reading found: letters looked at, and how much of it was ours and new."""

    letters: int = 0
    events: int = 0
    messages: int = 0


def read(
    actor: Actor,
    workspace_id: int,
    *,
    switchboard: Switchboard,
    now: datetime,
    timeout: float = mailbox.TIMEOUT_SECONDS,
) -> Read:
    """Read what is new in a company's mailbox; a failure is kept with the settings, in words.

    Every letter is taken in by a transaction of its own, and how far the mailbox is read is kept
    with it: a repeat finds what it knows by its Message-ID. No transaction is open while the
    server is spoken to.
    """
    access.require(actor, Permission.CONTACT, workspace_id)
    found = _setting(actor, workspace_id)
    if found is None:
        return Read()
    stored, position = found
    letters, events, messages, problem = 0, 0, 0, None
    try:
        unread = mailbox.unread(
            box(switchboard, stored), position, most=MOST_LETTERS, timeout=timeout
        )
        for letter in unread:
            letters, position = letters + 1, letter.position
            taken = _take_in(actor, workspace_id, letter.content, position, now)
            events, messages = events + taken.events, messages + taken.messages
    except Refusal as refusal:
        problem = refusal.phrase
    _keep(actor, workspace_id, position, problem, now)
    return Read(letters, events, messages)


def box(switchboard: Switchboard, stored: Stored) -> Box:
    """The mailbox that settings describe. Raises Unavailable when they cannot be one."""
    options = {name: str(value) for name, value in stored.options.items()}
    port = options.get("port") or "993"
    if not port.isdecimal():
        raise Unavailable("The mailbox cannot be opened: {reason}", reason=port)
    password = switchboard.secrets.get(stored.secrets.get("password", ""), "")
    return Box(
        options.get("host", ""),
        int(port),
        options.get("user", ""),
        password,
        options.get("folder") or "INBOX",
        options.get("security") or "tls",
    )


def _setting(actor: Actor, workspace_id: int) -> tuple[Stored, Position] | None:
    with acting_as(actor):
        session: Session = db.session()
        row = channels.setting(session, workspace_id, MAILBOX)
        found = None
        if row is not None and row.active:
            known = row.position
            position = Position(int(known.get("validity", 0)), int(known.get("uid", 0)))
            found = channels.stored(row), position
        session.rollback()
    return found


def _take_in(
    actor: Actor, workspace_id: int, content: bytes, position: Position, now: datetime
) -> Taken:
    """One letter; one that cannot be taken in is passed by and logged, and stops no other."""
    if not content:
        return Taken()
    key = f"{position.validity}.{position.uid}"
    try:
        callback = incoming_mail.read(content, key)
        return incoming.take_in(
            actor, workspace_id, "email", MAILBOX, callback, now=now, strangers=False
        )
    except Refusal:
        raise
    except Exception:
        log.exception("letter_not_taken_in", workspace=workspace_id, letter=key)
        return Taken()


def _keep(
    actor: Actor, workspace_id: int, position: Position, problem: Phrase | None, now: datetime
) -> None:
    with unit_of_work(actor) as session:
        row = channels.setting(session, workspace_id, MAILBOX)
        if row is not None:
            row.position = {"validity": position.validity, "uid": position.uid}
            row.checked_at = now
            row.problem = findings.phrase_to_json(problem) if problem else None
