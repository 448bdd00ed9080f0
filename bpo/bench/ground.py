"""A throw-away installation to measure on: durable, with the row policies and every key on."""

import gc
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from flask import Flask

from bpo.app import create_app
from bpo.embedded.servers import Servers
from bpo.gateways import wording
from config.settings import Environment, Settings

MAIL_SENDER = "cobranca@bench.example"


@dataclass(frozen=True, slots=True)
class Ground:
    """The application on its throw-away database, and the owner's connection to prepare it."""

    app: Flask
    settings: Settings
    owner: psycopg.Connection

    def settle(self) -> None:
        """The next phase starts from calm: tables known and written, nothing loaded is garbage.

        Workers freeze what they have loaded in the same way, before they fork.
        """
        self.owner.execute("VACUUM ANALYZE")
        self.owner.execute("CHECKPOINT")
        gc.collect()
        gc.freeze()


@contextmanager
def prepared(smtp_url: str | None = None) -> Iterator[Ground]:
    """A new installation in a temporary folder, removed with the block.

    The languages are read before anything is measured, as workers do before they fork.
    """
    folder = Path(tempfile.mkdtemp(prefix="bpo-bench-"))
    folder.chmod(0o755)
    servers = Servers(_settings(folder, smtp_url))
    try:
        settings = servers.join()
        app = create_app(settings)
        for locale in wording.LOCALES:
            wording.translations(locale)
        admin = servers.postgres.url("admin") if servers.postgres else ""
        with (
            app.app_context(),
            psycopg.connect(admin.replace("+psycopg", ""), autocommit=True) as owner,
        ):
            yield Ground(app, settings, owner)
    finally:
        servers.leave()
        shutil.rmtree(folder, ignore_errors=True)


def _settings(folder: Path, smtp_url: str | None) -> Settings:
    return Settings(
        environment=Environment.TEST,
        data_dir=folder,
        secret_key="measuring needs a secret too, a long one",
        base_url="https://cobranca.bench.example",
        mail_sender=MAIL_SENDER,
        smtp_url=smtp_url,
    )
