"""Reading requests for approval: what waits for whom, one, and the mails that must go."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, func, literal, or_, select
from sqlalchemy.orm import Session

from bpo.domain.deals.approvals import About, State
from bpo.domain.people.links import CLAIM_EXPIRES, MAX_MAIL_ATTEMPTS, MailState
from bpo.kernel.actor import Role
from bpo.models import Agreement, ApprovalMail, ApprovalRequest, Campaign, Debtor, Simulation

SIZE = 50


class Listed(NamedTuple):
    """A request with whom and what it is about: a debtor's offer, or a campaign and what it would
    do; a text is in the request itself."""

    request: ApprovalRequest
    debtor: Debtor | None
    agreement: Agreement | None
    campaign: Campaign | None
    simulation: Simulation | None


def listed(
    session: Session, workspace_id: int, *, needed_by: Role | None = None
) -> Sequence[Listed]:
    """The requests of a workspace, open ones first, then the latest."""
    query = (
        select(ApprovalRequest, Debtor, Agreement, Campaign, Simulation)
        .outerjoin(Debtor, _same(Debtor, ApprovalRequest.debtor_id))
        .outerjoin(Agreement, _same(Agreement, ApprovalRequest.agreement_id))
        .outerjoin(Campaign, _same(Campaign, ApprovalRequest.campaign_id))
        .outerjoin(Simulation, _same(Simulation, ApprovalRequest.simulation_id))
        .where(ApprovalRequest.workspace_id == workspace_id)
        .order_by(ApprovalRequest.state != State.ASKED.value, ApprovalRequest.id.desc())
        .limit(SIZE)
    )
    if needed_by:
        query = query.where(ApprovalRequest.needed_by == needed_by.value)
    return [Listed(*row) for row in session.execute(query)]


def waiting(session: Session, workspace_id: int, needed_by: Role, today: date) -> int:
    """How many requests wait for a role."""
    query = select(func.count()).where(
        ApprovalRequest.workspace_id == workspace_id,
        ApprovalRequest.state == State.ASKED.value,
        ApprovalRequest.needed_by == needed_by.value,
        ApprovalRequest.valid_until >= today,
    )
    return session.scalar(query) or 0


def by_id(session: Session, workspace_id: int, request_id: int) -> ApprovalRequest | None:
    """One request."""
    return session.get(ApprovalRequest, (workspace_id, request_id))


def locked(session: Session, workspace_id: int, request_id: int) -> ApprovalRequest | None:
    """One request, held until the transaction ends."""
    return session.get(
        ApprovalRequest, (workspace_id, request_id), with_for_update=True, populate_existing=True
    )


def of_debtor(session: Session, workspace_id: int, debtor_id: int) -> Sequence[ApprovalRequest]:
    """The requests about a debtor, the latest first."""
    return session.scalars(
        select(ApprovalRequest)
        .where(ApprovalRequest.workspace_id == workspace_id, ApprovalRequest.debtor_id == debtor_id)
        .order_by(ApprovalRequest.id.desc())
        .limit(SIZE)
    ).all()


def asked_on_page(session: Session, workspace_id: int, debtor_id: int) -> ApprovalRequest | None:
    """The latest request that a debtor made on their own page."""
    return session.scalar(
        select(ApprovalRequest)
        .where(
            ApprovalRequest.workspace_id == workspace_id,
            ApprovalRequest.debtor_id == debtor_id,
            ApprovalRequest.asked_by.is_(None),
        )
        .order_by(ApprovalRequest.id.desc())
        .limit(1)
    )


def open_about(
    session: Session,
    workspace_id: int,
    about: frozenset[About],
    campaign_id: int | None = None,
    place: str | None = None,
) -> Sequence[ApprovalRequest]:
    """The open requests about some kinds of things, held: all, or those of one campaign or text."""
    query = select(ApprovalRequest).where(
        ApprovalRequest.workspace_id == workspace_id,
        ApprovalRequest.state == State.ASKED.value,
        ApprovalRequest.about.in_([one.value for one in about]),
    )
    if campaign_id is not None:
        query = query.where(ApprovalRequest.campaign_id == campaign_id)
    if place is not None:
        query = query.where(ApprovalRequest.content["place"].astext == place)
    return session.scalars(query.order_by(ApprovalRequest.id).with_for_update()).all()


def latest_about(
    session: Session, workspace_id: int, *, campaign_id: int | None = None, place: str | None = None
) -> ApprovalRequest | None:
    """The newest request about a campaign, or about a text by its place."""
    query = select(ApprovalRequest).where(ApprovalRequest.workspace_id == workspace_id)
    if campaign_id is not None:
        query = query.where(ApprovalRequest.campaign_id == campaign_id)
    else:
        query = query.where(
            ApprovalRequest.about == About.TEXT.value,
            ApprovalRequest.content["place"].astext == place,
        )
    return session.scalars(query.order_by(ApprovalRequest.id.desc()).limit(1)).first()


def due_mails(session: Session, workspace_id: int, now: datetime) -> Sequence[int]:
    """Ids of the mails to be sent now: waiting, or failed a while ago and not too often."""
    return session.scalars(
        select(ApprovalMail.id)
        .where(ApprovalMail.workspace_id == workspace_id, _due(now))
        .order_by(ApprovalMail.id)
    ).all()


def with_mail_due(session: Session, now: datetime) -> dict[int, int]:
    """How many mails are due, or were left by a worker that died, by workspace."""
    left = (ApprovalMail.state == MailState.SENDING.value) & (
        ApprovalMail.at < abandoned_before(now)
    )
    query = (
        select(ApprovalMail.workspace_id, func.count())
        .where(or_(_due(now), left))
        .group_by(ApprovalMail.workspace_id)
    )
    return dict(session.execute(query).all())


def abandoned_before(now: datetime, expires: timedelta = CLAIM_EXPIRES) -> datetime:
    """Mails claimed before this instant were left by a worker that died."""
    return now - expires


def _due(now: datetime) -> ColumnElement[bool]:
    tries = ApprovalMail.attempts
    wait = func.make_interval(0, 0, 0, 0, 0, tries * tries)
    return or_(
        ApprovalMail.state == MailState.WAITING.value,
        and_(
            ApprovalMail.state == MailState.FAILED.value,
            tries < MAX_MAIL_ATTEMPTS,
            ApprovalMail.at <= literal(now) - wait,
        ),
    )


_About = type[Debtor] | type[Agreement] | type[Campaign] | type[Simulation]


def _same(table: _About, column: Any) -> ColumnElement[bool]:
    return and_(table.workspace_id == ApprovalRequest.workspace_id, table.id == column)
