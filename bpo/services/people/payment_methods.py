"""The ways to pay that a client company offers."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from bpo.db import unit_of_work
from bpo.domain.people import access
from bpo.domain.people import payment_methods as rules
from bpo.domain.people.access import Permission
from bpo.domain.people.payment_methods import Kind
from bpo.domain.writing import sightings
from bpo.kernel.actor import Actor
from bpo.kernel.errors import Conflict, NotFound
from bpo.models import PaymentMethod, Workspace
from bpo.queries.people import workspaces
from bpo.services.people import audit


def add(
    actor: Actor,
    workspace_id: int,
    kind: Kind,
    label: str,
    details: Mapping[str, str],
    *,
    now: datetime,
) -> PaymentMethod:
    """Offer one more way to pay; it comes last. What is offered already in these words stays alone.

    Raises BadInput by field.

    Pix is not added here: it follows the Pix key of the client company.
    """
    access.require(actor, Permission.EDIT_WORKSPACE, workspace_id)
    if kind is Kind.PIX:
        raise Conflict("Pix follows the company's Pix key: set the key instead", field="kind")
    label, plain = rules.label(label), rules.details(kind, details)
    with unit_of_work(actor) as session:
        workspaces.locked(session, workspace_id)
        offered = workspaces.payment_methods(session, workspace_id)
        for one in offered:
            if (one.kind, one.label, one.details) == (kind.value, label, plain):
                return one
        last = max((one.position for one in offered), default=0)
        method = PaymentMethod(
            workspace_id=workspace_id,
            kind=kind.value,
            label=label,
            details=plain,
            position=last + 1,
        )
        session.add(method)
        session.flush()
        _record(session, actor, "payment_method.add", method, now)
    return method


def withdraw(actor: Actor, workspace_id: int, method_id: int, *, now: datetime) -> PaymentMethod:
    """Offer a way to pay no longer."""
    return _switch(actor, workspace_id, method_id, active=False, now=now)


def restore(actor: Actor, workspace_id: int, method_id: int, *, now: datetime) -> PaymentMethod:
    """Offer a withdrawn way to pay again."""
    return _switch(actor, workspace_id, method_id, active=True, now=now)


def sighting(offered: Sequence[PaymentMethod]) -> str:
    """The name of the order in which ways to pay are offered (`sightings`)."""
    return sightings.of_content([one.id for one in offered if one.active])


def move_up(
    actor: Actor, workspace_id: int, method_id: int, *, now: datetime, seen: str | None = None
) -> PaymentMethod:
    """Show an offered way to pay before the one that stood above it, wherever debtors look.

    An order that is no longer the one `seen`, by its `sighting`, stays: the same click came twice,
    or somebody else has moved one.
    """
    access.require(actor, Permission.EDIT_WORKSPACE, workspace_id)
    with unit_of_work(actor) as session:
        workspaces.locked(session, workspace_id)
        ordered = list(workspaces.payment_methods(session, workspace_id))
        method = next((one for one in ordered if one.id == method_id), None)
        if method is None:
            raise NotFound("There is no such way to pay")
        if seen and seen != sighting(ordered):
            return method
        at = ordered.index(method)
        ordered.insert(max(at - 1, 0), ordered.pop(at))
        for position, one in enumerate(ordered):
            one.position = position
        _record(session, actor, "payment_method.move", method, now)
    return method


def follow_pix_key(session: Session, workspace: Workspace) -> None:
    """Make the Pix method say what the company's Pix key says; joins the caller's unit."""
    method = workspaces.pix_method(session, workspace.id)
    if method is None and workspace.pix_key:
        method = PaymentMethod(
            workspace_id=workspace.id, kind=Kind.PIX.value, label="Pix", details={}
        )
        session.add(method)
    if method is not None:
        method.active = workspace.pix_key is not None
        method.details = {"key": workspace.pix_key} if workspace.pix_key else {}


def _switch(
    actor: Actor, workspace_id: int, method_id: int, *, active: bool, now: datetime
) -> PaymentMethod:
    access.require(actor, Permission.EDIT_WORKSPACE, workspace_id)
    with unit_of_work(actor) as session:
        method = workspaces.payment_method(session, workspace_id, method_id)
        if method is None:
            raise NotFound("There is no such way to pay")
        if method.kind == Kind.PIX and active and "key" not in method.details:
            raise Conflict("Pix follows the company's Pix key: set the key instead")
        method.active = active
        action = "payment_method.restore" if active else "payment_method.withdraw"
        _record(session, actor, action, method, now)
    return method


def _record(
    session: Session, actor: Actor, action: str, method: PaymentMethod, now: datetime
) -> None:
    audit.record(
        session,
        actor,
        method.workspace_id,
        action,
        now=now,
        subject=("payment_method", method.id),
        kind=method.kind,
        label=method.label,
    )
