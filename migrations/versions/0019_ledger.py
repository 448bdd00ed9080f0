"""The ledger: reversals tied to what they undo, refunds, waivers of charges, sums that cannot break.

What undoes an entry names it, once. What people take out of a payment, by
entries and refunds, is never more than the payment. `settled_on` is the day since which the balance has been zero, not the
day of the last entry: what was recorded and undone on one day moves nothing.

Revision ID: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

SCOPE = (
    "workspace_id = ANY ((SELECT string_to_array("
    "current_setting('bpo.workspaces', true), ',')::bigint[])::bigint[])"
)
KINDS = "'payment', 'rebate', 'discount', 'write_off', 'withdrawal', 'agreement', 'reversal'"

_TOTAL = """
        (SELECT d.workspace_id, d.receivable_id, sum(d.cents) AS cents,
                max(d.on_day) FILTER (WHERE d.cents <> 0) AS last_day
         FROM (SELECT e.workspace_id, e.receivable_id, e.on_day, sum(e.principal_cents) AS cents
               FROM entries e
               WHERE e.principal_cents <> 0
                 AND (e.workspace_id, e.receivable_id) IN
                     (SELECT workspace_id, receivable_id FROM added WHERE principal_cents <> 0)
               GROUP BY e.workspace_id, e.receivable_id, e.on_day) d
         GROUP BY d.workspace_id, d.receivable_id) total"""
_TOTAL_BEFORE = """
        (SELECT e.workspace_id, e.receivable_id, sum(e.principal_cents) AS cents,
                max(e.on_day) AS last_day
         FROM entries e
         WHERE e.principal_cents <> 0
           AND (e.workspace_id, e.receivable_id) IN
               (SELECT workspace_id, receivable_id FROM added WHERE principal_cents <> 0)
         GROUP BY e.workspace_id, e.receivable_id) total"""
_SETTLE = """
CREATE OR REPLACE FUNCTION settle_receivables() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM receivables r
        JOIN {total}
            ON r.workspace_id = total.workspace_id AND r.id = total.receivable_id
        WHERE r.settled_cents <> total.cents
           OR r.settled_on IS DISTINCT FROM
                CASE WHEN total.cents = r.amount_cents THEN total.last_day END
    ) THEN
        -- Who adds to the same receivable meanwhile is waited for, and only then seen and summed.
        PERFORM FROM receivables r
        WHERE (r.workspace_id, r.id) IN
            (SELECT workspace_id, receivable_id FROM added WHERE principal_cents <> 0)
        ORDER BY r.id
        FOR NO KEY UPDATE;
        UPDATE receivables r
        SET settled_cents = total.cents,
            settled_on = CASE WHEN total.cents = r.amount_cents THEN total.last_day END
        FROM {total}
        WHERE r.workspace_id = total.workspace_id AND r.id = total.receivable_id;
    END IF;
    RETURN NULL;
END $$
"""
_OPPOSITE = """
CREATE FUNCTION check_reversal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM entries e
        WHERE e.workspace_id = NEW.workspace_id AND e.id = NEW.reverses_id
          AND e.receivable_id = NEW.receivable_id AND e.reverses_id IS NULL
          AND e.principal_cents = -NEW.principal_cents AND e.fine_cents = -NEW.fine_cents
          AND e.interest_cents = -NEW.interest_cents
    ) THEN
        RAISE EXCEPTION 'entry % is not the opposite of entry %', NEW.id, NEW.reverses_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'reversal_is_opposite';
    END IF;
    RETURN NEW;
END $$
"""
# Imports are left out: they write payment and entries together, by the tens of thousands, and a check
# for each would cost them several times their own work.
_SPENT = """
CREATE FUNCTION check_spent() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    amount bigint;
    spent bigint;
