"""PostgreSQL's text format of arrays: a whole column of values as one parameter of a statement."""

from collections.abc import Iterable
from typing import Any

NULL = "NULL"


def plain(values: Iterable[Any]) -> str:
    """Numbers, days and other values whose text needs no quotes; None for null."""
    return f"{{{','.join([NULL if value is None else str(value) for value in values])}}}"


def texts(values: Iterable[str | None]) -> str:
    """Texts, None for null; a text that comes again is quoted once."""
    known: dict[str | None, str] = {None: NULL}
    written = []
    for value in values:
        quoted = known.get(value)
        if quoted is None:
            quoted = known[value] = _quoted(value or "")
        written.append(quoted)
    return f"{{{','.join(written)}}}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
