"""Any provider with an HTTP interface, described by configuration instead of code."""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus

from bpo.domain.desk.handovers import Ending, Handover
from bpo.gateways.channels.callbacks import (
    Account,
    BadSignature,
    Callback,
    Event,
    Fact,
    Incoming,
    Request,
    at_path,
    parsed,
    same,
)
from bpo.gateways.channels.carriers import Parcel
from bpo.gateways.channels.line import TIMEOUT_SECONDS, Answer, Call, Line, ending, told
from bpo.gateways.channels.whatsapp_cloud import pairs
from bpo.kernel.errors import BadInput

_HOLE = re.compile(r"\{([a-z_]+)\}")
JSON, FORM = "application/json", "application/x-www-form-urlencoded"


class Generic:
    """The carrier that a configuration describes.

    `url`, `headers` and `body` may hold {to}, {digits} (the number without +), {text}, {reference},
    {sender}, {callback} and {secret}. `id_path` says where the answer names the message,
    `ok_path` and `ok_values` where an answer of 200 says whether it was taken after all.
    """

    def __init__(self, account: Account, channel: str, *, timeout: float = TIMEOUT_SECONDS) -> None:
        self._account = account
        self._line = Line(timeout=timeout)

    def send(self, parcel: Parcel) -> Handover:
        """Make the one request that hands the message over."""
        answer = self._line.exchange(call(self._account, parcel))
        return _handover(self._account.options, answer)

    def close(self) -> None:
        """Hang up."""
        self._line.close()


def call(account: Account, parcel: Parcel) -> Call:
    """The request for a message, every hole filled as its place demands."""
    options = account.options
    values = {
        "to": parcel.recipient,
        "digits": parcel.recipient.removeprefix("+"),
        "text": parcel.text,
        "reference": parcel.reference,
        "sender": options.get("sender", ""),
        "callback": f"{account.callback_url or ''}?own={parcel.reference}",
        "secret": account.secrets.get("secret", ""),
    }
    kind = _kind(options.get("body", ""))
    headers = {"Content-Type": f"{kind}; charset=utf-8", "Accept": JSON}
    for line in options.get("headers", "").splitlines():
        name, mark, value = line.partition(":")
        if mark:
            headers[name.strip()] = _filled(value.strip(), values, _one_line)
    escape = _in_json if kind == JSON else quote_plus
    body = _filled(options.get("body", ""), values, escape).encode()
    url = _filled(options["url"], values, lambda text: quote(text, safe=""))
    return Call(options.get("method") or "POST", url, headers, body)


def check(options: Mapping[str, str]) -> None:
    """Raises BadInput when the body is neither JSON nor a form, or forgets whom and what."""
    body = options.get("body", "")
    holes = set(_HOLE.findall(body + options.get("url", "")))
    if "text" not in holes or not holes & {"to", "digits"}:
        raise BadInput("The request must name the number and the text", field="body")
    if _kind(body) == JSON:
        try:
            json.loads(_HOLE.sub("0", body))
        except (ValueError, RecursionError) as error:
            raise BadInput(
                "The body is not valid JSON: {problem}", field="body", problem=str(error)
            ) from error


def read(account: Account, request: Request) -> Callback:
    """A receipt or a reply, as the configured paths find them. Raises BadSignature.

    Signed by the HMAC-SHA256 of the body in hexadecimal, in the configured header, or with the
    secret itself there.
    """
    options = account.options
    secret = account.secrets.get("callback_secret", "")
    given = request.headers.get(options.get("signature_header", "").lower(), "")
    digest = hmac.new(secret.encode(), request.body, hashlib.sha256).hexdigest()
    proofs = (digest, f"sha256={digest}", secret, f"Bearer {secret}")
    if not secret or not any(same(proof, given) for proof in proofs):
        raise BadSignature
    told_us = _told_us(request)
    found = {name: _text(told_us, path) for name, path in options.items() if name.endswith("_path")}
    if found.get("reply_text_path") and found.get("reply_from_path"):
        return Callback(messages=[_incoming(found, request)])
    fact = _fact(options, found.get("status_path", ""))
    reference = found.get("event_id_path") or None
    own = request.query.get("own") or found.get("own_path") or None
    if fact is None or not (reference or own):
        return Callback()
    status = found.get("status_path", "")
    event = Event(f"{reference or own}.{status}", fact, None, reference, own, words=status)
    return Callback([event])


def _incoming(found: Mapping[str, str], request: Request) -> Incoming:
    """Without an id of the provider the content itself names the message."""
    key = found.get("reply_id_path") or hashlib.sha256(request.body).hexdigest()
    sender = found["reply_from_path"]
    sender = sender if sender.startswith("+") else f"+{sender}" if len(sender) > 11 else sender
    return Incoming(key, sender, found["reply_text_path"])


def _fact(options: Mapping[str, str], status: str) -> Fact | None:
    table = {name.lower(): value for name, value in pairs(options.get("statuses", "")).items()}
    named = table.get(status.lower(), status.lower())
    return Fact(named) if named in set(Fact) else None


def _handover(options: Mapping[str, str], answer: Answer) -> Handover:
    found = ending(answer)
    if found.ending is not Ending.ACCEPTED:
        return found
    said = _parsed(answer.body)
    taken = options.get("ok_values", "").split()
    if options.get("ok_path") and _text(said, options["ok_path"]) not in taken:
        return Handover(Ending.REFUSED, told(answer))
    reference = _text(said, options.get("id_path", "")) or None
    return Handover(Ending.ACCEPTED, told(answer), reference)


def _told_us(request: Request) -> Any:
    return dict(request.form) or _parsed(request.body) or dict(request.query)


def _parsed(body: bytes) -> Any:
    found = parsed(body)
    return dict(parse_qsl(body.decode("utf-8", "replace"))) if found is None else found


def _text(value: Any, path: str) -> str:
    found = at_path(value, path) if path else None
    if isinstance(found, bool):
        return str(found).lower()
    return "" if found is None or isinstance(found, dict | list) else str(found)


def _kind(body: str) -> str:
    return JSON if body.lstrip().startswith(("{", "[")) else FORM


def _filled(template: str, values: Mapping[str, str], escape: Any) -> str:
    """Each hole once: what a value holds is never taken for a hole."""
    return _HOLE.sub(
        lambda hole: escape(values[hole[1]]) if hole[1] in values else hole[0], template
    )


def _in_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _one_line(text: str) -> str:
    return " ".join(text.split())
