"""What really goes to the database: statements of the session, of raw cursors, and COPY alike."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

_WAYS = ("execute", "executemany", "copy")


@contextmanager
def statements() -> Iterator[list[str]]:
    """The text of every statement that a cursor of the driver sends while the block lasts.

    SQLAlchemy's own events see only what goes through its connections; a dashboard reads most of
    its rows by the driver. Looked at where all of them pass: the methods of the cursor.
    """
    said: list[str] = []
    own = {way: getattr(psycopg.Cursor, way) for way in _WAYS}

    def noting(send: Callable[..., Any]) -> Callable[..., Any]:
        def noted(cursor: Any, query: Any, *given: Any, **named: Any) -> Any:
            said.append(query if isinstance(query, str) else str(query))
            return send(cursor, query, *given, **named)

        return noted

    for way, send in own.items():
        setattr(psycopg.Cursor, way, noting(send))
    try:
        yield said
    finally:
        for way, send in own.items():
            setattr(psycopg.Cursor, way, send)
