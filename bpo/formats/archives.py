"""ZIP archives unpacked in memory within bounds; names in them are never used as paths."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from bpo.kernel.errors import BadInput
from bpo.kernel.text import Phrase

MOST_FILES = 10_000
MOST_BYTES = 128 * 1024 * 1024
"""Unpacked, of all files together."""

_STRIDE = 1024 * 1024
_HIDDEN = ("__MACOSX/", ".")
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
    KeyError,
)


class Member(NamedTuple):
    """A file of an archive; `fault` says why its content could not be had."""

    name: str
    content: bytes
    fault: Phrase | None = None


def is_zip(content: bytes) -> bool:
    """Whether the bytes begin like a ZIP."""
    return content.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def members(content: bytes, most_bytes: int = MOST_BYTES) -> Iterator[Member]:
    """The files of an archive in its order, without folders and what systems hide in it.

    Never more than `most_bytes` are unpacked, whatever sizes the archive claims. Raises `BadInput`
    for one that is damaged, holds too many files, or unpacks to more.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        entries = archive.infolist()
    except _BROKEN:
        raise BadInput("The ZIP is damaged and cannot be read.") from None
    shown = [entry for entry in entries if _is_shown(entry)]
    if len(entries) > MOST_FILES:
        raise BadInput(
            "The ZIP holds {found} files; at most {most} are read at once.",
            found=len(entries),
            most=MOST_FILES,
        )
    if sum(entry.file_size for entry in shown) > most_bytes:
        raise _too_large(most_bytes)
    left = most_bytes
    for entry in shown:
        member = _read(archive, entry, left)
        left -= len(member.content)
        yield member


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> Member:
    if entry.flag_bits & 1:
        return Member(entry.filename, b"", Phrase("The file is locked with a password."))
    found = bytearray()
    try:
        with archive.open(entry) as stream:
            while piece := stream.read(_STRIDE):
                found += piece
                if len(found) > left:
                    raise _too_large(left)
    except _BROKEN:
        return Member(entry.filename, b"", Phrase("The file is damaged inside the ZIP."))
    return Member(entry.filename, bytes(found))


def _is_shown(entry: zipfile.ZipInfo) -> bool:
    last = entry.filename.rpartition("/")[2]
    return bool(last) and not last.startswith(".") and not entry.filename.startswith(_HIDDEN)


def _too_large(most: int) -> BadInput:
    return BadInput(
        "The ZIP unpacks to more than {most_mb} MB, which is too much. Divide it.",
        most_mb=most // 1_000_000,
    )
