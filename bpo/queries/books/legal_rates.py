"""Reading the legal rates of default interest, which are the same for every client company."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from bpo.domain.books.indices import Index
from bpo.domain.books.legal_rates import LegalRates
from bpo.models import IndexRate, LegalRate


def listed(session: Session) -> Sequence[LegalRate]:
    """Every month entered, the newest first."""
    return session.scalars(select(LegalRate).order_by(LegalRate.month.desc())).all()


def known(session: Session) -> LegalRates:
    """The rates that calculations use."""
    return LegalRates({row.month: row.rate for row in listed(session)})


def of_index(session: Session, index: Index) -> Sequence[IndexRate]:
    """Every month of an index entered, the newest first."""
    query = select(IndexRate).where(IndexRate.index_name == index.value)
    return session.scalars(query.order_by(IndexRate.month.desc())).all()


def variations(session: Session) -> Mapping[Index, Mapping[date, Decimal]]:
    """What is known of every index, as calculations use it."""
    found: dict[Index, dict[date, Decimal]] = defaultdict(dict)
    for row in session.scalars(select(IndexRate)):
        found[Index(row.index_name)][row.month] = row.rate
    return found
