"""Reading contacts: one with everything about it, and the lists of a campaign."""

import zlib
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from bpo.domain.reminders import steps
from bpo.domain.reminders.steps import Step
from bpo.formats import mime
from bpo.formats.mime import Mail
from bpo.models import (
    AuditEntry,
    Campaign,
    CampaignVersion,
    Debtor,
    Message,
    Receivable,
    Task,
    Touch,
    TouchReceivable,
    User,
)

SIZE = 50


class Listed(NamedTuple):
    """A receivable that a contact lists: its balance when planned, and today."""

    id: int
    number: str
    due_date: date
    planned_cents: int
    open_cents: int


class Job(NamedTuple):
    """A task that the contact left, and who closed it."""

    task: Task
    closed_by: str | None


@dataclass(frozen=True, slots=True)
class Contacted:
    """Everything about one contact. `acts`: what people decided about it, in order."""

    touch: Touch
    debtor: Debtor
    campaign: Campaign | None
    step: Step | None
    message: Message | None
    listed: tuple[Listed, ...]
    jobs: tuple[Job, ...]
    acts: tuple[AuditEntry, ...]

    @property
    def open_cents(self) -> int:
        """What is still open of what it lists."""
        return sum(one.open_cents for one in self.listed)


class Row(NamedTuple):
    """A contact in a list."""

    touch: Touch
    debtor_name: str
    recipient: str | None
    answer: str | None


def by_id(session: Session, workspace_id: int, touch_id: int) -> Contacted | None:
    """One contact with everything about it, in four queries."""
    found = session.execute(_whole(workspace_id).where(Touch.id == touch_id)).first()
    if found is None:
        return None
    touch, debtor, campaign, ladder, message = found
    return Contacted(
        touch,
        debtor,
        campaign,
        _step(ladder, touch.step_key),
        message,
        tuple(_listed(session, workspace_id, touch_id)),
        tuple(_jobs(session, workspace_id, touch_id)),
        tuple(_acts(session, workspace_id, touch_id)),
    )


def mail(message: Message, channel: str) -> Mail:
    """The exact words of a message that was handed over."""
    body = _unpacked(message.body)
    return mime.read(body) if channel == "email" else Mail((), body.decode("utf-8", "replace"), "")


def page(
    session: Session,
    workspace_id: int,
    campaign_id: int,
    states: Collection[str],
    *,
    number: int = 1,
    size: int = SIZE,
    soonest_first: bool = False,
) -> list[Row]:
    """A page of a campaign's contacts in some states, the latest first unless told otherwise."""
    order: tuple[ColumnElement[Any], ...] = (Touch.scheduled_at.asc(), Touch.id.asc())
    if not soonest_first:
        settled = func.coalesce(Touch.settled_at, Touch.scheduled_at)
        order = (settled.desc(), Touch.id.desc())
    rows = session.execute(
        select(Touch, Debtor.name, Message.recipient, Touch.answer)
        .join(Debtor, and_(Debtor.workspace_id == Touch.workspace_id, Debtor.id == Touch.debtor_id))
        .outerjoin(
            Message, and_(Message.workspace_id == Touch.workspace_id, Message.touch_id == Touch.id)
        )
        .where(
            Touch.workspace_id == workspace_id,
            Touch.campaign_id == campaign_id,
            Touch.state.in_(sorted(states)),
        )
        .order_by(*order)
        .limit(size)
        .offset((number - 1) * size)
    )
    return [Row(*row) for row in rows]


def step_states(session: Session, workspace_id: int, campaign_id: int) -> dict[str, dict[str, int]]:
    """How many contacts of each step of a campaign stand in each state."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for key, state, count in session.execute(
        select(Touch.step_key, Touch.state, func.count())
        .where(Touch.workspace_id == workspace_id, Touch.campaign_id == campaign_id)
        .group_by(Touch.step_key, Touch.state)
    ):
        found[key][state] = count
    return dict(found)


def _whole(workspace_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(Touch, Debtor, Campaign, CampaignVersion.steps, Message)
        .join(Debtor, and_(Debtor.workspace_id == Touch.workspace_id, Debtor.id == Touch.debtor_id))
        .outerjoin(
            Campaign,
            and_(Campaign.workspace_id == Touch.workspace_id, Campaign.id == Touch.campaign_id),
        )
        .outerjoin(
            CampaignVersion,
            and_(
                CampaignVersion.workspace_id == Touch.workspace_id,
                CampaignVersion.campaign_id == Touch.campaign_id,
                CampaignVersion.version == Touch.version,
            ),
        )
        .outerjoin(
            Message, and_(Message.workspace_id == Touch.workspace_id, Message.touch_id == Touch.id)
        )
        .where(Touch.workspace_id == workspace_id)
    )


def _step(ladder: list[Any] | None, key: str) -> Step | None:
    found = next((row for row in ladder or () if row.get("key") == key), None)
    return steps.from_json([found])[0] if found else None


def _listed(session: Session, workspace_id: int, touch_id: int) -> list[Listed]:
    rows = session.execute(
        select(
            Receivable.id,
            Receivable.number,
            Receivable.due_date,
            TouchReceivable.open_cents,
            Receivable.amount_cents - Receivable.settled_cents,
        )
        .join(
            TouchReceivable,
            and_(
                TouchReceivable.workspace_id == Receivable.workspace_id,
                TouchReceivable.receivable_id == Receivable.id,
            ),
        )
        .where(Receivable.workspace_id == workspace_id, TouchReceivable.touch_id == touch_id)
        .order_by(Receivable.due_date, Receivable.id)
    )
    return [Listed(*row) for row in rows]


def _jobs(session: Session, workspace_id: int, touch_id: int) -> list[Job]:
    rows = session.execute(
        select(Task, User.name)
        .outerjoin(User, User.id == Task.closed_by)
        .where(Task.workspace_id == workspace_id, Task.touch_id == touch_id)
        .order_by(Task.id)
    )
    return [Job(*row) for row in rows]


def _acts(session: Session, workspace_id: int, touch_id: int) -> Sequence[AuditEntry]:
    return session.scalars(
        select(AuditEntry)
        .where(
            AuditEntry.workspace_id == workspace_id,
            AuditEntry.subject_kind == "touch",
            AuditEntry.subject_id == touch_id,
        )
        .order_by(AuditEntry.at, AuditEntry.id)
    ).all()


def _unpacked(body: bytes) -> bytes:
    try:
        return zlib.decompress(body)
    except zlib.error:
        return bytes(body)
