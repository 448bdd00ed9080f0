"""The portfolio on its way: read, drawn and mailed for each reader within that reader's own reach.

One short transaction takes a mail and lends it for some minutes, one reads the figures as its
reader may see them, one claims what is written by then, one records what came of it; none is open
while the document is drawn or the mail server spoken to. Only what was claimed can have left: a
database that fails or a worker that dies before that leaves a mail that is tried again.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from typing import Any

import structlog
from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.orm import Session

from bpo.analytics.clients import PortfolioFigures
from bpo.db import after_commit, unit_of_work
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.domain.reminders import deliveries
from bpo.domain.reminders.deliveries import State
from bpo.gateways import client_rows, report_mail
from bpo.gateways.mail import Outcome
from bpo.gateways.queue import Queue
from bpo.gateways.report_mail import Attachment
from bpo.jobs import Job
from bpo.kernel import actor as actors
from bpo.kernel.actor import Actor, Role
from bpo.kernel.errors import NotFound
from bpo.models import PortfolioDelivery, User
from bpo.queries.insight import portfolio_mails as stored
from bpo.queries.people import repeats, users, workspaces
from bpo.services.insight import mail_rows, portfolio_reports
from bpo.services.insight.report_deliveries import Post
from bpo.services.people import audit
from bpo.services.reminders import outcomes

log = structlog.get_logger()

_POSTMAN = actors.system((), name="portfolio mail")


@dataclass(frozen=True, slots=True)
class _Parcel:
    """A mail that was taken: whose, as whom it is read, and in which language it is written.

    `attempts` counts this try and tells it from those of other workers.
    """

    delivery_id: int
    attempts: int
    reader: Actor
    name: str
    email: str
    locale: str
    message_id: str


def send(*, post: Post, clock: Callable[[], datetime]) -> Counter[str]:
    """Send the portfolios that wait, one reader at a time; counts by end state.

    A server that is unwell ends the run: what is left waits. Claims of workers that died become
    uncertain first: they may have arrived.
    """
    found: Counter[str] = Counter()
    found[State.UNCERTAIN.value] += _sweep(clock())
    while (parcel := _take(post, clock())) is not None:
        meaning = _deliver(parcel, post, clock)
        if meaning is None:
            continue
        found[meaning.state.value] += 1
        if meaning.stop:
            break
    return found


def request(actor: Actor, *, now: datetime, queue: Queue) -> None:
    """Send the actor the portfolio of now, beside any schedule; two clicks send one."""
    access.require(actor, Permission.SEE_PORTFOLIO)
    with unit_of_work(actor) as session:
        reader = users.locked(session, actor.user_id) if actor.user_id else None
        if reader is None:
            raise NotFound("There is no such user")
        asked = PortfolioDelivery(user_id=reader.id, slot=now, scheduled=False)
        if repeats.a_moment_ago(session, asked, ("user_id", "scheduled"), repeats.TWO_CLICKS):
            return
        session.add(asked)
        _note(session, "portfolio_mail_now", reader.id, reader.email, now)
        after_commit(session, lambda: queue.put(Job.SEND_PORTFOLIOS))


def resend(actor: Actor, delivery_id: int, *, now: datetime, queue: Queue) -> None:
    """Try a failed, refused or uncertain mail again, because a person says so.

    A reader's own; a BPO manager anybody's. Raises Conflict for one that needs no other try.
    """
    access.require(actor, Permission.SEE_PORTFOLIO)
    with unit_of_work(actor) as session:
        row = _held(session, actor, delivery_id)
        mail_rows.put_back(row, now)
        reader = session.get_one(User, row.user_id)
        _note(session, "portfolio_mail_again", reader.id, reader.email, now, by=actor)
        after_commit(session, lambda: queue.put(Job.SEND_PORTFOLIOS))


def confirm(actor: Actor, delivery_id: int, *, now: datetime) -> None:
    """A person knows that an uncertain mail arrived: its reader, or a BPO manager anybody's."""
    access.require(actor, Permission.SEE_PORTFOLIO)
    with unit_of_work(actor) as session:
        row = _held(session, actor, delivery_id)
        mail_rows.arrived(row, now)
        reader = session.get_one(User, row.user_id)
        _note(session, "portfolio_mail_arrived", reader.id, reader.email, now, by=actor)


def _held(session: Session, actor: Actor, delivery_id: int) -> PortfolioDelivery:
    """A mail that the actor may decide about: their own, or anybody's for a BPO manager."""
    row = session.get(PortfolioDelivery, delivery_id, with_for_update=True)
    if row is None or (row.user_id != actor.user_id and actor.role is not Role.ADMIN):
        raise NotFound("There is no such delivery")
    return row


def _sweep(now: datetime) -> int:
    """Settle what dead workers held: claims are uncertain, after five loans it has failed."""
    with unit_of_work(_POSTMAN) as session:
        lost = mail_rows.lose(session, PortfolioDelivery, now)
        for mail in lost:
            _note(session, "portfolio_mail_uncertain", mail.user_id, mail.recipient, now)
        session.execute(
            update(PortfolioDelivery)
            .where(stored.cut_short(now))
            .values(state=State.FAILED.value, retry_at=None, answer="every try was cut short")
        )
    return len(lost)


