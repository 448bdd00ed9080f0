"""What providers tell us afterwards: receipts and replies, verified before they are believed."""

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from bpo.kernel.errors import Forbidden


class Fact(StrEnum):
    """What is known later of a message that left; facts, not states."""

    SENT = "sent"
    DELIVERED = "delivered"
    OPENED = "opened"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    DELAYED = "delayed"


@dataclass(frozen=True, slots=True)
class Event:
    """One fact about one message.

    `key` names the event for good: the same one told twice is one. `reference` is the provider's
    name of the message, `own` ours. `bad_address`: the address is of no use any more.
    """

    key: str
    fact: Fact
    at: datetime | None = None
    reference: str | None = None
    own: str | None = None
    recipient: str | None = None
    words: str = ""
    bad_address: bool = False


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message from a debtor. `answers` names the message it replies to, as the provider does.

    `automatic`: written by a machine (out of office), not by a person.
    """

    key: str
    sender: str
    text: str
    at: datetime | None = None
    answers: Sequence[str] = ()
    own: str | None = None
    subject: str = ""
    sender_name: str = ""
    automatic: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """A call of a provider on our address: `url` is the public one, header names lower-case."""

    method: str
    url: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    form: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Callback:
    """What a call said, and what is answered to it."""

    events: Sequence[Event] = ()
    messages: Sequence[Incoming] = ()
    answer: str = ""
    type: str = "text/plain"


@dataclass(frozen=True, slots=True)
class Account:
    """What a client company has with a provider: plain options, and secrets nobody is shown.

    `callback_url` is where the provider reports; None when it cannot reach us.
    """

    options: Mapping[str, str]
    secrets: Mapping[str, str] = field(repr=False, default_factory=dict)
    callback_url: str | None = None


class BadSignature(Forbidden):
    """The call does not prove that it comes from the provider."""

    def __init__(self) -> None:
        super().__init__("This call is not signed as it must be")


def same(expected: str, given: str) -> bool:
    """Whether a proof is the expected one, compared in constant time; it may be any text."""
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace"))


def parsed(content: bytes) -> Any:
    """The JSON of a body; None when it is none, however deep somebody nested it."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def at_path(value: Any, path: str) -> Any:
    """What a dotted path finds in JSON: `messages.0.id`; None when it leads nowhere."""
    for step in path.split("."):
        if isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        elif isinstance(value, Mapping) and step in value:
            value = value[step]
        else:
            return None
    return value
