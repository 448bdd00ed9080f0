"""E-mail messages read as people see them: headers, plain text and HTML."""

from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import NamedTuple

_SHOWN = ("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "List-Unsubscribe")


class Mail(NamedTuple):
    """A message read; `headers` are those worth showing, in order, decoded.

    `attachments` are the names of the documents that go with it.
    """

    headers: tuple[tuple[str, str], ...]
    text: str
    html: str
    attachments: tuple[str, ...] = ()


def read(raw: bytes) -> Mail:
    """A message of its RFC 5322 bytes; a part it does not have is empty."""
    message = BytesParser(policy=policy.default).parsebytes(raw)
    headers = tuple((name, str(message[name])) for name in _SHOWN if message[name] is not None)
    names = tuple(part.get_filename() or "" for part in message.iter_attachments())
    return Mail(
        headers, _part(message, "plain"), _part(message, "html"), tuple(filter(None, names))
    )


def _part(message: EmailMessage, kind: str) -> str:
    found = message.get_body((kind,))
    if found is None:
        return ""
    return str(found.get_content()).replace("\r\n", "\n").strip()
