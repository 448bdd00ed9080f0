"""Who has no valid contact is kept by the night; what may change it by day is noted.

The inbox looked through every debtor of every company for those out of reach. As with facts dated
back, triggers only add rows: two acts never wait for one another. A statement that registers
debtors notes their range once, however many they are; contacts that come cost nothing.

Revision ID: 0031
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

SCOPE = (
    "workspace_id = ANY ((SELECT string_to_array("
    "current_setting('bpo.workspaces', true), ',')::bigint[])::bigint[])"
)
NOTES = {
    "new_debtors": "SELECT workspace_id, min(id), max(id) FROM facts GROUP BY workspace_id",
    "lost_contacts": (
        "SELECT DISTINCT workspace_id, debtor_id, debtor_id FROM facts WHERE status = 'valid'"
    ),
    "silenced_contacts": (
        "SELECT DISTINCT c.workspace_id, c.debtor_id, c.debtor_id FROM facts f"
        " JOIN contacts c USING (workspace_id, channel, address)"
    ),
}
TRIGGERS = (
    ("new_debtors", "debtors", "INSERT", "NEW"),
    ("lost_contacts", "contacts", "DELETE", "OLD"),
    ("silenced_contacts", "opt_outs", "INSERT", "NEW"),
)


def upgrade() -> None:
    """The table, its wall, the column of the night, and the triggers."""
    op.add_column(
        "carried_figures",
        sa.Column("unreached_ids", postgresql.ARRAY(sa.BigInteger()), nullable=True),
    )
    op.create_table(
        "reach_changes",
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("first_id", sa.BigInteger(), nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_reach_changes_workspace_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_reach_changes")),
    )
    op.execute("ALTER TABLE reach_changes ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY workspace ON reach_changes USING ({SCOPE}) WITH CHECK ({SCOPE})")
    for name, rows in NOTES.items():
        _function(name, f"{rows}")
    for name, table, event, which in TRIGGERS:
        op.execute(
            f"CREATE TRIGGER note_{name} AFTER {event} ON {table}"
            f" REFERENCING {which} TABLE AS facts"
            f" FOR EACH STATEMENT EXECUTE FUNCTION note_{name}()"
        )
    _function("changed_contact", "SELECT OLD.workspace_id, OLD.debtor_id, OLD.debtor_id")
    op.execute(
        "CREATE TRIGGER note_changed_contact AFTER UPDATE ON contacts FOR EACH ROW"
        " WHEN (OLD.status = 'valid' AND (OLD.status, OLD.channel, OLD.address, OLD.debtor_id)"
        " IS DISTINCT FROM (NEW.status, NEW.channel, NEW.address, NEW.debtor_id))"
        " EXECUTE FUNCTION note_changed_contact()"
    )


def _function(name: str, rows: str) -> None:
    op.execute(
        f"""
        CREATE FUNCTION note_{name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO reach_changes (workspace_id, first_id, last_id) {rows};
            RETURN NULL;
        END
        $$
        """
    )


def downgrade() -> None:
    """Everybody is looked through again."""
    for name, table, _event, _which in TRIGGERS:
        op.execute(f"DROP TRIGGER note_{name} ON {table}")
    op.execute("DROP TRIGGER note_changed_contact ON contacts")
    for name in (*NOTES, "changed_contact"):
        op.execute(f"DROP FUNCTION note_{name}()")
    op.drop_table("reach_changes")
    op.drop_column("carried_figures", "unreached_ids")
