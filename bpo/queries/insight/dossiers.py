"""The whole file of one debtor at the end of a day, in a constant number of reads."""

from datetime import date

from sqlalchemy.orm import Session

from bpo.domain.books import statements
from bpo.domain.desk import disputes
from bpo.domain.desk.disputes import Grounds
from bpo.domain.insight.dossiers import Accord, Contacted, Dossier, Kept, Objection, Owed, Pledge
from bpo.kernel import clock
from bpo.kernel import documents as papers
from bpo.kernel.errors import NotFound
from bpo.models import Agreement, Debtor, Workspace
from bpo.queries.books import receivables
from bpo.queries.books import statements as stored
from bpo.queries.deals import agreements
from bpo.queries.desk import timeline
from bpo.queries.desk.timeline import Event
from bpo.queries.intake import attachments
from bpo.queries.people import debtors

MOST_EVENTS = 2000
_ENDED = ("accepted", "active", "settled", "broken")
_SENT = ("sent", "refused", "uncertain")


def of(session: Session, workspace: Workspace, debtor_id: int, as_of: date) -> Dossier:
    """Everything kept about a debtor up to `as_of`. Raises NotFound."""
    debtor = debtors.by_id(session, workspace.id, debtor_id)
    if debtor is None:
        raise NotFound("There is no such debtor")
    place, zone = workspace.id, workspace.time_zone
    events = [
        event
        for event in timeline.of(session, place, debtor_id, zone, MOST_EVENTS)
        if event.day <= as_of
    ]
    moves = stored.moves(session, place, debtor_id, as_of)
    first = min((move.day for move in moves), default=as_of)
    return Dossier(
        debtor_id=debtor.id,
        name=debtor.name,
        document=papers.formatted(debtor.document) if debtor.document else "",
        reference=debtor.reference or "",
        place=_place(debtor),
        addresses=tuple(
            (reach.contact.channel, reach.shown)
            for reach in debtors.contacts(session, place, debtor_id)
        ),
        as_of=as_of,
        owed=tuple(
            Owed(
                one.row.number,
                one.row.issue_date,
                one.row.due_date,
                one.row.amount_cents,
                one.amount,
            )
            for one in receivables.due_on(session, debtor, as_of)
        ),
        moves=statements.statement(moves, first, as_of).lines,
        contacts=tuple(told for event in reversed(events) if (told := _contact(event))),
        promises=tuple(_pledge(one) for one in reversed(events) if one.kind == "promise"),
        disputes=tuple(_objection(one, as_of) for one in reversed(events) if one.kind == "dispute"),
        agreements=_agreements(session, place, debtor_id, as_of),
        documents=tuple(
            Kept(clock.local_day(one.created_at, zone), one.name, one.number or "", one.sha256)
            for one in attachments.of_debtor(session, place, debtor_id)
            if one.hidden_at is None and clock.local_day(one.created_at, zone) <= as_of
        ),
    )


def _place(debtor: Debtor) -> str:
    return " - ".join(filter(None, (debtor.city, debtor.state)))


def _contact(event: Event) -> Contacted | None:
    """A contact, when the event is one: a message that left, one that came, a talk."""
    row = event.row
    match event.kind:
        case "touch" if row.state in _SENT and row.channel != "task":
            subject, _recipient, answer, facts = event.more
            outcomes = (row.state, *sorted(facts or ()))
            failed = answer if row.state == "refused" else None
            text = " · ".join(filter(None, (subject, failed)))
            return Contacted(event.day, row.channel, False, outcomes, text)
        case "reply":
            return Contacted(event.day, row.channel, True, (), row.body)
        case "note":
            text = " · ".join(filter(None, (row.person, row.body)))
            return Contacted(event.day, row.kind, False, (), text)
    return None


def _pledge(event: Event) -> Pledge:
    row = event.row
    return Pledge(row.made_on, row.promised_for, row.amount_cents, row.state)


def _objection(event: Event, as_of: date) -> Objection:
    row = event.row
    grounds = Grounds(row.reason) if row.reason in list(Grounds) else Grounds.OTHER
    closed = row.closed_on if row.closed_on and row.closed_on <= as_of else None
    state = row.state if closed else "open"
    return Objection(row.opened_on, event.more or "", disputes.LABELS[grounds], state, closed)


def _agreements(
    session: Session, workspace_id: int, debtor_id: int, as_of: date
) -> tuple[Accord, ...]:
    rows = [
        row
        for row in agreements.of_debtor(session, workspace_id, debtor_id)
        if row.agreed_on and row.agreed_on <= as_of and row.state in _ENDED
    ]
    if not rows:
        return ()
    paid = agreements.progress(session, workspace_id, (row.id for row in rows))
    return tuple(
        _accord(row, paid[row.id].paid_cents if row.id in paid else 0) for row in reversed(rows)
    )


def _accord(row: Agreement, paid_cents: int) -> Accord:
    agreed = row.agreed_on or row.valid_until
    return Accord(agreed, row.total_cents, paid_cents, row.state, row.ended_on)
