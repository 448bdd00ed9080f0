"""Whom a step could speak to today and about what: real debtors for the previews of its text."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from bpo.domain.reminders.steps import Moment
from bpo.models import Contact, Debtor, Payment, Receivable
from bpo.queries.reminders.outgoing import Line

FEW = 8


def readers(
    session: Session, workspace_id: int, moment: Moment, today: date, limit: int = FEW
) -> Sequence[Debtor]:
    """Debtors to whom a step of a moment could speak today, those with most at stake first.

    Falls back to whoever owes anything when there is nobody of that kind.
    """
    for condition in (_spoken_to(moment, today), Receivable.settled_on.is_(None)):
        stakes = (
            select(Receivable.debtor_id, func.sum(Receivable.amount_cents).label("cents"))
            .where(Receivable.workspace_id == workspace_id, condition)
            .group_by(Receivable.debtor_id)
            .subquery()
        )
        found = session.scalars(
            select(Debtor)
            .join(stakes, stakes.c.debtor_id == Debtor.id)
            .where(Debtor.workspace_id == workspace_id)
            .order_by(stakes.c.cents.desc(), Debtor.id)
            .limit(limit)
        ).all()
        if found:
            return found
    return []


def lines(
    session: Session, workspace_id: int, debtor_id: int, moment: Moment, today: date
) -> list[Line]:
    """What a step of a moment would list of a debtor today, oldest due first.

    Nothing for a greeting. All that is overdue; otherwise what falls due next, or whatever is open.
    """
    if moment == Moment.RELATIONSHIP:
        return []
    rows = session.scalars(
        select(Receivable)
        .where(
            Receivable.workspace_id == workspace_id,
            Receivable.debtor_id == debtor_id,
            Receivable.settled_on.is_(None),
        )
        .order_by(Receivable.due_date, Receivable.id)
    ).all()
    overdue = [row for row in rows if row.effective_due_date < today]
    coming = [row for row in rows if row.effective_due_date >= today]
    if moment == Moment.OVERDUE:
        return [_line(row) for row in overdue or rows]
    return [_line(row) for row in coming[:1] or rows[-1:]]


def latest_payment(session: Session, workspace_id: int, debtor_id: int) -> Payment | None:
    """The last money that came from a debtor and was not given back."""
    undone = select(Payment.reverses_id).where(
        Payment.workspace_id == workspace_id, Payment.reverses_id.is_not(None)
    )
    return session.scalar(
        select(Payment)
        .where(
            Payment.workspace_id == workspace_id,
            Payment.debtor_id == debtor_id,
            Payment.amount_cents > 0,
            Payment.id.not_in(undone),
        )
        .order_by(Payment.paid_on.desc(), Payment.id.desc())
        .limit(1)
    )


def address(session: Session, workspace_id: int, debtor_id: int, channel: str) -> str | None:
    """The address that a message of a channel would go to."""
    kind = "phone" if channel == "sms" else channel
    return session.scalar(
        select(Contact.address)
        .where(
            Contact.workspace_id == workspace_id,
            Contact.debtor_id == debtor_id,
            Contact.channel == kind,
            Contact.status == "valid",
        )
        .order_by(Contact.purpose != "billing", Contact.position, Contact.id)
        .limit(1)
    )


def _spoken_to(moment: Moment, today: date) -> ColumnElement[bool]:
    if moment in (Moment.PAYMENT, Moment.RELATIONSHIP):
        return Receivable.settled_on.is_not(None)
    due = Receivable.effective_due_date
    late = due < today if moment == Moment.OVERDUE else due >= today
    return and_(Receivable.settled_on.is_(None), late)


def _line(row: Receivable) -> Line:
    return Line(
        0,
        row.id,
        row.number,
        row.description,
        row.installment,
        row.installments,
        row.issue_date,
        row.due_date,
        row.effective_due_date,
        row.amount_cents,
        row.amount_cents - row.settled_cents,
        row.policy_version_id,
        row.agreement_id,
    )
