"""Reading campaigns lived ahead, and when people are expected to pay."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from bpo.models import Score, Simulation


def latest(
    session: Session, workspace_id: int, campaign_id: int, *, draft: bool
) -> Simulation | None:
    """The newest simulation of a campaign, or of its draft."""
    return session.scalars(
        select(Simulation)
        .where(
            Simulation.workspace_id == workspace_id,
            Simulation.campaign_id == campaign_id,
            Simulation.draft.is_(draft),
        )
        .order_by(Simulation.id.desc())
        .limit(1)
    ).first()


def expected_days(session: Session, workspace_id: int) -> dict[int, date]:
    """The day by which each open receivable is expected to be paid, where the model says so."""
    query = select(Score.receivable_id, Score.expected_on).where(Score.workspace_id == workspace_id)
    return dict(session.execute(query).all())
