"""What every test may ask for: servers, databases, an application, a session.

Two ways of working with the database:

- `session`, `client`: one database per process, every test inside a transaction that is rolled
  back. Fast. `now()` stands still, and all sessions of a test share one connection.
- `fresh_database`, `fresh_app`: a database of the test's own with real commits as the application
  role, for what only real transactions show: isolation, concurrency, after-commit, workers.
"""

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest
import redis

from tests import cluster as throw_away
from tests.cluster import DatabaseUrls, TestServers
from tests.fresh import FreshDatabase
from tests.papers import drawn_once
from tests.shared import DATA

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from jinja2 import FileSystemBytecodeCache
    from sqlalchemy.orm import Session

    from bpo.gateways.queue import MemoryQueue
    from config.settings import Settings


def _folder(config: pytest.Config) -> Path:
    worker = getattr(config, "workerinput", None)
    return throw_away.folder_of(worker["testrunuid"] if worker else config.stash[_RUN])


def _worker(config: pytest.Config) -> int:
    """The number of this process among those of the run, from 0."""
    worker = getattr(config, "workerinput", None)
    return int(worker["workerid"].removeprefix("gw")) if worker else 0


_RUN = pytest.StashKey[str]()

# The gate tries the same examples on every machine: what it refuses, anybody sees refused again.
# New ones are looked for by `make explore`, which says how to repeat what it finds.
hypothesis.settings.register_profile("gate", derandomize=True, deadline=None)
hypothesis.settings.register_profile("explore", print_blob=True, deadline=None)
hypothesis.settings.load_profile(os.environ.get("BPO_EXAMPLES", "gate"))


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_RUN] = f"pid{os.getpid()}"


def pytest_collection_finish() -> None:
    """What is loaded stays to the end: the collector need not walk it again after every test."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_unconfigure(config: pytest.Config) -> None:
    """The controlling process tidies up after all others have gone."""
    if hasattr(config, "workerinput"):
        return
    run = getattr(config.pluginmanager.get_plugin("dsession"), "nodemanager", None)
    folder = throw_away.folder_of(run.testrunuid if run else config.stash[_RUN])
    if folder.exists():
        throw_away.remove(folder)
        throw_away.remove_forgotten()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real files beside the repository."""
    if not DATA.is_dir():
        pytest.skip("the real files are not here")
    return DATA


@pytest.fixture(scope="session")
def servers(request: pytest.FixtureRequest) -> Iterator[TestServers]:
    """PostgreSQL and Valkey of this test run."""
    share = TestServers(_folder(request.config))
    try:
        share.join()
        yield share
    finally:
        share.leave()


@pytest.fixture(scope="session")
def cluster(servers: TestServers) -> object:
    """The PostgreSQL of this test run."""
    return servers.postgres


@pytest.fixture(scope="session")
def database_urls(servers: TestServers, request: pytest.FixtureRequest) -> DatabaseUrls:
    """The database of this process: migrated, empty, kept empty by its tests."""
    return servers.clone(f"process_{_worker(request.config)}")


@pytest.fixture(scope="session")
def handed_on(servers: TestServers, request: pytest.FixtureRequest) -> FreshDatabase:
    """The database of this process that tests with real commits take in turn."""
    return FreshDatabase(servers, f"fresh_{_worker(request.config)}")


@pytest.fixture
def fresh_database(handed_on: FreshDatabase) -> Iterator[DatabaseUrls]:
    """A migrated, empty database of the test's own; emptied or dropped after it."""
    yield handed_on.take()
    handed_on.give_back()


@pytest.fixture(scope="session")
def process_redis_url(servers: TestServers, request: pytest.FixtureRequest) -> str:
    """The numbered Valkey database of this process."""
    return servers.redis_url(1 + _worker(request.config) % 15)


@pytest.fixture
def redis_url(process_redis_url: str) -> str:
    """The Valkey database of this process, emptied for the test."""
    with redis.Redis.from_url(process_redis_url) as connection:
        connection.flushdb()
    return process_redis_url


@pytest.fixture(scope="session")
def settings(
    servers: TestServers,
    database_urls: DatabaseUrls,
    process_redis_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> "Settings":
    """Settings of the application that this process's tests share."""
    files = tmp_path_factory.mktemp("data")
    return throw_away.with_database(servers.settings, database_urls, process_redis_url, files)


@pytest.fixture(scope="session")
def session_queue() -> "MemoryQueue":
    # Rules and formats are tested without paying for the import of the application.
    from bpo.gateways.queue import MemoryQueue  # noqa: PLC0415

    return MemoryQueue()


@pytest.fixture(scope="session")
def compiled_templates(servers: TestServers) -> "FileSystemBytecodeCache":
    """The templates of the web as the first process or application of this run compiled them."""
    from jinja2 import FileSystemBytecodeCache  # noqa: PLC0415

    folder = servers.settings.data_dir / "templates"
    folder.mkdir(exist_ok=True)
    return FileSystemBytecodeCache(str(folder))


@pytest.fixture(scope="session")
def app(
    settings: "Settings",
    session_queue: "MemoryQueue",
    compiled_templates: "FileSystemBytecodeCache",
) -> "Flask":
    """The application on this process's database, with a queue that only remembers."""
    from bpo.app import create_app  # noqa: PLC0415
    from tests.browsing import Browser  # noqa: PLC0415

    app = create_app(settings, queue=session_queue)
    app.test_client_class = Browser
    app.jinja_env.bytecode_cache = compiled_templates
    return app


@pytest.fixture
def queue(session_queue: "MemoryQueue") -> "MemoryQueue":
    """What the application put on its queue during this test."""
    session_queue.jobs.clear()
    return session_queue


@pytest.fixture
def session(app: "Flask") -> Iterator["Session"]:
    """The application's session inside a transaction that is rolled back after the test.

    Commits release a savepoint. Requests of `client` run on the same connection.
    """
    from bpo.db import db  # noqa: PLC0415

    with app.app_context():
        engines, engine = db.engines, db.engine
        with engine.connect() as connection:
            outer = connection.begin()
            engines[None] = connection  # type: ignore[assignment]
            db.session.remove()
            db.session.configure(join_transaction_mode="create_savepoint")
            try:
                with drawn_once():
                    yield db.session()
            finally:
                db.session.remove()
                db.session.configure(join_transaction_mode="conditional_savepoint")
                engines[None] = engine
                outer.rollback()


@pytest.fixture
def client(app: "Flask", session: "Session", queue: "MemoryQueue") -> "FlaskClient":
    """A browser without a screen, on the application, inside the test's transaction."""
    return app.test_client()


@pytest.fixture
def fresh_app(
    servers: TestServers,
    fresh_database: DatabaseUrls,
    redis_url: str,
    tmp_path: Path,
    compiled_templates: "FileSystemBytecodeCache",
) -> Iterator["Flask"]:
    """An application on a database of the test's own, with real commits and a real queue."""
    from bpo.app import create_app  # noqa: PLC0415
    from bpo.db import db  # noqa: PLC0415

    settings = throw_away.with_database(servers.settings, fresh_database, redis_url, tmp_path)
    app = create_app(settings)
    app.jinja_env.bytecode_cache = compiled_templates
    with drawn_once():
        yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
