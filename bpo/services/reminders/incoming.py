"""Taking in what came back: receipts and bounces as facts, replies as work for a person.

Whatever is told twice changes nothing the second time: events and messages are unique by the
provider's own names for them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bpo.db import unit_of_work
from bpo.domain.desk import replies
from bpo.domain.desk.replies import Kind, Reading
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.domain.reminders.holds import HoldReason
from bpo.domain.writing import sms
from bpo.gateways.channels.callbacks import Callback, Event, Fact, Incoming
from bpo.kernel import clock
from bpo.kernel.actor import Actor
from bpo.kernel.errors import NotFound
from bpo.kernel.text import storable
from bpo.models import (
    Contact,
    DeliveryEvent,
    Hold,
    IncomingMessage,
    OptOut,
    Task,
    Touch,
    Workspace,
)
from bpo.queries.people import workspaces
from bpo.queries.reminders import incoming
from bpo.queries.reminders.incoming import About
from bpo.services.people import audit

REPLY_TASK = "reply"
"""The kind of task that a reply becomes."""

ARRIVED = frozenset({Fact.SENT, Fact.DELIVERED, Fact.OPENED})
CONTACT_CHANNELS = {
    "email": ("email",),
    "sms": ("phone", "whatsapp"),
    "whatsapp": ("whatsapp", "phone"),
}
"""Where the address of a channel may be noted; the first is the channel's own."""

Told = TypeVar("Told", Event, Incoming)

LONGEST = 20_000
_FEW_WORDS = 6


@dataclass(frozen=True, slots=True)
class Taken:
    """How much of what was told was new."""

    events: int = 0
    messages: int = 0


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where something came in, from whom, and when."""

    session: Session
    actor: Actor
    workspace: Workspace
    channel: str
    provider: str
    now: datetime

    @property
    def today(self) -> date:
        return clock.local_day(self.now, self.workspace.time_zone)

    @property
    def place(self) -> int:
        return self.workspace.id


def take_in(
    actor: Actor,
    workspace_id: int,
    channel: str,
    provider: str,
    callback: Callback,
    *,
    now: datetime,
    strangers: bool = True,
) -> Taken:
    """Keep what a provider or a mailbox told of a workspace, and do what follows from it at once.

    `strangers`: keep messages of senders who are no debtor's contact; a mailbox has many of those
    that are none of our business.
    """
    access.require(actor, Permission.CONTACT, workspace_id)
    with unit_of_work(actor) as session:
        workspace = workspaces.by_id(session, workspace_id)
        if workspace is None or not workspace.active:
            raise NotFound("There is no such workspace")
        desk = _Desk(session, actor, workspace, channel, provider, now)
        events = sum(_take_event(desk, _storable(event)) for event in callback.events)
        messages = sum(_take_message(desk, _storable(one), strangers) for one in callback.messages)
    return Taken(events, messages)


def _storable(told: Told) -> Told:
    """As it was told, without what the database cannot keep."""
    words = {field.name: getattr(told, field.name) for field in fields(told)}
    plain: dict[str, Any] = {
        name: storable(text) for name, text in words.items() if type(text) is str
    }
    if answers := words.get("answers"):
        plain["answers"] = [storable(str(name)) for name in answers]
    return replace(told, **plain)


def _take_event(desk: _Desk, event: Event) -> bool:
    about = incoming.touch(
        desk.session, desk.place, event.own, [event.reference] if event.reference else []
    )
    if about is None and desk.channel == "email":
        return False
    row = insert(DeliveryEvent).values(
        workspace_id=desk.place,
        touch_id=about.touch_id if about else None,
        provider=desk.provider,
        event_key=event.key,
        kind=event.fact.value,
        at=event.at or desk.now,
        recipient=event.recipient or (about.recipient if about else None),
        words=event.words[:500] or None,
    )
    if (
        desk.session.execute(row.on_conflict_do_nothing().returning(DeliveryEvent.id)).first()
        is None
    ):
        return False
    if about is not None:
        _follow(desk, event, about)
    return True


def _follow(desk: _Desk, event: Event, about: About) -> None:
    """What a new fact changes: an uncertain send is decided, a bad address marked, silence kept."""
    if event.fact in ARRIVED:
        _decide(desk, about, "sent", event.words)
    if event.fact is Fact.BOUNCED:
        _decide(desk, about, "refused", event.words)
        _bounced(desk, event, about)
    if event.fact is Fact.COMPLAINED:
        address = event.recipient or about.recipient
        if address:
            _silence(desk, about.debtor_id, desk.channel, address, "complaint")


def _decide(desk: _Desk, about: About, state: str, words: str) -> None:
    """The provider's word settles what no machine of ours may."""
    decided = desk.session.execute(
        update(Touch)
        .where(
            Touch.workspace_id == desk.place,
            Touch.id == about.touch_id,
            Touch.state == "uncertain",
        )
        .values(
            state=state, settled_at=desk.now, state_reason=None if state == "sent" else words[:500]
        )
        .returning(Touch.id)
    ).first()
    if decided is None:
        return
    desk.session.execute(
        update(Task)
        .where(
            Task.workspace_id == desk.place,
            Task.touch_id == about.touch_id,
            Task.kind == "send_uncertain",
            Task.state == "open",
        )
        .values(state="done", closed_at=desk.now)
    )
    _record(desk, "delivery.receipt", ("touch", about.touch_id), after=state)


