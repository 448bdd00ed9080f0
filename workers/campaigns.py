"""Jobs of campaigns: planning a business day of a workspace."""

from datetime import UTC, date, datetime

from bpo.gateways import outside
from bpo.kernel import actor
from bpo.services import campaigns


def plan_campaigns(workspace_id: int, day: str) -> None:
    """Plan the running campaigns of a workspace for a day, unless that was done."""
    campaigns.plan(
        actor.system([workspace_id], name="clock"),
        workspace_id,
        date.fromisoformat(day),
        now=datetime.now(UTC),
        queue=outside.current().queue,
        only_unplanned=True,
    )
