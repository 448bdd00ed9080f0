"""Care for the database: it knows the size of its tables before somebody asks about them."""

from sqlalchemy import text

from bpo.db import unit_of_work
from bpo.kernel.actor import Actor

MUCH = 1000
"""So many new rows change how the database should look for them."""


def know_the_book(actor: Actor) -> None:
    """Let the database look at the tables of the book again, after much was written to them.

    It does so by itself, but a minute later; until then a table that was empty is searched as if
    it still were, which costs minutes when thousands of reminders follow an import at once.
    """
    with unit_of_work(actor) as session:
        session.execute(text("SELECT know_the_book()"))
