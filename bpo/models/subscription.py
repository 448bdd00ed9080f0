"""Recurring charges: what was agreed, its prices and pauses, and the periods charged so far."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bpo.db import Model
from bpo.models.columns import Cents, Created, Name, WithinParent, within_workspace


class Subscription(WithinParent, Created, Model):
    """A charge that comes back; `next_issue_on` is when the clock has to look at it again."""

    __tablename__ = "subscriptions"
    __table_args__ = (
        within_workspace("debtor_id", "debtors"),
        CheckConstraint("every IN ('weekly', 'monthly', 'quarterly', 'yearly')", name="every"),
        CheckConstraint("starts_on <= first_due", name="start"),
        CheckConstraint("notice_days BETWEEN 0 AND 60", name="notice_days"),
        Index("ix_subscriptions_debtor", "workspace_id", "debtor_id"),
        Index(
            "ix_subscriptions_due",
            "workspace_id",
            "next_issue_on",
            postgresql_where=text("next_issue_on IS NOT NULL"),
        ),
    )

    debtor_id: Mapped[int] = mapped_column(BigInteger)
    description: Mapped[Name]
    every: Mapped[Name]
    starts_on: Mapped[date]
    first_due: Mapped[date]
    ends_on: Mapped[date | None]
    notice_days: Mapped[int] = mapped_column(server_default=text("5"))
    prorated: Mapped[bool] = mapped_column(server_default=text("false"))
    next_issue_on: Mapped[date | None]
    created_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id"))


class SubscriptionPrice(WithinParent, Created, Model):
    """What a whole period costs when it begins on `since` or later."""

    __tablename__ = "subscription_prices"
    __table_args__ = (
        within_workspace("subscription_id", "subscriptions", ondelete="CASCADE"),
        UniqueConstraint("workspace_id", "subscription_id", "since"),
        CheckConstraint("amount_cents > 0", name="amount"),
    )

    subscription_id: Mapped[int] = mapped_column(BigInteger)
    since: Mapped[date]
    amount_cents: Mapped[Cents]


class SubscriptionPause(WithinParent, Created, Model):
    """Periods that begin in [`since`, `until`) are not charged."""

    __tablename__ = "subscription_pauses"
    __table_args__ = (
        within_workspace("subscription_id", "subscriptions", ondelete="CASCADE"),
        CheckConstraint("until IS NULL OR until >= since", name="order"),
        Index("ix_subscription_pauses", "workspace_id", "subscription_id"),
    )

    subscription_id: Mapped[int] = mapped_column(BigInteger)
    since: Mapped[date]
    until: Mapped[date | None]
    reason: Mapped[str | None] = mapped_column(Text)


class SubscriptionPeriod(WithinParent, Created, Model):
    """A period that was charged: the key that makes a second time impossible."""

    __tablename__ = "subscription_periods"
    __table_args__ = (
        within_workspace("subscription_id", "subscriptions", ondelete="CASCADE"),
        within_workspace("receivable_id", "receivables"),
        UniqueConstraint("workspace_id", "subscription_id", "starts_on"),
        CheckConstraint("ends_on >= starts_on", name="order"),
        Index("ix_subscription_periods_receivable", "workspace_id", "receivable_id"),
    )

    subscription_id: Mapped[int] = mapped_column(BigInteger)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    amount_cents: Mapped[Cents]
    receivable_id: Mapped[int | None] = mapped_column(BigInteger)
