"""Data folders for servers of a test's own."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import cluster


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A short, empty data folder that any account may pass through; nothing survives the test."""
    folder = Path(tempfile.mkdtemp(prefix=f"{cluster.PREFIX}own-", dir=cluster.FOLDERS))
    folder.chmod(0o711)
    yield folder
    cluster.remove(folder)
