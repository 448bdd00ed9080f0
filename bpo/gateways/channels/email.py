"""E-mail: a rendered message as RFC 5322 bytes, with one-click unsubscribe and a stable id."""

import re
from base64 import b64encode, encodebytes
from binascii import b2a_qp
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from urllib.parse import quote

_CRLF = b"\r\n"
_WORD_BYTES = 39
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True)
class Sender:
    """Who a message comes from: the client company's own identity."""

    name: str
    address: str
    reply_to: str | None = None

    @property
    def domain(self) -> str:
        """The domain of the sender's address."""
        return self.address.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that goes with a message."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """What one recipient is to read. `unsubscribe_url` answers a POST without a login."""

    recipient: str
    recipient_name: str
    subject: str
    text: str
    html: str
    message_id: str
    unsubscribe_url: str | None = None
    enclosures: tuple[Enclosure, ...] = ()


def message_id(workspace_id: int, touch_id: int, domain: str) -> str:
    """The Message-ID of a contact: the same whenever it is tried, so that answers find it."""
    return f"<touch.{workspace_id}.{touch_id}@{domain}>"


def compose(sender: Sender, letter: Letter, at: datetime) -> bytes:
    """The message as it goes to the server: text and HTML, CRLF line ends.

    Line breaks in names and subjects become spaces; an address that cannot be one is written so
    that it stays on its line, because the mail gateway refuses it anyway.
    """
    name = letter.message_id.strip("<>").partition("@")[0]
    head = [
        f"From: {_mailbox(sender.name, sender.address)}",
        f"To: {_mailbox(letter.recipient_name, letter.recipient)}",
        f"Subject: {_words(letter.subject)}",
        f"Date: {format_datetime(at)}",
        f"Message-ID: {letter.message_id}",
        *([f"Reply-To: {_address(sender.reply_to)}"] if sender.reply_to else []),
        *_unsubscribe(letter.unsubscribe_url),
        "Auto-Submitted: auto-generated",
        "MIME-Version: 1.0",
    ]
    words = _words_in_two_forms(letter, f"=_{name}")
    if letter.enclosures:
        words = _with_enclosures(words, letter.enclosures, f"=_all.{name}")
    return "\r\n".join(head).encode("ascii") + _CRLF + words


def _words_in_two_forms(letter: Letter, boundary: str) -> bytes:
    mark = b"--" + boundary.encode()
    return _CRLF.join(
        (
            f'Content-Type: multipart/alternative; boundary="{boundary}"'.encode(),
            b"",
            mark,
            *_part("plain", letter.text),
            mark,
            *_part("html", letter.html),
            mark + b"--",
            b"",
        )
    )


def _with_enclosures(words: bytes, enclosures: tuple[Enclosure, ...], boundary: str) -> bytes:
    mark = b"--" + boundary.encode()
    parts = [mark, words]
    for one in enclosures:
        parts += [mark, *_enclosure(one)]
    head = (f'Content-Type: multipart/mixed; boundary="{boundary}"'.encode(), b"")
    return _CRLF.join((*head, *parts, mark + b"--", b""))


def _enclosure(one: Enclosure) -> tuple[bytes, ...]:
    """A file as RFC 2183 and 2231 write it: the name in UTF-8, percent-encoded."""
    return (
        f"Content-Type: {_address(one.media_type)}".encode(),
        f"Content-Disposition: attachment; filename*=utf-8''{quote(one.name, safe='')}".encode(),
        b"Content-Transfer-Encoding: base64",
        b"",
        encodebytes(one.content).rstrip(b"\n").replace(b"\n", _CRLF),
    )


def _unsubscribe(url: str | None) -> list[str]:
    if url is None:
        return []
    return [
        f"List-Unsubscribe: <{_address(url)}>",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
    ]


def _part(kind: str, text: str) -> tuple[bytes, ...]:
    body = b2a_qp(text.replace("\r\n", "\n").encode(), istext=True)
    return (
        f'Content-Type: text/{kind}; charset="utf-8"'.encode(),
        b"Content-Transfer-Encoding: quoted-printable",
        b"",
        body.replace(b"\n", _CRLF),
    )


def _mailbox(name: str, address: str) -> str:
    return f"{_name(name)} <{_address(address)}>" if name else _address(address)


@lru_cache(maxsize=4096)
def _name(name: str) -> str:
    clean = _clean(name)
    if clean.isascii():
        quoted = clean.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}"'
    return _encoded(clean)


@lru_cache(maxsize=4096)
def _words(text: str) -> str:
    clean = _clean(text)
    if clean.isascii() and len(clean) < 70:
        return clean
    return _encoded(clean)


def _encoded(text: str) -> str:
    """Encoded words of RFC 2047 on lines of their own, none cutting a character in two."""
    words, chunk = [], b""
    for character in text:
        data = character.encode()
        if len(chunk) + len(data) > _WORD_BYTES:
            words.append(chunk)
            chunk = b""
        chunk += data
    words.append(chunk)
    return "\r\n ".join(f"=?utf-8?b?{b64encode(word).decode()}?=" for word in words)


def _clean(text: str) -> str:
    """The text on one line: nothing in it can begin another header."""
    return _CONTROLS.sub(" ", text)


def _address(text: str) -> str:
    return _CONTROLS.sub("", text).encode("ascii", "backslashreplace").decode()
