"""The API Pix of a bank over HTTP: OAuth2 by client credentials, a client certificate, JSON."""

import base64
import http.client
import json
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from bpo.gateways.channels import resolving
from bpo.gateways.pix import charges
from bpo.gateways.pix.charges import Charge, Issued
from bpo.kernel.errors import Conflict, NotFound, Unavailable

TIMEOUT_SECONDS = 20
_MOST_BYTES = 256 * 1024
_SCOPES = "cobv.write cobv.read pix.read webhook.write webhook.read"
_MARGIN_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Account:
    """How a bank knows its customer. `certificate`: a PEM file with key, for mutual TLS."""

    base_url: str
    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    certificate: str | None = None


@dataclass(slots=True)
class HttpCharges:
    """Charges at a bank's API. `clock` gives seconds that only grow, for the token's age."""

    account: Account
    clock: Callable[[], float]
    _token: str = ""
    _until: float = 0.0

    def issue(self, charge: Charge) -> Issued:
        """`PUT /cobv/{txid}`; a bank that holds this charge already is asked for it instead.

        So a call may be made again after an answer that never came.
        """
        try:
            return self._charge("PUT", charge.txid, charges.body(charge))
        except Conflict:
            held = self._held(charge)
            if held is None:
                raise
            return held

    def read(self, txid: str) -> Issued:
        """`GET /cobv/{txid}`."""
        return self._charge("GET", txid)

    def cancel(self, txid: str) -> Issued:
        """`PATCH /cobv/{txid}` with the status that removes it."""
        return self._charge("PATCH", txid, {"status": charges.Status.CANCELLED.value})

    def watch(self, key: str, url: str) -> None:
        """`PUT /webhook/{chave}`: have notices of a key sent to an address."""
        self._ask("PUT", f"/webhook/{quote(key, safe='')}", {"webhookUrl": url})

    def _held(self, charge: Charge) -> Issued | None:
        """The charge as an earlier call left it: still to be paid, and of the same amount."""
        try:
            found = self.read(charge.txid)
        except NotFound:
            return None
        is_same = found.status is charges.Status.ACTIVE and found.cents == charge.cents
        return found if is_same else None

    def _charge(self, method: str, txid: str, body: dict[str, Any] | None = None) -> Issued:
        answer = self._ask(method, f"/cobv/{quote(txid, safe='')}", body)
        try:
            found = charges.issued(answer)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise Unavailable("The bank answered something that is no Pix charge") from error
        if found.txid != txid:
            raise Unavailable("The bank answered something that is no Pix charge")
        return found

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        status, answer = self._asked(method, path, body)
        if status == http.client.UNAUTHORIZED:
            self._until = 0.0
            status, answer = self._asked(method, path, body)
        return _checked(status, answer)

    def _asked(self, method: str, path: str, body: dict[str, Any] | None) -> tuple[int, bytes]:
        headers = {"Authorization": f"Bearer {self._bearer()}", "Content-Type": "application/json"}
        content = json.dumps(body).encode() if body is not None else None
        return self._exchange(method, self.account.base_url + path, headers, content)

    def _bearer(self) -> str:
        if self.clock() >= self._until:
            pair = f"{self.account.client_id}:{self.account.client_secret}".encode()
            headers = {
                "Authorization": f"Basic {base64.b64encode(pair).decode()}",
                "Content-Type": "application/x-www-form-urlencoded",
            }
            form = urlencode({"grant_type": "client_credentials", "scope": _SCOPES}).encode()
            answer = _checked(*self._exchange("POST", self.account.token_url, headers, form))
            self._token, seconds = _access(answer)
            self._until = self.clock() + seconds - _MARGIN_SECONDS
        return self._token

    def _exchange(
        self, method: str, url: str, headers: dict[str, str], body: bytes | None
    ) -> tuple[int, bytes]:
        parts = urlsplit(url)
        connection = self._connection(parts.scheme, parts.netloc)
        try:
            place = parts.hostname or "", parts.port or http.client.HTTPS_PORT
            address = resolving.pinned(*place, resolving.addresses)
            connection._create_connection = resolving.connecting_to(address)  # type: ignore[attr-defined]
            connection.request(method, parts.path or "/", body, headers)
            response = connection.getresponse()
            return response.status, response.read(_MOST_BYTES)
        except (OSError, http.client.HTTPException) as error:
            raise Unavailable("The bank's Pix did not answer; try again later") from error
        finally:
            connection.close()

    def _connection(self, scheme: str, place: str) -> http.client.HTTPConnection:
        if scheme != "https":
            return http.client.HTTPConnection(place, timeout=TIMEOUT_SECONDS)
        context = ssl.create_default_context()
        if self.account.certificate:
            context.load_cert_chain(self.account.certificate)
        return http.client.HTTPSConnection(place, timeout=TIMEOUT_SECONDS, context=context)


def _access(answer: Any) -> tuple[str, float]:
    """A token and its seconds of life. Raises Unavailable for an answer without."""
    try:
        token, seconds = answer["access_token"], float(answer.get("expires_in", 0))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Unavailable("The bank gave no access to its Pix") from error
    if not (isinstance(token, str) and token.isascii() and token.isprintable() and token):
        raise Unavailable("The bank gave no access to its Pix")
    return token, seconds


def _checked(status: int, content: bytes) -> Any:
    try:
        answer = json.loads(content) if content else {}
    except (ValueError, RecursionError):
        answer = {}
    if status < 300:
        return answer
    told = answer if isinstance(answer, dict) else {}
    said = str(told.get("detail") or told.get("title") or status)
    if status == http.client.NOT_FOUND:
        raise NotFound("The bank does not know this Pix charge")
    if status in (http.client.UNAUTHORIZED, http.client.FORBIDDEN):
        raise Unavailable("The bank did not accept the client id, the secret or the certificate")
    if status >= 500 or status == http.client.TOO_MANY_REQUESTS:
        raise Unavailable("The bank's Pix did not answer; try again later")
    raise Conflict("The bank refused the Pix charge: {answer}", answer=said[:300])
