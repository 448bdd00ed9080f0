"""Handing one message for one recipient to a mail server, and saying exactly how far it got."""

import re
import smtplib
import socket
import ssl
from dataclasses import dataclass, field
from enum import StrEnum
from time import monotonic
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from bpo.kernel.errors import BadInput

TIMEOUT_SECONDS = 20
IDLE_SECONDS = 5
"""A connection that rested longer is asked with NOOP before it carries the next message."""

_DEFAULT_PORTS = {"smtps": 465, "starttls": 587, "smtp": 25}
_ADDRESS = re.compile(r"[!-;=?-~]+@[!-;=?A-~]+")
_LINE_ENDS = re.compile(rb"\r\n|\r|\n")


class Stage(StrEnum):
    """How far a message got. `BODY`: the server asked for the content and got some or all of it."""

    CONNECT = "connect"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    BODY = "body"
    DONE = "done"


_UNHEARD = {Stage.MAIL: 2, Stage.RCPT: 1, Stage.DATA: 0}
"""How many answers are still to come when one is refused of those asked for together."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of one attempt, at `stage`, with the server's reply code and words.

    `code` is None when no answer came. `permanent`: this message will never be taken for this
    recipient; otherwise a later attempt makes sense. `uncertain`: the content had begun and no
    final answer came, so that nobody can know whether it was taken; such a message is never sent
    again by a machine.
    """

    stage: Stage
    code: int | None = None
    answer: str = ""
    permanent: bool = False
    uncertain: bool = False

    @property
    def accepted(self) -> bool:
        """Whether the server took the message over."""
        return self.stage is Stage.DONE

    @property
    def recipient_refused(self) -> bool:
        """Whether it was the recipient's address that the server finally refused."""
        return self.permanent and self.stage is Stage.RCPT


class Mail(Protocol):
    """Delivers prebuilt messages; one recipient each."""

    def send(self, envelope_from: str, recipient: str, message: bytes) -> Outcome:
        """Hand over one RFC 5322 message; every refusal and every broken line is an outcome."""

    def close(self) -> None:
        """Say goodbye to the server; the next message connects again."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail goes, read from `smtp://user:pass@host:port?starttls=1` or `smtps://…`."""

    host: str
    port: int
    tls: bool = False
    starttls: bool = False
    user: str | None = None
    password: str = field(default="", repr=False)


def server(url: str) -> Server:
    """The server that a URL names; BadInput when it cannot be one."""
    parts = urlsplit(url)
    try:
        given_port = parts.port
    except ValueError:
        given_port = -1
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or given_port == -1:
        raise BadInput("SMTP_URL must look like smtp://user:password@host:port", field="SMTP_URL")
    starttls = parse_qs(parts.query).get("starttls", ["0"])[-1] not in {"0", "no", "false"}
    tls = parts.scheme == "smtps"
    default_port = _DEFAULT_PORTS["smtps" if tls else "starttls" if starttls else "smtp"]
    return Server(
        parts.hostname,
        given_port or default_port,
        tls,
        starttls,
        unquote(parts.username) if parts.username else None,
        unquote(parts.password or ""),
    )


