"""The second factor of a debtor's link: what only the debtor knows, and how it is asked safely."""

import hmac
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bpo.kernel import documents
from bpo.kernel.documents import DocumentKind
from bpo.kernel.text import number_key

DIGITS = 4
SHORTEST_NUMBER = 3
MOST_REFUSALS = 20
REFUSALS_COUNT_FOR = timedelta(days=30)
"""Together they leave a guesser one chance in five hundred against four digits."""

_NOT_DIGITS = re.compile(r"\D")
_BRAZIL = "55"
_HIDDEN = "•••"
_WORDS_SHOWN = 4


class Factor(StrEnum):
    """What is asked for, the best first."""

    CPF = "cpf"
    CNPJ = "cnpj"
    PHONE = "phone"
    INVOICE = "invoice"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of whoever opened a link; `answers` are the right ones in normal form."""

    factor: Factor
    answers: frozenset[str]


def question(
    document: str | None, phones: Iterable[str], numbers: Iterable[str]
) -> Question | None:
    """The best question for a debtor; None when nothing is known that a stranger does not know.

    The last four digits of a CPF; the first four characters of a CNPJ, because its last four are
    `01` and two check digits nearly always. Without a document the last four digits of a
    telephone, and failing that the whole number of an invoice, if it is not too short. The full
    document or telephone is a right answer too.
    """
    kind = documents.kind_of(document) if document else None
    if document and kind:
        plain = documents.normalized(document)
        if kind is DocumentKind.CPF:
            return Question(Factor.CPF, frozenset({plain, plain[-DIGITS:]}))
        return Question(Factor.CNPJ, frozenset({plain, plain[:DIGITS]}))
    dialled = {_NOT_DIGITS.sub("", phone) for phone in phones}
    known = {form for digits in dialled if len(digits) >= 8 for form in _phone_forms(digits)}
    if known:
        return Question(Factor.PHONE, frozenset(known))
    keys = {number_key(number) for number in numbers}
    worth = frozenset(key for key in keys if len(key) >= SHORTEST_NUMBER)
    return Question(Factor.INVOICE, worth) if worth else None


def is_right(asked: Question, typed: str) -> bool:
    """Whether an answer is right, punctuation and case apart."""
    given = _NORMAL[asked.factor](typed[:60]).encode()
    return sum(hmac.compare_digest(given, answer.encode()) for answer in asked.answers) > 0


def hidden_document(document: str) -> str:
    """A document without any of the characters that are asked for: `***.456.***-**`."""
    plain = documents.normalized(document)
    if documents.kind_of(plain) is DocumentKind.CPF:
        return f"***.{plain[3:6]}.***-**"
    return documents.hidden(document)


def hidden_name(name: str) -> str:
    """A name by its initials, telling neither its length nor its words: `D••• L•••`."""
    words = [word for word in name.split() if word[0].isalnum()]
    return " ".join(word[0].upper() + _HIDDEN for word in words[:_WORDS_SHOWN]) or _HIDDEN


def hidden_address(address: str) -> str:
    """An e-mail address as `d•••@example.org`, a telephone as `•••4321`."""
    local, at, host = address.partition("@")
    return f"{local[:1]}{_HIDDEN}@{host}" if at else _HIDDEN + address[-DIGITS:]


def _phone_forms(digits: str) -> Iterable[str]:
    """How somebody may write their own telephone: whole, without country, its last digits."""
    yield digits
    yield digits[-DIGITS:]
    if digits.startswith(_BRAZIL) and len(digits) in (12, 13):
        yield digits[2:]


def _digits(text: str) -> str:
    return _NOT_DIGITS.sub("", text)


_NORMAL: dict[Factor, Callable[[str], str]] = {
    Factor.CPF: documents.normalized,
    Factor.CNPJ: documents.normalized,
    Factor.PHONE: _digits,
    Factor.INVOICE: lambda text: number_key(text.strip()) if text.strip() else "",
}
