"""A small, fast SMTP server that hands every message to a function and sends nothing on."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field

LARGEST_MESSAGE_BYTES = 50 * 1024 * 1024
LONGEST_LINE_BYTES = 4096
NOWHERE = ".invalid"
"""Addresses under this top-level domain exist nowhere and are refused, as elsewhere."""

_ADDRESS = re.compile(rb"(?:FROM|TO):\s*<([^>]*)>", re.IGNORECASE)
_END = b"\r\n.\r\n"


@dataclass(slots=True)
class Envelope:
    """One message as it travelled: sender, recipients, the bytes between DATA and the dot."""

    sender: str = ""
    recipients: list[str] = field(default_factory=list)
    content: bytes = b""


Deliver = Callable[[Envelope], object]


class Conversation(asyncio.Protocol):
    """One connection; commands may come several at a time (PIPELINING)."""

    def __init__(self, deliver: Deliver) -> None:
        self._deliver = deliver
        self._buffer = bytearray()
        self._envelope: Envelope | None = None
        self._in_data = False
        self._searched = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._say(b"220 localhost ESMTP")

    def data_received(self, data: bytes) -> None:
        """Take whole lines, or a whole message, as long as there are any."""
        self._buffer += data
        while self._take_message() if self._in_data else self._take_command():
            pass

    def _take_command(self) -> bool:
        line, found, rest = self._buffer.partition(b"\r\n")
        if not found:
            if len(self._buffer) > LONGEST_LINE_BYTES:
                self._hang_up(b"500 line too long")
            return False
        self._buffer = rest
        verb, _, argument = bytes(line).partition(b" ")
        self._answer(verb.upper(), argument)
        return not self._transport.is_closing()

    def _answer(self, verb: bytes, argument: bytes) -> None:
        match verb:
            case b"EHLO":
                self._greet()
            case b"HELO" | b"RSET":
                self._envelope = None
                self._say(b"250 OK")
            case b"MAIL":
                self._mail(argument)
            case b"RCPT":
                self._recipient(argument)
            case b"DATA":
                self._data()
            case b"NOOP":
                self._say(b"250 OK")
            case b"QUIT":
                self._hang_up(b"221 bye")
            case _:
                self._say(b"502 not implemented")

    def _greet(self) -> None:
        self._envelope = None
        size = f"250-SIZE {LARGEST_MESSAGE_BYTES}".encode()
        offers = (b"250-localhost", size, b"250-8BITMIME", b"250-SMTPUTF8", b"250 PIPELINING")
        self._say(b"\r\n".join(offers))

    def _mail(self, argument: bytes) -> None:
        address = _ADDRESS.match(argument)
        if not address:
            self._say(b"501 MAIL FROM:<address>")
            return
        self._envelope = Envelope(sender=_text(address[1]))
        self._say(b"250 OK")

    def _recipient(self, argument: bytes) -> None:
        address = _ADDRESS.match(argument)
        if not address or not address[1]:
            self._say(b"501 RCPT TO:<address>")
        elif self._envelope is None:
            self._say(b"503 MAIL first")
        elif _text(address[1]).lower().endswith(NOWHERE):
            self._say(b"550 5.1.2 no such domain")
        else:
            self._envelope.recipients.append(_text(address[1]))
            self._say(b"250 OK")

    def _data(self) -> None:
        if self._envelope is None or not self._envelope.recipients:
            self._say(b"503 RCPT first")
            return
        self._in_data = True
        self._searched = 0
        self._say(b"354 end with a dot")

    def _take_message(self) -> bool:
        """Look for the end only in what is new; a message may come in thousands of pieces."""
        if self._buffer.startswith(_END[2:]):
            return self._accept(0, len(_END) - 2)
        end = self._buffer.find(_END, max(0, self._searched - len(_END)))
        if end < 0:
            self._searched = len(self._buffer)
            if self._searched > LARGEST_MESSAGE_BYTES:
                self._hang_up(b"552 5.3.4 message too large")
            return False
        return self._accept(end + 2, end + len(_END))

    def _accept(self, end: int, next_command: int) -> bool:
        assert self._envelope
        self._envelope.content = _without_stuffing(bytes(self._buffer[:end]))
        del self._buffer[:next_command]
        self._in_data = False
        try:
            self._deliver(self._envelope)
            self._say(b"250 2.0.0 kept")
        except OSError:
            self._say(b"452 4.3.1 no room to keep it")
        self._envelope = None
        return True

    def _say(self, line: bytes) -> None:
        self._transport.write(line + b"\r\n")

    def _hang_up(self, line: bytes) -> None:
        self._say(line)
        self._transport.close()


async def listen(deliver: Deliver, host: str, port: int) -> asyncio.Server:
    """Serve until the returned server is closed; port 0 lets the system choose."""
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: Conversation(deliver), host, port)


def _without_stuffing(content: bytes) -> bytes:
    """Lines that begin with a dot travel with a second one (RFC 5321, 4.5.2)."""
    if content.startswith(b".."):
        content = content[1:]
    return content.replace(b"\r\n..", b"\r\n.") if b"\r\n.." in content else content


def _text(address: bytes) -> str:
    return address.decode("utf-8", "replace")
