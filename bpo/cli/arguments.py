"""Arguments that several commands read the same way: days, workspaces."""

from argparse import ArgumentTypeError
from datetime import date

from sqlalchemy.orm import Session

from bpo.kernel.errors import NotFound
from bpo.models import Workspace
from bpo.queries.people import workspaces

_EARLIEST, _LATEST = date(1900, 1, 1), date(2199, 12, 31)


def day(text: str) -> date:
    """An ISO day within the years in which books are kept."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text} is not a day such as 2026-11-23") from None
    if not _EARLIEST <= found <= _LATEST:
        raise ArgumentTypeError(f"{text} is not a day from {_EARLIEST} to {_LATEST}")
    return found


def workspace(session: Session, slug: str) -> Workspace:
    """The workspace with this slug. Raises NotFound naming it."""
    found = workspaces.by_slug(session, slug)
    if found is None:
        raise NotFound("There is no workspace {slug}", slug=slug)
    return found
