"""Jobs of recurring charges: issuing what has come due."""

from datetime import UTC, date, datetime

from bpo.kernel import actor
from bpo.services.books import subscription_issuing


def issue_subscriptions(workspace_id: int, day: str) -> None:
    """Issue the receivables of a workspace's subscriptions whose day has come."""
    program = actor.system([workspace_id], name="clock")
    subscription_issuing.issue(
        program, workspace_id, date.fromisoformat(day), now=datetime.now(UTC)
    )
