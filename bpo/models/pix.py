"""Charges by Pix with a due date that the bank of a client company holds."""

from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from bpo.db import Model
from bpo.models.columns import Cents, Created, Instant, Name, WithinParent, within_workspace

_LIVE = text("state IN ('asked', 'active', 'leaving')")


class PixCharge(WithinParent, Created, Model):
    """What the bank was asked for on behalf of one receivable; one at a time is live.

    `copy_paste` is the code that the debtor pays, through `valid_until`. `next_at` is when the bank
    is spoken to next; `problem` the phrase of what it said last when it refused or was away.
    """

    __tablename__ = "pix_charges"
    __table_args__ = (
        within_workspace("receivable_id", "receivables", ondelete="CASCADE"),
        UniqueConstraint("workspace_id", "txid"),
        CheckConstraint(
            "state IN ('asked', 'active', 'leaving', 'paid', 'cancelled', 'refused')", name="state"
        ),
        CheckConstraint("cents > 0", name="cents"),
        CheckConstraint("state <> 'active' OR copy_paste IS NOT NULL", name="code"),
        Index(
            "uq_pix_charges_live",
            "workspace_id",
            "receivable_id",
            unique=True,
            postgresql_where=_LIVE,
        ),
        Index("ix_pix_charges_receivable", "workspace_id", "receivable_id"),
        Index("ix_pix_charges_next", "workspace_id", "next_at", postgresql_where=_LIVE),
    )

    receivable_id: Mapped[int] = mapped_column(BigInteger)
    txid: Mapped[Name]
    state: Mapped[Name]
    cents: Mapped[Cents]
    due_date: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date] = mapped_column(Date)
    copy_paste: Mapped[str | None] = mapped_column(Text)
    problem: Mapped[list[Any] | None] = mapped_column(JSONB(none_as_null=True))
    tries: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    next_at: Mapped[Instant]
    closed_at: Mapped[Instant | None]