def _take(post: Post, now: datetime) -> _Parcel | None:
    """The next mail whose reader may still have it, lent to this worker for some minutes."""
    while True:
        with unit_of_work(_POSTMAN) as session:
            row = session.scalar(
                select(PortfolioDelivery)
                .where(stored.waiting(now))
                .order_by(PortfolioDelivery.slot, PortfolioDelivery.id)
                .limit(1)
                .with_for_update(skip_locked=True)
                .execution_options(populate_existing=True)
            )
            if row is None:
                return None
            user = session.get_one(User, row.user_id)
            row.recipient = user.email
            reach = users.reach(session, user) if user.active else frozenset()
            if reach and user.role in stored.READERS:
                row.attempts += 1
                row.retry_at = now + deliveries.CLAIM_LASTS
                return _parcel(row, user, reach, post)
            mail_rows.cancel(row, now)


def _parcel(row: PortfolioDelivery, user: User, reach: frozenset[int], post: Post) -> _Parcel:
    row.message_id = report_mail.portfolio_id(row.id, post.sender)
    reader = actors.user(user.id, Role(user.role), reach, name=user.name)
    return _Parcel(row.id, row.attempts, reader, user.name, user.email, user.locale, row.message_id)


def _deliver(
    parcel: _Parcel, post: Post, clock: Callable[[], datetime]
) -> deliveries.Outcome | None:
    """Read, draw, claim, hand over and record; None where another worker has it meanwhile.

    What could not be made is tried again like a dead line.
    """
    told = None
    try:
        told = _figures(parcel.reader, clock())
        message = _message(parcel, told, post, clock())
    except Exception:
        log.exception("portfolio_mail_unwritten", delivery=parcel.delivery_id)
        return _settle(parcel, told, mail_rows.UNWRITTEN, clock())
    if not _claim(parcel, clock()):
        return None
    outcome = post.mail.send(post.sender.address, parcel.email, message)
    return _settle(parcel, told, outcome, clock())


def _claim(parcel: _Parcel, now: datetime) -> bool:
    """Whether the mail, written by now, is this worker's to hand over; nothing left before."""
    with unit_of_work(_POSTMAN) as session:
        claimed = session.execute(
            update(PortfolioDelivery)
            .where(_this(parcel, *deliveries.WAITING))
            .values(state=State.SENDING.value, claimed_at=now)
            .returning(PortfolioDelivery.id)
        ).all()
    return bool(claimed)


def _this(parcel: _Parcel, *states: State) -> ColumnElement[bool]:
    """The mail as this worker left it: a later try has another number."""
    return and_(
        PortfolioDelivery.id == parcel.delivery_id,
        PortfolioDelivery.attempts == parcel.attempts,
        PortfolioDelivery.state.in_([state.value for state in states]),
    )


def _figures(reader: Actor, now: datetime) -> PortfolioFigures:
    """The portfolio as its reader may see it: behind the row policies, with that reader's reach."""
    with unit_of_work(reader) as session:
        places = workspaces.listed(session, reader.workspace_ids)
        return portfolio_reports.figures(session, places, now)


def _message(parcel: _Parcel, told: PortfolioFigures, post: Post, now: datetime) -> bytes:
    document = client_rows.document(told, post.sender.name, parcel.locale)
    rendered = client_rows.mail(told, post.sender.name, parcel.locale, post.base_url)
    return report_mail.message(
        post.sender,
        Address(parcel.name, addr_spec=parcel.email),
        rendered,
        Attachment(client_rows.file_name(told, post.sender.name, parcel.locale), document),
        identity=parcel.message_id,
        at=now,
    )


def _settle(
    parcel: _Parcel, told: PortfolioFigures | None, outcome: Outcome, now: datetime
) -> deliveries.Outcome:
    meaning = outcomes.meaning(outcome, tries=parcel.attempts, now=now)
    with unit_of_work(_POSTMAN) as session:
        session.execute(
            update(PortfolioDelivery)
            .where(_this(parcel, State.SENDING, *deliveries.WAITING))
            .values(
                **mail_rows.settled(meaning, outcome, now),
                as_of=told.as_of if told else None,
                clients=len(told.rows) if told else None,
            )
        )
        state = f"portfolio_mail_{meaning.state.value}"
        _note(session, state, parcel.reader.user_id, parcel.email, now)
    if meaning.state is not State.SENT:
        log.warning("portfolio_mail", state=meaning.state.value, answer=outcome.answer)
    return meaning


def _note(
    session: Session,
    action: str,
    user_id: int | None,
    email: str | None,
    now: datetime,
    *,
    by: Actor | None = None,
) -> None:
    """Note whose mail it is, and who acted where that was somebody."""
    acted: dict[str, Any] = (
        {"address": by.address, "by": by.name, "by_id": by.user_id} if by else {}
    )
    audit.record_access(session, action, now=now, user_id=user_id, subject=email, **acted)
