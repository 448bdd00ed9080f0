"""Reading campaigns lived ahead, and when people are expected to pay."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from bpo.models import CampaignDraft, Score, Simulation
from bpo.queries.people.repeats import TWO_CLICKS


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


def asked_just_now(session: Session, asked: Simulation) -> Simulation | None:
    """The same simulation that the same person asked for a moment ago, of the same draft."""
    found = latest(session, asked.workspace_id, asked.campaign_id, draft=asked.draft)
    alike = ("version", "days", "pays", "first_on", "asked_by")
    if found is None or found.created_at <= asked.created_at - TWO_CLICKS:
        return None
    draft = session.get(CampaignDraft, (asked.workspace_id, asked.campaign_id))
    if asked.draft and draft is not None and draft.updated_at > found.created_at:
        return None
    return found if all(getattr(found, one) == getattr(asked, one) for one in alike) else None


def expected_days(session: Session, workspace_id: int) -> dict[int, date]:
    """The day by which each open receivable is expected to be paid, where the model says so."""
    query = select(Score.receivable_id, Score.expected_on).where(Score.workspace_id == workspace_id)
    return dict(session.execute(query).all())
