"""The figures of each ended day are kept, and facts dated back say which days to restate.

Triggers watch the facts, because many acts write them and one that forgot would leave a wrong
figure for good. They only add rows: two acts never wait for one another.

Revision ID: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

SCOPE = (
    "workspace_id = ANY ((SELECT string_to_array("
    "current_setting('bpo.workspaces', true), ',')::bigint[])::bigint[])"
)
TABLES = ("metric_snapshots", "snapshot_changes")
OPEN = "ix_receivables_open"
COVERED = ["due_date", "effective_due_date", "amount_cents", "settled_cents"]


def upgrade() -> None:
    """Tables, walls, triggers, and the indexes that dashboards read."""
    cents = ("current", "late_30", "late_60", "late_90", "late_over")
    op.create_table(
        "metric_snapshots",
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(f"{name}_cents", sa.BigInteger(), nullable=False) for name in cents),
        *(sa.Column(f"{name}_count", sa.Integer(), nullable=False) for name in cents),
        *(
            sa.Column(name, sa.BigInteger(), nullable=False)
            for name in ("issued_cents", "received_cents", "open_age", "paid_age", "paid_delay")
        ),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("restated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("times", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_metric_snapshots_workspace_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "day", name=op.f("pk_metric_snapshots")),
    )
    op.create_table(
        "snapshot_changes",
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_snapshot_changes_workspace_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_snapshot_changes")),
    )
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY workspace ON {table} USING ({SCOPE}) WITH CHECK ({SCOPE})")
    op.drop_index(OPEN, table_name="receivables")
    _open_index(["issue_date", *COVERED])
    op.create_index("ix_receivables_issue", "receivables", ["workspace_id", "issue_date"])
    op.create_index("ix_touches_settled", "touches", ["workspace_id", "settled_at"])
    _watch()


def _watch() -> None:
    """A statement that writes facts notes the earliest day it touches, if that has a snapshot."""
    for table, day in (("receivables", "issue_date"), ("entries", "on_day")):
        op.execute(
            f"""
            CREATE FUNCTION note_late_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                INSERT INTO snapshot_changes (workspace_id, since)
                SELECT f.workspace_id, min(f.{day}) FROM facts f GROUP BY f.workspace_id
                HAVING min(f.{day}) <= (SELECT max(s.day) FROM metric_snapshots s
                                        WHERE s.workspace_id = f.workspace_id);
                RETURN NULL;
            END
            $$
            """
        )
        op.execute(
            f"CREATE TRIGGER note_late_facts AFTER INSERT ON {table}"
            f" REFERENCING NEW TABLE AS facts"
            f" FOR EACH STATEMENT EXECUTE FUNCTION note_late_{table}()"
        )
    op.execute(
        "CREATE TRIGGER note_lost_facts AFTER DELETE ON receivables"
        " REFERENCING OLD TABLE AS facts"
        " FOR EACH STATEMENT EXECUTE FUNCTION note_late_receivables()"
    )
    op.execute(
        """
        CREATE FUNCTION note_changed_receivable() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO snapshot_changes (workspace_id, since)
            SELECT NEW.workspace_id, least(OLD.issue_date, NEW.issue_date)
            WHERE least(OLD.issue_date, NEW.issue_date) <= (
                SELECT max(s.day) FROM metric_snapshots s
                WHERE s.workspace_id = NEW.workspace_id);
            RETURN NULL;
        END
        $$
        """
    )
    op.execute(
        "CREATE TRIGGER note_changed_facts AFTER UPDATE ON receivables FOR EACH ROW"
        " WHEN ((OLD.issue_date, OLD.due_date, OLD.effective_due_date, OLD.amount_cents)"
        " IS DISTINCT FROM (NEW.issue_date, NEW.due_date, NEW.effective_due_date,"
        " NEW.amount_cents)) EXECUTE FUNCTION note_changed_receivable()"
    )


def _open_index(covered: list[str]) -> None:
    op.create_index(
        OPEN,
        "receivables",
        ["workspace_id", "debtor_id"],
        postgresql_where=sa.text("settled_on IS NULL"),
        postgresql_include=covered,
    )


def downgrade() -> None:
    """Without the figures of past days."""
    for trigger in ("note_late_facts", "note_lost_facts", "note_changed_facts"):
        op.execute(f"DROP TRIGGER {trigger} ON receivables")
    op.execute("DROP TRIGGER note_late_facts ON entries")
    for function in ("note_late_receivables", "note_late_entries", "note_changed_receivable"):
        op.execute(f"DROP FUNCTION {function}()")
    op.drop_index("ix_touches_settled", table_name="touches")
    op.drop_index("ix_receivables_issue", table_name="receivables")
    op.drop_index(OPEN, table_name="receivables")
    _open_index(COVERED)
    for table in reversed(TABLES):
        op.drop_table(table)
