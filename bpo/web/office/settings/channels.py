"""How a client company sends SMS and WhatsApp, and where its replies are read."""

from typing import Any

from flask import g, request
from flask_babel import gettext as _

from bpo.db import db
from bpo.domain.intake import findings
from bpo.domain.people.access import Permission
from bpo.domain.reminders.channels import MAILBOX, PIX
from bpo.gateways import outside, wording
from bpo.gateways.channels import registry
from bpo.gateways.channels.registry import PROVIDERS, Provider
from bpo.gateways.pix import notices
from bpo.kernel.errors import NotFound
from bpo.kernel.text import Phrase
from bpo.queries.reminders import channels as stored
from bpo.services.reminders import channel_settings
from bpo.services.reminders.channel_settings import SECURITIES
from bpo.web import access, forms, language
from bpo.web.office import blueprint
from bpo.web.office.settings import Answer, back, page

HERE = "office.settings_channels"
LABELS = {
    "sms": Phrase("SMS"),
    "whatsapp": Phrase("WhatsApp"),
    MAILBOX: Phrase("Replies by e-mail"),
    PIX: Phrase("Pix charges of the bank"),
}
ICONS = {"sms": "message-square", "whatsapp": "message-square", MAILBOX: "mail", PIX: "banknote"}
OWN = {MAILBOX: "imap", PIX: "api_pix"}
"""What stands for a provider where there is no choice."""

SECURITY_LABELS = {
    "tls": Phrase("TLS"),
    "starttls": Phrase("STARTTLS"),
    "none": Phrase("None (this machine alone)"),
}


@blueprint.get("/w/<slug>/settings/channels")
@access.requires(Permission.SEE_WORKSPACE)
def settings_channels(slug: str) -> Answer:
    """What is set up on each channel."""
    return _overview()


@blueprint.post("/w/<slug>/settings/channels")
@access.requires(Permission.EDIT_WORKSPACE)
def settings_channels_replies(slug: str) -> Answer:
    """Choose whether a reply pauses the reminders."""
    attempt = forms.attempt(
        lambda: channel_settings.pause_on_reply(
            g.actor, g.workspace.id, forms.typed().whole("reply_hold_days"), now=g.now
        )
    )
    if attempt.refusal is not None:
        return _overview(faults=forms.faults(attempt)), 400
    return back(HERE, _("Saved."))


@blueprint.get("/w/<slug>/settings/channels/<any(sms, whatsapp, mailbox, pix):channel>")
@access.requires(Permission.EDIT_WORKSPACE)
def settings_channel(slug: str, channel: str) -> Answer:
    """The form of one channel."""
    return _form(channel)


@blueprint.post("/w/<slug>/settings/channels/<any(sms, whatsapp, mailbox, pix):channel>")
@access.requires(Permission.EDIT_WORKSPACE)
def settings_channel_set_up(slug: str, channel: str) -> Answer:
    """Set a channel up."""
    key = OWN.get(channel) or request.form.get("provider", "")
    attempt = forms.attempt(
        lambda: channel_settings.set_up(
            g.actor,
            g.workspace.id,
            channel,
            key,
            request.form,
            local=not outside.current().settings.production,
            now=g.now,
            seen=forms.seen_version(),
        )
    )
    if attempt.result is None:
        return _form(channel, attempt, faults=forms.faults(attempt)), 400
    return back(HERE, _("The channel is ready."))


@blueprint.post(
    "/w/<slug>/settings/channels/<any(sms, whatsapp, mailbox, pix):channel>/<any(on, off):to>"
)
@access.requires(Permission.EDIT_WORKSPACE)
def settings_channel_switch(slug: str, channel: str, to: str) -> Answer:
    """Switch a channel off or on again."""
    active = to == "on"
    channel_settings.switch(g.actor, g.workspace.id, channel, active=active, now=g.now)
    return back(HERE, _("Switched on.") if active else _("Switched off."))


def _overview(**context: Any) -> str:
    rows = stored.settings(db.session(), g.workspace.id)
    board = outside.current().switchboard
    missing = {
        channel: sorted(key for key in row.secrets.values() if not board.secrets.get(key))
        for channel, row in rows.items()
    }
    return page(
        "channels",
        HERE,
        rows=rows,
        missing=missing,
        labels=LABELS,
        icons=ICONS,
        providers=PROVIDERS,
        said=findings.phrase_from_json,
        typed=request.form,
        **context,
    )


def _form(channel: str, attempt: Any = None, **context: Any) -> str:
    row = stored.setting(db.session(), g.workspace.id, channel)
    board = outside.current().switchboard
    offered = [p for p in PROVIDERS.values() if channel in p.channels and _is_offered(p, board)]
    chosen = _chosen(channel, row.provider if row else None, offered)
    same = row is not None and (chosen is None or row.provider == chosen.key)
    known = {**row.options, **row.secrets} if row is not None and same else {}
    return page(
        "channel",
        HERE,
        channel=channel,
        label=LABELS[channel],
        pills=[(wording.say(p.label, language.current()), p.key) for p in offered],
        provider=chosen,
        row=row if same else None,
        known=known,
        was=forms.still_seen({forms.VERSION: channel_settings.sighting(row)}, attempt),
        values=request.form if request.method == "POST" else known,
        security_options=[
            (key, wording.say(SECURITY_LABELS[key], language.current())) for key in SECURITIES
        ],
        callback_url=_callback(channel),
        **context,
    )


def _callback(channel: str) -> str:
    """Where the provider, or the bank, reports to."""
    here = outside.current()
    if channel == PIX:
        return notices.address(here.settings.base_url, here.signer, g.workspace.id)
    return here.switchboard.callback_url(g.workspace.id, channel)


def _chosen(channel: str, current: str | None, offered: list[Provider]) -> Provider | None:
    """The provider of the form: asked for, else in use, else the first."""
    if channel in OWN:
        return None
    asked = request.values.get("provider") or current
    found = next((p for p in offered if p.key == asked), None)
    if found is None and request.values.get("provider"):
        raise NotFound("There is no such provider for this channel")
    return found or offered[0]


def _is_offered(provider: Provider, board: Any) -> bool:
    """The catcher is offered where it runs."""
    return provider.key != registry.CATCHER or board.local_url is not None
