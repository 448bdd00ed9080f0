"""Calls of providers on our address: whose they are, and whether they are to be believed."""

from typing import NamedTuple

from bpo.db import acting_as, db
from bpo.gateways.channels import registry
from bpo.gateways.channels.callbacks import Callback, Request
from bpo.gateways.channels.switchboard import Switchboard
from bpo.kernel import actor as actors
from bpo.kernel.actor import Actor
from bpo.kernel.errors import NotFound
from bpo.queries.reminders import channels


class Told(NamedTuple):
    """Who called, for which company, and what was said."""

    actor: Actor
    workspace_id: int
    provider: str
    callback: Callback


def read(channel: str, token: str, request: Request, *, switchboard: Switchboard) -> Told:
    """Verify and read a call; changes nothing.

    The signed token in the address names the company, the provider's own signature proves the
    call. Raises NotFound for an address that is none (any more), BadSignature for the rest.
    """
    workspace_id = switchboard.workspace_of(token, channel)
    if workspace_id is None:
        raise NotFound("This page does not exist or is not yours to see")
    actor = actors.system([workspace_id], name=f"{channel} provider")
    with acting_as(actor):
        row = channels.setting(db.session(), workspace_id, channel)
        if row is None or not row.active or row.provider == registry.CATCHER:
            raise NotFound("This page does not exist or is not yours to see")
        stored = channels.stored(row)
    provider = registry.provider(stored.provider, channel)
    callback = provider.read(switchboard.account(stored), request)
    return Told(actor, workspace_id, stored.provider, callback)
