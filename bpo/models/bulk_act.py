"""Acts on many rows at once, and what each of them left, so that they can be undone as one."""

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from bpo.db import Model
from bpo.models.columns import Cents, Created, Instant, InWorkspace, Json, Name, within_workspace


class BulkAct(InWorkspace, Created, Model):
    """One act on many: how many rows were chosen, what they came to in centavos, how many changed.

    `terms` is `domain.bulk_acts.Terms`. `undone`: how many of the `done` the undo took back.
    """

    __tablename__ = "bulk_acts"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('hold', 'release', 'promise', 'dispute', 'tag', 'untag')", name="kind"
        ),
        CheckConstraint("list IN ('debtors', 'receivables')", name="list"),
        CheckConstraint("(undone IS NULL) = (undone_at IS NULL)", name="undone"),
    )

    kind: Mapped[Name]
    list: Mapped[Name]
    terms: Mapped[Json]
    chosen: Mapped[int]
    cents: Mapped[Cents]
    done: Mapped[int]
    made_at: Mapped[Instant]
    made_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id"))
    made_by_name: Mapped[Name]
    undone: Mapped[int | None]
    undone_at: Mapped[Instant | None]
    undone_by_name: Mapped[str | None] = mapped_column(Text)


class BulkActRow(Model):
    """What an act on many left of one row: a pause, a promise, a dispute, or a debtor's tag."""

    __tablename__ = "bulk_act_rows"
    __table_args__ = (
        within_workspace("bulk_act_id", "bulk_acts", ondelete="CASCADE"),
        within_workspace("debtor_id", "debtors", ondelete="CASCADE"),
        within_workspace("receivable_id", "receivables", ondelete="CASCADE"),
    )

    workspace_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    bulk_act_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    subject: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    debtor_id: Mapped[int | None] = mapped_column(BigInteger)
    receivable_id: Mapped[int | None] = mapped_column(BigInteger)
