"""A change of the reminders that waits for the client's approval, with what it would send."""

from datetime import datetime

from sqlalchemy import select

from bpo.db import acting_as, db
from bpo.domain.writing import regua_edits
from bpo.gateways.queue import MemoryQueue
from bpo.kernel import actor as actors
from bpo.kernel.actor import Actor, Role
from bpo.models import Campaign, User, Workspace
from bpo.services.people import workspaces
from bpo.services.writing import publications, regua_drafts, simulations

COMPANY = "ponte-idiomas"
LATER = "d+5"
NOTE = "Os alunos pagam depois do dia 5: dois dias a mais poupam lembretes."


def ask(program: Actor, workspace: Workspace, analyst: User, now: datetime) -> None:
    """The analyst would say one step two days later and asks the client, who has not answered."""
    place = workspace.id
    workspaces.set_go_live_approval(program, place, Role.CLIENT_MANAGER.value, now=now)
    ana = actors.user(analyst.id, Role.ANALYST, [place], name=analyst.name)
    with acting_as(program):
        campaign_id = db.session().scalars(select(Campaign.id)).one()
    for _day in range(2):
        change = regua_drafts.on_steps(lambda steps: regua_edits.moved(steps, LATER, 1))
        regua_drafts.edit(ana, place, campaign_id, change, now=now)
    request = publications.ask_version(
        ana, place, campaign_id, now=now, queue=MemoryQueue(), note=NOTE
    )
    number = request.simulation_id
    assert number is not None
    simulations.run(program, place, number, now=now)
