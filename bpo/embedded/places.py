"""Where an embedded server keeps its files and sockets, and as which user it runs."""

import hashlib
import os
import pwd
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from bpo.kernel.errors import BadInput, Unavailable

SHELTER = Path("/var/lib/bpo")
"""For root alone: what a server without rights must reach when the data folder is closed to it."""

SHORT_FOLDER = Path("/tmp")
LARGEST_LOG_BYTES = 10_000_000
LONGEST_SOCKET_PATH = 103
"""Of the 108 bytes of a socket address, what every system and the final zero leave."""


@dataclass(frozen=True, slots=True)
class Account:
    """The user a server runs as; `dropped` when that is not the user who asks, who is root."""

    uid: int
    gid: int
    dropped: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A server's folder, its socket folder, both 0700, and the account that owns them."""

    home: Path
    sockets: Path
    log: Path
    account: Account


def prepare(data_dir: Path, name: str, socket_name: str) -> Place:
    """Make the folders of the server `name`; a second call finds the same ones.

    Root runs servers as the owner of an existing folder, else as `nobody`. When that user cannot
    enter the data folder, the server lives in the shelter and the data folder points to it.
    """
    prepare_data_dir(data_dir)
    link = data_dir / name
    account = _account(link)
    home = _home(link, account)
    _private_folder(home, account)
    sockets = _socket_folder(home, socket_name, account)
    return Place(home, sockets, log_file(data_dir, name), account)


def log_file(data_dir: Path, name: str) -> Path:
    """Where the output of a server or process goes; a large one is set aside."""
    path = data_dir / "logs" / f"{name}.log"
    path.parent.mkdir(mode=0o700, exist_ok=True)
    if path.exists() and path.stat().st_size > LARGEST_LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))
    return path


def prepare_data_dir(data_dir: Path) -> None:
    """Make the data folder; others may at most pass through it, never list it."""
    try:
        data_dir.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(
            "The data folder {folder} cannot be made: {reason}",
            folder=data_dir,
            reason=error.strerror,
        ) from error
    if not os.access(data_dir, os.W_OK | os.X_OK):
        raise BadInput(
            "The data folder {folder} belongs to another user: choose one with BPO_DATA",
            folder=data_dir,
        )


def reachable(path: Path, account: Account) -> bool:
    """Whether the account may pass through every folder above `path`."""
    return all(_may_run(folder.stat(), account) for folder in path.resolve().parents)


def usable(program: Path, account: Account) -> bool:
    """Whether the account may run this program where it lies."""
    return reachable(program, account) and _may_run(program.stat(), account)


def fingerprint(path: Path) -> str:
    """A short name for a place, the same at every start."""
    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:12]


def _account(folder: Path) -> Account:
    uid, gid = os.geteuid(), os.getegid()
    if uid != 0:
        return Account(uid, gid, dropped=False)
    if folder.exists() and folder.stat().st_uid != 0:
        owner = folder.stat()
        return Account(owner.st_uid, owner.st_gid, dropped=True)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise Unavailable("Servers do not run as root and there is no user nobody") from None
    return Account(nobody.pw_uid, nobody.pw_gid, dropped=True)


def _home(link: Path, account: Account) -> Path:
    if link.is_symlink() or not account.dropped or reachable(link, account):
        return link.resolve()
    home = shelter(secrets.token_hex(6)) / link.name
    link.symlink_to(home)
    return home


def shelter(name: str) -> Path:
    """A folder of root's that every account may pass through."""
    folder = SHELTER / name
    for part in (SHELTER, folder):
        part.mkdir(parents=True, exist_ok=True)
        part.chmod(0o711)
    return folder


def _private_folder(folder: Path, account: Account) -> None:
    """Make a 0700 folder of the account; a stranger's folder of that name is refused."""
    try:
        folder.mkdir(mode=0o700)
        if account.dropped:
            os.chown(folder, account.uid, account.gid)
    except FileExistsError:
        _insist_on_owner(folder, account)
    except OSError as error:
        raise BadInput(
            "The folder {folder} cannot be made: {reason}", folder=folder, reason=error.strerror
        ) from error


def _insist_on_owner(folder: Path, account: Account) -> None:
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (account.uid, 0):
        raise BadInput(
            "{folder} belongs to another user: choose another data folder with BPO_DATA",
            folder=folder,
        )
    if account.dropped and found.st_uid == 0:
        os.chown(folder, account.uid, account.gid)
    if stat.S_IMODE(found.st_mode) != 0o700:
        folder.chmod(0o700)


def _socket_folder(home: Path, socket_name: str, account: Account) -> Path:
    """`run` in the server's folder, or a short one when the address would be too long."""
    folder = home / "run"
    if len(os.fsencode(folder / socket_name)) > LONGEST_SOCKET_PATH:
        folder = SHORT_FOLDER / f"bpo-{account.uid}-{fingerprint(home)}"
    _private_folder(folder, account)
    return folder


def _may_run(found: os.stat_result, account: Account) -> bool:
    """Enter, for a folder; execute, for a file."""
    if found.st_uid == account.uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid == account.gid:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)
