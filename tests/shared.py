"""Real files that lie beside the repository where the project is worked on, and nowhere else."""

from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the real files are not here")


def files(pattern: str) -> list[Path]:
    """The real files that match, for `parametrize`; none where the files are absent."""
    return sorted(DATA.glob(pattern))
