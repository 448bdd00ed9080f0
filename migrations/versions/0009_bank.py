"""Bank accounts, what banks tell, and what became of it.

Revision ID: 0009
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SCOPE = (
    "workspace_id = ANY ((SELECT string_to_array("
    "current_setting('bpo.workspaces', true), ',')::bigint[])::bigint[])"
)
TABLES = ("bank_accounts", "bank_lines", "bank_suggestions", "bank_matches")


def upgrade() -> None:
    """The tables, their keys within the workspace, and their walls."""
    _accounts()
    _lines()
    _suggestions()
    _matches()
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY workspace ON {table} USING ({SCOPE}) WITH CHECK ({SCOPE})")


def downgrade() -> None:
    """Without banks."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _accounts() -> None:
    op.create_table(
        "bank_accounts",
        *_keys(),
        _text("bank"),
        _text("branch"),
        _text("number"),
        sa.Column("known_until", sa.Date(), nullable=True),
        sa.Column("balance_cents", sa.BigInteger(), nullable=True),
        _created(),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_bank_accounts_workspace_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_bank_accounts")),
        sa.UniqueConstraint(
            "workspace_id",
            "bank",
            "branch",
            "number",
            name=op.f("uq_bank_accounts_workspace_id_bank_branch_number"),
        ),
    )


def _lines() -> None:
    op.create_table(
        "bank_lines",
        *_keys(),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("title_cents", sa.BigInteger(), nullable=True),
        _text("kind"),
        _text("memo"),
        _text("payer_name"),
        _text("payer_document"),
        _text("txid"),
        _text("bank_reference"),
        _text("creditor_reference"),
        sa.Column("due_date", sa.Date(), nullable=True),
        sa.Column("by_hand", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("aside_reason", sa.Text(), nullable=True),
        sa.Column("import_id", sa.BigInteger(), nullable=True),
        _created(),
        sa.CheckConstraint("source IN ('ofx', 'cnab', 'pix')", name=op.f("ck_bank_lines_source")),
        sa.CheckConstraint(
            "state IN ('open', 'matched', 'aside', 'info')", name=op.f("ck_bank_lines_state")
        ),
        sa.CheckConstraint("state = 'info' OR amount_cents > 0", name=op.f("ck_bank_lines_amount")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_bank_lines_workspace_id")
        ),
        _within("bank_lines", "account_id", "bank_accounts"),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_bank_lines")),
        sa.UniqueConstraint("workspace_id", "key", name=op.f("uq_bank_lines_workspace_id_key")),
    )
    op.create_index(
        "ix_bank_lines_open",
        "bank_lines",
        ["workspace_id", "on_day"],
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_bank_lines_day", "bank_lines", ["workspace_id", "on_day"])


def _suggestions() -> None:
    op.create_table(
        "bank_suggestions",
        *_keys(),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("debtor_id", sa.BigInteger(), nullable=False),
        sa.Column("receivable_id", sa.BigInteger(), nullable=True),
        _phrases(),
        _within("bank_suggestions", "line_id", "bank_lines", "CASCADE"),
        _within("bank_suggestions", "debtor_id", "debtors", "CASCADE"),
        _within("bank_suggestions", "receivable_id", "receivables", "CASCADE"),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_bank_suggestions")),
    )
    op.create_index(
        "ix_bank_suggestions_line", "bank_suggestions", ["workspace_id", "line_id", "rank"]
    )


def _matches() -> None:
    op.create_table(
        "bank_matches",
        *_keys(),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("by_machine", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("linked", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        _phrases(),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        _created(),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.BigInteger(), nullable=True),
        _within("bank_matches", "line_id", "bank_lines"),
        _within("bank_matches", "payment_id", "payments"),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_bank_matches_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["undone_by"], ["users.id"], name=op.f("fk_bank_matches_undone_by")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_bank_matches")),
    )
    op.create_index(
        "uq_bank_matches_live",
        "bank_matches",
        ["workspace_id", "line_id"],
        unique=True,
        postgresql_where=sa.text("undone_at IS NULL"),
    )
    op.create_index("ix_bank_matches_payment", "bank_matches", ["workspace_id", "payment_id"])


def _keys() -> tuple[sa.Column[int], sa.Column[int]]:
    return (
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def _phrases() -> sa.Column[object]:
    return sa.Column(
        "reasons", JSONB(), server_default=sa.text("'[]'"), nullable=False
    )


def _created() -> sa.Column[object]:
    return sa.Column(
        "created_at",
        sa.DateTime(timezone=True),
        server_default=sa.func.now(),
        nullable=False,
    )


def _within(
    table: str, column: str, parent: str, ondelete: str | None = None
) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["workspace_id", column],
        [f"{parent}.workspace_id", f"{parent}.id"],
        name=op.f(f"fk_{table}_workspace_id_{column}"),
        ondelete=ondelete,
    )
