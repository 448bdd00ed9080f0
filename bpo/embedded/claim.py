"""Which running program holds a data folder, and where it can be reached."""

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from bpo.embedded import places
from bpo.kernel.errors import BadInput


@dataclass(frozen=True, slots=True)
class Holder:
    """The program that runs on a data folder, and the processes it started."""

    pid: int
    base_url: str = ""
    smtp_url: str = ""
    children: Sequence[tuple[int, float]] = ()


class Claim:
    """The right to run the program on a data folder; `note` tells others about its holder."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self.leftovers: Sequence[tuple[int, float]] = ()
        self._holder = Holder(os.getpid())

    def note(self, *, base_url: str, smtp_url: str, children: Sequence[tuple[int, float]]) -> None:
        self._holder = replace(
            self._holder, base_url=base_url, smtp_url=smtp_url, children=children
        )
        _write(self._data_dir, self._holder)


@contextmanager
def held(data_dir: Path) -> Iterator[Claim]:
    """Hold the data folder; BadInput names the program that already does.

    `leftovers` are the processes of a holder that was killed.
    """
    places.prepare_data_dir(data_dir)
    with (data_dir / "up.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _taken(data_dir) from None
        claim = Claim(data_dir)
        before = _read(data_dir)
        claim.leftovers = before.children if before else ()
        _write(data_dir, Holder(os.getpid()))
        try:
            yield claim
        finally:
            (data_dir / "up.json").unlink(missing_ok=True)


def holder(data_dir: Path) -> Holder | None:
    """The program that runs on this data folder now, if one does."""
    path = data_dir / "up.lock"
    if not path.exists():
        return None
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return None
        except BlockingIOError:
            return _read(data_dir)


def _taken(data_dir: Path) -> BadInput:
    found = _read(data_dir)
    return BadInput(
        "The program already runs on {folder} (process {pid}{place}): stop it there, "
        "or choose another folder with BPO_DATA and another --port",
        folder=data_dir,
        pid=found.pid if found else "unknown",
        place=f", {found.base_url}" if found and found.base_url else "",
    )


def _read(data_dir: Path) -> Holder | None:
    try:
        return Holder(**json.loads((data_dir / "up.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _write(data_dir: Path, found: Holder) -> None:
    draft = data_dir / "up.json.new"
    draft.write_text(json.dumps(asdict(found)), encoding="utf-8")
    os.replace(draft, data_dir / "up.json")
