"""Reading what debtors did on their own page, the conversation with the team, and the survey."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from bpo.domain.page.page_acts import Kind
from bpo.models import Debtor, Feedback, Hold, PageAct, Payment, Promise, Task, User, Workspace

TALK = 100
ASKED_FOR = timedelta(days=21)
"""For how long after a payment its question is asked."""


class Said(NamedTuple):
    """An act or answer, who of the team wrote it, and whether its line waits in the inbox."""

    act: PageAct
    by: str | None
    waits: bool


class Asked(NamedTuple):
    """What the question is about: a `payment` with its amount in centavos, or an `act`."""

    about: str
    subject_id: int
    cents: int | None


class Opinion(NamedTuple):
    """An answer to the survey and whose it is."""

    feedback: Feedback
    debtor: str
    place: int


class Mood(NamedTuple):
    """How many answers there are, their mean from 1 to 5, and how many of each score."""

    answers: int
    mean: float | None
    scores: dict[int, int]


def by_key(session: Session, workspace_id: int, debtor_id: int, key: str) -> PageAct | None:
    """The act that a form with this key became, if it was sent before."""
    return session.scalar(
        select(PageAct).where(
            PageAct.workspace_id == workspace_id,
            PageAct.debtor_id == debtor_id,
            PageAct.request_key == key,
        )
    )


def by_id(session: Session, workspace_id: int, debtor_id: int, act_id: int) -> PageAct | None:
    """One act of a debtor."""
    found = session.get(PageAct, (workspace_id, act_id))
    return found if found is not None and found.debtor_id == debtor_id else None


def done_since(session: Session, workspace_id: int, debtor_id: int, since: datetime) -> int:
    """How often a debtor has acted since an instant."""
    return (
        session.scalar(
            select(func.count())
            .select_from(PageAct)
            .where(
                PageAct.workspace_id == workspace_id,
                PageAct.debtor_id == debtor_id,
                PageAct.at > since,
                PageAct.created_by.is_(None),
            )
        )
        or 0
    )


def claims_since(session: Session, workspace_id: int, debtor_id: int, since: datetime) -> int:
    """How many claims of payment of a debtor paused the reminders since an instant."""
    return (
        session.scalar(
            select(func.count(func.distinct(Hold.created_at))).where(
                Hold.workspace_id == workspace_id,
                Hold.debtor_id == debtor_id,
                Hold.source == "debtor",
                Hold.reason == "payment_seen",
                Hold.created_at > since,
            )
        )
        or 0
    )


def broken_since(session: Session, workspace_id: int, debtor_id: int, since: date) -> int:
    """How many promises of a debtor were broken since a day."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Promise)
            .where(
                Promise.workspace_id == workspace_id,
                Promise.debtor_id == debtor_id,
                Promise.state == "broken",
                Promise.settled_on > since,
            )
        )
        or 0
    )


def talk(session: Session, workspace_id: int, debtor_id: int, limit: int = TALK) -> list[Said]:
    """The conversation with a debtor on the page, the oldest first."""
    waits = (
        select(Task.id)
        .where(
            Task.workspace_id == PageAct.workspace_id,
            Task.debtor_id == PageAct.debtor_id,
            Task.state == "open",
            Task.detail["page_act_id"].as_integer() == PageAct.id,
        )
        .exists()
    )
    rows = session.execute(
        select(PageAct, User.name, waits)
        .outerjoin(User, User.id == PageAct.created_by)
        .where(PageAct.workspace_id == workspace_id, PageAct.debtor_id == debtor_id)
        .order_by(PageAct.at.desc(), PageAct.id.desc())
        .limit(limit)
    )
    return [Said(*row) for row in rows][::-1]


def declared_hardship(session: Session, workspace_id: int, debtor_id: int) -> bool:
    """Whether an over-indebtedness that a debtor declared still stops everything."""
    found = select(Hold.id).where(
        Hold.workspace_id == workspace_id,
        Hold.debtor_id == debtor_id,
        Hold.reason == "over_indebted",
        Hold.released_at.is_(None),
    )
    return session.scalar(select(found.exists())) or False


def unasked(session: Session, workspace_id: int, debtor_id: int, today: date) -> Asked | None:
    """What a debtor may be asked about: a payment of the last three weeks, else an agreement.

    Nothing while an answer of the last three weeks stands.
    """
    answered = select(Feedback.id).where(
        Feedback.workspace_id == workspace_id,
        Feedback.debtor_id == debtor_id,
        Feedback.at > func.now() - ASKED_FOR,
    )
    if session.scalar(select(answered.exists())):
        return None
    undone = aliased(Payment)
    payment = session.scalar(
        select(Payment)
        .where(
            Payment.workspace_id == workspace_id,
            Payment.debtor_id == debtor_id,
            Payment.reverses_id.is_(None),
            Payment.paid_on > today - ASKED_FOR,
            ~exists().where(
                undone.workspace_id == Payment.workspace_id, undone.reverses_id == Payment.id
            ),
        )
        .order_by(Payment.paid_on.desc(), Payment.id.desc())
        .limit(1)
    )
    if payment is not None:
        return Asked("payment", payment.id, payment.amount_cents)
    agreed = session.scalar(
        select(PageAct.id)
        .where(
            PageAct.workspace_id == workspace_id,
            PageAct.debtor_id == debtor_id,
            PageAct.kind == Kind.AGREEMENT.value,
            PageAct.at > func.now() - ASKED_FOR,
        )
        .order_by(PageAct.id.desc())
        .limit(1)
    )
    return Asked("act", agreed, None) if agreed else None


def opinions(session: Session, places: Sequence[int], limit: int = 100) -> list[Opinion]:
    """The latest answers to the survey in some companies."""
    rows = session.execute(
        select(Feedback, Debtor.name, Workspace.id)
        .join(
            Debtor,
            (Debtor.workspace_id == Feedback.workspace_id) & (Debtor.id == Feedback.debtor_id),
        )
        .join(Workspace, Workspace.id == Feedback.workspace_id)
        .where(Feedback.workspace_id.in_(places))
        .order_by(Feedback.at.desc(), Feedback.id.desc())
        .limit(limit)
    )
    return [Opinion(*row) for row in rows]


def mood(session: Session, places: Sequence[int], since: datetime) -> Mood:
    """How content debtors were since an instant."""
    rows = session.execute(
        select(Feedback.score, func.count())
        .where(Feedback.workspace_id.in_(places), Feedback.at > since)
        .group_by(Feedback.score)
    )
    scores = dict.fromkeys(range(1, 6), 0) | dict(rows.all())
    answers = sum(scores.values())
    mean = sum(score * many for score, many in scores.items()) / answers if answers else None
    return Mood(answers, mean, scores)
