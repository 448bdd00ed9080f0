"""Jobs of predictions: the model of a workspace and what it says of each receivable."""

from datetime import UTC, date, datetime

from bpo.kernel import actor
from bpo.services.insight import scores
from bpo.services.people import workspaces


def refresh_scores(workspace_id: int, day: str) -> None:
    """Score the open receivables of a workspace for a day; a company closed since is left alone."""
    program = actor.system([workspace_id], name="clock")
    if workspaces.is_open(program, workspace_id):
        scores.refresh(program, workspace_id, date.fromisoformat(day), now=datetime.now(UTC))