def _bounced(desk: _Desk, event: Event, about: About) -> None:
    """A bounce is a task for a person; the address is marked when it is at fault."""
    if event.bad_address:
        _mark(desk, about, event.recipient or about.recipient, event.words)
    row = insert(Task).values(
        workspace_id=desk.place,
        kind="address_refused" if event.bad_address else "send_failed",
        debtor_id=about.debtor_id,
        touch_id=about.touch_id,
        due_on=desk.today,
        detail={"answer": event.words[:500], "bounced": True},
    )
    keys = ["workspace_id", "kind", "touch_id"]
    desk.session.execute(row.on_conflict_do_update(index_elements=keys, set_={"state": "open"}))
    _record(desk, "delivery.bounce", ("touch", about.touch_id), words=event.words[:500])


def _mark(desk: _Desk, about: About, address: str | None, words: str) -> None:
    desk.session.execute(
        update(Contact)
        .where(
            Contact.workspace_id == desk.place,
            Contact.debtor_id == about.debtor_id,
            Contact.channel == CONTACT_CHANNELS[desk.channel][0],
            Contact.address.in_(forms_of(desk.channel, address or "")),
        )
        .values(status="invalid", status_reason=words[:500])
    )


def _take_message(desk: _Desk, said: Incoming, strangers: bool) -> bool:
    about = incoming.touch(desk.session, desk.place, said.own, said.answers)
    known = (about.debtor_id, about.touch_id) if about else _sender(desk, said.sender)
    if known is None and not strangers:
        return False
    debtor_id, touch_id = known or (None, None)
    reading = Reading(Kind.OTHER) if said.automatic else replies.read(said.text, desk.today)
    row = insert(IncomingMessage).values(
        workspace_id=desk.place,
        channel=desk.channel,
        provider=desk.provider,
        message_key=said.key,
        debtor_id=debtor_id,
        touch_id=touch_id,
        sender=said.sender,
        sender_name=said.sender_name or None,
        subject=said.subject or None,
        body=said.text[:LONGEST],
        automatic=said.automatic,
        suggestion=replies.to_json(reading),
        at=min(said.at or desk.now, desk.now),
        received_at=desk.now,
    )
    found = desk.session.execute(
        row.on_conflict_do_nothing().returning(IncomingMessage.id)
    ).scalar()
    if found is None:
        return False
    if not said.automatic:
        _answer(desk, found, said, reading, debtor_id)
    return True


def _answer(
    desk: _Desk, message_id: int, said: Incoming, reading: Reading, debtor_id: int | None
) -> None:
    """Silence at once; otherwise work for a person, and a pause where the company wants one."""
    if reading.kind is Kind.OPT_OUT:
        _silence(desk, debtor_id, desk.channel, said.sender, "reply")
        _set_outcome(desk, message_id, Kind.OPT_OUT.value)
    if reading.kind is not Kind.OPT_OUT or len(said.text.split()) > _FEW_WORDS:
        desk.session.add(
            Task(
                workspace_id=desk.place,
                kind=REPLY_TASK,
                debtor_id=debtor_id,
                due_on=desk.today,
                detail={"incoming_id": message_id, "text": said.text[:300]},
            )
        )
    if debtor_id is not None and desk.workspace.reply_hold_days:
        _hold(desk, debtor_id, desk.workspace.reply_hold_days)
    _record(desk, "reply.receive", ("incoming", message_id), debtor_id=debtor_id)


def _hold(desk: _Desk, debtor_id: int, days: int) -> None:
    """A pause of the debtor, so that nothing leaves by itself before a person has read; one."""
    until = desk.today + timedelta(days=days)
    standing = desk.session.scalars(
        select(Hold).where(
            Hold.workspace_id == desk.place,
            Hold.debtor_id == debtor_id,
            Hold.reason == HoldReason.REPLY.value,
            Hold.released_at.is_(None),
            Hold.until >= desk.today,
        )
    ).first()
    if standing is not None:
        standing.until = until
        return
    desk.session.add(
        Hold(
            workspace_id=desk.place,
            debtor_id=debtor_id,
            reason=HoldReason.REPLY.value,
            source="reply",
            starts_on=desk.today,
            until=until,
        )
    )


def _silence(desk: _Desk, debtor_id: int | None, channel: str, address: str, source: str) -> None:
    """Nothing more goes to the address on the channel; as stored with the debtor, if it is."""
    own = CONTACT_CHANNELS[channel][0]
    forms = forms_of(channel, address)
    stored = desk.session.scalars(
        select(Contact.address).where(
            Contact.workspace_id == desk.place, Contact.channel == own, Contact.address.in_(forms)
        )
    ).all()
    for one in {*stored, forms[0]}:
        row = insert(OptOut).values(
            workspace_id=desk.place,
            debtor_id=debtor_id,
            channel=own,
            address=one,
            source=source,
            at=desk.now,
        )
        done = desk.session.execute(row.on_conflict_do_nothing().returning(OptOut.id)).first()
        if done:
            subject = ("debtor", debtor_id) if debtor_id else None
            _record(desk, "opt_out.record", subject, channel=own, address=one, source=source)


def _sender(desk: _Desk, address: str) -> tuple[int, int | None] | None:
    if not address:
        return None
    channels = CONTACT_CHANNELS[desk.channel]
    return incoming.sender(desk.session, desk.place, channels, forms_of(desk.channel, address))


def forms_of(channel: str, address: str) -> Sequence[str]:
    """The ways in which an address of a channel may be stored."""
    return [address.lower()] if channel == "email" else sms.number_forms(address)


def _set_outcome(desk: _Desk, message_id: int, outcome: str) -> None:
    desk.session.execute(
        update(IncomingMessage)
        .where(IncomingMessage.workspace_id == desk.place, IncomingMessage.id == message_id)
        .values(outcome=outcome)
    )


def _record(desk: _Desk, action: str, subject: tuple[str, int] | None, **detail: object) -> None:
    audit.record(
        desk.session,
        desk.actor,
        desk.place,
        action,
        now=desk.now,
        subject=subject,
        provider=desk.provider,
        **detail,
    )
