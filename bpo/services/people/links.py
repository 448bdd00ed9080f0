"""Signed links: issued, opened, used up and revoked. Every function joins the caller's unit."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import BigInteger, BindParameter, DateTime, cast, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session

from bpo.domain.people.links import MailState, Purpose
from bpo.gateways.signing import Signer
from bpo.kernel.errors import NotFound
from bpo.models import SignedLink
from bpo.queries.people import links

GONE = "This link is no longer valid. Ask for a new one."
_TOO_LARGE = 2**63


def issue(
    session: Session,
    purpose: Purpose,
    subject_id: int,
    *,
    expires_at: datetime,
    now: datetime,
    workspace_id: int | None = None,
    by_mail: bool = False,
) -> SignedLink:
    """A new link for a subject; the earlier one of the same purpose stops working.

    `by_mail`: an account mail carries it, so the row waits for `send_account_mail`.
    """
    revoke(session, purpose, subject_id, now=now, workspace_id=workspace_id)
    link = SignedLink(
        purpose=purpose.value,
        workspace_id=workspace_id,
        subject_id=subject_id,
        expires_at=expires_at,
        mail_state=MailState.WAITING.value if by_mail else None,
    )
    session.add(link)
    session.flush()
    return link


def ensure(
    session: Session,
    purpose: Purpose,
    workspace_id: int,
    subject_ids: Collection[int],
    *,
    expires_at: datetime,
) -> dict[int, int]:
    """The link numbers of many subjects by subject id: the live ones, prolonged, or new ones."""
    ids = cast(sorted(set(subject_ids)), ARRAY(BigInteger))
    columns = ["purpose", "workspace_id", "subject_id", "expires_at"]
    rows = select(
        literal(purpose.value), literal(workspace_id, BigInteger), func.unnest(ids), _at(expires_at)
    )
    new = insert(SignedLink).from_select(columns, rows)
    prolonged = new.on_conflict_do_update(
        index_elements=["purpose", "workspace_id", "subject_id"],
        index_where=SignedLink.revoked_at.is_(None),
        set_={"expires_at": func.greatest(SignedLink.expires_at, new.excluded.expires_at)},
    )
    found = session.execute(prolonged.returning(SignedLink.subject_id, SignedLink.id))
    return dict(found.all())


def found(
    session: Session,
    signer: Signer,
    token: str,
    purpose: Purpose,
    *,
    now: datetime,
    lock: bool = False,
) -> SignedLink | None:
    """The row behind a token that is genuine, live and in time; None for all that can be wrong.

    `lock` holds the row for `use`.
    """
    number = signer.link_id(token, purpose.value)
    read = links.locked if lock else links.by_id
    link = read(session, number) if number is not None and number < _TOO_LARGE else None
    genuine = link is not None and link.purpose == purpose.value and is_open(link, now)
    return link if genuine else None


def opened(
    session: Session,
    signer: Signer,
    token: str,
    purpose: Purpose,
    *,
    now: datetime,
    lock: bool = False,
) -> SignedLink:
    """The row behind a token, as `found`; raises NotFound when it does not work."""
    link = found(session, signer, token, purpose, now=now, lock=lock)
    if link is None:
        raise NotFound(GONE)
    return link


def is_open(link: SignedLink, now: datetime) -> bool:
    """Whether the link still works."""
    return link.revoked_at is None and link.used_at is None and link.expires_at > now


def use(link: SignedLink, *, now: datetime) -> None:
    """Spend a link that serves only once."""
    link.used_at = link.revoked_at = now


def revoke(
    session: Session,
    purpose: Purpose,
    subject_id: int,
    *,
    now: datetime,
    workspace_id: int | None = None,
) -> None:
    """End the live link of a subject, if there is one."""
    session.execute(
        update(SignedLink)
        .where(
            SignedLink.purpose == purpose.value,
            SignedLink.subject_id == subject_id,
            SignedLink.workspace_id.is_not_distinct_from(workspace_id),
            SignedLink.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )


def _at(instant: datetime) -> BindParameter[datetime]:
    return literal(instant, DateTime(timezone=True))
