"""Notes: what people record of calls, visits and messages: when, with whom, what came of it."""

from datetime import date, datetime
from enum import StrEnum

from bpo.db import unit_of_work
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.kernel import clock
from bpo.kernel.actor import Actor
from bpo.kernel.errors import BadInput, NotFound
from bpo.kernel.text import Phrase
from bpo.models import Note, Task
from bpo.queries.people import debtors, repeats, workspaces
from bpo.services.people import audit

FOLLOW_UP = "follow_up"
"""The kind of task that a note's next act becomes."""
_SAID = ("workspace_id", "debtor_id", "kind", "on_day", "person", "outcome", "body")
_WHOLE = (*_SAID, "next_act", "next_on", "created_by")


class Kind(StrEnum):
    """How the conversation was held; all but a plain note count as a contact with the debtor."""

    CALL = "call"
    WHATSAPP = "whatsapp"
    VISIT = "visit"
    EMAIL = "email"
    NOTE = "note"


class Outcome(StrEnum):
    """What came of a conversation."""

    REACHED = "reached"
    WILL_PAY = "will_pay"
    SAYS_PAID = "says_paid"
    WANTS_PLAN = "wants_plan"
    DISAGREES = "disagrees"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"


LABELS = {
    Kind.CALL: Phrase("Call"),
    Kind.WHATSAPP: Phrase("WhatsApp"),
    Kind.VISIT: Phrase("Visit"),
    Kind.EMAIL: Phrase("E-mail"),
    Kind.NOTE: Phrase("Note"),
}
OUTCOMES = {
    Outcome.REACHED: Phrase("We talked"),
    Outcome.WILL_PAY: Phrase("Says they will pay"),
    Outcome.SAYS_PAID: Phrase("Says they have paid"),
    Outcome.WANTS_PLAN: Phrase("Wants instalments"),
    Outcome.DISAGREES: Phrase("Disagrees with the charge"),
    Outcome.NO_ANSWER: Phrase("Nobody answered"),
    Outcome.WRONG_NUMBER: Phrase("Wrong number"),
}


def record(
    actor: Actor,
    workspace_id: int,
    debtor_id: int,
    kind: Kind,
    body: str,
    *,
    now: datetime,
    on_day: date | None = None,
    person: str | None = None,
    outcome: Outcome | None = None,
    next_act: str | None = None,
    next_on: date | None = None,
) -> Note:
    """Keep what was said with a debtor on a day, today unless told otherwise.

    With a day for the next act it becomes a task of that day. A form sent twice is one note: each
    counts as a contact. Raises BadInput for an empty note or a conversation in the future.
    """
    access.require(actor, Permission.CONTACT, workspace_id)
    if not body.strip():
        raise BadInput("Write what was said", field="body")
    with unit_of_work(actor) as session:
        workspace = workspaces.by_id(session, workspace_id)
        if workspace is None or debtors.locked(session, workspace_id, debtor_id) is None:
            raise NotFound("There is no such debtor")
        today = clock.local_day(now, workspace.time_zone)
        _check_days(on_day or today, next_on, today)
        note = Note(
            workspace_id=workspace_id,
            debtor_id=debtor_id,
            kind=kind.value,
            on_day=on_day or today,
            person=person,
            outcome=outcome.value if outcome else None,
            body=body.strip(),
            next_act=next_act,
            next_on=next_on,
            created_by=actor.user_id,
        )
        if found := repeats.a_moment_ago(session, note, _WHOLE):
            return found
        session.add(note)
        session.flush()
        if next_on is not None:
            session.add(_task(note, next_on))
        detail = {"debtor_id": debtor_id, "kind": kind.value}
        audit.record(
            session,
            actor,
            workspace_id,
            "note.record",
            now=now,
            subject=("note", note.id),
            **detail,
        )
    return note


def _check_days(on_day: date, next_on: date | None, today: date) -> None:
    if on_day > today:
        raise BadInput("A conversation cannot be in the future", field="on_day")
    if next_on is not None and next_on < today:
        raise BadInput("The next act cannot be on a day that has passed", field="next_on")


def _task(note: Note, due_on: date) -> Task:
    return Task(
        workspace_id=note.workspace_id,
        kind=FOLLOW_UP,
        debtor_id=note.debtor_id,
        due_on=due_on,
        detail={"note_id": note.id, "text": note.next_act or note.body},
    )
