"""Campaigns lived ahead: what was asked for, and what it came to."""

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from bpo.db import Model
from bpo.models.columns import Created, Instant, WithinParent, within_workspace


class Simulation(WithinParent, Created, Model):
    """A campaign lived ahead over some days, as its version or its draft stood when asked.

    `pays`: people pay when the scoring model expects it, otherwise nobody does. `progress`: days
    lived of `days`, twice as many for a draft, which is compared with what holds. `result`: the
    figures (`foresight.Summary.to_json`) under `after`, for a draft also `before` and `difference`.
    `heard_at`: when whoever lives it last told how far it is.
    """

    __tablename__ = "simulations"
    __table_args__ = (
        within_workspace("campaign_id", "campaigns"),
        CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", name="state"),
        CheckConstraint("days BETWEEN 1 AND 180", name="days"),
        Index("ix_simulations_campaign", "workspace_id", "campaign_id", "id"),
    )

    campaign_id: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[int]
    draft: Mapped[bool]
    pays: Mapped[bool]
    first_on: Mapped[date]
    days: Mapped[int]
    state: Mapped[str] = mapped_column(Text, server_default="waiting")
    progress: Mapped[int] = mapped_column(server_default=text("0"))
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    asked_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id"))
    finished_at: Mapped[Instant | None]
    heard_at: Mapped[Instant | None]
