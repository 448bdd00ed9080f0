"""Requests for approval, of offers and of what goes live, and the mails that carry them."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, Text, text
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column

from bpo.db import Model
from bpo.models.columns import (
    Created,
    Instant,
    InWorkspace,
    Json,
    Name,
    WithinParent,
    within_workspace,
)


class ApprovalRequest(InWorkspace, Created, Model):
    """What waits for the BPO manager or the client manager, and what they decided.

    `about` an offer: `agreement_id` is the draft with the exact terms, `counter` are other terms
    that the one who decided gave instead, `answered_with_id` the offer made of them. About what
    goes live (`domain.going_live`): the campaign or, in `content`, the words of a text;
    `fingerprint` names exactly what was asked, `simulation_id` shows what it would do.
    `case_file` is what they are shown: figures, facts and reasons of that day.
    """

    __tablename__ = "approval_requests"
    __table_args__ = (
        within_workspace("agreement_id", "agreements", ondelete="CASCADE"),
        within_workspace("debtor_id", "debtors", ondelete="CASCADE"),
        within_workspace("answered_with_id", "agreements"),
        within_workspace("campaign_id", "campaigns", ondelete="CASCADE"),
        within_workspace("simulation_id", "simulations"),
        Unique("workspace_id", "agreement_id"),
        CheckConstraint("needed_by IN ('admin', 'client_manager')", name="needed_by"),
        CheckConstraint("about IN ('offer', 'go', 'version', 'text')", name="about"),
        CheckConstraint(
            "(about = 'offer') = (agreement_id IS NOT NULL AND debtor_id IS NOT NULL)"
            " AND (about IN ('go', 'version')) = (campaign_id IS NOT NULL)",
            name="subject",
        ),
        CheckConstraint(
            "state IN ('asked', 'accepted', 'refused', 'countered', 'expired', 'voided')",
            name="state",
        ),
        CheckConstraint("(state = 'asked') = (decided_at IS NULL)", name="decided"),
        Index(
            "ix_approval_requests_open",
            "workspace_id",
            "needed_by",
            postgresql_where=text("state = 'asked'"),
        ),
    )

    about: Mapped[Name]
    campaign_id: Mapped[int | None] = mapped_column(BigInteger)
    simulation_id: Mapped[int | None] = mapped_column(BigInteger)
    content: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    fingerprint: Mapped[str | None] = mapped_column(Text)
    agreement_id: Mapped[int | None] = mapped_column(BigInteger)
    debtor_id: Mapped[int | None] = mapped_column(BigInteger)
    needed_by: Mapped[Name]
    state: Mapped[Name]
    case_file: Mapped[Json]
    asked_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id"))
    asked_by_name: Mapped[Name]
    asked_at: Mapped[Instant]
    note: Mapped[str | None] = mapped_column(Text)
    valid_until: Mapped[date]
    decided_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id"))
    decided_by_name: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[Instant | None]
    address: Mapped[str | None] = mapped_column(Text)
    answer: Mapped[str | None] = mapped_column(Text)
    counter: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    answered_with_id: Mapped[int | None] = mapped_column(BigInteger)


class ApprovalMail(WithinParent, Created, Model):
    """The mail that tells one client manager of a request; states as for deliveries."""

    __tablename__ = "approval_mails"
    __table_args__ = (
        within_workspace("request_id", "approval_requests", ondelete="CASCADE"),
        Unique("workspace_id", "request_id", "user_id"),
        CheckConstraint(
            "state IN ('waiting', 'sending', 'sent', 'failed', 'refused', 'uncertain')",
            name="state",
        ),
        Index(
            "ix_approval_mails_due",
            "workspace_id",
            postgresql_where=text("state IN ('waiting', 'sending', 'failed')"),
        ),
    )

    request_id: Mapped[int] = mapped_column(BigInteger)
    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("users.id"))
    state: Mapped[Name]
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    at: Mapped[Instant | None]
    answer: Mapped[str | None] = mapped_column(Text)
