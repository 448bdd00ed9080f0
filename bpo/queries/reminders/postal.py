"""Letters that wait to be printed and posted."""

from datetime import datetime
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from bpo.models import Campaign, Debtor, Message, Touch

MOST = 200


def waiting(session: Session, workspace_id: int, now: datetime) -> list[Any]:
    """(contact, debtor's name, printed at) of the letters due, oldest first."""
    query = (
        select(Touch, Debtor.name, Message.rendered_at)
        .join(Debtor, and_(Debtor.workspace_id == Touch.workspace_id, Debtor.id == Touch.debtor_id))
        .outerjoin(
            Campaign,
            and_(Campaign.workspace_id == Touch.workspace_id, Campaign.id == Touch.campaign_id),
        )
        .outerjoin(
            Message, and_(Message.workspace_id == Touch.workspace_id, Message.touch_id == Touch.id)
        )
        .where(
            Touch.workspace_id == workspace_id,
            Touch.channel == "letter",
            Touch.state == "planned",
            Touch.scheduled_at <= now,
            (Touch.campaign_id.is_(None)) | (Campaign.state == "running"),
        )
        .order_by(Touch.scheduled_at, Touch.id)
        .limit(MOST)
    )
    return list(session.execute(query).all())
