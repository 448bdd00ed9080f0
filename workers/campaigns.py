"""Jobs of campaigns: the morning of a workspace."""

from datetime import UTC, date, datetime

from bpo.gateways import outside
from bpo.kernel import actor
from bpo.services.deals import negotiation
from bpo.services.desk import promises
from bpo.services.people import workspaces
from bpo.services.reminders import campaigns
from bpo.services.writing import simulations


def plan_campaigns(workspace_id: int, day: str) -> None:
    """Judge the promises that fell due, classify payers anew, and plan the day if not yet done.

    A company closed since the bell rang is left alone.
    """
    program = actor.system([workspace_id], name="clock")
    if not workspaces.is_open(program, workspace_id):
        return
    today, now = date.fromisoformat(day), datetime.now(UTC)
    promises.settle_due(program, workspace_id, today, now=now)
    negotiation.refresh_classes(program, workspace_id, today, now=now)
    queue = outside.current().queue
    campaigns.plan(program, workspace_id, today, now=now, queue=queue, only_unplanned=True)


def simulate_campaign(workspace_id: int, number: int) -> None:
    """Live a campaign ahead as somebody asked."""
    program = actor.system([workspace_id], name="simulation")
    simulations.run(program, workspace_id, number, now=datetime.now(UTC))
