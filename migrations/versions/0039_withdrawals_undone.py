"""A withdrawal undone tells anew the days since its title was issued.

What was withdrawn whole on the day of its issue never was, for any figure; once it comes back, it
was all along.

Revision ID: 0039
"""

from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

BACK = """
CASE WHEN f.kind = 'withdrawal' AND f.reverses_id IS NOT NULL THEN least(f.on_day, (
    SELECT r.issue_date FROM receivables r
    WHERE r.workspace_id = f.workspace_id AND r.id = f.receivable_id)) ELSE f.on_day END
"""


def upgrade() -> None:
    """The watch over entries looks at the title of what came back."""
    _watch(BACK)


def downgrade() -> None:
    """Entries count from their own day."""
    _watch("f.on_day")


def _watch(day: str) -> None:
    op.execute(
        f"""
        CREATE OR REPLACE FUNCTION note_late_entries() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO snapshot_changes (workspace_id, since)
            SELECT f.workspace_id, min({day}) FROM facts f GROUP BY f.workspace_id
            HAVING min({day}) <= (SELECT max(s.day) FROM metric_snapshots s
                                  WHERE s.workspace_id = f.workspace_id);
            RETURN NULL;
        END
        $$
        """
    )