class Smtp:
    """A mail server over one connection that is kept open from message to message.

    Not for use by several threads or across a fork: each worker process holds its own.
    """

    def __init__(
        self, url: str, *, timeout: float = TIMEOUT_SECONDS, idle: float = IDLE_SECONDS
    ) -> None:
        self._server = server(url)
        self._idle = idle
        self._timeout = timeout
        self._client: smtplib.SMTP | None = None
        self._used_at = 0.0

    def send(self, envelope_from: str, recipient: str, message: bytes) -> Outcome:
        """Hand over one message: MAIL, RCPT, DATA, then the content once all three were answered.

        A server that offers PIPELINING (RFC 2920) is told the three at once. The content never
        goes before the server asked for it.
        A kept connection that turns out to be closed is replaced once, which is safe because the
        server had not even taken the sender.
        """
        for stage, address in ((Stage.MAIL, envelope_from), (Stage.RCPT, recipient)):
            if not _ADDRESS.fullmatch(address):
                return Outcome(stage, None, f"not a mail address: {address!r}", permanent=True)
        reused = self._ready()
        outcome = self._attempt(envelope_from, recipient, message)
        if reused and outcome.stage is Stage.MAIL and outcome.code in {None, 421}:
            self._drop()
            outcome = self._attempt(envelope_from, recipient, message)
        self._used_at = monotonic()
        return outcome

    def close(self) -> None:
        """Say goodbye, as politely as the line allows."""
        if self._client is not None:
            try:
                self._client.quit()
            except (OSError, smtplib.SMTPException):
                self._client.close()
        self._client = None

    def _ready(self) -> bool:
        """Whether an open connection waits; a rested one is asked first."""
        if self._client is not None and monotonic() - self._used_at >= self._idle:
            try:
                alive = self._client.noop()[0] == 250
            except (OSError, smtplib.SMTPException):
                alive = False
            if not alive:
                self._drop()
        return self._client is not None

    def _attempt(self, envelope_from: str, recipient: str, message: bytes) -> Outcome:
        stage = Stage.CONNECT
        try:
            client = self._client = self._client or _connect(self._server, self._timeout)
            commands = {
                Stage.MAIL: f"MAIL FROM:<{envelope_from}>{_options(client, message)}",
                Stage.RCPT: f"RCPT TO:<{recipient}>",
                Stage.DATA: "DATA",
            }
            together = client.has_extn("pipelining")
            if together:
                client.send("".join(f"{command}\r\n" for command in commands.values()))
            for stage, command in commands.items():
                code, words = client.getreply() if together else client.docmd(command)
                if code // 100 != (3 if stage is Stage.DATA else 2):
                    return self._refused(stage, code, words, heard_all=not together)
            stage = Stage.BODY
            client.send(wire_form(message))
            return self._concluded(*client.getreply())
        except smtplib.SMTPResponseException as error:
            self._drop()
            return _broken(stage, error.smtp_code, _words(error.smtp_error))
        except (OSError, smtplib.SMTPException, ValueError) as error:
            self._drop()
            return _broken(stage, None, str(error) or type(error).__name__)

    def _refused(self, stage: Stage, code: int, words: bytes, *, heard_all: bool) -> Outcome:
        """The server said no before any content; the connection is made fit for the next one."""
        understood = 400 <= code < 600 and code != 421
        if understood and (heard_all or self._hear_out(stage)):
            self._reset()
        else:
            self._drop()
        return Outcome(stage, _code(code), _words(words), permanent=500 <= code < 600)

    def _hear_out(self, refused: Stage) -> bool:
        """Take the answers to what was said in one breath with a refused command.

        False when the connection is of no more use: it broke, or the server asks for a content that
        it must not get.
        """
        try:
            for _ in range(_UNHEARD[refused]):
                code = self._client.getreply()[0] if self._client is not None else -1
                if not 200 <= code < 300 and not 400 <= code < 600:
                    return False
        except (OSError, smtplib.SMTPException):
            return False
        return True

    def _concluded(self, code: int, words: bytes) -> Outcome:
        """The answer to the content: taken, put off, refused, or nothing that can be understood."""
        if 200 <= code < 300:
            return Outcome(Stage.DONE, code, _words(words))
        understood = 400 <= code < 600
        if code == 421 or not understood:
            self._drop()
        return Outcome(
            Stage.BODY, _code(code), _words(words), 500 <= code < 600, uncertain=not understood
        )

    def _reset(self) -> None:
        try:
            settled = self._client is not None and self._client.rset()[0] == 250
        except (OSError, smtplib.SMTPException):
            settled = False
        if not settled:
            self._drop()

    def _drop(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = None


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that the memory twin took over."""

    envelope_from: str
    recipient: str
    message: bytes


@dataclass
class MemoryMail:
    """Keeps what it is given; `outcomes` names recipients whose messages end otherwise."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)

    def send(self, envelope_from: str, recipient: str, message: bytes) -> Outcome:
        """Keep the message, unless another outcome is arranged for the recipient."""
        outcome = self.outcomes.get(recipient, Outcome(Stage.DONE, 250, "kept"))
        if outcome.accepted or outcome.uncertain:
            self.sent.append(Sent(envelope_from, recipient, message))
        return outcome

    def close(self) -> None:
        """Nothing to close."""


def wire_form(message: bytes) -> bytes:
    """A message as it goes over the line: CRLF, leading dots doubled, the closing dot."""
    ends = message.count(b"\r\n")
    if message.count(b"\n") != ends or message.count(b"\r") != ends:
        message = _LINE_ENDS.sub(b"\r\n", message)
    if b"\n." in message or message.startswith(b"."):
        message = message.replace(b"\n.", b"\n..")
        message = b"." + message if message.startswith(b".") else message
    return message + (b".\r\n" if message.endswith(b"\r\n") else b"\r\n.\r\n")


def _connect(target: Server, timeout: float) -> smtplib.SMTP:
    """An open, secured and authenticated connection; raises OSError or SMTPException."""
    context = ssl.create_default_context() if target.tls or target.starttls else None
    name = _own_name()
    client: smtplib.SMTP
    if target.tls:
        client = smtplib.SMTP_SSL(target.host, target.port, name, timeout=timeout, context=context)
    else:
        client = smtplib.SMTP(target.host, target.port, name, timeout=timeout)
    try:
        if client.sock is not None:
            client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.ehlo_or_helo_if_needed()
        if target.starttls:
            client.starttls(context=context)
            client.ehlo_or_helo_if_needed()
        if target.user is not None:
            client.login(target.user, target.password)
    except BaseException:
        client.close()
        raise
    return client


def _own_name() -> str:
    """The name given in EHLO, found without asking a name server."""
    name = socket.gethostname()
    return name if "." in name and name.isascii() else "[127.0.0.1]"


def _options(client: smtplib.SMTP, message: bytes) -> str:
    return " BODY=8BITMIME" if client.has_extn("8bitmime") and not message.isascii() else ""


def _broken(stage: Stage, code: int | None, words: str) -> Outcome:
    """The line broke, or the greeting, TLS or login failed."""
    return Outcome(stage, _code(code), words, uncertain=stage is Stage.BODY)


def _code(code: int | None) -> int | None:
    return code if code is not None and code > 0 else None


def _words(words: bytes | str) -> str:
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else words
