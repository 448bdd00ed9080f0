"""Everything that happened between a creditor and one debtor: one read per kind of event."""

import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from bpo.domain.books.adjustments import Act
from bpo.domain.people import debtors
from bpo.kernel import clock
from bpo.models import (
    Agreement,
    Campaign,
    DeliveryEvent,
    Dispute,
    Entry,
    Hold,
    Import,
    IncomingMessage,
    Message,
    Note,
    OptOut,
    PageAct,
    Payment,
    Promise,
    Receivable,
    Refund,
    Skip,
    Task,
    Touch,
    User,
)
from bpo.queries.cash import payments

LIMIT = 60
_SKIPS = 4
"""So many silent days are read for each event shown: most of them follow one another."""
_IN_A_ROW = timedelta(days=5)
"""Over a weekend with holidays nothing is planned, and the silence goes on."""
_EARLIEST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened: its kind, its day, the instant when it is known, who and what.

    `row` is the stored row; `more` what belongs to it (a payment's entries, a message's subject).
    """

    kind: str
    day: date
    at: datetime | None
    row: Any
    who: str | None = None
    more: Any = None


@dataclass(frozen=True, slots=True)
class Text:
    """What was handed to the provider, to the letter: headers, the plain text, the raw message."""

    message: Message
    touch: Touch
    headers: tuple[tuple[str, str], ...]
    body: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class _Reader:
    """Whose events are read, and how many of each kind."""

    session: Session
    workspace_id: int
    debtor_id: int
    zone: str
    limit: int

    def rows(self, table: Any, *columns: Any, by: Any, user: Any = None) -> list[Any]:
        """The latest rows of a table about the debtor, with the name of who wrote each."""
        author = user if user is not None else table.created_by
        query = (
            select(table, User.name, *columns)
            .outerjoin(User, User.id == author)
            .where(table.workspace_id == self.workspace_id, table.debtor_id == self.debtor_id)
            .order_by(by.desc(), table.id.desc())
            .limit(self.limit)
        )
        return list(self.session.execute(query).all())

    def local(self, at: datetime) -> date:
        """The day of an instant on the workspace's clock."""
        return clock.local_day(at, self.zone)


def of(
    session: Session, workspace_id: int, debtor_id: int, zone: str, limit: int = LIMIT
) -> list[Event]:
    """The latest events, newest first, at most `limit` of each kind and in all."""
    reader = _Reader(session, workspace_id, debtor_id, zone, limit)
    events = [event for kind in _KINDS for event in kind(reader)]
    events.sort(key=lambda e: (e.day, e.at or _EARLIEST, e.row.id), reverse=True)
    return events[:limit]


def text(session: Session, workspace_id: int, debtor_id: int, touch_id: int) -> Text | None:
    """The exact text of a contact with a debtor, if it was ever written."""
    row = session.execute(
        select(Message, Touch)
        .join(Touch, and_(Touch.workspace_id == Message.workspace_id, Touch.id == Message.touch_id))
        .where(
            Message.workspace_id == workspace_id,
            Message.touch_id == touch_id,
            Touch.debtor_id == debtor_id,
        )
    ).first()
    return _read(*row) if row else None


@dataclass(frozen=True, slots=True)
class Silence:
    """Days in a row on which a campaign left the debtor in peace for the same reasons."""

    id: int
    first: date
    last: date
    reasons: tuple[str, ...]
    days: tuple[date | None, ...] | None
    next_on: date | None


def _silences(reader: _Reader) -> Iterator[Event]:
    query = (
        select(Skip, Campaign.name)
        .join(
            Campaign,
            and_(Campaign.workspace_id == Skip.workspace_id, Campaign.id == Skip.campaign_id),
        )
        .where(Skip.workspace_id == reader.workspace_id, Skip.debtor_id == reader.debtor_id)
        .order_by(Skip.campaign_id, Skip.on_day.desc())
        .limit(reader.limit * _SKIPS)
    )
    span: Silence | None = None
    name = ""
    for skip, named in reader.session.execute(query):
        codes, days = tuple(skip.reasons), tuple(skip.days) if skip.days else None
        same = span and span.id == skip.campaign_id and span.reasons == codes
        if span and same and span.first - skip.on_day <= _IN_A_ROW:
            span = replace(span, first=skip.on_day)
            continue
        if span:
            yield Event("silence", span.last, None, span, name)
        span, name = (
            Silence(skip.campaign_id, skip.on_day, skip.on_day, codes, days, skip.next_on),
            named,
        )
    if span:
        yield Event("silence", span.last, None, span, name)


