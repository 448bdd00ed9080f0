"""Reading campaigns lived ahead, and when people are expected to pay."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from bpo.models import CampaignDraft, Score, Simulation


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


def of_draft(session: Session, workspace_id: int, campaign_id: int) -> Simulation | None:
    """The finished simulation of a campaign's draft as it stands now: asked for since the last
    change of it."""
    draft = session.get(CampaignDraft, (workspace_id, campaign_id))
    found = latest(session, workspace_id, campaign_id, draft=True)
    if draft is None or found is None or found.state != "done":
        return None
    return found if found.created_at >= draft.updated_at else None


def expected_days(session: Session, workspace_id: int) -> dict[int, date]:
    """The day by which each open receivable is expected to be paid, where the model says so."""
    query = select(Score.receivable_id, Score.expected_on).where(Score.workspace_id == workspace_id)
    return dict(session.execute(query).all())
