"""WhatsApp Cloud API: approved templates by Graph JSON, signed webhooks with a verify token."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

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

API = "https://graph.facebook.com/v21.0"
BAD_ADDRESSES = frozenset({131026, 131030, 131021})
TRY_LATER = frozenset({4, 80007, 130429, 131016, 131048, 131056, 133004})
_FACTS = {
    "sent": Fact.SENT,
    "delivered": Fact.DELIVERED,
    "read": Fact.OPENED,
    "failed": Fact.BOUNCED,
}


class WhatsAppCloud:
    """The carrier of one business number.

    A business begins a conversation with approved templates alone: the option `templates` maps our
    texts to theirs, one `ours = theirs` a line, and `parameters` names the values in their order.
    """

    def __init__(self, account: Account, channel: str, *, timeout: float = TIMEOUT_SECONDS) -> None:
        self._account = account
        self._line = Line(timeout=timeout)
        self._templates = pairs(account.options.get("templates", ""))

    def send(self, parcel: Parcel) -> Handover:
        """Post one template message; a text without an approved template is refused here."""
        name = self._templates.get(parcel.template)
        if name is None:
            words = f"no approved template for {parcel.template}"
            return Handover(Ending.REFUSED, words)
        return _handover(self._line.exchange(self._call(parcel, name)))

    def close(self) -> None:
        """Hang up."""
        self._line.close()

    def _call(self, parcel: Parcel, name: str) -> Call:
        options = self._account.options
        named = options.get("parameters", "").replace(",", " ").split()
        values = [" ".join(parcel.values.get(one, "").split()) or "-" for one in named]
        body = {"type": "body", "parameters": [{"type": "text", "text": v} for v in values]}
        message = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": parcel.recipient.removeprefix("+"),
            "type": "template",
            "template": {
                "name": name,
                "language": {"code": parcel.locale},
                "components": [body] if values else [],
            },
            "biz_opaque_callback_data": parcel.reference,
        }
        headers = {
            "Authorization": f"Bearer {self._account.secrets.get('access_token', '')}",
            "Content-Type": "application/json",
        }
        url = f"{options.get('api') or API}/{options['phone_number_id']}/messages"
        return Call("POST", url, headers, json.dumps(message).encode())


def read(account: Account, request: Request) -> Callback:
    """The verify handshake, statuses and messages. Raises BadSignature."""
    if request.method == "GET":
        return _handshake(account, request)
    secret = account.secrets.get("app_secret", "")
    expected = "sha256=" + hmac.new(secret.encode(), request.body, hashlib.sha256).hexdigest()
    given = request.headers.get("x-hub-signature-256", "")
    if not secret or not same(expected, given):
        raise BadSignature
    values = list(_values(parsed(request.body)))
    events = [event for value in values for event in _events(value)]
    messages = [message for value in values for message in _messages(value)]
    return Callback(events, messages)


def pairs(text: str) -> dict[str, str]:
    """`name = value` lines as a table; other lines are left out."""
    lines = (line.partition("=") for line in text.splitlines())
    return {name.strip(): value.strip() for name, mark, value in lines if mark and name.strip()}


def _handshake(account: Account, request: Request) -> Callback:
    token = account.secrets.get("verify_token", "")
    given = request.query.get("hub.verify_token", "")
    if not token or not same(token, given):
        raise BadSignature
    return Callback(answer=request.query.get("hub.challenge", ""))


def _values(told_us: Any) -> Iterator[dict[str, Any]]:
    for entry in at_path(told_us, "entry") or ():
        for change in at_path(entry, "changes") or ():
            value = at_path(change, "value")
            if isinstance(value, dict):
                yield value


def _events(value: dict[str, Any]) -> Iterator[Event]:
    for status in value.get("statuses") or ():
        fact = _FACTS.get(str(at_path(status, "status")))
        id = at_path(status, "id")
        if fact is None or not id:
            continue
        code = at_path(status, "errors.0.code")
        words = str(at_path(status, "errors.0.title") or at_path(status, "status"))
        yield Event(
            f"{id}.{status['status']}",
            fact,
            _at(at_path(status, "timestamp")),
            str(id),
            at_path(status, "biz_opaque_callback_data"),
            _number(at_path(status, "recipient_id")),
            f"{words} {code or ''}".strip(),
            code in BAD_ADDRESSES,
        )


def _messages(value: dict[str, Any]) -> Iterator[Incoming]:
    names = {c.get("wa_id"): at_path(c, "profile.name") for c in value.get("contacts") or ()}
    for message in value.get("messages") or ():
        text = (
            at_path(message, "text.body")
            or at_path(message, "button.text")
            or at_path(message, "interactive.button_reply.title")
            or at_path(message, "interactive.list_reply.title")
            or f"[{message.get('type', '?')}]"
        )
        answers = at_path(message, "context.id")
        yield Incoming(
            str(message.get("id", "")),
            _number(message.get("from")) or "",
            str(text),
            _at(message.get("timestamp")),
            [answers] if answers else [],
            sender_name=str(names.get(message.get("from")) or ""),
        )


def _handover(answer: Answer) -> Handover:
    found = ending(answer)
    said = parsed(answer.body)
    if found.ending is Ending.ACCEPTED:
        id = at_path(said, "messages.0.id")
        return Handover(Ending.ACCEPTED, told(answer), str(id) if id else None)
    code = at_path(said, "error.code")
    if code in TRY_LATER and answer.status is not None and answer.status < 500:
        return Handover(Ending.FAILED, told(answer), unwell=True)
    return found._replace(bad_address=found.ending is Ending.REFUSED and code in BAD_ADDRESSES)


def _at(stamp: Any) -> datetime | None:
    text = str(stamp or "")
    return datetime.fromtimestamp(int(text), UTC) if text.isdecimal() and len(text) < 12 else None


def _number(text: Any) -> str | None:
    return f"+{text}" if text else None
