"""What debtors do on their own page: once per form, audited, with its pause and its inbox line."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bpo.db import unit_of_work
from bpo.domain.page import page_acts as rules
from bpo.domain.page.page_acts import CallAt, Kind, Pause
from bpo.domain.people import debtors as people
from bpo.domain.people.debtors import Channel, ContactProfile
from bpo.domain.reminders.holds import HoldReason
from bpo.kernel import clock
from bpo.kernel.calendar import Calendar
from bpo.kernel.errors import BadInput, NotFound
from bpo.models import Contact, Debtor, Hold, PageAct, Task, Workspace
from bpo.queries.page import page_acts
from bpo.queries.people import debtors, links, workspaces
from bpo.services.deals import case_files, negotiation
from bpo.services.people import audit
from bpo.services.people import links as signed
from bpo.services.people.visits import Visitor

BY_DEBTOR = "debtor"
"""The source of holds and promises that debtors make themselves."""

KEY_LENGTH = range(8, 65)
_ACTIONS = {
    Kind.PAID: "page.paid",
    Kind.DISPUTE: "page.dispute",
    Kind.PLAN: "page.plan",
    Kind.AGREEMENT: "page.agreement",
    Kind.PROMISE: "page.promise",
    Kind.MESSAGE: "page.message",
    Kind.CONTACT: "page.contact",
    Kind.ACCESS: "page.access",
    Kind.CORRECTION: "page.correction",
    Kind.DELETION: "page.deletion",
    Kind.HARDSHIP: "page.hardship",
}


@dataclass(frozen=True, slots=True)
class Form:
    """What every form of the page brings: its key, by which it counts once, and free words."""

    key: str
    words: str | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """Where an act is done: the debtor's row is held until the transaction ends."""

    session: Session
    visitor: Visitor
    workspace: Workspace
    debtor: Debtor
    calendar: Calendar
    today: date
    now: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an act was about, the pauses it makes, and the sentence of its inbox line.

    `file`: the whole case, for the person who has to decide it; `request_id`: the approval asked
    for, whose answer settles the line.
    """

    detail: dict[str, Any]
    pauses: tuple[tuple[Pause, int | None], ...] = ()
    line: str = ""
    file: dict[str, Any] | None = None
    request_id: int | None = None


def message(
    visitor: Visitor, form: Form, *, phone: str | None, call_at: CallAt | None, now: datetime
) -> int:
    """Words to a person of the team, or the wish to be called; returns the number of the act."""
    words = rules.words(form.words, needed=not phone)
    number = people.phone(phone) if phone else None

    def act(desk: Desk) -> Outcome:
        pause = rules.pause(Kind.MESSAGE, desk.today, desk.calendar)
        detail = {"phone": number, "call_at": call_at.value if call_at and number else None}
        line = " · ".join(filter(None, (words, number)))
        return Outcome(detail, _everything(pause), line)

    return once(visitor, Kind.MESSAGE, Form(form.key, words), act, now=now)


def hardship(visitor: Visitor, form: Form, *, now: datetime) -> int:
    """The debtor declares over-indebtedness (Lei 14.181/2021): all stops until a person looks.

    The person gets the whole file.
    """
    words = rules.words(form.words)

    def act(desk: Desk) -> Outcome:
        pause = rules.pause(Kind.HARDSHIP, desk.today, desk.calendar)
        stands = page_acts.declared_hardship(desk.session, desk.workspace.id, desk.debtor.id)
        found = negotiation.proposals(desk.session, desk.workspace, desk.debtor, desk.today)
        pauses = () if stands else _everything(pause)
        return Outcome({}, pauses, words or "", case_files.of(found))

    return once(visitor, Kind.HARDSHIP, Form(form.key, words), act, now=now)


def contact(visitor: Visitor, form: Form, channel: Channel, address: str, *, now: datetime) -> int:
    """Another way to reach the debtor, after those on file; a person puts it first or not.

    Raises BadInput for what is no address of the channel, or is on file already.
    """
    reached = people.reached(ContactProfile(channel, address)).address
    words = rules.words(form.words)

    def act(desk: Desk) -> Outcome:
        _add_contact(desk, channel, reached)
        return Outcome({"channel": channel.value, "address": reached}, line=reached)

    return once(visitor, Kind.CONTACT, Form(form.key, words), act, now=now)


def data_request(visitor: Visitor, form: Form, kind: Kind, *, now: datetime) -> int:
    """A request about personal data (LGPD, arts. 18 and 19); a `CORRECTION` needs words."""
    if kind not in rules.DATA_REQUESTS:
        raise BadInput("Choose one of the options", field="kind")
    words = rules.words(form.words, needed=kind is Kind.CORRECTION)

    def act(desk: Desk) -> Outcome:
        answer_by = desk.today + timedelta(days=rules.DATA_DAYS)
        return Outcome({"answer_by": answer_by.isoformat()}, line=words or "")

    return once(visitor, kind, Form(form.key, words), act, now=now)


def once(
    visitor: Visitor, kind: Kind, form: Form, act: Callable[[Desk], Outcome], *, now: datetime
) -> int:
    """Do an act in one unit and keep it; the same form sent again changes nothing.

    The debtor's row is held: acts of one debtor wait for one another. Returns the number of the
    act. Raises NotFound for a link that was revoked meanwhile, BadInput for too much in a day.
    """
    if len(form.key) not in KEY_LENGTH:
        raise BadInput("This form has expired. Send it again.")
    with unit_of_work(visitor.actor) as session:
        desk = _desk(session, visitor, now)
        place, debtor_id = desk.workspace.id, desk.debtor.id
        earlier = page_acts.by_key(session, place, debtor_id, form.key)
        if earlier is not None:
            return earlier.id
        day_ago = now - timedelta(days=1)
        rules.check_measure(page_acts.done_since(session, place, debtor_id, day_ago))
        outcome = act(desk)
        row = PageAct(
            workspace_id=place,
            debtor_id=debtor_id,
            kind=kind.value,
            request_key=form.key,
            words=form.words,
            detail=outcome.detail | ({"file": outcome.file} if outcome.file else {}),
            at=now,
            address=visitor.actor.address,
        )
        session.add(row)
        session.flush()
        for pause, receivable_id in outcome.pauses:
            _hold(desk, pause, receivable_id)
        _line(desk, kind, row.id, outcome)
        _record(desk, kind, row.id, outcome)
        return row.id


def _desk(session: Session, visitor: Visitor, now: datetime) -> Desk:
    link = links.by_id(session, visitor.link_id)
    place = link.workspace_id if link else None
    workspace = workspaces.by_id(session, place) if place else None
    if link is None or workspace is None or not signed.is_open(link, now):
        raise NotFound(signed.GONE)
    debtor = debtors.locked(session, workspace.id, link.subject_id)
    if debtor is None:
        raise NotFound("There is no such debtor")
    calendar = workspaces.calendar(session, workspace)
    today = clock.local_day(now, workspace.time_zone)
    return Desk(session, visitor, workspace, debtor, calendar, today, now)


def _everything(pause: Pause | None) -> tuple[tuple[Pause, int | None], ...]:
    return ((pause, None),) if pause else ()


def _hold(desk: Desk, pause: Pause, receivable_id: int | None) -> None:
    """A pause by the debtor; one that waits for an answer already is made longer instead."""
    if pause.reason is HoldReason.REPLY and _prolonged(desk, pause):
        return
    desk.session.add(
        Hold(
            workspace_id=desk.workspace.id,
            debtor_id=desk.debtor.id,
            receivable_id=receivable_id,
            reason=pause.reason.value,
            source=BY_DEBTOR,
            starts_on=desk.today,
            until=pause.until,
            created_at=desk.now,
        )
    )


def _prolonged(desk: Desk, pause: Pause) -> bool:
    """Whether a pause of the debtor that waits for an answer stands already; it is made longer."""
    found = desk.session.execute(
        update(Hold)
        .where(
            Hold.workspace_id == desk.workspace.id,
            Hold.debtor_id == desk.debtor.id,
            Hold.reason == pause.reason.value,
            Hold.source == BY_DEBTOR,
            Hold.released_at.is_(None),
            Hold.until >= desk.today,
        )
        .values(until=pause.until)
        .returning(Hold.id)
    )
    return found.first() is not None


def _line(desk: Desk, kind: Kind, act_id: int, outcome: Outcome) -> None:
    """The act as work for a person; a dispute is a line by itself."""
    line = rules.LINES.get(kind)
    if line is None:
        return
    desk.session.add(
        Task(
            workspace_id=desk.workspace.id,
            kind=line.value,
            debtor_id=desk.debtor.id,
            due_on=desk.today,
            detail={"page_act_id": act_id, "text": outcome.line[:300]}
            | ({"request_id": outcome.request_id} if outcome.request_id else {}),
        )
    )


def _add_contact(desk: Desk, channel: Channel, address: str) -> None:
    row = insert(Contact).values(
        workspace_id=desk.workspace.id,
        debtor_id=desk.debtor.id,
        channel=channel.value,
        address=address,
        position=1000,
    )
    added = desk.session.execute(row.on_conflict_do_nothing().returning(Contact.id)).first()
    if added is None:
        raise BadInput("We have this one already", field="address")


def _record(desk: Desk, kind: Kind, act_id: int, outcome: Outcome) -> None:
    audit.record(
        desk.session,
        desk.visitor.actor,
        desk.workspace.id,
        _ACTIONS[kind],
        now=desk.now,
        subject=("debtor", desk.debtor.id),
        page_act_id=act_id,
        link=desk.visitor.link_id,
        **outcome.detail,
    )
