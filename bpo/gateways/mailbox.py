"""A mailbox read over IMAP: what is new since the last reading, and nothing is changed in it."""

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import NamedTuple

from bpo.kernel.errors import Unavailable

TIMEOUT_SECONDS = 20
LARGEST_BYTES = 10 * 1024 * 1024
_SIZE = re.compile(rb"RFC822.SIZE (\d+)")
_NUMBER = re.compile(rb"\d+")


@dataclass(frozen=True, slots=True)
class Box:
    """Where a mailbox is. `security` is `tls`, `starttls` or `none` (this machine alone)."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str = "INBOX"
    security: str = "tls"


class Position(NamedTuple):
    """How far a mailbox was read: UIDs count up within one validity (RFC 3501)."""

    validity: int = 0
    uid: int = 0


class Letter(NamedTuple):
    """One message, and how far the mailbox is read with it. Too large a one has no content."""

    content: bytes
    position: Position


def unread(
    box: Box, since: Position, *, most: int, timeout: float = TIMEOUT_SECONDS
) -> Iterator[Letter]:
    """Messages that came after a position, oldest first, at most `most`; none is marked or moved.

    A mailbox with another validity is read from its beginning: what was taken in before is known
    by its Message-ID. Raises Unavailable with the server's words.
    """
    with _open(box, timeout) as client:
        validity = _validity(client)
        last = since.uid if validity == since.validity else 0
        for uid in _uids(client, last)[:most]:
            content = _content(client, uid)
            if content is not None:
                yield Letter(content, Position(validity, uid))


@contextmanager
def _open(box: Box, timeout: float) -> Iterator[imaplib.IMAP4]:
    client: imaplib.IMAP4 | None = None
    try:
        client = _connect(box, timeout)
        client.login(box.user, box.password)
        status, said = client.select(_quoted(box.folder), readonly=True)
        if status != "OK":
            raise Unavailable("The mailbox cannot be opened: {reason}", reason=_words(said))
        yield client
    except (OSError, imaplib.IMAP4.error) as error:
        reason = _words([str(error)])
        raise Unavailable("The mailbox cannot be read: {reason}", reason=reason) from error
    finally:
        if client is not None:
            with suppress(OSError, imaplib.IMAP4.error):
                client.logout()


def _connect(box: Box, timeout: float) -> imaplib.IMAP4:
    context = ssl.create_default_context() if box.security != "none" else None
    if box.security == "tls":
        return imaplib.IMAP4_SSL(box.host, box.port, ssl_context=context, timeout=timeout)
    client = imaplib.IMAP4(box.host, box.port, timeout=timeout)
    if box.security == "starttls":
        client.starttls(context)
    return client


def _validity(client: imaplib.IMAP4) -> int:
    _, said = client.response("UIDVALIDITY")
    found = _NUMBER.search(said[0]) if said and said[0] else None
    return int(found[0]) if found else 0


def _uids(client: imaplib.IMAP4, last: int) -> list[int]:
    """`n:*` always names the newest message too, also when it is older: it is left out here."""
    status, said = client.uid("SEARCH", "UID", f"{last + 1}:*")
    if status != "OK" or not said or not said[0]:
        return []
    return sorted(uid for text in said[0].split() if (uid := int(text)) > last)


def _content(client: imaplib.IMAP4, uid: int) -> bytes | None:
    """The whole message; empty for one that is too large, None for one that went meanwhile."""
    _, said = client.uid("FETCH", str(uid), "(RFC822.SIZE)")
    size = next((m for part in said if isinstance(part, bytes) and (m := _SIZE.search(part))), None)
    if size is None:
        return None
    if int(size[1]) > LARGEST_BYTES:
        return b""
    _, said = client.uid("FETCH", str(uid), "(BODY.PEEK[])")
    return next((part[1] for part in said if isinstance(part, tuple)), None)


def _quoted(folder: str) -> str:
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _words(said: object) -> str:
    parts = said if isinstance(said, list) else [said]
    text = " ".join(p.decode("utf-8", "replace") if isinstance(p, bytes) else str(p) for p in parts)
    return " ".join(text.split())[:200]
