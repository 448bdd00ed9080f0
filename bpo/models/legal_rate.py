"""Legal rates and indices of prices, month by month; public knowledge, outside every workspace."""

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


class IndexRate(Created, Model):
    """By what fraction an index of prices rose in one month, or fell."""

    __tablename__ = "index_rates"
    __table_args__ = (
        CheckConstraint("rate BETWEEN -0.2 AND 0.2", name="rate"),
        CheckConstraint("extract(day FROM month) = 1", name="month"),
        CheckConstraint("index_name IN ('ipca', 'inpc', 'igpm')", name="index_name"),
    )

    index_name: Mapped[Name] = mapped_column(primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    rate: Mapped[Decimal] = mapped_column(Numeric(10, 8))
    source: Mapped[Name]
    recorded_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id"))
