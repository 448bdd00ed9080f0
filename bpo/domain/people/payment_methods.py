"""The ways to pay that a creditor may offer, and what each must tell the debtor."""

import re
from collections.abc import Mapping
from enum import StrEnum

from bpo.kernel import documents
from bpo.kernel.errors import BadInput

_URL = re.compile(r"https://[^\s\"<>]{4,300}")
LONGEST = 120


class Kind(StrEnum):
    """What the debtor is offered."""

    PIX = "pix"
    BOLETO = "boleto"
    LINK = "link"
    TRANSFER = "transfer"


FIELDS: dict[Kind, tuple[str, ...]] = {
    Kind.PIX: ("key",),
    Kind.BOLETO: ("note",),
    Kind.LINK: ("url",),
    Kind.TRANSFER: ("bank", "branch", "account", "holder", "document"),
}
OPTIONAL = frozenset({"note", "branch"})


def label(text: str) -> str:
    """The name under which the debtor sees a way to pay. Raises BadInput."""
    plain = " ".join(text.split())
    if not plain or len(plain) > LONGEST:
        raise BadInput("Give this way to pay a name", field="label")
    return plain


def details(kind: Kind, given: Mapping[str, str]) -> dict[str, str]:
    """What a method of this kind tells: `url` of a link; bank, branch, account, holder and document
    of a transfer; a note of a boleto. Raises BadInput naming the field."""
    plain = {name: " ".join(given.get(name, "").split()) for name in FIELDS[kind]}
    for name, value in plain.items():
        if len(value) > (300 if name == "url" else LONGEST) or not (value or name in OPTIONAL):
            raise BadInput("Fill in this field, in up to 120 characters", field=name)
    if kind is Kind.LINK and not _URL.fullmatch(plain["url"]):
        raise BadInput("A payment link begins with https://", field="url")
    if kind is Kind.TRANSFER and not documents.is_valid(plain["document"]):
        raise BadInput("This CPF or CNPJ is not valid: check its digits", field="document")
    return {name: value for name, value in plain.items() if value}
