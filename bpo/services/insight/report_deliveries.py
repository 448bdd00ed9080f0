"""Reports on their way: each recipient claimed, handed over, and the outcome recorded; never twice.

One short transaction claims a recipient, one records what came of it; none is open while the mail
server is spoken to.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.headerregistry import Address

import structlog
from sqlalchemy import and_, exists, insert, select, update
from sqlalchemy.orm import Session

from bpo.db import after_commit, unit_of_work
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.domain.reminders import deliveries
from bpo.domain.reminders.deliveries import State
from bpo.gateways import report_mail
from bpo.gateways.mail import Mail, Outcome
from bpo.gateways.queue import Queue
from bpo.gateways.report_mail import Attachment, Sender
from bpo.jobs import Job
from bpo.kernel import clock as clocks
from bpo.kernel.actor import Actor
from bpo.kernel.errors import Conflict, NotFound
from bpo.models import ReportDelivery, ReportRun, Task, User, Workspace
from bpo.queries.insight import report_readers
from bpo.queries.insight import reports as stored
from bpo.queries.people import workspaces
from bpo.services.insight import mail_rows, report_kinds, reports
from bpo.services.people import audit
from bpo.services.reminders import outcomes

log = structlog.get_logger()

BATCH_SECONDS = 30
TASK = "report_undelivered"


@dataclass(frozen=True, slots=True)
class Post:
    """What sending needs from outside: the server, who writes, and where our site is."""

    mail: Mail
    sender: Sender
    base_url: str


@dataclass(frozen=True, slots=True)
class _Parcel:
    """One claimed recipient with everything that goes to them."""

    delivery_id: int
    run_id: int
    attempts: int
    recipient: str
    build: Callable[[datetime], bytes]


def send(
    actor: Actor,
    workspace_id: int,
    *,
    post: Post,
    queue: Queue,
    clock: Callable[[], datetime],
    seconds: float = BATCH_SECONDS,
) -> Counter[str]:
    """Send the reports of a workspace that wait, one recipient at a time; counts by end state.

    After `seconds` it asks for another run. A server that is unwell ends the run: what is left
    waits. Claims of workers that died become uncertain first.
    """
    access.require(actor, Permission.BUILD_REPORTS, workspace_id)
    found: Counter[str] = Counter()
    deadline = clock() + timedelta(seconds=seconds)
    found[State.UNCERTAIN.value] += sweep(actor, workspace_id, now=clock())
    while clock() < deadline:
        parcel = _claim(actor, workspace_id, post, clock())
        if parcel is None:
            return found
        meaning = _hand_over(actor, workspace_id, parcel, post, clock)
        found[meaning.state.value] += 1
        if meaning.stop:
            return found
    queue.put(Job.SEND_REPORTS, workspace_id)
    return found


def sweep(actor: Actor, workspace_id: int, *, now: datetime) -> int:
    """Turn claims whose worker died into uncertain deliveries; returns how many."""
    access.require(actor, Permission.BUILD_REPORTS, workspace_id)
    with unit_of_work(actor) as session:
        here = ReportDelivery.workspace_id == workspace_id
        lost = mail_rows.lose(session, ReportDelivery, now, here)
        for mail in lost:
            to = mail.recipient or ""
            _note(session, actor, workspace_id, mail.id, State.UNCERTAIN, to, now)
            _ask(session, workspace_id, mail.id, to, "", now)
    return len(lost)


def address(
    actor: Actor,
    workspace_id: int,
    run_id: int,
    *,
    now: datetime,
    queue: Queue,
    only: int | None = None,
) -> None:
    """Send a document that is there to its readers who have not been sent it yet; or to one person.

    Raises Conflict when it is not made yet, or when nobody is there to read it.
    """
    access.require(actor, Permission.BUILD_REPORTS, workspace_id)
    with unit_of_work(actor) as session:
        run = session.get(ReportRun, (workspace_id, run_id), with_for_update=True)
        if run is None:
            raise NotFound("There is no such report")
        if run.state not in stored.MADE:
            raise Conflict("This report is not ready yet")
        if only is None and not report_readers.of(session, workspace_id, run.kind):
            raise Conflict("No client manager has access to this company yet")
        reports.address(session, workspace_id, run, only)
        _settle_run(session, workspace_id, run_id)
        audit.record(
            session,
            actor,
            workspace_id,
            "report.send",
            now=now,
            subject=("report", run_id),
            only=only,
        )
        after_commit(session, lambda: queue.put(Job.SEND_REPORTS, workspace_id))


def resend(
    actor: Actor, workspace_id: int, delivery_id: int, *, now: datetime, queue: Queue
) -> None:
    """Try a failed, refused or uncertain delivery again, because a person says so.

    Raises Conflict for one that arrived or is on its way.
    """
    access.require(actor, Permission.BUILD_REPORTS, workspace_id)
    with unit_of_work(actor) as session:
        delivery = _held(session, workspace_id, delivery_id)
        before = mail_rows.put_back(delivery, now)
        _settle_run(session, workspace_id, delivery.run_id)
        _answered(session, actor, workspace_id, delivery_id, now)
        audit.record(
            session,
            actor,
            workspace_id,
            "report.resend",
            now=now,
            subject=("report", delivery.run_id),
            recipient=delivery.recipient,
            before=before.value,
        )
        after_commit(session, lambda: queue.put(Job.SEND_REPORTS, workspace_id))


def confirm(actor: Actor, workspace_id: int, delivery_id: int, *, now: datetime) -> None:
    """A person knows that an uncertain delivery arrived."""
    access.require(actor, Permission.BUILD_REPORTS, workspace_id)
    with unit_of_work(actor) as session:
        delivery = _held(session, workspace_id, delivery_id)
        mail_rows.arrived(delivery, now)
        _settle_run(session, workspace_id, delivery.run_id)
        _answered(session, actor, workspace_id, delivery_id, now)
        _note(session, actor, workspace_id, delivery_id, State.SENT, delivery.recipient, now)


def _claim(actor: Actor, workspace_id: int, post: Post, now: datetime) -> _Parcel | None:
    """The next recipient who may still get the report, taken by this worker alone."""
    while True:
        with unit_of_work(actor) as session:
            claimed = _take(session, workspace_id, now)
            if claimed is None:
                return None
            reader = _reader(session, workspace_id, claimed)
            if reader is not None:
                return _parcel(session, workspace_id, claimed, reader, post)
            mail_rows.cancel(claimed, now)
            _settle_run(session, workspace_id, claimed.run_id)
            _note(
                session,
                actor,
                workspace_id,
                claimed.id,
                State.CANCELLED,
                claimed.recipient,
                now,
            )


def _take(session: Session, workspace_id: int, now: datetime) -> ReportDelivery | None:
    ready = exists().where(
        ReportRun.workspace_id == ReportDelivery.workspace_id,
        ReportRun.id == ReportDelivery.run_id,
        ReportRun.state.in_(stored.MADE),
    )
    delivery = session.scalar(
        select(ReportDelivery)
        .where(ReportDelivery.workspace_id == workspace_id, stored.waiting(now), ready)
        .order_by(ReportDelivery.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if delivery is not None:
        delivery.state, delivery.claimed_at = State.SENDING.value, now
        delivery.attempts += 1
    return delivery


def _reader(session: Session, workspace_id: int, delivery: ReportDelivery) -> User | None:
    """The recipient, when they may still see the company."""
    people = report_readers.candidates(session, workspace_id)
    return next((user for user in people if user.id == delivery.user_id), None)


def _parcel(
    session: Session, workspace_id: int, delivery: ReportDelivery, reader: User, post: Post
) -> _Parcel:
    run = session.get_one(ReportRun, (workspace_id, delivery.run_id))
    workspace = workspaces.by_id(session, workspace_id)
    file = stored.document(session, workspace_id, run.id)
    if workspace is None or file is None:
        raise NotFound("There is no such report")
    delivery.recipient = reader.email
    delivery.message_id = report_mail.message_id(workspace_id, delivery.id, post.sender)
    identity = reports.identity_of(workspace, post.sender.name)
    links = reports.links_of(workspace, reader.role, post.base_url)
    document = Attachment(file.name, file.content)
    maker, locale, name = report_kinds.of(run.kind), reader.locale, reader.name
    told, mail = maker.revived(run), maker.mail
    if mail is None:
        raise Conflict("A dossier is downloaded, not mailed")
    to, number = reader.email, delivery.message_id

    def build(at: datetime) -> bytes:
        rendered = mail(told, identity, locale, links)
        return report_mail.message(
            post.sender, Address(name, addr_spec=to), rendered, document, identity=number, at=at
        )

    return _Parcel(delivery.id, run.id, delivery.attempts, to, build)


def _hand_over(
    actor: Actor, workspace_id: int, parcel: _Parcel, post: Post, clock: Callable[[], datetime]
) -> deliveries.Outcome:
    """Write the mail, give it to the server, and record what it answered."""
    try:
        message = parcel.build(clock())
    except Exception:
        _settle(actor, workspace_id, parcel, mail_rows.UNWRITTEN, clock())
        raise
    outcome = post.mail.send(post.sender.address, parcel.recipient, message)
    return _settle(actor, workspace_id, parcel, outcome, clock())


def _settle(
    actor: Actor, workspace_id: int, parcel: _Parcel, outcome: Outcome, now: datetime
) -> deliveries.Outcome:
    meaning = outcomes.meaning(outcome, tries=parcel.attempts, now=now)
    with unit_of_work(actor) as session:
        session.execute(
            update(ReportDelivery)
            .where(
                ReportDelivery.workspace_id == workspace_id,
                ReportDelivery.id == parcel.delivery_id,
                ReportDelivery.state == State.SENDING.value,
            )
            .values(**mail_rows.settled(meaning, outcome, now))
        )
        _settle_run(session, workspace_id, parcel.run_id)
        _note(
            session,
            actor,
            workspace_id,
            parcel.delivery_id,
            meaning.state,
            parcel.recipient,
            now,
            answer=outcomes.words(outcome),
        )
        if meaning.task is not None:
            words = outcomes.words(outcome)
            _ask(session, workspace_id, parcel.delivery_id, parcel.recipient, words, now)
    if meaning.state is not State.SENT:
        log.warning("report_mail", state=meaning.state.value, answer=outcome.answer)
    return meaning


def _settle_run(session: Session, workspace_id: int, run_id: int) -> None:
    """A run is done when everybody it is for has it; one failure keeps it open."""
    session.flush()
    here = and_(ReportDelivery.workspace_id == workspace_id, ReportDelivery.run_id == run_id)
    arrived = ReportDelivery.state.in_([State.SENT.value, State.CANCELLED.value])
    left = session.scalar(select(exists().where(here, ~arrived)))
    session.execute(
        update(ReportRun)
        .where(
            ReportRun.workspace_id == workspace_id,
            ReportRun.id == run_id,
            ReportRun.state.in_(stored.MADE),
        )
        .values(state="built" if left else "done")
    )


def _ask(
    session: Session,
    workspace_id: int,
    delivery_id: int,
    recipient: str,
    answer: str,
    now: datetime,
) -> None:
    """Leave a report that did not arrive to a person."""
    detail: dict[str, object] = {"delivery_id": delivery_id, "recipient": recipient}
    detail |= {"answer": answer, "text": " · ".join(filter(None, (recipient, answer)))}
    today = clocks.local_day(now, session.get_one(Workspace, workspace_id).time_zone)
    values = {"workspace_id": workspace_id, "kind": TASK, "due_on": today, "detail": detail}
    session.execute(insert(Task).values(**values))


def _answered(
    session: Session, actor: Actor, workspace_id: int, delivery_id: int, now: datetime
) -> None:
    """Close what a person was asked about a delivery."""
    session.execute(
        update(Task)
        .where(
            Task.workspace_id == workspace_id,
            Task.kind == TASK,
            Task.state == "open",
            Task.detail["delivery_id"].as_integer() == delivery_id,
        )
        .values(state="done", closed_at=now, closed_by=actor.user_id)
    )


def _held(session: Session, workspace_id: int, delivery_id: int) -> ReportDelivery:
    delivery = session.get(ReportDelivery, (workspace_id, delivery_id), with_for_update=True)
    if delivery is None:
        raise NotFound("There is no such delivery")
    return delivery


def _note(
    session: Session,
    actor: Actor,
    workspace_id: int,
    delivery_id: int,
    state: State,
    recipient: str,
    now: datetime,
    **detail: str,
) -> None:
    audit.record(
        session,
        actor,
        workspace_id,
        f"report.{state.value}",
        now=now,
        subject=("report_delivery", delivery_id),
        recipient=recipient,
        **detail,
    )
