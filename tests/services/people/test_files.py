"""Files kept in the database: whole, and within their workspace."""

import pytest

from bpo.db import acting_as, unit_of_work
from bpo.kernel import actor as actors
from bpo.kernel.errors import NotFound
from bpo.services.people import files
from tests.factories import people

CONTENT = bytes(range(256)) * 1000


def test_a_file_comes_back_as_it_was_and_only_in_its_workspace(session):
    cast = people.cast(session)
    everywhere = actors.system([cast.sol.id, cast.lua.id])
    with unit_of_work(everywhere) as unit:
        kept = files.put(unit, cast.sol.id, "foto.bin", "application/octet-stream", CONTENT)
    assert (kept.size, kept.sha256) == (len(CONTENT), files.fingerprint(CONTENT))
    with acting_as(everywhere):
        assert files.read(session, cast.sol.id, kept.id) == CONTENT
        with pytest.raises(NotFound):
            files.read(session, cast.lua.id, kept.id)
    with acting_as(actors.system([cast.lua.id])), pytest.raises(NotFound):
        files.read(session, cast.sol.id, kept.id)
