"""Mail that comes in: delivery reports, complaints, read receipts and replies told apart."""

import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime
from html.parser import HTMLParser

from bpo.domain.desk import replies
from bpo.gateways.channels.callbacks import Callback, Event, Fact, Incoming

LONGEST_TEXT = 20_000
LONGEST_HEADER = 4_000
"""Of a header more is not read: decoding takes the square of its length."""
LONGEST_BODY = 200_000
"""Of the text of a part more is not looked at."""
_IDS = re.compile(r"<[^<>\s]+>")
_OURS = re.compile(r"<touch\.\d+\.\d+@[^<>\s]+>")
_ACTIONS = {"failed": Fact.BOUNCED, "delayed": Fact.DELAYED, "delivered": Fact.DELIVERED}
_GONE = re.compile(r"5\.(?:1\.\d+|2\.1|4\.4)")
"""Enhanced status codes (RFC 3463) that speak of the address: none such, disabled, no such host."""

_YEARS = range(1990, 2200)

_POSTMASTERS = ("mailer-daemon", "postmaster", "mail delivery")


def read(content: bytes, key: str) -> Callback:
    """What one message says; `key` names it when it has no Message-ID. Never raises for bad mail.

    A multipart/report (RFC 3464, 5965, 3798) gives events; a postmaster's plain words about a
    message of ours a bounce; everything else is a message from somebody. What is nested deeper
    than anybody writes says nothing.
    """
    try:
        return _read(content, key)
    except RecursionError:
        return Callback()


def _read(content: bytes, key: str) -> Callback:
    message = message_from_bytes(content)
    own_key = _header(message, "Message-ID") or key
    kind = str(message.get_param("report-type", "")).lower()
    if message.get_content_type() == "multipart/report":
        return Callback(events=_report(message, kind, own_key))
    if _is_postmaster(message):
        return Callback(events=_plain_bounce(message, content, own_key))
    return Callback(messages=[_incoming(message, own_key)])


def _report(message: Message, kind: str, key: str) -> list[Event]:
    original = _original_id(message)
    at = _date(message)
    if kind == "feedback-report":
        recipient = _field(message, "message/feedback-report", "Original-Rcpt-To")
        return [Event(key, Fact.COMPLAINED, at, original, recipient=_address(recipient))]
    if kind == "disposition-notification":
        said = _field(message, "message/disposition-notification", "Disposition") or ""
        if "displayed" not in said.lower():
            return []
        original = (
            _field(message, "message/disposition-notification", "Original-Message-ID") or original
        )
        return [Event(key, Fact.OPENED, at, original)]
    return [
        event
        for number, block in enumerate(_blocks(message))
        if (event := _recipient(block, f"{key}.{number}", at, original)) is not None
    ]


def _blocks(message: Message) -> list[Message]:
    """The per-recipient parts of a delivery status: those that name a recipient."""
    return [
        block
        for part in message.walk()
        if part.get_content_type() == "message/delivery-status"
        for block in _inner(part)
        if block.get("Action")
    ]


def _recipient(block: Message, key: str, at: datetime | None, original: str | None) -> Event | None:
    fact = _ACTIONS.get(str(block.get("Action", "")).strip().lower())
    if fact is None:
        return None
    status = str(block.get("Status", "")).strip()
    diagnosis = str(block.get("Diagnostic-Code", ""))
    words = " ".join(f"{status} {diagnosis.partition(';')[2] or diagnosis}".split())
    named = block.get("Original-Recipient") or block.get("Final-Recipient") or ""
    recipient = _address(str(named).partition(";")[2])
    bad = fact is Fact.BOUNCED and _GONE.match(status) is not None
    return Event(key, fact, at, original, None, recipient, words, bad)


def _plain_bounce(message: Message, content: bytes, key: str) -> list[Event]:
    """Servers that know no reports quote the message: ours is told by its Message-ID."""
    ours = _OURS.search(content.decode("utf-8", "replace"))
    if ours is None:
        return []
    words = " ".join(_text(message).split())[:300]
    return [Event(key, Fact.BOUNCED, _date(message), ours[0], words=words)]