def _payments(reader: _Reader) -> Iterator[Event]:
    rows = reader.rows(Payment, by=Payment.paid_on)
    ids = [payment.id for payment, *_ in rows]
    entries = payments.applied(reader.session, reader.workspace_id, ids)
    for payment, who in rows:
        at = payment.created_at
        yield Event("payment", payment.paid_on, at, payment, who, entries.get(payment.id, ()))


def _refunds(reader: _Reader) -> Iterator[Event]:
    query = (
        select(Refund, User.name)
        .join(
            Payment,
            and_(Payment.workspace_id == Refund.workspace_id, Payment.id == Refund.payment_id),
        )
        .outerjoin(User, User.id == Refund.created_by)
        .where(Payment.workspace_id == reader.workspace_id, Payment.debtor_id == reader.debtor_id)
        .order_by(Refund.on_day.desc(), Refund.id.desc())
        .limit(reader.limit)
    )
    for refund, who in reader.session.execute(query):
        yield Event("refund", refund.on_day, refund.created_at, refund, who)


def _adjustments(reader: _Reader) -> Iterator[Event]:
    """What people took off titles without money, and gave back; what imports tell is none."""
    query = (
        select(Entry, User.name, Receivable)
        .join(
            Receivable,
            and_(
                Receivable.workspace_id == Entry.workspace_id,
                Receivable.id == Entry.receivable_id,
            ),
        )
        .join(User, User.id == Entry.created_by)
        .where(
            Receivable.workspace_id == reader.workspace_id,
            Receivable.debtor_id == reader.debtor_id,
            Entry.payment_id.is_(None),
            Entry.import_id.is_(None),
            Entry.kind.in_([act.value for act in Act]),
        )
        .order_by(Entry.on_day.desc(), Entry.id.desc())
        .limit(reader.limit)
    )
    for entry, who, title in reader.session.execute(query):
        yield Event("adjustment", entry.on_day, entry.created_at, entry, who, title)


def _touches(reader: _Reader) -> Iterator[Event]:
    query = (
        select(Touch, Message.subject, Message.recipient, Touch.answer, _facts())
        .outerjoin(
            Message, and_(Message.workspace_id == Touch.workspace_id, Message.touch_id == Touch.id)
        )
        .where(Touch.workspace_id == reader.workspace_id, Touch.debtor_id == reader.debtor_id)
        .order_by(Touch.planned_on.desc(), Touch.id.desc())
        .limit(reader.limit)
    )
    for touch, *message in reader.session.execute(query):
        at = touch.settled_at or touch.scheduled_at
        yield Event("touch", reader.local(at), at, touch, None, message)


def _facts() -> Any:
    """What became known of a contact later: delivered, opened, bounced."""
    return (
        select(func.array_agg(DeliveryEvent.kind.distinct()))
        .where(DeliveryEvent.workspace_id == Touch.workspace_id, DeliveryEvent.touch_id == Touch.id)
        .scalar_subquery()
    )


def _replies(reader: _Reader) -> Iterator[Event]:
    """What the debtor wrote, with the subject of the message it answers and whether it waits."""
    waits = (
        select(Task.id)
        .where(
            Task.workspace_id == IncomingMessage.workspace_id,
            Task.debtor_id == IncomingMessage.debtor_id,
            Task.kind == "reply",
            Task.state == "open",
            Task.detail["incoming_id"].as_integer() == IncomingMessage.id,
        )
        .exists()
    )
    query = (
        select(IncomingMessage, Message.subject, waits)
        .outerjoin(
            Message,
            and_(
                Message.workspace_id == IncomingMessage.workspace_id,
                Message.touch_id == IncomingMessage.touch_id,
            ),
        )
        .where(
            IncomingMessage.workspace_id == reader.workspace_id,
            IncomingMessage.debtor_id == reader.debtor_id,
        )
        .order_by(IncomingMessage.at.desc(), IncomingMessage.id.desc())
        .limit(reader.limit)
    )
    for said, *more in reader.session.execute(query):
        yield Event("reply", reader.local(said.at), said.at, said, said.sender_name, more)


