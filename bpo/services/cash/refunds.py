"""Refunds: what is left of a payment given back to the debtor, and undone if it never left."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from bpo.db import unit_of_work
from bpo.domain.books import adjustments
from bpo.domain.cash import refunds as rules
from bpo.domain.cash.payments import Method
from bpo.domain.intake import attachments
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.kernel import clock
from bpo.kernel.actor import Actor
from bpo.kernel.errors import Conflict, NotFound
from bpo.models import Payment, Refund
from bpo.queries.cash import payments as stored
from bpo.queries.people import debtors, workspaces
from bpo.services.people import audit, files


class Proof(NamedTuple):
    """The receipt of a transfer as it was given."""

    filename: str
    content: bytes


def give_back(
    actor: Actor,
    workspace_id: int,
    payment_id: int,
    cents: int,
    reason: str | None,
    *,
    now: datetime,
    on: date | None = None,
    method: Method = Method.PIX,
    reference: str | None = None,
    paid_to: str | None = None,
    proof: Proof | None = None,
    key: str | None = None,
) -> Refund:
    """Record that so many centavos of a payment's credit were returned to the debtor.

    It moves no money itself: `paid_to` says to whom and where, `reference` names the transfer,
    `proof` is kept with it. Raises BadInput for more than is left or a file that is no document,
    Conflict for a payment that was undone.
    """
    access.require(actor, Permission.REFUND, workspace_id)
    plain = adjustments.reason(reason)
    accepted = attachments.examine(*proof) if proof else None
    with unit_of_work(actor) as session:
        payment, today = _held(session, workspace_id, payment_id, now)
        before = stored.refund_by_key(session, workspace_id, key) if key else None
        if before:
            return _again(before, payment_id, cents)
        if payment.reverses_id or stored.reversal_of(session, workspace_id, payment_id):
            raise Conflict("This payment has already been undone")
        day = on or today
        rules.check(stored.left_cents(session, payment), cents, day, payment.paid_on, today)
        refund = Refund(
            workspace_id=workspace_id,
            payment_id=payment_id,
            amount_cents=cents,
            on_day=day,
            method=method.value,
            reference=reference,
            paid_to=paid_to,
            reason=plain,
            idempotency_key=key,
            created_by=actor.user_id,
        )
        if proof and accepted:
            media_type = accepted.media_type
            file = files.put(session, workspace_id, accepted.name, media_type, proof.content)
            refund.file_id = file.id
        _write(session, actor, payment, refund, "payment.refund", now)
    return refund


def undo(
    actor: Actor, workspace_id: int, refund_id: int, reason: str | None, *, now: datetime
) -> Refund:
    """Take back a refund that was not made, or came back: the credit is there again, once."""
    access.require(actor, Permission.REFUND, workspace_id)
    plain = adjustments.reason(reason)
    with unit_of_work(actor) as session:
        refund = stored.refund(session, workspace_id, refund_id)
        if refund is None:
            raise NotFound("There is no such refund")
        payment, today = _held(session, workspace_id, refund.payment_id, now)
        known = stored.refunds(session, workspace_id, payment.id)
        undone = {row.id for row, undone_by in known if undone_by}
        if refund.reverses_id is not None or refund.id in undone:
            raise Conflict("This refund has already been undone")
        undoing = Refund(
            workspace_id=workspace_id,
            payment_id=refund.payment_id,
            amount_cents=-refund.amount_cents,
            on_day=today,
            method=refund.method,
            reason=plain,
            reverses_id=refund.id,
            created_by=actor.user_id,
        )
        _write(session, actor, payment, undoing, "payment.undo_refund", now)
    return undoing


def _again(before: Refund, payment_id: int, cents: int) -> Refund:
    """The answer to a repeated form: what it recorded the first time."""
    if (before.payment_id, before.amount_cents) != (payment_id, cents):
        raise Conflict("This form has already recorded something else: open it again")
    return before


def _held(
    session: Session, workspace_id: int, payment_id: int, now: datetime
) -> tuple[Payment, date]:
    """The payment with its debtor held, and today where the company is."""
    workspace = workspaces.by_id(session, workspace_id)
    payment = stored.by_id(session, workspace_id, payment_id)
    if workspace is None or payment is None:
        raise NotFound("There is no such payment")
    debtors.locked(session, workspace_id, payment.debtor_id)
    return payment, clock.local_day(now, workspace.time_zone)


def _write(
    session: Session, actor: Actor, payment: Payment, refund: Refund, action: str, now: datetime
) -> None:
    session.add(refund)
    session.flush()
    audit.record(
        session,
        actor,
        payment.workspace_id,
        action,
        now=now,
        subject=("payment", payment.id),
        debtor_id=payment.debtor_id,
        amount_cents=refund.amount_cents,
        on_day=refund.on_day.isoformat(),
        reason=refund.reason,
        paid_to=refund.paid_to,
        proof=refund.file_id,
    )
