"""Agreements: exact terms frozen with their fingerprint, what they took in, and who accepted."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bpo.db import Model
from bpo.models.columns import (
    Cents,
    Created,
    Instant,
    Json,
    Name,
    WithinParent,
    within_workspace,
)


class Agreement(WithinParent, Created, Model):
    """Terms offered to a debtor, and what became of them.

    `terms` never change; `fingerprint` is the SHA-256 of their written form. The instalments are
    receivables that name the agreement. `approval` says who granted what is beyond the limits.
    `renegotiates_id`: the ended agreement whose originals are agreed upon again; `counters_id`: the
    offer that this one answers.
    """

    __tablename__ = "agreements"
    __table_args__ = (
        within_workspace("debtor_id", "debtors"),
        within_workspace("renegotiates_id", "agreements"),
        within_workspace("counters_id", "agreements"),
        within_workspace("file_id", "stored_files"),
        CheckConstraint(
            "state IN ('draft', 'offered', 'countered', 'accepted', 'active', 'settled', 'broken',"
            " 'refused', 'expired', 'cancelled')",
            name="state",
        ),
        CheckConstraint("total_cents > 0", name="total"),
        CheckConstraint(
            "(state IN ('accepted', 'active', 'settled', 'broken')) <= (agreed_on IS NOT NULL)",
            name="agreed",
        ),
        Index("ix_agreements_debtor", "workspace_id", "debtor_id"),
        Index(
            "ix_agreements_live",
            "workspace_id",
            "state",
            postgresql_where=text(
                "state IN ('draft', 'offered', 'countered', 'accepted', 'active')"
            ),
        ),
    )

    debtor_id: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[Name]
    kind: Mapped[Name]
    terms: Mapped[Json]
    fingerprint: Mapped[Name]
    total_cents: Mapped[Cents]
    offered_at: Mapped[Instant | None]
    valid_until: Mapped[date]
    agreed_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    end_reason: Mapped[str | None] = mapped_column(Text)
    source: Mapped[Name]
    approval: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    renegotiates_id: Mapped[int | None] = mapped_column(BigInteger)
    counters_id: Mapped[int | None] = mapped_column(BigInteger)
    file_id: Mapped[int | None] = mapped_column(BigInteger)
    created_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id"))


class AgreementReceivable(WithinParent, Created, Model):
    """An original receivable taken in: principal and charges of that day, in centavos.

    `entry_count`: how many entries it had then; another one makes an open offer stale.
    """

    __tablename__ = "agreement_receivables"
    __table_args__ = (
        within_workspace("agreement_id", "agreements", ondelete="CASCADE"),
        within_workspace("receivable_id", "receivables"),
        UniqueConstraint("workspace_id", "agreement_id", "receivable_id"),
        CheckConstraint(
            "principal_cents > 0 AND fine_cents >= 0 AND interest_cents >= 0", name="amounts"
        ),
        Index("ix_agreement_receivables_receivable", "workspace_id", "receivable_id"),
    )

    agreement_id: Mapped[int] = mapped_column(BigInteger)
    receivable_id: Mapped[int] = mapped_column(BigInteger)
    due_date: Mapped[date]
    principal_cents: Mapped[Cents]
    fine_cents: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    interest_cents: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    entry_count: Mapped[int]


class AgreementAcceptance(WithinParent, Created, Model):
    """Who accepted which terms, when and from where; written once, changed never."""

    __tablename__ = "agreement_acceptances"
    __table_args__ = (
        within_workspace("agreement_id", "agreements"),
        UniqueConstraint("workspace_id", "agreement_id"),
        UniqueConstraint("workspace_id", "idempotency_key"),
    )

    agreement_id: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[Instant]
    fingerprint: Mapped[Name]
    actor_kind: Mapped[Name]
    actor_name: Mapped[Name]
    user_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id"))
    address: Mapped[str | None] = mapped_column(Text)
    user_agent: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    idempotency_key: Mapped[Name]
