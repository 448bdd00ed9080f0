"""Pix keys: which kind a text is, and the form in which the central bank's directory keeps it."""

import re
from enum import StrEnum

from bpo.kernel import documents
from bpo.kernel.documents import DocumentKind
from bpo.kernel.errors import BadInput

_RANDOM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_EMAIL = re.compile(r"[^\s@]{1,64}@[a-z0-9.-]+\.[a-z]{2,}")
_PHONE = re.compile(r"\+55[1-9]{2}9?\d{8}")
_PHONE_SIGNS = re.compile(r"[\s().-]")
LONGEST_EMAIL = 77


class PixKeyKind(StrEnum):
    """The five kinds of key."""

    CPF = "cpf"
    CNPJ = "cnpj"
    PHONE = "phone"
    EMAIL = "email"
    RANDOM = "random"


def kind_of(key: str) -> PixKeyKind | None:
    """What a key in normal form is."""
    if _RANDOM.fullmatch(key):
        return PixKeyKind.RANDOM
    if _EMAIL.fullmatch(key) and len(key) <= LONGEST_EMAIL:
        return PixKeyKind.EMAIL
    if _PHONE.fullmatch(key):
        return PixKeyKind.PHONE
    if key == documents.normalized(key) and documents.is_valid(key):
        is_cpf = documents.kind_of(key) is DocumentKind.CPF
        return PixKeyKind.CPF if is_cpf else PixKeyKind.CNPJ
    return None


def normalized(text: str) -> str:
    """The key as the directory keeps it (DICT): e-mail and random in lower case, telephone with
    +55, CPF and CNPJ without punctuation. Raises BadInput when it is none of them."""
    lower = text.strip().lower()
    candidates = (lower, documents.normalized(lower), _PHONE_SIGNS.sub("", lower))
    key = next((candidate for candidate in candidates if kind_of(candidate)), None)
    if key is None:
        raise BadInput(
            "This is not a Pix key: use a CPF, CNPJ, e-mail, telephone with +55 or random key",
            field="pix_key",
        )
    return key
