"""The paper of an agreement: written once it is accepted, kept, and mailed to the debtor."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from bpo.db import acting_as, db, unit_of_work
from bpo.domain.deals.agreement_papers import Paper, Said
from bpo.domain.deals.agreements import RUNNING, number
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.domain.reminders.steps import AnchorKind, Channel
from bpo.gateways import papers
from bpo.kernel import clock
from bpo.kernel.actor import Actor, ActorKind
from bpo.kernel.errors import NotFound
from bpo.models import (
    Agreement,
    AgreementAcceptance,
    StoredFile,
    Touch,
    TouchReceivable,
    Workspace,
)
from bpo.queries.deals import agreements as stored
from bpo.queries.people import debtors, workspaces
from bpo.services.books import enclosures, invoices
from bpo.services.people import files

PDF = "application/pdf"
MOST = 20
"""Papers drawn by one job; the clock rings again for the rest."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A paper ready to be kept."""

    agreement_id: int
    name: str
    content: bytes


def write(actor: Actor, workspace_id: int, *, now: datetime) -> int:
    """Draw, keep and mail the papers that are still missing; returns how many.

    Nothing is held while they are drawn. Of two workers at once one keeps its paper.
    """
    access.require(actor, Permission.EDIT_CAMPAIGN, workspace_id)
    with acting_as(actor):
        session = db.session()
        rows = stored.unwritten(session, workspace_id, limit=MOST)
        drawn = [draw(session, row) for row in rows]
        session.rollback()
    return sum(_keep(actor, workspace_id, one, now) for one in drawn)


def draw(session: Session, agreement: Agreement) -> Drawn:
    """The PDF of an accepted agreement in the debtor's language; the same rows, the same bytes."""
    workspace = workspaces.by_id(session, agreement.workspace_id)
    debtor = debtors.by_id(session, agreement.workspace_id, agreement.debtor_id)
    said = stored.acceptance(session, agreement.workspace_id, agreement.id)
    if workspace is None or debtor is None or said is None:
        raise NotFound("There is no such agreement")
    paper = Paper(
        number(agreement.id),
        stored.terms(agreement),
        agreement.fingerprint,
        _said(workspace, said),
    )
    day = clock.local_day(said.at, workspace.time_zone)
    frame = papers.Frame(invoices.creditor(workspace), day, workspace.currency)
    content = papers.agreement(frame, paper, debtor.locale or workspace.locale)
    return Drawn(agreement.id, f"{number(agreement.id)}.pdf", content)


def content(session: Session, agreement: Agreement) -> tuple[str, bytes]:
    """Name and bytes of the kept paper. Raises NotFound while it is not written."""
    if agreement.file_id is None:
        raise NotFound("The document is being written: try again in a minute")
    kept = files.read(session, agreement.workspace_id, agreement.file_id)
    return f"{number(agreement.id)}.pdf", kept


def _said(workspace: Workspace, said: AgreementAcceptance) -> Said:
    at = clock.local_time(said.at, workspace.time_zone)
    return Said(
        said.actor_name,
        clock.local_day(said.at, workspace.time_zone),
        at.strftime("%H:%M:%S"),
        said.actor_kind != ActorKind.DEBTOR,
        said.address or "",
        said.user_agent or "",
        said.note or "",
    )


def _keep(actor: Actor, workspace_id: int, drawn: Drawn, now: datetime) -> bool:
    with unit_of_work(actor) as session:
        agreement = stored.locked(session, workspace_id, drawn.agreement_id)
        if agreement is None or agreement.file_id is not None:
            return False
        file: StoredFile = files.put(session, workspace_id, drawn.name, PDF, drawn.content)
        agreement.file_id = file.id
        workspace = workspaces.by_id(session, workspace_id)
        assert workspace is not None
        if agreement.state in RUNNING:
            _mail(session, agreement, clock.local_day(now, workspace.time_zone), now)
    return True


def _mail(session: Session, agreement: Agreement, today: date, now: datetime) -> None:
    """A contact that carries the paper: sent like every other, and never twice."""
    query = (
        upsert(Touch)
        .values(
            workspace_id=agreement.workspace_id,
            debtor_id=agreement.debtor_id,
            campaign_id=None,
            anchor_kind=AnchorKind.REQUEST.value,
            anchor_id=agreement.id,
            cycle=1,
            step_key=enclosures.AGREEMENT,
            channel=Channel.EMAIL.value,
            template_key=enclosures.AGREEMENT,
            planned_on=today,
            scheduled_at=now,
            total_cents=agreement.total_cents,
        )
        .on_conflict_do_nothing(constraint="uq_touches_contact")
        .returning(Touch.id)
    )
    touch_id = session.scalar(query)
    if touch_id is None:
        return
    rows = stored.installments(session, agreement.workspace_id, [agreement.id])
    session.execute(
        insert(TouchReceivable),
        [
            {
                "workspace_id": agreement.workspace_id,
                "touch_id": touch_id,
                "receivable_id": row.id,
                "open_cents": row.amount_cents - row.settled_cents,
            }
            for row in rows
            if row.settled_on is None
        ],
    )
