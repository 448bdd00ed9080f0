"""Jobs of figures: the snapshots of a workspace's ended days."""

from datetime import UTC, date, datetime

from bpo.kernel import actor
from bpo.services.insight import snapshots
from bpo.services.people import workspaces


def refresh_snapshots(workspace_id: int, day: str) -> None:
    """Take and restate snapshots of the days before; a company closed since is left alone."""
    program = actor.system([workspace_id], name="clock")
    if workspaces.is_open(program, workspace_id):
        today = date.fromisoformat(day)
        snapshots.refresh(program, workspace_id, today, now=datetime.now(UTC))
