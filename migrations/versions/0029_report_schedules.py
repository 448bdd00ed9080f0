"""Schedules of reports are rows by kind, with their readers; runs have a kind and a period.

Revision ID: 0029
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

SCOPE = (
    "workspace_id = ANY ((SELECT string_to_array("
    "current_setting('bpo.workspaces', true), ',')::bigint[])::bigint[])"
)
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Two tables behind the walls; the weekly schedules move there, the monthly ones are paused."""
    _schedules()
    _readers()
    for table in ("report_schedules", "report_readers"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY workspace ON {table} USING ({SCOPE}) WITH CHECK ({SCOPE})")
    op.execute(
        "INSERT INTO report_schedules (workspace_id, kind, weekday, hour)"
        " SELECT id, 'weekly', report_weekday, report_hour FROM workspaces"
    )
    op.execute(
        "INSERT INTO report_schedules (workspace_id, kind, month_day, hour, paused)"
        " SELECT id, 'monthly', 3, 9, true FROM workspaces"
    )
    op.drop_column("workspaces", "report_weekday")
    op.drop_column("workspaces", "report_hour")
    _runs()


def downgrade() -> None:
    """The weekly schedule alone, on the company itself; runs of other kinds go."""
    for name, usual in (("report_weekday", "4"), ("report_hour", "17")):
        op.add_column(
            "workspaces",
            sa.Column(name, sa.Integer(), server_default=sa.text(usual), nullable=False),
        )
    for name, most in (("report_weekday", 6), ("report_hour", 23)):
        op.create_check_constraint(
            op.f(f"ck_workspaces_{name}"), "workspaces", f"{name} BETWEEN 0 AND {most}"
        )
    op.execute(
        "UPDATE workspaces w SET report_weekday = s.weekday, report_hour = s.hour"
        " FROM report_schedules s WHERE s.workspace_id = w.id AND s.kind = 'weekly'"
    )
    op.execute("DELETE FROM report_runs WHERE kind <> 'weekly'")
    for name in ("kind", "subject", "scheduled"):
        op.drop_constraint(op.f(f"ck_report_runs_{name}"), "report_runs")
    op.drop_index("uq_report_runs_next", "report_runs")
    op.drop_index("uq_report_runs_slot", "report_runs")
    op.execute("UPDATE report_runs SET kind = 'requested' WHERE NOT scheduled")
    op.create_check_constraint(
        op.f("ck_report_runs_kind"), "report_runs", "kind IN ('weekly', 'requested')"
    )
    op.create_unique_constraint(
        op.f("uq_report_runs_workspace_id_kind_slot"),
        "report_runs",
        ["workspace_id", "kind", "slot"],
    )
    op.create_index(
        "uq_report_runs_next",
        "report_runs",
        ["workspace_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'weekly' AND state = 'due'"),
    )
    op.drop_column("report_runs", "debtor_id")
    op.drop_column("report_runs", "scheduled")
    op.alter_column("report_runs", "period", new_column_name="week")
    op.drop_table("report_readers")
    op.drop_table("report_schedules")


def _schedules() -> None:
    name = "report_schedules"
    checks = {
        "kind": "kind IN ('weekly', 'monthly')",
        "weekday": "weekday BETWEEN 0 AND 6",
        "month_day": "month_day BETWEEN 1 AND 28",
        "rhythm": "(kind = 'monthly') = (month_day IS NOT NULL)",
        "hour": "hour BETWEEN 0 AND 23",
    }
    op.create_table(
        name,
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("weekday", sa.Integer(), server_default=sa.text("4"), nullable=False),
        sa.Column("month_day", sa.Integer(), nullable=True),
        sa.Column("hour", sa.Integer(), server_default=sa.text("17"), nullable=False),
        sa.Column("paused", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("everyone", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        _created(),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_{name}_{key}")) for key, rule in checks.items()),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("workspace_id", "kind", name=op.f(f"uq_{name}_workspace_id_kind")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f(f"fk_{name}_workspace_id")
        ),
    )


def _readers() -> None:
    name = "report_readers"
    op.create_table(
        name,
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("schedule_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        _created(),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint(
            "workspace_id",
            "schedule_id",
            "user_id",
            name=op.f(f"uq_{name}_workspace_id_schedule_id_user_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "schedule_id"],
            ["report_schedules.workspace_id", "report_schedules.id"],
            name=op.f(f"fk_{name}_workspace_id_schedule_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f(f"fk_{name}_user_id")),
    )


def _runs() -> None:
    name = "report_runs"
    op.alter_column(name, "week", new_column_name="period")
    op.add_column(
        name, sa.Column("scheduled", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column(name, sa.Column("debtor_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f(f"fk_{name}_workspace_id_debtor_id"),
        name,
        "debtors",
        ["workspace_id", "debtor_id"],
        ["workspace_id", "id"],
        ondelete="CASCADE",
    )
    op.drop_index("uq_report_runs_next", name)
    op.drop_constraint(op.f(f"uq_{name}_workspace_id_kind_slot"), name)
    op.drop_constraint(op.f(f"ck_{name}_kind"), name)
    op.execute("UPDATE report_runs SET scheduled = kind = 'weekly', kind = 'weekly'")
    rules = {
        "kind": "kind IN ('weekly', 'monthly', 'dossier')",
        "subject": "(kind = 'dossier') = (debtor_id IS NOT NULL)",
        "scheduled": "kind <> 'dossier' OR NOT scheduled",
    }
    for key, rule in rules.items():
        op.create_check_constraint(op.f(f"ck_{name}_{key}"), name, rule)
    op.create_index(
        "uq_report_runs_slot",
        name,
        ["workspace_id", "kind", "slot"],
        unique=True,
        postgresql_where=sa.text("scheduled"),
    )
    op.create_index(
        "uq_report_runs_next",
        name,
        ["workspace_id", "kind"],
        unique=True,
        postgresql_where=sa.text("scheduled AND state = 'due'"),
    )


def _created() -> sa.Column[object]:
    return sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False)
