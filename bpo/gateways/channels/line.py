"""One HTTP request to a provider, and exactly how far it got."""

import http.client
import select
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic
from urllib.parse import SplitResult, urlsplit

from bpo.domain.desk.handovers import Ending, Handover
from bpo.gateways.channels import resolving
from bpo.gateways.channels.resolving import Resolver

TIMEOUT_SECONDS = 20
MOST_BYTES = 64 * 1024
_LONGEST_ANSWER = 400
_REQUEST_TIMEOUT, _TOO_MANY, _UNAVAILABLE = 408, 429, 503
_OUR_FAULT = frozenset({401, 402, 403, 404, 405, 407})


@dataclass(frozen=True, slots=True)
class Call:
    """What is asked of a provider."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `status` is None without an answer; then `given` says whether the provider
    may have the whole request."""

    status: int | None
    body: bytes = b""
    given: bool = True
    words: str = ""


class Line:
    """A connection to one provider, kept open from message to message.

    Not for several threads or across a fork. A connection that the provider closed while it rested
    is replaced before anything is said on it, so that no answer always means: this message.
    """

    def __init__(
        self, *, timeout: float = TIMEOUT_SECONDS, resolve: Resolver = resolving.addresses
    ) -> None:
        self._timeout, self._resolve = timeout, resolve
        self._connection: http.client.HTTPConnection | None = None
        self._place = ("", "")

    def exchange(self, call: Call) -> Answer:
        """Ask once. Redirections are not followed: credentials go where they were meant to."""
        parts = urlsplit(call.url)
        given = False
        try:
            connection = self._ready(parts)
            connection.request(call.method, _target(parts), call.body, dict(call.headers))
            given = True
            response = connection.getresponse()
            body = self._read(response)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.close()
            return Answer(None, given=given, words=f"{type(error).__name__}: {error}".strip(": "))
        if response.will_close or not response.isclosed():
            self.close()
        return Answer(response.status, body)

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _ready(self, parts: SplitResult) -> http.client.HTTPConnection:
        place = (parts.scheme, parts.netloc)
        if self._connection is not None and (place != self._place or _spoken(self._connection)):
            self.close()
        if self._connection is None:
            self._connection = _connection(parts, self._timeout, self._resolve)
            self._connection.connect()
            self._place = place
        return self._connection

    def _read(self, response: http.client.HTTPResponse) -> bytes:
        """At most `MOST_BYTES`, and not for ever from a provider that sends drop by drop."""
        deadline, found = monotonic() + self._timeout, b""
        while len(found) < MOST_BYTES and monotonic() < deadline:
            piece = response.read1(MOST_BYTES)
            if not piece:
                response.close()
                break
            found += piece
            if response.length == 0:
                response.close()
                break
        return found


def ending(answer: Answer) -> Handover:
    """What an answer says by its status alone.

    No answer: failed as long as the request was not given whole, else uncertain. 408, 429 and 503
    say that it was not taken; a server that broke otherwise (500, 502, 504) may have taken it. 401
    to 405 speak of our account, other 4xx of this message.
    """
    if answer.status is None:
        if answer.given:
            return Handover(Ending.UNCERTAIN, answer.words)
        return Handover(Ending.FAILED, answer.words, unwell=True)
    words = told(answer)
    if 200 <= answer.status < 300:
        return Handover(Ending.ACCEPTED, words)
    if answer.status in (_REQUEST_TIMEOUT, _TOO_MANY, _UNAVAILABLE):
        return Handover(Ending.FAILED, words, unwell=True)
    if answer.status >= 500:
        return Handover(Ending.UNCERTAIN, words)
    if answer.status < 400 or answer.status in _OUR_FAULT:
        return Handover(Ending.FAILED, words, unwell=True)
    return Handover(Ending.REFUSED, words)


def told(answer: Answer) -> str:
    """Status and words on one line, as they are kept."""
    words = " ".join(answer.body.decode("utf-8", "replace").split())
    return f"{answer.status} {words}"[:_LONGEST_ANSWER].strip()


def _connection(
    parts: SplitResult, timeout: float, resolve: Resolver
) -> http.client.HTTPConnection:
    """A connection to the address that the name leads to now. Raises OSError for a private one."""
    host, secure = parts.hostname or "", parts.scheme == "https"
    made: http.client.HTTPConnection
    if secure:
        context = ssl.create_default_context()
        made = http.client.HTTPSConnection(host, parts.port, timeout=timeout, context=context)
    else:
        made = http.client.HTTPConnection(host, parts.port, timeout=timeout)
    address = resolving.pinned(host, made.port, resolve)
    made._create_connection = resolving.connecting_to(address)  # type: ignore[attr-defined]
    return made


def _spoken(connection: http.client.HTTPConnection) -> bool:
    """Whether a resting connection has something to read: that is its end."""
    if connection.sock is None:
        return True
    ready, _, _ = select.select([connection.sock], [], [], 0)
    return bool(ready)


def _target(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
