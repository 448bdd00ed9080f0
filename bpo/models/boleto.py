"""The boleto of a receivable, as the creditor's bank issued it."""

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bpo.db import Model
from bpo.models.columns import Created, Name, WithinParent, within_workspace


class Boleto(WithinParent, Created, Model):
    """The digitable line (47 digits) by which a receivable can be paid; one at a time."""

    __tablename__ = "boletos"
    __table_args__ = (
        within_workspace("receivable_id", "receivables", ondelete="CASCADE"),
        UniqueConstraint("workspace_id", "receivable_id"),
        CheckConstraint("line ~ '^[0-9]{47}$'", name="line"),
    )

    receivable_id: Mapped[int] = mapped_column(BigInteger)
    line: Mapped[Name]
    created_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id"))
