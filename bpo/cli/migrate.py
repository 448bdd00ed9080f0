"""`bpo migrate`: bring the database up to date, or compare it with the models."""

import tempfile
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

from bpo import models, schema
from bpo.cli import console
from bpo.embedded import servers
from bpo.kernel.errors import BadInput
from config.settings import Settings


def register(commands: console.Commands) -> None:
    parser = commands.add_parser("migrate", help="bring the database up to date")
    parser.add_argument(
        "--check",
        action="store_true",
        help="on a throw-away database: one head, and no drift from the models",
    )
    parser.set_defaults(run=run)


def run(arguments: Namespace, settings: Settings) -> int:
    """Migrate the database of the settings, or check the migrations themselves."""
    return _check(settings) if arguments.check else _migrate(settings)


def _migrate(settings: Settings) -> int:
    if settings.database_url and not settings.migration_database_url:
        raise BadInput("MIGRATION_DATABASE_URL is not set: migrations run as the owner")
    with servers.join_or_start(settings) as joined:
        assert joined.migration_database_url
        schema.upgrade(joined.migration_database_url)
    console.say("The database is up to date")
    return 0


def _check(settings: Settings) -> int:
    heads = schema.heads()
    if len(heads) != 1:
        console.say(f"There must be one newest migration, not {', '.join(heads)}")
        return 1
    with tempfile.TemporaryDirectory(prefix="bpo-") as folder:
        Path(folder).chmod(0o711)
        empty = replace(
            settings, data_dir=Path(folder), database_url=None, migration_database_url=None
        )
        with servers.join_or_start(empty, durable=False) as joined:
            assert joined.migration_database_url
            differences = schema.drift(joined.migration_database_url, models.Workspace.metadata)
    for difference in differences:
        console.say(difference)
    console.say("Models and migrations differ" if differences else "Models and migrations agree")
    return int(bool(differences))
