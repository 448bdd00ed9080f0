"""The outside world as the entry points hold it: one object, built once by the composition root."""

from dataclasses import dataclass
from functools import cached_property

from flask import Flask, current_app

from bpo.gateways.channels.switchboard import Switchboard
from bpo.gateways.mail import Mail
from bpo.gateways.pix import banks
from bpo.gateways.pix.banks import Opened
from bpo.gateways.queue import Queue
from bpo.gateways.signing import Signer
from config.settings import Settings

EXTENSION = "bpo"


@dataclass(frozen=True)
class Outside:
    """Settings and collaborators; use cases get the ones they need as arguments."""

    settings: Settings
    queue: Queue
    signer: Signer
    mail: Mail

    @cached_property
    def switchboard(self) -> Switchboard:
        """The carriers of short messages."""
        us = self.settings
        return Switchboard(self.signer, us.base_url, us.channel_secrets, us.texts_url)

    @cached_property
    def banks(self) -> Opened:
        """Finds the bank of a client company."""
        return banks.opener(self.settings.channel_secrets)


def install(app: Flask, outside: Outside) -> None:
    """Hang the outside world onto an application."""
    app.extensions[EXTENSION] = outside


def of(app: Flask) -> Outside:
    """The outside world of an application."""
    found: Outside = app.extensions[EXTENSION]
    return found


def current() -> Outside:
    """The outside world of the application at work."""
    return of(current_app)
