"""A few damaged files of each kind; `tests.formats.fuzz` does it at length."""

import pytest

from tests.formats import fuzz


@pytest.mark.parametrize("kind", list(fuzz.seeds()))
def test_damaged_files_are_read_or_refused(kind):
    done = fuzz.run(kind, 10 if kind == "xlsx" else 30)
    assert done.keys() <= {"read", "refused"}
    assert done["refused"]
