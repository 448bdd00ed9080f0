"""The kept messages: one `.eml` file each, and an index that is read once."""

import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from pathlib import Path

from bpo.embedded.outbox.smtp import Envelope
from bpo.kernel.text import searchable

MOST_MESSAGES = 20_000
"""Beyond these the oldest go when the catcher starts."""

CHANNEL = "X-Channel"
"""The header by which a caught SMS or WhatsApp message is told from mail."""

_HEADERS = BytesHeaderParser(policy=policy.default)
_ATTACHED = b"content-disposition: attachment"


@dataclass(frozen=True, slots=True)
class Letter:
    """What the list shows of a message; `at` is the UTC instant when it came."""

    id: str
    at: str
    sender: str
    recipients: list[str]
    subject: str
    bytes: int
    attachments: int
    channel: str = "email"

    @property
    def instant(self) -> datetime:
        return datetime.fromisoformat(self.at)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a message."""

    name: str
    type: str
    content: bytes


class Mailbox:
    """The messages of one folder, newest last in `letters`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._index = folder / "index.jsonl"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.letters = list(self._read_index())
        self._forget_oldest()

    def keep(self, envelope: Envelope) -> str:
        """Store one message; its name is returned, and it survives the death of this process."""
        now = datetime.now(UTC)
        letter = _letter(envelope, now, f"{now:%Y%m%dT%H%M%S%f}-{secrets.token_hex(3)}")
        self._path(letter.id).write_bytes(_trace(envelope) + envelope.content)
        with self._index.open("a", encoding="utf-8") as index:
            index.write(json.dumps(asdict(letter), ensure_ascii=False) + "\n")
        self.letters.append(letter)
        return letter.id

    def newest(
        self, words: str, recipient: str, start: int, count: int
    ) -> tuple[list[Letter], int]:
        """A page of the letters that match, newest first, and how many match in all."""
        found = [letter for letter in reversed(self.letters) if _matches(letter, words, recipient)]
        return found[start : start + count], len(found)

    def recipients(self, most: int) -> list[str]:
        """Who got letters lately, in alphabetical order."""
        found: dict[str, None] = {}
        for letter in reversed(self.letters):
            found.update(dict.fromkeys(letter.recipients))
            if len(found) >= most:
                break
        return sorted(found)

    def letter(self, id: str) -> Letter | None:
        return next((letter for letter in reversed(self.letters) if letter.id == id), None)

    def raw(self, letter: Letter) -> bytes:
        """The whole message with the trace of its delivery."""
        return self._path(letter.id).read_bytes()

    def message(self, letter: Letter) -> EmailMessage:
        return message_from_bytes(self.raw(letter), policy=policy.default)

    def empty(self) -> None:
        """Throw everything away."""
        for letter in self.letters:
            self._path(letter.id).unlink(missing_ok=True)
        self.letters.clear()
        self._index.unlink(missing_ok=True)

    def _path(self, id: str) -> Path:
        return self._folder / f"{id}.eml"

    def _read_index(self) -> Iterator[Letter]:
        """The index as far as it is whole: a killed process may leave half a line."""
        if not self._index.exists():
            return
        for line in self._index.read_text(encoding="utf-8").splitlines():
            try:
                yield Letter(**json.loads(line))
            except (ValueError, TypeError):
                continue

    def _forget_oldest(self) -> None:
        surplus = len(self.letters) - MOST_MESSAGES
        if surplus <= 0:
            return
        for letter in self.letters[:surplus]:
            self._path(letter.id).unlink(missing_ok=True)
        del self.letters[:surplus]
        draft = self._index.with_suffix(".new")
        lines = (json.dumps(asdict(letter), ensure_ascii=False) for letter in self.letters)
        draft.write_text("\n".join(lines) + "\n", encoding="utf-8")
        os.replace(draft, self._index)


def html(message: EmailMessage) -> str | None:
    """The HTML body, if there is one."""
    body = message.get_body(("html",))
    return str(body.get_content()) if body else None


def text(message: EmailMessage) -> str | None:
    """The plain text body, if there is one."""
    body = message.get_body(("plain",))
    return str(body.get_content()) if body else None


def attachments(message: EmailMessage) -> list[Attachment]:
    """The attached files, in the message's order."""
    return [
        Attachment(
            name=part.get_filename() or "attachment",
            type=part.get_content_type(),
            content=bytes(part.get_payload(decode=True) or b""),
        )
        for part in message.iter_attachments()
    ]


def _letter(envelope: Envelope, now: datetime, id: str) -> Letter:
    headers = _HEADERS.parsebytes(envelope.content)
    return Letter(
        id=id,
        at=now.isoformat(),
        sender=str(headers.get("From", envelope.sender)),
        recipients=envelope.recipients,
        subject=str(headers.get("Subject", "")),
        bytes=len(envelope.content),
        attachments=envelope.content.lower().count(_ATTACHED),
        channel=str(headers.get(CHANNEL, "email")),
    )


def _trace(envelope: Envelope) -> bytes:
    """The envelope as the headers that a final delivery adds (RFC 5321, 4.4)."""
    to = "".join(f"Delivered-To: {address}\r\n" for address in envelope.recipients)
    return f"Return-Path: <{envelope.sender}>\r\n{to}".encode()


def _matches(letter: Letter, words: str, recipient: str) -> bool:
    if recipient and recipient.lower() not in (to.lower() for to in letter.recipients):
        return False
    if not words:
        return True
    return words in searchable(f"{letter.subject} {' '.join(letter.recipients)} {letter.sender}")
