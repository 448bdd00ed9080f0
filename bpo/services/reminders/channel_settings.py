"""Setting up the channels of a client company: providers of short messages, and its mailbox."""

import re
from collections.abc import Mapping
from datetime import datetime

from bpo.db import unit_of_work
from bpo.domain.cash import pix_charges
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.domain.reminders.channels import MAILBOX, PIX, TEXTS
from bpo.domain.writing import sightings
from bpo.gateways.channels import registry
from bpo.gateways.pix import banks
from bpo.kernel.actor import Actor
from bpo.kernel.errors import BadInput, NotFound
from bpo.models import ChannelSetting
from bpo.queries.people import workspaces
from bpo.queries.reminders import channels
from bpo.services.people import audit

MOST_DAYS = 365
SECURITIES = ("tls", "starttls", "none")
_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,59}")
_HERE = frozenset({"localhost", "127.0.0.1"})


def set_up(
    actor: Actor,
    workspace_id: int,
    channel: str,
    provider: str,
    given: Mapping[str, str],
    *,
    local: bool,
    now: datetime,
    seen: str | None = None,
) -> ChannelSetting:
    """Let a company send on a channel by a provider, or read its mailbox.

    Of secrets only the names are kept (`given` holds those too). `local`: addresses of this machine
    are allowed. Raises BadInput by field, Conflict when it is no longer what was `seen`, by its
    `sighting`.
    """
    access.require(actor, Permission.EDIT_WORKSPACE, workspace_id)
    options, secrets = _described(channel, provider, given, local=local)
    with unit_of_work(actor) as session:
        if workspaces.locked(session, workspace_id) is None:
            raise NotFound("There is no such workspace")
        row = channels.setting(session, workspace_id, channel)
        wished = ChannelSetting(provider=provider, options=options, secrets=secrets, active=True)
        if row and seen and sighting(row) == sighting(wished):
            return row
        sightings.require(sighting(row), seen)
        if row is None:
            row = ChannelSetting(workspace_id=workspace_id, channel=channel, provider=provider)
            session.add(row)
        if channel == MAILBOX and row.options != options:
            row.position = {}
        row.provider, row.options, row.secrets = provider, options, secrets
        row.active, row.problem = True, None
        audit.record(
            session,
            actor,
            workspace_id,
            "channel.set_up",
            now=now,
            channel=channel,
            provider=provider,
        )
    return row


def sighting(row: ChannelSetting | None) -> str:
    """The name of how a channel is set up, switched off or not set up at all (`sightings`)."""
    held = row and [row.provider, row.options, row.secrets, row.active]
    return sightings.of_content(held)


def switch(actor: Actor, workspace_id: int, channel: str, *, active: bool, now: datetime) -> None:
    """Stop using a channel, or use it again. Raises NotFound when it was never set up."""
    access.require(actor, Permission.EDIT_WORKSPACE, workspace_id)
    with unit_of_work(actor) as session:
        row = channels.setting(session, workspace_id, channel)
        if row is None:
            raise NotFound("This channel is not set up")
        row.active = active
        audit.record(
            session, actor, workspace_id, "channel.switch", now=now, channel=channel, active=active
        )


def pause_on_reply(actor: Actor, workspace_id: int, days: int | None, *, now: datetime) -> None:
    """Pause a debtor's reminders for some days when they answer; None: do not."""
    access.require(actor, Permission.EDIT_WORKSPACE, workspace_id)
    if days is not None and not 1 <= days <= 30:
        raise BadInput("Give a number of days from 1 to 30", field="reply_hold_days")
    with unit_of_work(actor) as session:
        workspace = workspaces.by_id(session, workspace_id)
        if workspace is None:
            raise NotFound("There is no such workspace")
        workspace.reply_hold_days = days
        audit.record(
            session, actor, workspace_id, "channel.set_up", now=now, channel="replies", days=days
        )


def _described(
    channel: str, provider: str, given: Mapping[str, str], *, local: bool
) -> tuple[dict[str, str], dict[str, str]]:
    if channel in TEXTS:
        found = registry.provider(provider, channel)
        secrets = {
            field.name: _secret(field.name, given, required=field.required)
            for field in found.fields
            if field.secret
        }
        return registry.options(found, given, local=local), _kept(secrets)
    if channel == PIX:
        return _pix(given, local=local)
    if channel != MAILBOX:
        raise NotFound("There is no such provider for this channel")
    return _mailbox(given, local=local)


def _pix(given: Mapping[str, str], *, local: bool) -> tuple[dict[str, str], dict[str, str]]:
    names = ("base_url", "token_url", "client_id", "valid_days")
    plain = {name: given.get(name, "").strip() for name in names}
    plain["valid_days"] = plain["valid_days"] or str(pix_charges.VALID_DAYS)
    for name in ("base_url", "token_url", "client_id"):
        if not plain[name]:
            raise BadInput("Fill this in", field=name)
    for name in ("base_url", "token_url"):
        registry.check_address(plain[name], local=local, field=name)
    if not plain["valid_days"].isdecimal() or not 1 <= int(plain["valid_days"]) <= MOST_DAYS:
        raise BadInput("Give a number of days from 1 to 365", field="valid_days")
    secrets = {
        banks.CLIENT_SECRET: _secret(banks.CLIENT_SECRET, given, required=True),
        banks.CERTIFICATE: _secret(banks.CERTIFICATE, given, required=False),
    }
    return plain, _kept(secrets)


def _mailbox(given: Mapping[str, str], *, local: bool) -> tuple[dict[str, str], dict[str, str]]:
    plain = {name: given.get(name, "").strip() for name in ("host", "port", "user", "folder")}
    for name in ("host", "user"):
        if not plain[name]:
            raise BadInput("Fill this in", field=name)
    port = plain["port"] or "993"
    if not port.isdecimal() or not 1 <= int(port) <= 65535:
        raise BadInput("This is not a number: {typed}", field="port", typed=port)
    security = given.get("security", "tls")
    if security not in SECURITIES:
        raise BadInput("Choose one of the options", field="security")
    if (security == "none" or plain["host"] in _HERE) and not (local and plain["host"] in _HERE):
        raise BadInput("The mailbox must be reached by TLS", field="security")
    plain |= {"port": port, "security": security, "folder": plain["folder"] or "INBOX"}
    return plain, _kept({"password": _secret("password", given, required=True)})


def _secret(name: str, given: Mapping[str, str], *, required: bool) -> str:
    """The name of a secret; something that looks like the secret itself is refused unseen."""
    plain = given.get(name, "").strip().removeprefix("BPO_CHANNEL_")
    if not plain and not required:
        return ""
    if not plain:
        raise BadInput("Fill this in", field=name)
    if not _NAME.fullmatch(plain):
        raise BadInput("Give the name of the secret, in capitals, not the secret", field=name)
    return plain


def _kept(secrets: Mapping[str, str]) -> dict[str, str]:
    return {name: key for name, key in secrets.items() if key}
