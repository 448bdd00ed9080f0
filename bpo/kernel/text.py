"""Text that people read, apart from its language, and text made searchable."""

import re
import unicodedata
from collections.abc import Mapping
from itertools import filterfalse
from typing import Any


class Phrase:
    """A sentence in English with named parameters; the edge translates it and formats the values.

    Parameters are formatted by name and type: `*_cents` (int) as money, `*_pct` as a percentage,
    `date` values as dates, anything else as text: `Phrase("{paid} of {total}", paid=3, total=4)`
    """

    __slots__ = ("params", "template")

    def __init__(self, template: str, **params: Any) -> None:
        self.template = template
        self.params: Mapping[str, Any] = params

    def __str__(self) -> str:
        return self.template.format(**self.params)

    def __repr__(self) -> str:
        return f"Phrase({self.template!r}, {dict(self.params)!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Phrase):
            return NotImplemented
        return (self.template, dict(self.params)) == (other.template, dict(other.params))

    def __hash__(self) -> int:
        return hash((self.template, tuple(sorted(self.params.items()))))


_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]+"
)
_SPACES = re.compile(r"\s+")
_GROUPING = re.compile(r"[.\s]+")
_PARTS = re.compile(r"(?<=\d)[^0-9A-Z]+(?=\d)")
_MARKS = re.compile(r"[^0-9A-Z-]+|(?<!\d)-|-(?!\d)")
_LEADING = re.compile(r"^[0-]+")
_SIMPLE = re.compile(r"(?:([A-Z]+)[-/ .]?)?([0-9]+)", re.IGNORECASE | re.ASCII)
"""What most numbers are: digits, perhaps after letters."""


def storable(text: str) -> str:
    """Without what no database can keep and no letter is: NUL, and halves of surrogate pairs."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def visible(text: str) -> str:
    """On one line, without signs that turn, hide or part letters: a name such as
    `fatura\\u202efdp.exe` would read `faturaexe.pdf`."""
    return " ".join(_UNSEEN.sub(" ", text).split())


def searchable(text: str) -> str:
    """Lower case, without accents, single spaces: what a search by name compares."""
    decomposed = unicodedata.normalize("NFKD", text)
    plain = "".join(filterfalse(unicodedata.combining, decomposed))
    return _SPACES.sub(" ", plain).strip().lower()


def number_key(number: str) -> str:
    """A document number for matching: upper case, leading zeros and grouping marks ignored.

    `000.123` and `123` are one; between two digits a stroke or hyphen stays, so that `1234/1` and
    `1234-1` are `1234-1`, which `12341` is not.
    """
    if match := _SIMPLE.fullmatch(number):
        return f"{match[1]}{match[2]}".upper() if match[1] else match[2].lstrip("0") or "0"
    parted = _PARTS.sub("-", _GROUPING.sub("", number.upper()))
    return _LEADING.sub("", _MARKS.sub("", parted)) or parted[-1:] or number.strip()


def slug(text: str) -> str:
    """Lower-case words joined by hyphens, safe in a URL."""
    return re.sub(r"[^a-z0-9]+", "-", searchable(text)).strip("-")


def masked(text: str, keep: int = 2) -> str:
    """All but the last `keep` characters hidden."""
    return "•" * max(len(text) - keep, 0) + text[-keep:]
