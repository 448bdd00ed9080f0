"""CPF and CNPJ (alphanumeric CNPJ included): normal form, check digits, display, masking."""

import re
from enum import StrEnum

from stdnum.br import cnpj as _cnpj
from stdnum.br import cpf as _cpf

_PUNCTUATION = re.compile(r"[.\-/\s]")


class DocumentKind(StrEnum):
    """Person or company register number."""

    CPF = "cpf"
    CNPJ = "cnpj"


def normalized(text: str) -> str:
    """Upper case without punctuation."""
    if text.isalnum():
        return text.upper()
    return _PUNCTUATION.sub("", text).upper()


def kind_of(text: str) -> DocumentKind | None:
    """What a text is by its length once normalised (11: CPF, 14: CNPJ), whatever its digits."""
    size = len(normalized(text))
    return {11: DocumentKind.CPF, 14: DocumentKind.CNPJ}.get(size)


def is_valid(text: str) -> bool:
    """Whether the check digits hold; numbers of one repeated digit are refused."""
    plain = normalized(text)
    if len(set(plain)) <= 1:
        return False
    if len(plain) == 11:
        return bool(_cpf.is_valid(plain))
    return len(plain) == 14 and bool(_cnpj.is_valid(plain))


def formatted(text: str) -> str:
    """`123.456.789-09` or `12.ABC.345/01DE-35`; other lengths come back unchanged."""
    plain = normalized(text)
    if len(plain) == 11:
        return f"{plain[:3]}.{plain[3:6]}.{plain[6:9]}-{plain[9:]}"
    if len(plain) == 14:
        return f"{plain[:2]}.{plain[2:5]}.{plain[5:8]}/{plain[8:12]}-{plain[12:]}"
    return text


def hidden(text: str) -> str:
    """The document with all hidden but a middle group: `***.456.***-**`, `**.***.678/0001-**`.

    The last four digits of a CPF and the first four of a CNPJ, which open the debtor's page, never
    show.
    """
    plain = normalized(text)
    if len(plain) == 11:
        return f"***.{plain[3:6]}.***-**"
    if len(plain) == 14:
        return f"**.***.{plain[5:8]}/{plain[8:12]}-**"
    return "***"
