"""Agreements: terms, what they took in, acceptances; instalments among the receivables.

Revision ID: 0014
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

SCOPE = (
    "workspace_id = ANY ((SELECT string_to_array("
    "current_setting('bpo.workspaces', true), ',')::bigint[])::bigint[])"
)
TABLES = ("agreements", "agreement_receivables", "agreement_acceptances")
KINDS = "'payment', 'rebate', 'discount', 'write_off', 'withdrawal', "


def upgrade() -> None:
    """The tables and their walls, the column of instalments, the kind of entry."""
    _agreements()
    _taken()
    _acceptances()
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY workspace ON {table} USING ({SCOPE}) WITH CHECK ({SCOPE})")
    op.execute(
        "CREATE TRIGGER agreement_acceptances_append_only"
        " BEFORE UPDATE OR DELETE ON agreement_acceptances"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.add_column("receivables", sa.Column("agreement_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_receivables_workspace_id_agreement_id"),
        "receivables",
        "agreements",
        ["workspace_id", "agreement_id"],
        ["workspace_id", "id"],
    )
    op.create_index(
        "ix_receivables_agreement",
        "receivables",
        ["workspace_id", "agreement_id", "installment"],
        postgresql_where=sa.text("agreement_id IS NOT NULL"),
    )
    _kinds(f"kind IN ({KINDS}'agreement', 'reversal')")


def downgrade() -> None:
    """Without agreements."""
    _kinds(f"kind IN ({KINDS}'reversal')")
    op.drop_column("receivables", "agreement_id")
    for table in reversed(TABLES):
        op.drop_table(table)


def _kinds(rule: str) -> None:
    op.drop_constraint(op.f("ck_entries_kind"), "entries", type_="check")
    op.create_check_constraint(op.f("ck_entries_kind"), "entries", rule)


def _agreements() -> None:
    _create(
        "agreements",
        sa.Column("debtor_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("terms", JSONB(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("total_cents", sa.BigInteger(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("approval", JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("renegotiates_id", sa.BigInteger(), nullable=True),
        sa.Column("counters_id", sa.BigInteger(), nullable=True),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        _check(
            "agreements",
            "state",
            "state IN ('draft', 'offered', 'countered', 'accepted', 'active', 'settled', 'broken',"
            " 'refused', 'expired', 'cancelled')",
        ),
        _check("agreements", "total", "total_cents > 0"),
        _check(
            "agreements",
            "agreed",
            "(state IN ('accepted', 'active', 'settled', 'broken')) <= (agreed_on IS NOT NULL)",
        ),
        _within("agreements", "debtor_id", "debtors"),
        _within("agreements", "renegotiates_id", "agreements"),
        _within("agreements", "counters_id", "agreements"),
        _within("agreements", "file_id", "stored_files"),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_agreements_created_by")
        ),
    )
    op.create_index("ix_agreements_debtor", "agreements", ["workspace_id", "debtor_id"])
    op.create_index(
        "ix_agreements_live",
        "agreements",
        ["workspace_id", "state"],
        postgresql_where=sa.text(
            "state IN ('draft', 'offered', 'countered', 'accepted', 'active')"
        ),
    )


def _taken() -> None:
    _create(
        "agreement_receivables",
        sa.Column("agreement_id", sa.BigInteger(), nullable=False),
        sa.Column("receivable_id", sa.BigInteger(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=False),
        sa.Column("principal_cents", sa.BigInteger(), nullable=False),
        sa.Column("fine_cents", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("interest_cents", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("entry_count", sa.Integer(), nullable=False),
        _check(
            "agreement_receivables",
            "amounts",
            "principal_cents > 0 AND fine_cents >= 0 AND interest_cents >= 0",
        ),
        _within("agreement_receivables", "agreement_id", "agreements", "CASCADE"),
        _within("agreement_receivables", "receivable_id", "receivables"),
        _once("agreement_receivables", "agreement_id", "receivable_id"),
    )
    op.create_index(
        "ix_agreement_receivables_receivable",
        "agreement_receivables",
        ["workspace_id", "receivable_id"],
    )


def _acceptances() -> None:
    _create(
        "agreement_acceptances",
        sa.Column("agreement_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("user_agent", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        _within("agreement_acceptances", "agreement_id", "agreements"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_agreement_acceptances_user_id")
        ),
        _once("agreement_acceptances", "agreement_id"),
        _once("agreement_acceptances", "idempotency_key"),
    )


def _create(name: str, *parts: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        *parts,
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f(f"pk_{name}")),
    )


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _within(
    table: str, column: str, to: str, ondelete: str | None = None
) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["workspace_id", column],
        [f"{to}.workspace_id", f"{to}.id"],
        name=op.f(f"fk_{table}_workspace_id_{column}"),
        ondelete=ondelete,
    )


def _once(table: str, *columns: str) -> sa.UniqueConstraint:
    name = op.f(f"uq_{table}_workspace_id_{'_'.join(columns)}")
    return sa.UniqueConstraint("workspace_id", *columns, name=name)
