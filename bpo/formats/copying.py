r"""PostgreSQL's text format of COPY: columns of values as the lines that the server reads.

One line a row, tabs between columns, `\N` for null; backslash, tab and line ends are escaped.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from json.encoder import encode_basestring as quoted
from typing import Any

NULL = r"\N"
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r", "\0": None})
_SPECIAL = frozenset("\\\t\n\r\0")


def block(columns: Sequence[Iterable[str]]) -> bytes:
    """Columns of equal length, already written by the functions below, as one piece of data."""
    lines = "\n".join(map("\t".join, zip(*columns, strict=True)))
    return f"{lines}\n".encode() if lines else b""


def texts(values: Sequence[str | None]) -> Sequence[str]:
    """Texts, None for null."""
    written = values if None not in values else [NULL if text is None else text for text in values]
    if not _SPECIAL.isdisjoint("".join(filter(None, values))):
        return [NULL if text is None else text.translate(_ESCAPES) for text in values]
    return written  # type: ignore[return-value]


def plain(values: Iterable[Any]) -> list[str]:
    """Numbers, days and other values whose text needs no escape, None for null."""
    return [NULL if value is None else str(value) for value in values]


def documents(values: Iterable[Mapping[str, str]]) -> list[str]:
    """JSON objects of texts; put together here, which takes a quarter of the library's time."""
    return ["{}" if not value else _document(value) for value in values]


def _document(value: Mapping[str, str]) -> str:
    pairs = [_key(name) + quoted(text) for name, text in value.items()]
    return f"{{{','.join(pairs)}}}".replace("\\", r"\\")


@lru_cache(maxsize=1024)
def _key(name: str) -> str:
    return f"{quoted(name)}:"
