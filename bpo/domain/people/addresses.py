"""E-mail addresses and telephones as files hold them: several in a cell, some of no use."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from bpo.domain.people import debtors
from bpo.domain.people.debtors import Channel, ContactProfile
from bpo.kernel.errors import BadInput
from bpo.kernel.text import Phrase

_BETWEEN = {
    Channel.EMAIL: re.compile(r"[;,\s|]+"),
    Channel.PHONE: re.compile(r"[;,/|]|\s(?:e|ou)\s"),
}
_FRAME = re.compile(r"^<?(?:mailto:|tel:)?|>$")


class Read(NamedTuple):
    """The addresses of a cell that can be used, and what is wrong with the others."""

    good: tuple[ContactProfile, ...]
    faults: tuple[Phrase, ...]


def reachable(email: str | None, phone: str | None) -> Read:
    """The ways to reach somebody that a row of a file gives."""
    emails = _cell(Channel.EMAIL, email) if email else Read((), ())
    phones = _cell(Channel.PHONE, phone) if phone else Read((), ())
    return Read(emails.good + phones.good, emails.faults + phones.faults)


@lru_cache(maxsize=4096)
def _cell(channel: Channel, text: str) -> Read:
    good, faults = [], []
    for part in _parts(channel, text):
        try:
            good.append(debtors.reached(ContactProfile(channel, part)))
        except BadInput as fault:
            faults.append(fault.phrase)
    return Read(tuple(dict.fromkeys(good)), tuple(faults))


def _parts(channel: Channel, text: str) -> Iterator[str]:
    """The pieces of a cell; words in place of an e-mail address are one piece."""
    if channel is Channel.EMAIL and "@" not in text:
        yield text
        return
    for part in _BETWEEN[channel].split(text):
        plain = _FRAME.sub("", part.strip())
        if plain:
            yield plain
