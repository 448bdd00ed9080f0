"""Claims of one debtor's contacts come one after another.

Two workers that had read the same past of a debtor could each claim another contact in the same
instant, because a statement does not see what was committed after it began. The function waits
for the other claim and counts anew: a volatile function takes a fresh snapshot.

Revision ID: 0012
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The number of a debtor's contacts that left or may have left, once no other claim runs."""
    op.execute(
        """
        CREATE FUNCTION contacts_made(workspace bigint, debtor bigint) RETURNS bigint
        LANGUAGE plpgsql VOLATILE AS $$
        BEGIN
            PERFORM pg_advisory_xact_lock(hashtextextended('claim', debtor));
            RETURN (SELECT count(*) FROM touches s WHERE s.workspace_id = workspace
                    AND s.debtor_id = debtor AND s.state IN ('sending', 'sent', 'uncertain'));
        END
        $$
        """
    )


def downgrade() -> None:
    """Without the wait."""
    op.execute("DROP FUNCTION contacts_made(bigint, bigint)")
