"""Campaigns side by side: some debtors have one of their own, and one company stays close."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bpo.db import acting_as, db
from bpo.domain.reminders.audiences import Audience
from bpo.domain.reminders.campaigns import Campaign
from bpo.domain.writing import regua_edits
from bpo.gateways.queue import MemoryQueue
from bpo.kernel import actor as actors
from bpo.kernel.actor import Actor, Role
from bpo.models import User, Workspace
from bpo.queries.reminders import campaigns as stored
from bpo.services.reminders import campaign_shelf
from bpo.services.writing import regua_drafts, releases

Edit = Callable[[Campaign], Campaign]
_GREETING = "relationship"


@dataclass(frozen=True, slots=True)
class _Own:
    """A campaign for the debtors with a tag; `greets`: the one of all others stays close."""

    name: str
    tag: str
    greets: bool = False


OWN = {
    "sorriso-do-parque": _Own("Pacientes novos", "novo", greets=True),
    "norte-diesel": _Own("Cliente-chave", "cliente-chave"),
}
"""By company."""


def part(program: Actor, workspace: Workspace, analyst: User, manager: User, now: datetime) -> None:
    """Give the debtors with a tag a campaign of three steps, and leave them out of the other."""
    own, place = OWN[workspace.slug], workspace.id
    ana = actors.user(analyst.id, Role.ANALYST, [place], name=analyst.name)
    marta = actors.user(manager.id, Role.ADMIN, [place], name=manager.name)
    with acting_as(program):
        main = stored.listed(db.session(), place)[0].id
    edits = [_whom(Audience(without_tags=frozenset({own.tag})))]
    if own.greets:
        edits.append(regua_drafts.on_steps(lambda steps: regua_edits.switched(steps, _GREETING)))
    _save(ana, place, main, edits, now)
    other = campaign_shelf.create(ana, place, own.name, "three", now=now)
    _save(ana, place, other, [_whom(Audience(with_tags=frozenset({own.tag})))], now)
    releases.give_go(marta, place, other, now=now, queue=MemoryQueue())


def _whom(audience: Audience) -> Edit:
    return lambda campaign: replace(campaign, audience=audience)


def _save(ana: Actor, place: int, campaign_id: int, edits: list[Edit], now: datetime) -> None:
    for edit in edits:
        regua_drafts.edit(ana, place, campaign_id, edit, now=now)
    regua_drafts.save(ana, place, campaign_id, now=now)
