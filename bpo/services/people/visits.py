"""Debtors at the door: whose signed link was opened, and what it lets them reach."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from bpo.db import acting_as
from bpo.domain.people.links import Purpose
from bpo.gateways.signing import Signer
from bpo.kernel import actor as actors
from bpo.kernel.actor import Actor
from bpo.models import Debtor, SignedLink, Workspace
from bpo.queries.people import debtors, workspaces
from bpo.queries.people import links as stored
from bpo.services.people import links

DOOR = actors.system((), name="debtor link")
"""Reads links and the list of client companies; reaches no workspace."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever holds a working link: an actor who reaches one workspace, for one debtor."""

    link_id: int
    actor: Actor
    workspace: Workspace
    debtor: Debtor

    @property
    def locale(self) -> str:
        """The language in which this debtor is written to."""
        return self.debtor.locale or self.workspace.locale


@dataclass(frozen=True, slots=True)
class Closed:
    """A link that opens nothing; whose it was, when we made it."""

    workspace: Workspace | None = None


def enter(
    session: Session,
    signer: Signer,
    token: str,
    purpose: Purpose,
    *,
    address: str | None,
    now: datetime,
) -> Visitor | Closed:
    """Who stands behind a token. Joins the caller's unit, which acts as `DOOR`.

    `address`: the network address the visitor comes from.
    """
    link = genuine(session, signer, token, purpose)
    workspace = workspaces.by_id(session, link.workspace_id or 0) if link else None
    if link is None or workspace is None:
        return Closed()
    if not (workspace.active and links.is_open(link, now)):
        return Closed(workspace)
    actor = actors.debtor(workspace.id, link.subject_id, name="", address=address)
    with acting_as(actor):
        debtor = debtors.by_id(session, workspace.id, link.subject_id)
    if debtor is None:
        return Closed(workspace)
    return Visitor(link.id, replace(actor, name=debtor.name), workspace, debtor)


def creditor(session: Session, signer: Signer, token: str, purpose: Purpose) -> Workspace | None:
    """Whose link a token is, whether it still works or not."""
    link = genuine(session, signer, token, purpose)
    return workspaces.by_id(session, link.workspace_id or 0) if link else None


def genuine(session: Session, signer: Signer, token: str, purpose: Purpose) -> SignedLink | None:
    """The row behind a token that we made, whether it still works or not."""
    number = signer.link_id(token, purpose.value)
    link = stored.by_id(session, number) if number is not None else None
    return link if link is not None and link.purpose == purpose.value else None
