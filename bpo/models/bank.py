"""Bank accounts, what their statements, return files and notices tell, and what became of it."""

from datetime import date

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from bpo.db import Model
from bpo.models.columns import (
    Cents,
    Created,
    Instant,
    InWorkspace,
    JsonList,
    Name,
    WithinParent,
    within_workspace,
)


class BankAccount(InWorkspace, Created, Model):
    """An account of the creditor; `known_until`: the last day that a statement of it covers.

    `opened_by` is the person who opened it, None where a statement did; once closed, statements of
    it bring nothing, and how far it is known matters no more.
    """

    __tablename__ = "bank_accounts"
    __table_args__ = (UniqueConstraint("workspace_id", "bank", "branch", "number"),)

    name: Mapped[str] = mapped_column(Text, server_default="")
    bank: Mapped[str] = mapped_column(Text, server_default="")
    branch: Mapped[str] = mapped_column(Text, server_default="")
    number: Mapped[str] = mapped_column(Text, server_default="")
    known_until: Mapped[date | None]
    balance_cents: Mapped[int | None] = mapped_column(BigInteger)
    opened_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id"))
    closed_at: Mapped[Instant | None]


class BankLine(InWorkspace, Created, Model):
    """One thing that a bank told: a movement, the event of a boleto, or a Pix that arrived.

    `key` is its identity within the workspace, the same in every file that tells it again. `open`
    credits wait to be matched, `matched` ones have a payment, `aside` ones are no payment of a
    debtor (`aside_reason`), `info` is everything that is no money received. Once a match has been
    undone, `by_hand` keeps the machine away. Of an open line that was split `placed_cents` are
    payments already; the rest waits.
    """

    __tablename__ = "bank_lines"
    __table_args__ = (
        within_workspace("account_id", "bank_accounts"),
        UniqueConstraint("workspace_id", "key"),
        CheckConstraint("source IN ('ofx', 'cnab', 'pix')", name="source"),
        CheckConstraint("state IN ('open', 'matched', 'aside', 'info')", name="state"),
        CheckConstraint("state = 'info' OR amount_cents > 0", name="amount"),
        CheckConstraint(
            "placed_cents = 0 OR placed_cents BETWEEN 0 AND amount_cents", name="placed"
        ),
        CheckConstraint(
            "CASE state WHEN 'matched' THEN placed_cents = amount_cents"
            " WHEN 'open' THEN placed_cents < amount_cents ELSE true END",
            name="whole",
        ),
        Index(
            "ix_bank_lines_open",
            "workspace_id",
            "on_day",
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_bank_lines_day", "workspace_id", "on_day"),
        Index("ix_bank_lines_account", "workspace_id", "account_id"),
    )

    account_id: Mapped[int | None] = mapped_column(BigInteger)
    source: Mapped[Name]
    key: Mapped[Name]
    state: Mapped[str] = mapped_column(Text, server_default="open")
    on_day: Mapped[date]
    amount_cents: Mapped[Cents]
    placed_cents: Mapped[Cents] = mapped_column(server_default=text("0"))
    title_cents: Mapped[int | None] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(Text, server_default="")
    memo: Mapped[str] = mapped_column(Text, server_default="")
    payer_name: Mapped[str] = mapped_column(Text, server_default="")
    payer_document: Mapped[str] = mapped_column(Text, server_default="")
    txid: Mapped[str] = mapped_column(Text, server_default="")
    bank_reference: Mapped[str] = mapped_column(Text, server_default="")
    creditor_reference: Mapped[str] = mapped_column(Text, server_default="")
    due_date: Mapped[date | None]
    by_hand: Mapped[bool] = mapped_column(server_default=text("false"))
    aside_reason: Mapped[str | None] = mapped_column(Text)
    import_id: Mapped[int | None] = mapped_column(BigInteger)


class BankSuggestion(WithinParent, Model):
    """What a line may be for. Rows of one rank are one proposal, the best first (rank 1).

    Without a receivable the money would be the debtor's credit. `reasons` are phrases.
    """

    __tablename__ = "bank_suggestions"
    __table_args__ = (
        within_workspace("line_id", "bank_lines", ondelete="CASCADE"),
        within_workspace("debtor_id", "debtors", ondelete="CASCADE"),
        within_workspace("receivable_id", "receivables", ondelete="CASCADE"),
        Index("ix_bank_suggestions_line", "workspace_id", "line_id", "rank"),
    )

    line_id: Mapped[int] = mapped_column(BigInteger)
    rank: Mapped[int]
    debtor_id: Mapped[int] = mapped_column(BigInteger)
    receivable_id: Mapped[int | None] = mapped_column(BigInteger)
    reasons: Mapped[JsonList] = mapped_column(server_default=text("'[]'"))


class BankMatch(WithinParent, Created, Model):
    """That a line is a payment; `undone_at` when it turned out not to be. Never deleted.

    A line that was split is several, each a `part` of it.

    `linked`: the payment had been recorded before by other means, and stays when this is undone.
    """

    __tablename__ = "bank_matches"
    __table_args__ = (
        within_workspace("line_id", "bank_lines"),
        within_workspace("payment_id", "payments"),
        Index(
            "uq_bank_matches_live",
            "workspace_id",
            "line_id",
            "part",
            unique=True,
            postgresql_where=text("undone_at IS NULL"),
        ),
        Index("ix_bank_matches_payment", "workspace_id", "payment_id"),
    )

    line_id: Mapped[int] = mapped_column(BigInteger)
    payment_id: Mapped[int] = mapped_column(BigInteger)
    part: Mapped[int] = mapped_column(SmallInteger, server_default=text("1"))
    by_machine: Mapped[bool] = mapped_column(server_default=text("false"))
    linked: Mapped[bool] = mapped_column(server_default=text("false"))
    reasons: Mapped[JsonList] = mapped_column(server_default=text("'[]'"))
    created_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id"))
    undone_at: Mapped[Instant | None]
    undone_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id"))
