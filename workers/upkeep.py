"""Jobs of care for the database."""

from bpo.kernel import actor
from bpo.services.people import upkeep


def know_the_book() -> None:
    """Let the database look at the tables of the book again."""
    upkeep.know_the_book(actor.system((), name="upkeep"))
