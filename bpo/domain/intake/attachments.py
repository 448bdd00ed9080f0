"""Documents attached to debtors and receivables: their kinds, and which files may be one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bpo.kernel.errors import BadInput
from bpo.kernel.text import Phrase

LARGEST = 10 * 1024 * 1024
LARGEST_MAIL = 8 * 1024 * 1024
"""Bytes that go with one message at most; many mail servers refuse more than ten million."""

LONGEST_NAME = 120

_STRANGE = re.compile(r"[\x00-\x1f\x7f<>:\"/\\|?*;\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")


class Kind(StrEnum):
    """What a document is."""

    INVOICE = "invoice"
    FISCAL_DOCUMENT = "fiscal_document"
    BOLETO = "boleto"
    CONTRACT = "contract"
    PAYMENT_PROOF = "payment_proof"
    OTHER = "other"


LABELS = {
    Kind.INVOICE: Phrase("Invoice"),
    Kind.FISCAL_DOCUMENT: Phrase("Fiscal document (NF-e, NFS-e)"),
    Kind.BOLETO: Phrase("Boleto"),
    Kind.CONTRACT: Phrase("Contract"),
    Kind.PAYMENT_PROOF: Phrase("Proof of payment"),
    Kind.OTHER: Phrase("Other document"),
}

MAILED = (Kind.INVOICE, Kind.FISCAL_DOCUMENT, Kind.BOLETO)
"""What goes with the message of the issue step; contracts and proofs stay in the house."""

ENDINGS = {
    "application/pdf": "pdf",
    "image/png": "png",
    "image/jpeg": "jpg",
    "application/xml": "xml",
}
_BEGINNINGS = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"<?xml", "application/xml"),
    (b"<nfeProc", "application/xml"),
    (b"<NFe", "application/xml"),
)
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Accepted:
    """A file that may be kept: a name fit for any computer, and what the content really is."""

    name: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Sized:
    """A document as far as choosing for a message goes: its id, and its size in bytes."""

    id: int
    size: int


def examine(name: str, content: bytes) -> Accepted:
    """Whether a file may be attached, by its content, never by its name. Raises BadInput."""
    if not content:
        raise BadInput("Choose a file that is not empty", field="file")
    if len(content) > LARGEST:
        raise BadInput(
            "This file is larger than {most} MB", field="file", most=LARGEST // 1024 // 1024
        )
    plain = content.removeprefix(_BOM).lstrip()[:16]
    media = next((media for start, media in _BEGINNINGS if plain.startswith(start)), None)
    if media is None:
        raise BadInput("Only PDF, PNG, JPEG and XML files can be attached", field="file")
    return Accepted(_named(name, ENDINGS[media]), media)


def fitting(found: Sequence[Sized], room: int = LARGEST_MAIL) -> list[int]:
    """The ids of those that fit into a message of `room` bytes, the first ones first."""
    chosen = []
    for one in found:
        if one.size <= room:
            chosen.append(one.id)
            room -= one.size
    return chosen


def _named(name: str, ending: str) -> str:
    """A file's name without folders and signs of other systems, with the ending of its content."""
    last = name.replace("\\", "/").rpartition("/")[2]
    stem = last.rpartition(".")[0] or last
    clean = " ".join(_STRANGE.sub(" ", stem).split()).strip(". ")[:LONGEST_NAME]
    return f"{clean or 'documento'}.{ending}"
