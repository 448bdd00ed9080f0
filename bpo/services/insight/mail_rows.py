"""A mail to a reader as its row tells it: lost, settled, tried again, confirmed by a person.

Alike for reports and portfolios. Who owns a row, who may act on it and where that is noted differ,
and stay with each service.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import Session

from bpo.domain.reminders import deliveries
from bpo.domain.reminders.deliveries import State
from bpo.gateways.mail import Outcome, Stage
from bpo.kernel.errors import Conflict
from bpo.models import PortfolioDelivery, ReportDelivery
from bpo.queries.insight import mail_rows
from bpo.queries.insight.mail_rows import Kind
from bpo.services.reminders import outcomes

Mailed = ReportDelivery | PortfolioDelivery
RESENDABLE = frozenset({State.FAILED, State.REFUSED, State.UNCERTAIN})
UNWRITTEN = Outcome(Stage.CONNECT, answer="the mail could not be written")
"""What became of a mail that could not be written: it never left, and is tried like a dead line."""


class Lost(NamedTuple):
    """A mail whose worker died with it in hand."""

    id: int
    user_id: int | None
    recipient: str | None


def lose(
    session: Session, kind: Kind, now: datetime, *within: ColumnElement[bool]
) -> Sequence[Lost]:
    """Turn claims whose worker died into uncertain mails: they may have arrived."""
    rows = session.execute(
        update(kind)
        .where(mail_rows.expired(kind, now), *within)
        .values(
            state=State.UNCERTAIN.value,
            claimed_at=None,
            settled_at=now,
            answer="no final answer",
        )
        .returning(kind.id, kind.user_id, kind.recipient)
    )
    return [Lost(*row) for row in rows]


def settled(meaning: deliveries.Outcome, outcome: Outcome, now: datetime) -> dict[str, Any]:
    """The columns of a mail of which the server's answer is known."""
    return {
        "state": meaning.state.value,
        "claimed_at": None,
        "settled_at": None if meaning.state is State.FAILED else now,
        "retry_at": meaning.retry_at,
        "answer": outcomes.words(outcome),
    }


def cancel(row: Mailed, now: datetime) -> None:
    """The reader's access ended before the mail left."""
    row.state, row.claimed_at = State.CANCELLED.value, None
    row.settled_at, row.answer = now, "no longer has access here"


def put_back(row: Mailed, now: datetime) -> State:
    """Let a failed, refused or uncertain mail be tried again; returns what it was.

    Raises Conflict for one that arrived or is on its way.
    """
    before = State(row.state)
    if before not in RESENDABLE:
        raise Conflict("This delivery needs no other try")
    row.state = before if before is State.FAILED else deliveries.move(before, State.PLANNED)
    row.attempts, row.retry_at, row.settled_at = 0, now, None
    return before


def arrived(row: Mailed, now: datetime) -> None:
    """A person knows that an uncertain mail arrived. Raises Conflict for any other."""
    if State(row.state) is not State.UNCERTAIN:
        raise Conflict("Only a delivery without a final answer can be confirmed")
    row.state, row.settled_at = deliveries.move(State.UNCERTAIN, State.SENT).value, now
