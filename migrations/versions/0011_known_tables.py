"""The program may ask the database to look at its tables again after much was written.

Only their owner may; a function of the owner's does it for exactly the tables of the book.
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE FUNCTION know_the_book() RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        BEGIN
            ANALYZE debtors, contacts, receivables, payments, entries;
        END
        $$
        """
    )


def downgrade() -> None:
    op.execute("DROP FUNCTION know_the_book()")
