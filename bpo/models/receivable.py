"""Receivables, payments, and the dated entries that tie them together."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bpo.db import Model
from bpo.models.columns import (
    Cents,
    Created,
    InWorkspace,
    Json,
    Name,
    WithinParent,
    within_workspace,
)


def _unique_when_given(table: str, column: str) -> Index:
    return Index(
        f"uq_{table}_{column}",
        "workspace_id",
        column,
        unique=True,
        postgresql_where=text(f"{column} IS NOT NULL"),
    )


class Receivable(WithinParent, Created, Model):
    """A title to be received. `settled_cents` is the sum of the principal of its entries.

    `number_key` is the number without leading zeros and punctuation, the key of matching.
    `effective_due_date` is the due date moved to a business day of the workspace's calendar.
    Overdue is never stored; `settled_on` is the day on which the balance reached zero.
    `agreement_id`: it is an instalment of that agreement.
    `import_id` names the import that made the row, here and below without a foreign key: imports
    that wrote anything are never deleted, and the key would cost every row a look-up of one and
    the same row, a fifth of an import's time.
    """

    __tablename__ = "receivables"
    __table_args__ = (
        within_workspace("debtor_id", "debtors"),
        within_workspace("policy_version_id", "policy_versions"),
        within_workspace("agreement_id", "agreements"),
        UniqueConstraint("workspace_id", "debtor_id", "number_key"),
        CheckConstraint("amount_cents > 0", name="amount"),
        CheckConstraint("settled_cents BETWEEN 0 AND amount_cents", name="settled"),
        CheckConstraint("(settled_cents = amount_cents) = (settled_on IS NOT NULL)", name="closed"),
        CheckConstraint("effective_due_date >= due_date", name="effective_due"),
        Index(
            "ix_receivables_open",
            "workspace_id",
            "debtor_id",
            postgresql_where=text("settled_on IS NULL"),
            postgresql_include=[
                "issue_date",
                "due_date",
                "effective_due_date",
                "amount_cents",
                "settled_cents",
            ],
        ),
        Index("ix_receivables_issue", "workspace_id", "issue_date"),
        Index("ix_receivables_due", "workspace_id", "due_date"),
        Index(
            "ix_receivables_agreement",
            "workspace_id",
            "agreement_id",
            "installment",
            postgresql_where=text("agreement_id IS NOT NULL"),
        ),
    )

    debtor_id: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[Name]
    number_key: Mapped[Name]
    description: Mapped[str | None] = mapped_column(Text)
    installment: Mapped[int | None]
    installments: Mapped[int | None]
    issue_date: Mapped[date]
    due_date: Mapped[date]
    effective_due_date: Mapped[date]
    amount_cents: Mapped[Cents]
    settled_cents: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    settled_on: Mapped[date | None]
    policy_version_id: Mapped[int | None] = mapped_column(BigInteger)
    agreement_id: Mapped[int | None] = mapped_column(BigInteger)
    import_id: Mapped[int | None] = mapped_column(BigInteger)
    extra: Mapped[Json] = mapped_column(server_default=text("'{}'"))


class Payment(WithinParent, Created, Model):
    """Money received from a debtor on a day. Undone by a reversal, never by a deletion."""

    __tablename__ = "payments"
    __table_args__ = (
        within_workspace("debtor_id", "debtors"),
        within_workspace("reverses_id", "payments"),
        UniqueConstraint("workspace_id", "idempotency_key"),
        _unique_when_given("payments", "reverses_id"),
        CheckConstraint("(reverses_id IS NULL) = (amount_cents > 0)", name="sign"),
        Index("ix_payments_debtor", "workspace_id", "debtor_id", "paid_on"),
        Index("ix_payments_day", "workspace_id", "paid_on"),
    )

    debtor_id: Mapped[int] = mapped_column(BigInteger)
    amount_cents: Mapped[Cents]
    paid_on: Mapped[date]
    method: Mapped[str] = mapped_column(Text, server_default="other")
    reference: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    source: Mapped[Name]
    idempotency_key: Mapped[str | None] = mapped_column(Text)
    import_id: Mapped[int | None] = mapped_column(BigInteger)
    reverses_id: Mapped[int | None] = mapped_column(BigInteger)
    created_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id"))


class Entry(WithinParent, Created, Model):
    """A dated change of a receivable: principal settled, and the charges paid with it.

    `kind` says why: `payment` (with its payment), `rebate`, `discount`, `write_off`, `withdrawal`,
    `waiver` (late charges given up, no principal), `agreement` (taken into one; given back with
    negative amounts) or `reversal` (negative amounts). What undoes one entry has the opposite
    amounts and names it in `reverses_id`. The balance on a day is the face amount less the
    principal of the entries dated on or before it.
    """

    __tablename__ = "entries"
    __table_args__ = (
        within_workspace("receivable_id", "receivables"),
        within_workspace("payment_id", "payments"),
        within_workspace("reverses_id", "entries"),
        _unique_when_given("entries", "reverses_id"),
        _unique_when_given("entries", "idempotency_key"),
        CheckConstraint(
            "kind NOT IN ('payment', 'write_off', 'withdrawal', 'waiver') OR reverses_id IS NOT"
            " NULL OR least(principal_cents, fine_cents, interest_cents) >= 0",
            name="sign",
        ),
        CheckConstraint("kind <> 'waiver' OR principal_cents = 0", name="waiver"),
        CheckConstraint(
            "kind IN ('payment', 'rebate', 'discount', 'write_off', 'withdrawal', 'agreement',"
            " 'reversal', 'waiver')",
            name="kind",
        ),
        CheckConstraint("kind <> 'payment' OR payment_id IS NOT NULL", name="payment"),
        Index("ix_entries_receivable", "workspace_id", "receivable_id", "on_day"),
        Index("ix_entries_payment", "workspace_id", "payment_id"),
        Index(
            "ix_entries_day",
            "workspace_id",
            "on_day",
            postgresql_include=[
                "receivable_id",
                "kind",
                "principal_cents",
                "fine_cents",
                "interest_cents",
            ],
        ),
    )

    receivable_id: Mapped[int] = mapped_column(BigInteger)
    payment_id: Mapped[int | None] = mapped_column(BigInteger)
    import_id: Mapped[int | None] = mapped_column(BigInteger)
    kind: Mapped[Name]
    on_day: Mapped[date]
    principal_cents: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    fine_cents: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    interest_cents: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    reason: Mapped[str | None] = mapped_column(Text)
    reverses_id: Mapped[int | None] = mapped_column(BigInteger)
    idempotency_key: Mapped[str | None] = mapped_column(Text)
    created_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id"))


class Refund(WithinParent, Created, Model):
    """Money of a payment that settled nothing, given back; a negative one undoes another.

    `paid_to` says to whom and where, `reference` names the transfer, `file_id` is its proof.
    """

    __tablename__ = "refunds"
    __table_args__ = (
        within_workspace("payment_id", "payments"),
        within_workspace("reverses_id", "refunds"),
        within_workspace("file_id", "stored_files"),
        UniqueConstraint("workspace_id", "idempotency_key"),
        _unique_when_given("refunds", "reverses_id"),
        CheckConstraint("(reverses_id IS NULL) = (amount_cents > 0)", name="sign"),
        Index("ix_refunds_payment", "workspace_id", "payment_id"),
    )

    payment_id: Mapped[int] = mapped_column(BigInteger)
    amount_cents: Mapped[Cents]
    on_day: Mapped[date]
    method: Mapped[str] = mapped_column(Text, server_default="other")
    reference: Mapped[str | None] = mapped_column(Text)
    paid_to: Mapped[str | None] = mapped_column(Text)
    file_id: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[Name]
    reverses_id: Mapped[int | None] = mapped_column(BigInteger)
    idempotency_key: Mapped[str | None] = mapped_column(Text)
    created_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id"))


class Import(InWorkspace, Created, Model):
    """One file given to a workspace and what became of it. `sha256` is its fingerprint."""

    __tablename__ = "imports"
    __table_args__ = (
        within_workspace("file_id", "stored_files"),
        CheckConstraint(
            "state IN ('uploaded', 'queued', 'running', 'applied', 'failed', 'undone')",
            name="state",
        ),
        Index("ix_imports_sha256", "workspace_id", "sha256"),
    )

    kind: Mapped[str | None] = mapped_column(Text)
    filename: Mapped[Name]
    sha256: Mapped[Name]
    file_id: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(Text, server_default="uploaded")
    options: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    progress: Mapped[int] = mapped_column(server_default=text("0"))
    total: Mapped[int] = mapped_column(server_default=text("0"))
    applied: Mapped[int] = mapped_column(server_default=text("0"))
    unchanged: Mapped[int] = mapped_column(server_default=text("0"))
    rejected: Mapped[int] = mapped_column(server_default=text("0"))
    problems: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    error: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    created_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id"))


class StoredFile(InWorkspace, Created, Model):
    """A file kept in the database, so that any worker on any host can read it."""

    __tablename__ = "stored_files"

    name: Mapped[Name]
    media_type: Mapped[Name]
    sha256: Mapped[Name]
    size: Mapped[int]
    content: Mapped[bytes]
