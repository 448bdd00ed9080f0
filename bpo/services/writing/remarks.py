"""What the team says about texts and steps: "works badly, because …", and what came of it."""

from datetime import datetime

from sqlalchemy import select

from bpo.db import unit_of_work
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.kernel.actor import Actor
from bpo.kernel.errors import BadInput, Conflict, NotFound
from bpo.models import Campaign, Remark
from bpo.queries.people import repeats, workspaces
from bpo.services.people import audit

LONGEST = 1000
_WHOLE = ("workspace_id", "subject_kind", "subject", "campaign_id", "words", "made_by")


def make(
    actor: Actor,
    workspace_id: int,
    kind: str,
    subject: str,
    words: str,
    *,
    now: datetime,
    campaign_id: int | None = None,
) -> int:
    """Leave a remark about a text (`email/pt_BR/notice`) or a step of a campaign; its id.

    A form sent twice leaves one.
    """
    access.require(actor, Permission.CONTACT, workspace_id)
    words = _checked(words, "words")
    with unit_of_work(actor) as session:
        workspaces.locked(session, workspace_id)
        if campaign_id is not None and not session.get(Campaign, (workspace_id, campaign_id)):
            raise NotFound("There is no such campaign")
        row = Remark(
            workspace_id=workspace_id,
            subject_kind=kind,
            subject=subject,
            campaign_id=campaign_id,
            words=words,
            made_by=actor.user_id,
            created_at=now,
        )
        if found := repeats.a_moment_ago(session, row, _WHOLE):
            return found.id
        session.add(row)
        session.flush()
        about = ("remark", row.id)
        audit.record(
            session, actor, workspace_id, "remark.make", now=now, subject=about, about=subject
        )
        return row.id


def settle(
    actor: Actor, workspace_id: int, remark_id: int, answer: str | None, *, now: datetime
) -> None:
    """Close a remark, with what was done about it. Raises Conflict when it is closed already."""
    access.require(actor, Permission.EDIT_CAMPAIGN, workspace_id)
    with unit_of_work(actor) as session:
        row = session.scalar(
            select(Remark)
            .where(Remark.workspace_id == workspace_id, Remark.id == remark_id)
            .with_for_update()
        )
        if row is None:
            raise NotFound("There is no such remark")
        if row.settled_at is not None:
            raise Conflict("Somebody has answered this already")
        row.answer = _checked(answer, "answer") if answer else None
        row.settled_at, row.settled_by = now, actor.user_id
        about = ("remark", row.id)
        audit.record(
            session, actor, workspace_id, "remark.settle", now=now, subject=about, about=row.subject
        )


def _checked(words: str, field: str) -> str:
    kept = words.strip()
    if not kept:
        raise BadInput("Fill in this field", field=field)
    if len(kept) > LONGEST:
        raise BadInput("This text is too long", field=field)
    return kept
