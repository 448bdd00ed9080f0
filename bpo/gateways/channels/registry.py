"""The providers there are: what each needs to know, how it sends, how it reports.

A new provider is a module of this folder and a line here; nothing else changes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from bpo.domain.reminders.channels import TEXTS
from bpo.gateways.channels import generic, resolving, twilio, whatsapp_cloud
from bpo.gateways.channels.callbacks import Account, Callback, Request
from bpo.gateways.channels.carriers import Carrier
from bpo.kernel.errors import BadInput, NotFound
from bpo.kernel.text import Phrase

CATCHER = "catcher"
"""The provider that keeps everything on this machine, for trying out."""

LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Field:
    """Something a provider needs to know. `secret`: kept outside the database, named only."""

    name: str
    label: Phrase
    required: bool = False
    secret: bool = False
    long: bool = False
    help: Phrase | None = None
    default: str = ""


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider as the rest of the program knows it."""

    key: str
    label: Phrase
    channels: frozenset[str]
    fields: tuple[Field, ...]
    carrier: Callable[..., Carrier]
    read: Callable[[Account, Request], Callback]
    check: Callable[[Mapping[str, str]], None] = lambda options: None


_GENERIC = (
    Field("url", Phrase("Address of the request"), required=True),
    Field("method", Phrase("Method"), default="POST"),
    Field(
        "headers",
        Phrase("Headers"),
        long=True,
        default="Authorization: Bearer {secret}",
        help=Phrase("One “Name: value” a line."),
    ),
    Field(
        "body",
        Phrase("Body"),
        required=True,
        long=True,
        default='{"to": "{digits}", "from": "{sender}", "text": "{text}", "ref": "{reference}"}',
        help=Phrase("JSON or a form. May name to, digits, text, sender, reference and callback."),
    ),
    Field("sender", Phrase("Sender")),
    Field("id_path", Phrase("Where the answer names the message"), default="id"),
    Field("ok_path", Phrase("Where the answer says that it was taken")),
    Field("ok_values", Phrase("What it says there")),
    Field("signature_header", Phrase("Header that proves a call"), default="X-Signature"),
    Field("event_id_path", Phrase("Receipts: where the message is named"), default="id"),
    Field("own_path", Phrase("Receipts: where our reference is"), default="ref"),
    Field("status_path", Phrase("Receipts: where the status is"), default="status"),
    Field(
        "statuses",
        Phrase("Receipts: what the statuses mean"),
        long=True,
        default="DELIVRD = delivered\nUNDELIV = bounced\nREAD = opened",
        help=Phrase("One “theirs = ours” a line; ours: sent, delivered, opened, bounced."),
    ),
    Field("reply_from_path", Phrase("Replies: where the number is"), default="from"),
    Field("reply_text_path", Phrase("Replies: where the text is"), default="text"),
    Field("reply_id_path", Phrase("Replies: where the reply is named"), default="id"),
    Field("secret", Phrase("Key of the provider"), secret=True),
    Field("callback_secret", Phrase("Key that signs calls to us"), secret=True),
)
_TWILIO = (
    Field("account_sid", Phrase("Account SID"), required=True),
    Field("sender", Phrase("Number or messaging service"), required=True),
    Field("auth_token", Phrase("Auth token"), required=True, secret=True),
)
_WHATSAPP = (
    Field("phone_number_id", Phrase("Id of the number"), required=True),
    Field(
        "templates",
        Phrase("Approved templates"),
        required=True,
        long=True,
        default="due_tomorrow = vence_amanha\nnot_seen = pagamento_nao_visto\n"
        "offer_help = ofereco_ajuda",
        help=Phrase("One “our text = their template” a line."),
    ),
    Field(
        "parameters",
        Phrase("Values of the templates, in their order"),
        default="first_name creditor number due link",
    ),
    Field("access_token", Phrase("Access token"), required=True, secret=True),
    Field("app_secret", Phrase("App secret"), required=True, secret=True),
    Field("verify_token", Phrase("Verify token"), required=True, secret=True),
)
PROVIDERS = {
    provider.key: provider
    for provider in (
        Provider("twilio", Phrase("Twilio"), TEXTS, _TWILIO, twilio.Twilio, twilio.read),
        Provider(
            "whatsapp_cloud",
            Phrase("WhatsApp Cloud (Meta)"),
            frozenset({"whatsapp"}),
            _WHATSAPP,
            whatsapp_cloud.WhatsAppCloud,
            whatsapp_cloud.read,
        ),
        Provider(
            "generic",
            Phrase("Another provider with HTTP"),
            TEXTS,
            _GENERIC,
            generic.Generic,
            generic.read,
            generic.check,
        ),
        Provider(
            CATCHER,
            Phrase("Catcher of this machine (for trying out)"),
            TEXTS,
            (),
            generic.Generic,
            generic.read,
        ),
    )
}


def provider(key: str, channel: str) -> Provider:
    """The provider of a key, for a channel. Raises NotFound."""
    found = PROVIDERS.get(key)
    if found is None or channel not in found.channels:
        raise NotFound("There is no such provider for this channel")
    return found


def options(found: Provider, given: Mapping[str, str], *, local: bool) -> dict[str, str]:
    """The plain options of a form in normal form. Raises BadInput naming the field.

    An address must be https, or, with `local`, on this machine.
    """
    plain = {f.name: given.get(f.name, "").strip() for f in found.fields if not f.secret}
    for field in found.fields:
        if field.required and not field.secret and not plain[field.name]:
            raise BadInput("Fill this in", field=field.name)
        if len(plain.get(field.name, "")) > LONGEST:
            raise BadInput("This text is too long", field=field.name)
    if "url" in plain:
        check_address(plain["url"], local=local)
    found.check(plain)
    return plain


def check_address(url: str, *, local: bool, field: str = "url") -> None:
    """Raise BadInput for an address that is not https in the open, or with `local` here."""
    parts = urlsplit(url)
    here = parts.hostname in ("localhost", "127.0.0.1")
    if parts.scheme == "https" and parts.hostname and not here:
        if not resolving.is_public(parts.hostname):
            raise BadInput("This address lies in a private network", field=field)
        return
    if not (local and here and parts.scheme in ("http", "https")):
        raise BadInput("The address must begin with https://", field=field)
