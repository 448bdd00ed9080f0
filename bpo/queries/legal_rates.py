"""Reading the legal rates of default interest, which are the same for every client company."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bpo.domain.legal_rates import LegalRates
from bpo.models import LegalRate


def listed(session: Session) -> Sequence[LegalRate]:
    """Every month entered, the newest first."""
    return session.scalars(select(LegalRate).order_by(LegalRate.month.desc())).all()


def known(session: Session) -> LegalRates:
    """The rates that calculations use."""
    return LegalRates({row.month: row.rate for row in listed(session)})
