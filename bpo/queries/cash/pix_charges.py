"""Pix charges of receivables: those a bank should hold, and those it is to be asked about."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, select, text
from sqlalchemy.orm import Session

from bpo.domain.cash import pix_charges as rules
from bpo.domain.cash.pix_charges import State
from bpo.domain.reminders.channels import PIX
from bpo.models import ChannelSetting, Debtor, PixCharge, Receivable

_RELEASE = text(
    """
UPDATE pix_charges c SET state = 'leaving', next_at = :now, tries = 0
FROM receivables r
WHERE c.workspace_id = :workspace AND c.state IN ('asked', 'active')
  AND r.workspace_id = c.workspace_id AND r.id = c.receivable_id
  AND (r.settled_on IS NOT NULL OR r.settled_cents <> 0 OR r.amount_cents <> c.cents
       OR r.due_date <> c.due_date OR c.valid_until < :today)
"""
)


def wanted(
    session: Session, workspace_id: int, today: date, limit: int
) -> Sequence[tuple[Receivable, Debtor]]:
    """Open titles that fall due soon and have no charge, with their debtors, the earliest first.

    Not those on which something was paid, those without a CPF or CNPJ to name, nor those that the
    bank refused as they are.
    """
    live = exists().where(
        PixCharge.workspace_id == Receivable.workspace_id,
        PixCharge.receivable_id == Receivable.id,
        PixCharge.state.in_(rules.LIVE)
        | (
            PixCharge.state.in_((State.REFUSED, State.PAID))
            & (PixCharge.cents == Receivable.amount_cents)
            & (PixCharge.due_date == Receivable.due_date)
        ),
    )
    query = (
        select(Receivable, Debtor)
        .join(Debtor, _of_debtor())
        .where(
            Receivable.workspace_id == workspace_id,
            Receivable.settled_on.is_(None),
            Receivable.settled_cents == 0,
            Receivable.issue_date <= today,
            Receivable.due_date.between(today, today + timedelta(days=rules.AHEAD_DAYS)),
            func.length(Debtor.document).in_((11, 14)),
            ~live,
        )
        .order_by(Receivable.due_date, Receivable.id)
        .limit(limit)
    )
    return [(row, debtor) for row, debtor in session.execute(query)]


def titles(
    session: Session, workspace_id: int, receivable_ids: Collection[int]
) -> Sequence[tuple[Receivable, Debtor]]:
    """Some receivables with their debtors."""
    query = (
        select(Receivable, Debtor)
        .join(Debtor, _of_debtor())
        .where(Receivable.workspace_id == workspace_id, Receivable.id.in_(receivable_ids))
    )
    return [(row, debtor) for row, debtor in session.execute(query)]


def release(session: Session, workspace_id: int, today: date, now: datetime) -> None:
    """Let charges go whose receivable was paid, changed, or whose time is over."""
    session.execute(_RELEASE, {"workspace": workspace_id, "today": today, "now": now})


def to_talk_about(
    session: Session, workspace_id: int, now: datetime, limit: int
) -> Sequence[PixCharge]:
    """The live charges of which the bank is to be asked now, the longest waiting first."""
    query = (
        select(PixCharge)
        .where(
            PixCharge.workspace_id == workspace_id,
            PixCharge.state.in_(rules.LIVE),
            PixCharge.next_at <= now,
        )
        .order_by(PixCharge.next_at, PixCharge.id)
        .limit(limit)
    )
    return session.scalars(query).all()


def new_ids(session: Session, count: int) -> list[int]:
    """Numbers for charges that are about to be asked for."""
    sequence = "SELECT nextval('pix_charges_id_seq') FROM generate_series(1, :count)"
    return list(session.scalars(text(sequence).bindparams(bindparam("count", count))))


def codes(
    session: Session, workspace_id: int, receivable_ids: Collection[int], day: date
) -> dict[int, str]:
    """The copy-and-paste of charges that can be paid on a day, by receivable.

    None where the company has switched the bank's Pix off, nor of a receivable that is no longer
    what the charge was made for: something was paid, or amount or due date changed.
    """
    if not receivable_ids:
        return {}
    at_work = exists().where(
        ChannelSetting.workspace_id == PixCharge.workspace_id,
        ChannelSetting.channel == PIX,
        ChannelSetting.active,
    )
    query = (
        select(PixCharge.receivable_id, PixCharge.copy_paste)
        .join(
            Receivable,
            (Receivable.workspace_id == PixCharge.workspace_id)
            & (Receivable.id == PixCharge.receivable_id),
        )
        .where(
            PixCharge.workspace_id == workspace_id,
            PixCharge.receivable_id.in_(receivable_ids),
            PixCharge.state == State.ACTIVE,
            PixCharge.valid_until >= day,
            PixCharge.cents == Receivable.amount_cents,
            PixCharge.due_date == Receivable.due_date,
            Receivable.settled_cents == 0,
            Receivable.settled_on.is_(None),
            at_work,
        )
    )
    return {number: code for number, code in session.execute(query) if code}


def of_receivable(session: Session, workspace_id: int, receivable_id: int) -> PixCharge | None:
    """The latest charge of a receivable."""
    query = (
        select(PixCharge)
        .where(PixCharge.workspace_id == workspace_id, PixCharge.receivable_id == receivable_id)
        .order_by(PixCharge.id.desc())
        .limit(1)
    )
    return session.scalar(query)


def _of_debtor() -> ColumnElement[bool]:
    same_place = Debtor.workspace_id == Receivable.workspace_id
    return and_(same_place, Debtor.id == Receivable.debtor_id)
