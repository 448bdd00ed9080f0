"""Reading the rows behind signed links."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from bpo.domain.people.links import CLAIM_EXPIRES, TO_SEND, MailState, Purpose
from bpo.models import SignedLink


def by_id(session: Session, link_id: int) -> SignedLink | None:
    """The link with this number, whatever its state."""
    return session.get(SignedLink, link_id)


def locked(session: Session, link_id: int) -> SignedLink | None:
    """The link, held until the transaction ends, so that it can serve only once."""
    return session.scalar(select(SignedLink).where(SignedLink.id == link_id).with_for_update())


def live(
    session: Session, purpose: Purpose, subject_id: int, workspace_id: int | None = None
) -> SignedLink | None:
    """The one link of a subject that has not been revoked; it may have expired."""
    return session.scalar(
        select(SignedLink).where(
            SignedLink.purpose == purpose.value,
            SignedLink.subject_id == subject_id,
            SignedLink.workspace_id.is_not_distinct_from(workspace_id),
            SignedLink.revoked_at.is_(None),
        )
    )


def invitations(session: Session) -> dict[int, SignedLink]:
    """The open invitation of each user who has one, by user id."""
    found = session.scalars(
        select(SignedLink).where(
            SignedLink.purpose == Purpose.INVITE.value, SignedLink.revoked_at.is_(None)
        )
    )
    return {link.subject_id: link for link in found}


def unsent(session: Session, now: datetime) -> Sequence[SignedLink]:
    """Live links whose mail has not gone out: waiting, failed, or claimed too long ago."""
    return session.scalars(
        select(SignedLink)
        .where(
            or_(
                SignedLink.mail_state.in_(sorted(TO_SEND)),
                and_(
                    SignedLink.mail_state == MailState.SENDING.value,
                    SignedLink.mail_at < now - CLAIM_EXPIRES,
                ),
            ),
            SignedLink.revoked_at.is_(None),
            SignedLink.expires_at > now,
        )
        .order_by(SignedLink.id)
    ).all()
