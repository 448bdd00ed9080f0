"""The application that a command works with, on the servers of its data folder."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from bpo.app import create_app
from bpo.embedded import servers
from config.settings import Settings


@contextmanager
def application(settings: Settings) -> Iterator[Flask]:
    """The application, its servers joined or started for this command; its context is open."""
    with servers.join_or_start(settings) as joined:
        app = create_app(joined)
        with app.app_context():
            yield app
