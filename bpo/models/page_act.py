"""What debtors did on their own page and what the team answered, and how content they are."""

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bpo.db import Model
from bpo.models.columns import Instant, Json, Name, WithinParent, within_workspace


class PageAct(WithinParent, Model):
    """One act of a debtor on the page, or an answer of the team (`created_by`); never changed.

    `request_key` comes with the form: the same form sent twice is one act. `detail` holds what the
    act was about: receivables, amounts in centavos, days, the terms of an offer, a document.
    """

    __tablename__ = "page_acts"
    __table_args__ = (
        within_workspace("debtor_id", "debtors", ondelete="CASCADE"),
        UniqueConstraint("workspace_id", "debtor_id", "request_key"),
        CheckConstraint(
            "kind IN ('paid', 'dispute', 'plan', 'agreement', 'promise', 'message', 'contact',"
            " 'access', 'correction', 'deletion', 'hardship', 'answer')",
            name="kind",
        ),
        Index("ix_page_acts_debtor", "workspace_id", "debtor_id", "at"),
    )

    debtor_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[Name]
    request_key: Mapped[Name]
    words: Mapped[str | None] = mapped_column(Text)
    detail: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    at: Mapped[Instant]
    address: Mapped[str | None] = mapped_column(Text)
    created_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id"))


class Feedback(WithinParent, Model):
    """The answer to the one question asked after a payment or an act: a score from 1 to 5."""

    __tablename__ = "feedback"
    __table_args__ = (
        within_workspace("debtor_id", "debtors", ondelete="CASCADE"),
        UniqueConstraint("workspace_id", "about", "subject_id"),
        CheckConstraint("about IN ('payment', 'act')", name="about"),
        CheckConstraint("score BETWEEN 1 AND 5", name="score"),
        Index("ix_feedback_at", "workspace_id", "at"),
    )

    debtor_id: Mapped[int] = mapped_column(BigInteger)
    about: Mapped[Name]
    subject_id: Mapped[int] = mapped_column(BigInteger)
    score: Mapped[int]
    words: Mapped[str | None] = mapped_column(Text)
    at: Mapped[Instant]
