"""The legal rate of default interest, month by month; public knowledge, outside every workspace."""

from datetime import date
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Numeric
from sqlalchemy.orm import Mapped, mapped_column

from bpo.db import Model
from bpo.models.columns import Created, Name


class LegalRate(Created, Model):
    """The rate of one month as a fraction, as the Central Bank published it."""

    __tablename__ = "legal_rates"
    __table_args__ = (
        CheckConstraint("rate BETWEEN 0 AND 0.1", name="rate"),
        CheckConstraint("extract(day FROM month) = 1", name="month"),
    )

    month: Mapped[date] = mapped_column(primary_key=True)
    rate: Mapped[Decimal] = mapped_column(Numeric(10, 8))
    source: Mapped[Name]
    recorded_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id"))