BEGIN
    SELECT p.amount_cents INTO amount FROM payments p
    WHERE p.workspace_id = NEW.workspace_id AND p.id = NEW.payment_id
    FOR NO KEY UPDATE;
    SELECT coalesce(sum(e.principal_cents + e.fine_cents + e.interest_cents), 0) INTO spent
    FROM entries e
    WHERE e.workspace_id = NEW.workspace_id AND e.payment_id = NEW.payment_id
      AND e.kind IN ('payment', 'reversal');
    SELECT spent + coalesce(sum(f.amount_cents), 0) INTO spent FROM refunds f
    WHERE f.workspace_id = NEW.workspace_id AND f.payment_id = NEW.payment_id;
    IF spent NOT BETWEEN least(amount, 0) AND greatest(amount, 0) THEN
        RAISE EXCEPTION 'more is used of payment % than came in', NEW.payment_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_is_enough';
    END IF;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    """The columns, the table, and the triggers that keep the sums."""
    op.add_column("entries", sa.Column("reverses_id", sa.BigInteger(), nullable=True))
    op.add_column("entries", sa.Column("idempotency_key", sa.Text(), nullable=True))
    op.create_foreign_key(
        op.f("fk_entries_workspace_id_reverses_id"),
        "entries",
        "entries",
        ["workspace_id", "reverses_id"],
        ["workspace_id", "id"],
    )
    for column in ("reverses_id", "idempotency_key"):
        op.create_index(
            f"uq_entries_{column}",
            "entries",
            ["workspace_id", column],
            unique=True,
            postgresql_where=sa.text(f"{column} IS NOT NULL"),
        )
    _kinds(f"kind IN ({KINDS}, 'waiver')")
    op.create_check_constraint(
        op.f("ck_entries_sign"),
        "entries",
        "kind NOT IN ('payment', 'write_off', 'withdrawal', 'waiver') OR reverses_id IS NOT NULL"
        " OR least(principal_cents, fine_cents, interest_cents) >= 0",
    )
    op.create_check_constraint(
        op.f("ck_entries_waiver"), "entries", "kind <> 'waiver' OR principal_cents = 0"
    )
    _refunds()
    op.execute(_SETTLE.format(total=_TOTAL))
    op.execute(_OPPOSITE)
    op.execute(
        "CREATE TRIGGER entries_reversal BEFORE INSERT ON entries FOR EACH ROW"
        " WHEN (NEW.reverses_id IS NOT NULL) EXECUTE FUNCTION check_reversal()"
    )
    op.execute(_SPENT)
    op.execute(
        "CREATE TRIGGER entries_spend AFTER INSERT ON entries FOR EACH ROW"
        " WHEN (NEW.kind = 'payment' AND NEW.created_by IS NOT NULL)"
        " EXECUTE FUNCTION check_spent()"
    )
    op.execute(
        "CREATE TRIGGER refunds_spend AFTER INSERT ON refunds FOR EACH ROW"
        " EXECUTE FUNCTION check_spent()"
    )


def downgrade() -> None:
    """Without refunds and waivers; whatever was undone stays as sums."""
    op.execute("DROP TRIGGER entries_spend ON entries")
    op.execute("DROP TRIGGER entries_reversal ON entries")
    op.drop_table("refunds")
    op.execute("DROP FUNCTION check_spent()")
    op.execute("DROP FUNCTION check_reversal()")
    op.execute(_SETTLE.format(total=_TOTAL_BEFORE))
    op.drop_constraint(op.f("ck_entries_waiver"), "entries", type_="check")
    op.drop_constraint(op.f("ck_entries_sign"), "entries", type_="check")
    op.execute("ALTER TABLE entries DISABLE TRIGGER entries_append_only")
    op.execute("DELETE FROM entries WHERE kind = 'waiver'")
    op.execute("ALTER TABLE entries ENABLE TRIGGER entries_append_only")
    _kinds(f"kind IN ({KINDS})")
    op.drop_column("entries", "idempotency_key")
    op.drop_column("entries", "reverses_id")


def _kinds(rule: str) -> None:
    op.drop_constraint(op.f("ck_entries_kind"), "entries", type_="check")
    op.create_check_constraint(op.f("ck_entries_kind"), "entries", rule)


def _refunds() -> None:
    op.create_table(
        "refunds",
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("method", sa.Text(), server_default="other", nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reverses_id", sa.BigInteger(), nullable=True),
        sa.Column("idempotency_key", sa.Text(), nullable=True),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
        ),
        sa.CheckConstraint(
            "(reverses_id IS NULL) = (amount_cents > 0)", name=op.f("ck_refunds_sign")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "payment_id"],
            ["payments.workspace_id", "payments.id"],
            name=op.f("fk_refunds_workspace_id_payment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "reverses_id"],
            ["refunds.workspace_id", "refunds.id"],
            name=op.f("fk_refunds_workspace_id_reverses_id"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_refunds_created_by")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_refunds")),
        sa.UniqueConstraint(
            "workspace_id", "idempotency_key", name=op.f("uq_refunds_workspace_id_idempotency_key")
        ),
    )
    op.create_index("ix_refunds_payment", "refunds", ["workspace_id", "payment_id"])
    op.create_index(
        "uq_refunds_reverses_id",
        "refunds",
        ["workspace_id", "reverses_id"],
        unique=True,
        postgresql_where=sa.text("reverses_id IS NOT NULL"),
    )
    op.execute("ALTER TABLE refunds ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY workspace ON refunds USING ({SCOPE}) WITH CHECK ({SCOPE})")
    op.execute(
        "CREATE TRIGGER refunds_append_only BEFORE UPDATE OR DELETE ON refunds"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
