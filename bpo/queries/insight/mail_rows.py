"""Which mails of reports and of portfolios wait, and which were lost: alike for both."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_

from bpo.domain.reminders import deliveries
from bpo.domain.reminders.deliveries import State
from bpo.models import PortfolioDelivery, ReportDelivery

Kind = type[ReportDelivery] | type[PortfolioDelivery]


def waiting(kind: Kind, now: datetime) -> ColumnElement[bool]:
    """Those that may be tried now."""
    return and_(
        kind.state.in_([state.value for state in deliveries.WAITING]),
        kind.attempts < deliveries.MAX_TRIES,
        or_(kind.retry_at.is_(None), kind.retry_at <= now),
    )


def expired(kind: Kind, now: datetime) -> ColumnElement[bool]:
    """Those whose worker died with them in hand."""
    return and_(kind.state == State.SENDING.value, kind.claimed_at < now - deliveries.CLAIM_LASTS)