def _page_acts(reader: _Reader) -> Iterator[Event]:
    """What the debtor did on their own page and the team answered."""
    for act, who in reader.rows(PageAct, by=PageAct.at):
        yield Event("page_act", reader.local(act.at), act.at, act, who)


def _agreements(reader: _Reader) -> Iterator[Event]:
    """Agreements as they were offered, agreed on and ended; `more` says which of these it tells."""
    for row, who in reader.rows(Agreement, by=Agreement.id):
        begun = row.agreed_on or reader.local(row.offered_at or row.created_at)
        yield Event("agreement", begun, row.created_at, row, who, "agreed" if row.agreed_on else "")
        if row.ended_on and row.agreed_on:
            yield Event("agreement", row.ended_on, None, row, None, "ended")


def _promises(reader: _Reader) -> Iterator[Event]:
    for promise, who in reader.rows(Promise, by=Promise.made_on):
        yield Event("promise", promise.made_on, promise.created_at, promise, who)


def _disputes(reader: _Reader) -> Iterator[Event]:
    number = (
        select(Receivable.number)
        .where(
            Receivable.workspace_id == Dispute.workspace_id,
            Receivable.id == Dispute.receivable_id,
        )
        .scalar_subquery()
    )
    for dispute, who, receivable in reader.rows(Dispute, number, by=Dispute.opened_on):
        yield Event("dispute", dispute.opened_on, dispute.created_at, dispute, who, receivable)


def _holds(reader: _Reader) -> Iterator[Event]:
    for hold, who in reader.rows(Hold, by=Hold.starts_on):
        yield Event("hold", hold.starts_on, hold.created_at, hold, who)


def _notes(reader: _Reader) -> Iterator[Event]:
    for note, who in reader.rows(Note, by=Note.on_day):
        yield Event("note", note.on_day, note.created_at, note, who)


def _opt_outs(reader: _Reader) -> Iterator[Event]:
    query = select(OptOut).where(
        OptOut.workspace_id == reader.workspace_id, OptOut.debtor_id == reader.debtor_id
    )
    for refusal in reader.session.scalars(query.order_by(OptOut.at.desc()).limit(reader.limit)):
        day, shown = reader.local(refusal.at), debtors.shown(refusal.channel, refusal.address)
        yield Event("opt_out", day, refusal.at, refusal, refusal.source, shown)


def _imports(reader: _Reader) -> Iterator[Event]:
    """Files that brought receivables of the debtor, with how many and what they come to."""
    brought = (
        select(
            Receivable.import_id,
            func.count().label("count"),
            func.sum(Receivable.amount_cents).label("cents"),
        )
        .where(
            Receivable.workspace_id == reader.workspace_id,
            Receivable.debtor_id == reader.debtor_id,
            Receivable.import_id.is_not(None),
        )
        .group_by(Receivable.import_id)
        .subquery()
    )
    query = (
        select(Import, User.name, brought.c.count, brought.c.cents)
        .join(brought, brought.c.import_id == Import.id)
        .outerjoin(User, User.id == Import.created_by)
        .where(Import.workspace_id == reader.workspace_id)
        .order_by(Import.id.desc())
        .limit(reader.limit)
    )
    for row, who, count, cents in reader.session.execute(query):
        day, at = reader.local(row.created_at), row.created_at
        yield Event("import", day, at, row, who, (count, int(cents)))


_KINDS: Sequence[Callable[[_Reader], Iterator[Event]]] = (
    _payments,
    _refunds,
    _adjustments,
    _touches,
    _silences,
    _replies,
    _page_acts,
    _promises,
    _agreements,
    _disputes,
    _holds,
    _notes,
    _opt_outs,
    _imports,
)
_SHOWN = ("From", "To", "Subject", "Date", "Reply-To", "Message-ID")


def _read(message: Message, touch: Touch) -> Text:
    if touch.channel != "email":
        return Text(message, touch, (), message.body.decode("utf-8", "replace"), message.body)
    raw = zlib.decompress(message.body)
    parsed = BytesParser(policy=policy.default).parsebytes(raw)
    assert isinstance(parsed, EmailMessage)
    headers = tuple((name, str(parsed[name])) for name in _SHOWN if parsed[name])
    part = parsed.get_body(("plain", "html"))
    return Text(message, touch, headers, part.get_content() if part else "", raw)
