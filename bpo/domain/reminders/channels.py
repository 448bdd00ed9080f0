"""What a client company has set up for a channel, and what is left to be told of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

TEXTS = frozenset({"sms", "whatsapp"})
"""Channels of short messages, each carried by a provider that a company chooses."""

PIX = "pix"
"""The Pix of a company's bank: charges with a due date."""

MAILBOX = "mailbox"
"""The mailbox in which a company's replies and bounces arrive."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A client company's settings of a channel; `secrets` names them, it does not hold them."""

    workspace_id: int
    channel: str
    provider: str
    options: Mapping[str, Any]
    secrets: Mapping[str, str]


def usable(always: frozenset[str], set_up: Iterable[str]) -> frozenset[str]:
    """The channels that steps may use: those every company has, and those set up in this one."""
    return always | (TEXTS & frozenset(set_up))
