"""Bytes that should be text: their encoding, and what is refused because it is something else."""

import codecs
import re

from bpo.formats.problems import Ambiguous
from bpo.kernel.errors import BadInput

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = bytes([*range(1, 9), *range(14, 32)])
_OTHER_FILES = (
    (re.compile(rb"%PDF-"), "PDF"),
    (re.compile(rb"\xd0\xcf\x11\xe0"), "XLS (Excel 97-2003)"),
    (re.compile(rb"PK\x03\x04"), "ZIP"),
    (re.compile(rb"\x1f\x8b"), "GZIP"),
    (re.compile(rb"\x89PNG"), "PNG"),
    (re.compile(rb"\xff\xd8\xff"), "JPEG"),
    (re.compile(rb"GIF8"), "GIF"),
    (re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html|table|meta|head)", re.I), "HTML"),
    (re.compile(rb"(?:\xef\xbb\xbf)?\s*<\?xml", re.I), "XML"),
    (re.compile(rb"\s*(?:OFXHEADER|<OFX>)"), "OFX"),
)


def refuse_size(content: bytes, limit: int) -> None:
    """Refuse what is empty, or larger than `limit` bytes."""
    if not content.strip(b"\xef\xbb\xbf\xff\xfe\x00\x1a \t\r\n"):
        raise BadInput("The file is empty.")
    refuse_length(len(content), limit)


def refuse_length(size: int, limit: int) -> None:
    """Refuse a file of more than `limit` bytes by its size, before it is read."""
    if size > limit:
        raise BadInput(
            "The file has {size_mb} MB; at most {limit_mb} MB are read at once. Divide it.",
            size_mb=-(-size // 1_000_000),
            limit_mb=limit // 1_000_000,
        )


def refuse_other_files(content: bytes) -> None:
    """Refuse well-known files that are not text tables, by name."""
    for signature, name in _OTHER_FILES:
        if signature.match(content):
            raise BadInput(
                "This is not a table but a file of type {name}. Save it as CSV or XLSX.", name=name
            )


def encoding_of(content: bytes, wanted: str | None = None) -> str:
    """The encoding: a byte order mark, then UTF-8, then Windows-1252, then ISO-8859-1.

    `wanted` must exist and fit. Raises `BadInput` for binary content.
    """
    found = _wanted(content, wanted) if wanted else _detected(content)
    if not found.startswith("utf-16"):
        _refuse_binary(content)
    elif b"\x00\x00" in content and "\x00" in content.decode(found):
        _refuse_binary(b"\x00")
    return found


def _detected(content: bytes) -> str:
    for mark, name in _BOMS:
        if content.startswith(mark):
            _refuse_undecodable(content, name)
            return name
    _refuse_binary(content)
    if _fits(content, "utf-8"):
        return "utf-8"
    _refuse_damaged_utf8(content)
    return "cp1252" if _fits(content, "cp1252") else "latin-1"


def _wanted(content: bytes, wanted: str) -> str:
    try:
        name = codecs.lookup(wanted).name
        "".encode(name)
    except LookupError:
        raise BadInput("{encoding} is not a known encoding.", encoding=wanted) from None
    if name == "utf-8" and content.startswith(codecs.BOM_UTF8):
        name = "utf-8-sig"
    _refuse_undecodable(content, name)
    return name


def _refuse_undecodable(content: bytes, name: str) -> None:
    try:
        content.decode(name)
    except UnicodeError as error:
        start = getattr(error, "start", 0)
        raise BadInput(
            "The file is not valid {encoding}: line {line} cannot be read.",
            encoding=name,
            line=str(content.count(b"\n", 0, start) + 1),
        ) from None


def _fits(content: bytes, name: str) -> bool:
    if content.isascii():
        return True
    try:
        content.decode(name)
    except UnicodeDecodeError:
        return False
    return True


def _refuse_damaged_utf8(content: bytes) -> None:
    """Other encodings hardly ever form letters of UTF-8: where most do, single bytes are wrong."""
    text = content.decode("utf-8", errors="replace")
    wrong = text.count("\ufffd")
    letters = len(text) - len(text.encode("ascii", errors="ignore")) - wrong
    if letters > wrong:
        raise Ambiguous(
            "The file is UTF-8 but for some bytes, first on line {line}. Correct them, or say "
            "--encoding cp1252.",
            option="--encoding",
            choices=("cp1252", "latin-1"),
            field="encoding",
            line=str(text.count("\n", 0, text.find("\ufffd")) + 1),
        )


def _refuse_binary(content: bytes) -> None:
    position = content.find(b"\x00")
    if position >= 0:
        raise BadInput(
            "Line {line} holds a zero byte: this is no text table, or UTF-16 without its mark.",
            line=str(content.count(b"\n", 0, position) + 1),
        )
    content = content.rstrip(b"\x1a")
    if len(content.translate(None, _CONTROL)) < len(content):
        position = min(found for mark in _CONTROL if (found := content.find(mark)) >= 0)
        raise BadInput(
            "Line {line} holds bytes that are not text. Save the table as CSV or XLSX.",
            line=str(content.count(b"\n", 0, position) + 1),
        )
