"""Guides: a little Markdown read into blocks that a template can show safely.

Headings, paragraphs, lists, `**bold**`, `*italic*`, `` `code` `` and links to pages of the web or
of this site. Everything else is text, HTML too: nothing in a guide can reach into the page.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from bpo.kernel.errors import BadInput

LONGEST = 8000
LONGEST_TITLE = 80
TEXTS, PAGE = "texts", "page"
"""Places besides steps and tasks: beside every text, and on the debtor's page."""


class Reader(StrEnum):
    """For whom a guide is written."""

    TEAM = "team"
    DEBTOR = "debtor"


class Span(NamedTuple):
    """A run of words: plain, `strong`, `em`, `code`, or a link when `url` is given."""

    text: str
    kind: str = ""
    url: str = ""


class Block(NamedTuple):
    """A heading (`h2`, `h3`), a paragraph (`p`) or a list (`ul`, `ol`) of lines."""

    kind: str
    lines: tuple[tuple[Span, ...], ...]


class Guide(NamedTuple):
    """A guide in one language; `places`: the texts of steps beside which it helps."""

    key: str
    reader: Reader
    title: str
    body: str
    places: tuple[str, ...] = ()
    is_own: bool = False

    @property
    def blocks(self) -> list[Block]:
        """The body as blocks."""
        return blocks(self.body)


_INLINE = re.compile(
    r"\*\*(?P<strong>[^*\n]+)\*\*|\*(?P<em>[^*\n]+)\*|`(?P<code>[^`\n]+)`"
    r"|\[(?P<label>[^\]\n]+)\]\((?P<url>[^)\s]+)\)"
)
_URL = re.compile(r"https?://[^\s\"'<>]+|/(?![/\\])[^\s\"'<>\\]*")
_ITEM = re.compile(r"(?:[-*]|(\d+)\.)\s+(.*)")
_HEADING = re.compile(r"(#{1,3})\s+(.*)")


def parse(key: str, source: str) -> Guide:
    """A guide of its file: `Title:`, `Reader:` and `Places:` lines, an empty line, the body."""
    head, _, body = source.partition("\n\n")
    fields = dict(line.split(":", 1) for line in head.splitlines() if ":" in line)
    known = {name.strip().lower(): value.strip() for name, value in fields.items()}
    places = tuple(known.get("places", "").replace(",", " ").split())
    return Guide(key, Reader(known["reader"]), known["title"], body.strip(), places)


def checked(title: str, body: str) -> tuple[str, str]:
    """Title and body as they are kept. Raises BadInput by field."""
    title, body = " ".join(title.split()), body.replace("\r\n", "\n").strip()
    for name, value, most in (("title", title, LONGEST_TITLE), ("body", body, LONGEST)):
        if not value:
            raise BadInput("Fill in this field", field=name)
        if len(value) > most:
            raise BadInput("This text is too long", field=name)
    return title, body


def blocks(body: str) -> list[Block]:
    """The blocks of a text, in order."""
    return [block for part in re.split(r"\n\s*\n", body.strip()) for block in _blocks(part)]


def _blocks(part: str) -> Iterator[Block]:
    words: list[str] = []
    items: list[tuple[Span, ...]] = []
    kind = ""
    for line in part.splitlines():
        heading, item = _HEADING.fullmatch(line.strip()), _ITEM.fullmatch(line.strip())
        if item and not words:
            if not items:
                kind = "ol" if item[1] else "ul"
            items.append(spans(item[2]))
            continue
        if items and not heading and line[:1].isspace():
            items[-1] += (Span(" "), *spans(line.strip()))
            continue
        if words and (heading or item):
            yield Block("p", (spans(" ".join(words)),))
            words = []
        if items:
            yield Block(kind, tuple(items))
            items = []
        if heading:
            yield Block("h2" if len(heading[1]) < 3 else "h3", (spans(heading[2]),))
        elif item:
            kind, items = "ol" if item[1] else "ul", [spans(item[2])]
        else:
            words.append(line.strip())
    if items:
        yield Block(kind, tuple(items))
    if words:
        yield Block("p", (spans(" ".join(words)),))


def spans(text: str) -> tuple[Span, ...]:
    """A line as runs of words."""
    found, at = [], 0
    for hit in _INLINE.finditer(text):
        if hit.start() > at:
            found.append(Span(text[at : hit.start()]))
        found.append(_span(hit))
        at = hit.end()
    if at < len(text):
        found.append(Span(text[at:]))
    return tuple(found)


def _span(hit: re.Match[str]) -> Span:
    if hit["url"] is not None:
        return Span(hit["label"], "a", hit["url"]) if _URL.fullmatch(hit["url"]) else Span(hit[0])
    kind = hit.lastgroup or ""
    return Span(hit[kind], kind)
