"""Jobs of agreements: judging them by what was paid, and writing their papers."""

from datetime import UTC, date, datetime

from bpo.kernel import actor
from bpo.services.deals import agreement_judging, agreement_papers


def judge_agreements(workspace_id: int, day: str) -> None:
    """Bring the agreements of a workspace to where the money says they are."""
    program = actor.system([workspace_id], name="clock")
    agreement_judging.judge(program, workspace_id, date.fromisoformat(day), now=datetime.now(UTC))


def write_agreements(workspace_id: int) -> None:
    """Draw, keep and mail the papers of agreements accepted in a workspace."""
    program = actor.system([workspace_id], name="clock")
    agreement_papers.write(program, workspace_id, now=datetime.now(UTC))
