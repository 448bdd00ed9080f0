"""Twilio: SMS and WhatsApp by form post and basic authentication, with signed callbacks."""

import hashlib
import hmac
from base64 import b64encode
from urllib.parse import urlencode

from bpo.domain.desk.handovers import Ending, Handover
from bpo.gateways.channels.callbacks import (
    Account,
    BadSignature,
    Callback,
    Event,
    Fact,
    Incoming,
    Request,
    parsed,
    same,
)
from bpo.gateways.channels.carriers import Parcel
from bpo.gateways.channels.line import TIMEOUT_SECONDS, Answer, Call, Line, ending, told

API = "https://api.twilio.com"
BAD_ADDRESSES = frozenset({21211, 21214, 21217, 21610, 21612, 21614, 30003, 30005, 30006, 63003})
"""Error codes that speak of the recipient's number: wrong, gone, no mobile, asked for silence."""

_FACTS = {
    "sent": Fact.SENT,
    "delivered": Fact.DELIVERED,
    "read": Fact.OPENED,
    "undelivered": Fact.BOUNCED,
    "failed": Fact.BOUNCED,
}
_NOTHING = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
_WHATSAPP = "whatsapp:"


class Twilio:
    """The carrier of one account."""

    def __init__(self, account: Account, channel: str, *, timeout: float = TIMEOUT_SECONDS) -> None:
        self._account = account
        self._prefix = _WHATSAPP if channel == "whatsapp" else ""
        self._line = Line(timeout=timeout)

    def send(self, parcel: Parcel) -> Handover:
        """Post one message."""
        return _handover(self._line.exchange(self._call(parcel)))

    def close(self) -> None:
        """Hang up."""
        self._line.close()

    def _call(self, parcel: Parcel) -> Call:
        options = self._account.options
        sid, token = options["account_sid"], self._account.secrets.get("auth_token", "")
        sender = options["sender"]
        from_ = "MessagingServiceSid" if sender.startswith("MG") else "From"
        form = {
            "To": self._prefix + parcel.recipient,
            from_: sender if from_ != "From" else self._prefix + sender,
            "Body": parcel.text,
        }
        if self._account.callback_url:
            form["StatusCallback"] = f"{self._account.callback_url}?own={parcel.reference}"
        key = b64encode(f"{sid}:{token}".encode()).decode()
        headers = {
            "Authorization": f"Basic {key}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        base = options.get("api") or API
        url = f"{base}/2010-04-01/Accounts/{sid}/Messages.json"
        return Call("POST", url, headers, urlencode(form).encode())


def read(account: Account, request: Request) -> Callback:
    """A status callback or an incoming message. Raises BadSignature."""
    token = account.secrets.get("auth_token", "")
    given = request.headers.get("x-twilio-signature", "")
    if not token or not same(signature(token, request), given):
        raise BadSignature
    form = request.form
    sid = form.get("MessageSid") or form.get("SmsSid") or ""
    status = form.get("MessageStatus") or form.get("SmsStatus") or ""
    if not sid:
        return Callback(answer=_NOTHING, type="text/xml")
    if "Body" in form and status in ("", "received"):
        return Callback(messages=[_incoming(sid, request)], answer=_NOTHING, type="text/xml")
    if status not in _FACTS:
        return Callback(answer=_NOTHING, type="text/xml")
    code = form.get("ErrorCode", "")
    words = " ".join(filter(None, (status, code, form.get("ErrorMessage"))))
    bad = code.isdecimal() and int(code) in BAD_ADDRESSES
    event = Event(
        f"{sid}.{status}",
        _FACTS[status],
        reference=sid,
        own=request.query.get("own"),
        recipient=form.get("To", "").removeprefix(_WHATSAPP) or None,
        words=words,
        bad_address=bad,
    )
    return Callback([event], answer=_NOTHING, type="text/xml")


def signature(token: str, request: Request) -> str:
    """`X-Twilio-Signature`: HMAC-SHA1 of the address and the sorted form fields, in Base64."""
    data = request.url + "".join(f"{name}{request.form[name]}" for name in sorted(request.form))
    return b64encode(hmac.new(token.encode(), data.encode(), hashlib.sha1).digest()).decode()


def _incoming(sid: str, request: Request) -> Incoming:
    form = request.form
    answers = form.get("OriginalRepliedMessageSid")
    return Incoming(
        sid,
        form.get("From", "").removeprefix(_WHATSAPP),
        form.get("Body", ""),
        answers=[answers] if answers else [],
        sender_name=form.get("ProfileName", ""),
    )


def _handover(answer: Answer) -> Handover:
    found = ending(answer)
    said = parsed(answer.body)
    said = said if isinstance(said, dict) else {}
    if found.ending is Ending.ACCEPTED:
        sid = said.get("sid")
        return Handover(Ending.ACCEPTED, told(answer), str(sid) if sid else None)
    if found.ending is Ending.REFUSED and said.get("code") in BAD_ADDRESSES:
        return found._replace(bad_address=True)
    return found
