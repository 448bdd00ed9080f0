"""What client companies have set up to send and to read on."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bpo.domain.reminders.channels import Stored
from bpo.models import ChannelSetting


def settings(session: Session, workspace_id: int) -> dict[str, ChannelSetting]:
    """Everything a company has set up, by channel, what is switched off included."""
    query = select(ChannelSetting).where(ChannelSetting.workspace_id == workspace_id)
    return {row.channel: row for row in session.scalars(query)}


def setting(session: Session, workspace_id: int, channel: str) -> ChannelSetting | None:
    """What a company has set up for one channel."""
    query = select(ChannelSetting).where(
        ChannelSetting.workspace_id == workspace_id, ChannelSetting.channel == channel
    )
    return session.scalar(query)


def at_work(session: Session, workspace_id: int) -> dict[str, Stored]:
    """The settings in use, by channel."""
    return {
        channel: stored(row)
        for channel, row in settings(session, workspace_id).items()
        if row.active
    }


def stored(row: ChannelSetting) -> Stored:
    """A row as gateways take it."""
    return Stored(row.workspace_id, row.channel, row.provider, row.options, row.secrets)


def due(session: Session, channel: str, before: datetime) -> list[int]:
    """Workspaces in reach whose channel was last looked at before an instant."""
    query = select(ChannelSetting.workspace_id).where(
        ChannelSetting.channel == channel,
        ChannelSetting.active,
        or_(ChannelSetting.checked_at.is_(None), ChannelSetting.checked_at < before),
    )
    return list(session.scalars(query.order_by(ChannelSetting.workspace_id)))