def _incoming(message: Message, key: str) -> Incoming:
    headers = {name.lower(): _header(message, name) for name in message}
    named = _IDS.findall(headers.get("in-reply-to", "") + " " + headers.get("references", ""))
    subject = _header(message, "Subject")
    name, address = parseaddr(_header(message, "From"))
    return Incoming(
        key,
        address.lower(),
        replies.fresh_part(_text(message))[:LONGEST_TEXT],
        _date(message),
        list(dict.fromkeys(named)),
        subject=subject[:300],
        sender_name=name,
        automatic=replies.is_automatic(headers, subject),
    )


def _original_id(message: Message) -> str | None:
    """The Message-ID of the message that a report is about."""
    for part in message.walk():
        kind = part.get_content_type()
        if kind == "message/rfc822":
            for inner in _inner(part):
                found = inner.get("Message-ID")
                if found:
                    return str(found).strip()
        if kind == "text/rfc822-headers":
            named = re.search(r"^message-id:\s*(<[^<>\s]+>)", _payload(part), re.I | re.M)
            if named:
                return named[1]
    return None


def _inner(part: Message) -> list[Message]:
    """The messages that a part holds."""
    inner = part.get_payload()
    return [one for one in inner if isinstance(one, Message)] if isinstance(inner, list) else []


def _field(message: Message, kind: str, name: str) -> str | None:
    for part in message.walk():
        if part.get_content_type() == kind:
            text = ("".join(map(str, _inner(part))) or _payload(part))[:LONGEST_BODY]
            found = re.search(rf"^{name}:[ \t]*(.+)$", text, re.I | re.M)
            if found:
                return found[1].strip()
    return None


def _is_postmaster(message: Message) -> bool:
    sender = _header(message, "From").lower()
    return any(name in sender for name in _POSTMASTERS)


def _text(message: Message) -> str:
    """The words of a message: its plain text, else its HTML without the marks."""
    texts = [part for part in message.walk() if _is_text(part)]
    for kind in ("text/plain", "text/html"):
        for part in texts:
            if part.get_content_type() == kind:
                text = _payload(part)
                return _without_marks(text) if kind == "text/html" else text
    return ""


def _is_text(part: Message) -> bool:
    attached = part.get_content_disposition() == "attachment"
    return part.get_content_maintype() == "text" and not attached


def _payload(part: Message) -> str:
    """The text of a part; a wrong or unknown charset costs letters, not the message."""
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return str(part.get_payload())[:LONGEST_BODY]
    try:
        return data[:LONGEST_BODY].decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        return data[:LONGEST_BODY].decode("latin-1")


class _Words(HTMLParser):
    """Collects the text of a page; what is quoted or not shown is left out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in ("blockquote", "style", "script")
        if tag in ("br", "p", "div", "tr"):
            self.found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("blockquote", "style", "script") and self._hidden > 0

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.found.append(data)


def _without_marks(text: str) -> str:
    words = _Words()
    words.feed(text)
    return re.sub(r"[ \t]+", " ", "".join(words.found)).strip()


def _header(message: Message, name: str) -> str:
    """A header as people read it, on one line; one that cannot be decoded as it came."""
    raw = str(message.get(name, ""))[:LONGEST_HEADER]
    try:
        decoded = str(make_header(decode_header(raw)))
    except (HeaderParseError, LookupError, ValueError):
        decoded = raw
    return " ".join(decoded.split())


def _address(text: str | None) -> str | None:
    plain = (text or "").strip().strip("<>").lower()
    return plain or None


def _date(message: Message) -> datetime | None:
    try:
        found = parsedate_to_datetime(str(message.get("Date", ""))[:LONGEST_HEADER])
    except (ValueError, OverflowError):
        return None
    if found.year not in _YEARS:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
