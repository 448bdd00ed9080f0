"""One town for all stories told with real commits: each has a company of its own in it."""

from collections.abc import Iterator
from itertools import count

import pytest
from flask import Flask

from bpo.app import create_app
from bpo.db import acting_as, db
from bpo.kernel import actor as actors
from tests import cluster as throw_away
from tests.journeys.telling import Tale

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def town(
    servers, process_redis_url, tmp_path_factory, request, compiled_templates
) -> Iterator[Flask]:
    """An application on a database that the stories share, each seeing its own company alone."""
    name = f"town_{getattr(request.config, 'workerinput', {}).get('workerid', 'alone')}"
    urls = servers.clone(name)
    files = tmp_path_factory.mktemp("town")
    app = create_app(throw_away.with_database(servers.settings, urls, process_redis_url, files))
    app.jinja_env.bytecode_cache = compiled_templates
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    servers.drop(name)


@pytest.fixture
def tale(town) -> Iterator[Tale]:
    """Padaria Sol at work since two months, with Ana, and nobody who owes anything yet."""
    with town.app_context():
        one = Tale.begun(town, next(_NUMBERS))
        with acting_as(actors.system([one.place.id], name="test")):
            yield one
        db.session.remove()
