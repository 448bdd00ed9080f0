"""The bank accounts of a company: what is said of one, and which one a file speaks of."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from bpo.kernel.errors import BadInput

LONGEST_NAME = 80
LONGEST_NUMBER = 30
_BANK = re.compile(r"\d{1,3}|\d{8}")
_WRITTEN = re.compile(r"[0-9A-Za-z][0-9A-Za-z ./-]*")


@dataclass(frozen=True, slots=True)
class Details:
    """What a person says of an account: its name, the code of the bank, the branch, the number."""

    name: str
    bank: str
    branch: str
    number: str


class Known(Protocol):
    """An account that is there already."""

    @property
    def bank(self) -> str: ...
    @property
    def branch(self) -> str: ...
    @property
    def number(self) -> str: ...


A = TypeVar("A", bound=Known)


def checked(details: Details) -> Details:
    """The same without idle spaces, the bank's code without leading zeros as files are kept.

    Raises BadInput for a code that is neither of three digits nor an ISPB of eight, and for a
    number that nobody could write.
    """
    said = tidy(details)
    if len(said.name) > LONGEST_NAME:
        raise BadInput("This text is too long", field="name")
    if not _BANK.fullmatch(details.bank.strip()) or not said.bank:
        raise BadInput("Give the bank's code of three digits, such as 341", field="bank")
    if said.branch and not _is_number(said.branch):
        raise BadInput("Give the branch as the bank writes it, such as 0712", field="branch")
    if not _is_number(said.number):
        raise BadInput("Give the account's number as the bank writes it", field="number")
    return said


def tidy(details: Details) -> Details:
    """The same as it is kept, whether or not a person could write it so."""
    name = " ".join(details.name.split())
    bank, branch, number = (each.strip() for each in (details.bank, details.branch, details.number))
    return Details(name, bank.lstrip("0"), branch, number)


def find(accounts: Iterable[A], bank: str, branch: str, number: str) -> A | None:
    """The account that a statement or a person means; None for a new one.

    The very same writing first. Otherwise zeros in front, dots and hyphens make no difference, and
    a branch is not missed where one side does not tell it; what could be two is a new one.
    """
    known = list(accounts)
    for one in known:
        if (one.bank, one.branch, one.number) == (bank, branch, number):
            return one
    sought, where = (_plain(bank), _plain(number)), _plain(branch)
    if not sought[1]:
        return None
    alike = [
        one
        for one in known
        if (_plain(one.bank), _plain(one.number)) == sought
        and (_plain(one.branch) == where or not where or not _plain(one.branch))
    ]
    return alike[0] if len(alike) == 1 else None


def _plain(text: str) -> str:
    return re.sub(r"[^0-9A-Z]", "", text.upper()).lstrip("0")


def _is_number(text: str) -> bool:
    return len(text) <= LONGEST_NUMBER and bool(_WRITTEN.fullmatch(text))
