"""Reading campaigns: their steps as stored, when they last planned, what they have planned."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Row, and_, func, select
from sqlalchemy.orm import Session

from bpo.domain.reminders import campaigns, deliveries
from bpo.domain.reminders.campaigns import Campaign
from bpo.kernel import clock
from bpo.models import Campaign as CampaignRow
from bpo.models import (
    CampaignVersion,
    Contact,
    Debtor,
    FreshnessMark,
    PlanRun,
    Receivable,
    Skip,
    Touch,
    TouchReceivable,
    Workspace,
)

KEPT = frozenset({"draft", "awaiting_go", "running", "paused"})
"""The states of campaigns that are not put away."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A campaign row with its steps read."""

    row: CampaignRow
    campaign: Campaign

    @property
    def turn(self) -> tuple[int, int]:
        """Its place in the order in which the campaigns of a workspace speak."""
        return self.row.precedence, self.row.id


def listed(session: Session, workspace_id: int) -> Sequence[CampaignRow]:
    """Campaigns of a workspace, the first to speak first."""
    return session.scalars(
        select(CampaignRow)
        .where(CampaignRow.workspace_id == workspace_id)
        .order_by(CampaignRow.precedence, CampaignRow.id)
    ).all()


def waiting_of(
    session: Session, workspace_id: int, campaign_ids: Collection[int], day: date
) -> Sequence[Row[int, int, int | None, str]]:
    """What was planned by a day and has not left yet of some campaigns.

    Each with its debtor, its campaign and the key of its step.
    """
    return session.execute(
        select(Touch.id, Touch.debtor_id, Touch.campaign_id, Touch.step_key)
        .where(
            Touch.workspace_id == workspace_id,
            Touch.campaign_id.in_(campaign_ids),
            Touch.state.in_([state.value for state in deliveries.WAITING]),
            Touch.attempts < deliveries.MAX_TRIES,
            Touch.planned_on <= day,
        )
        .order_by(Touch.debtor_id, Touch.id)
    ).all()


def by_id(session: Session, workspace_id: int, campaign_id: int) -> CampaignRow | None:
    """One campaign."""
    return session.get(CampaignRow, (workspace_id, campaign_id))


def version(session: Session, row: CampaignRow) -> CampaignVersion:
    """The steps in force."""
    return version_of(session, row, row.version)


def version_of(session: Session, row: CampaignRow, number: int) -> CampaignVersion:
    """The steps of one version."""
    return session.scalars(
        select(CampaignVersion).where(
            CampaignVersion.workspace_id == row.workspace_id,
            CampaignVersion.campaign_id == row.id,
            CampaignVersion.version == number,
        )
    ).one()


def in_states(session: Session, workspace: Workspace, states: frozenset[str]) -> list[Stored]:
    """Campaigns in one of the states with their steps, the first to speak first."""
    rows = session.execute(
        select(CampaignRow, CampaignVersion)
        .join(
            CampaignVersion,
            and_(
                CampaignVersion.workspace_id == CampaignRow.workspace_id,
                CampaignVersion.campaign_id == CampaignRow.id,
                CampaignVersion.version == CampaignRow.version,
            ),
        )
        .where(CampaignRow.workspace_id == workspace.id, CampaignRow.state.in_(states))
        .order_by(CampaignRow.precedence, CampaignRow.id)
    ).all()
    return [Stored(row, _read(row, steps, workspace.time_zone)) for row, steps in rows]


def _read(row: CampaignRow, steps: CampaignVersion, zone: str) -> Campaign:
    since = clock.local_day(row.started_at, zone) if row.started_at else None
    return replace(campaigns.from_json(row.id, steps.steps, steps.options, since), name=row.name)


def is_live(session: Session, workspace_id: int) -> bool:
    """Whether debtors hear from any campaign of a company, or will when it resumes."""
    query = select(CampaignRow.id).where(
        CampaignRow.workspace_id == workspace_id, CampaignRow.state.in_(("running", "paused"))
    )
    return session.scalar(query.limit(1)) is not None


def known_until(session: Session, workspace_id: int, day: date) -> date | None:
    """The latest day, not after `day`, through which payments are known."""
    return session.scalar(
        select(func.max(FreshnessMark.known_until)).where(
            FreshnessMark.workspace_id == workspace_id, FreshnessMark.known_until <= day
        )
    )


def spoken_on(
    session: Session, workspace_id: int, debtor_ids: Collection[int], day: date
) -> set[int]:
    """Those of some debtors with a contact planned for a day that is no longer waiting."""
    query = select(Touch.debtor_id).where(
        Touch.workspace_id == workspace_id,
        Touch.debtor_id.in_(debtor_ids),
        Touch.planned_on == day,
        Touch.state.not_in(("planned", "cancelled")),
    )
    return set(session.scalars(query))


def planned_days(session: Session, workspace_id: int, day: date) -> set[int]:
    """Ids of the campaigns that have been planned for a day."""
    return set(
        session.scalars(
            select(PlanRun.campaign_id).where(
                PlanRun.workspace_id == workspace_id, PlanRun.on_day == day
            )
        )
    )


def last_runs(session: Session, workspace_id: int, limit: int = 14) -> Sequence[PlanRun]:
    """The latest planned days, newest first."""
    return session.scalars(
        select(PlanRun)
        .where(PlanRun.workspace_id == workspace_id)
        .order_by(PlanRun.on_day.desc(), PlanRun.campaign_id)
        .limit(limit)
    ).all()


def debtor_references(session: Session, workspace_id: int) -> dict[int, str]:
    """The creditor's customer number of every debtor."""
    query = select(Debtor.id, Debtor.reference).where(Debtor.workspace_id == workspace_id)
    return dict(session.execute(query).all())


def receivable_numbers(session: Session, workspace_id: int, ids: list[int]) -> dict[int, str]:
    """The numbers of some receivables."""
    query = select(Receivable.id, Receivable.number).where(
        Receivable.workspace_id == workspace_id, Receivable.id == func.any(ids)
    )
    return dict(session.execute(query).all())


def touches(
    session: Session,
    workspace_id: int,
    *,
    states: frozenset[str] | None = None,
    campaign_id: int | None = None,
    day: date | None = None,
    since: datetime | None = None,
    limit: int = 200,
) -> Sequence[Row[Touch, str, str]]:
    """Contacts with their debtor's name, the next or latest first."""
    query = (
        select(Touch, Debtor.name, Debtor.reference)
        .join(
            Debtor,
            and_(Debtor.workspace_id == Touch.workspace_id, Debtor.id == Touch.debtor_id),
        )
        .where(Touch.workspace_id == workspace_id)
        .order_by(Touch.scheduled_at.desc(), Touch.id.desc())
        .limit(limit)
    )
    if states is not None:
        query = query.where(Touch.state.in_(states))
    if campaign_id is not None:
        query = query.where(Touch.campaign_id == campaign_id)
    if day is not None:
        query = query.where(Touch.planned_on == day)
    if since is not None:
        query = query.where(Touch.scheduled_at >= since)
    return session.execute(query).all()


def skips(
    session: Session,
    workspace_id: int,
    campaign_id: int,
    day: date,
    *,
    reason: str | None = None,
    limit: int = 200,
    offset: int = 0,
) -> Sequence[Row[Skip, str, str]]:
    """Whom a campaign left in peace on a day, with names and reasons, by name."""
    query = (
        select(Skip, Debtor.name, Debtor.reference)
        .join(
            Debtor,
            and_(Debtor.workspace_id == Skip.workspace_id, Debtor.id == Skip.debtor_id),
        )
        .where(
            Skip.workspace_id == workspace_id, Skip.campaign_id == campaign_id, Skip.on_day == day
        )
        .order_by(Debtor.search_name, Debtor.id)
        .limit(limit)
        .offset(offset)
    )
    if reason is not None:
        query = query.where(Skip.reasons.contains([reason]))
    return session.execute(query).all()


def skip_reasons(
    session: Session, workspace_id: int, campaign_id: int, day: date
) -> dict[str, int]:
    """How many debtors each reason left in peace on a day; one may have several."""
    why = func.unnest(Skip.reasons).label("why")
    query = (
        select(why, func.count())
        .where(
            Skip.workspace_id == workspace_id, Skip.campaign_id == campaign_id, Skip.on_day == day
        )
        .group_by(why)
        .order_by(func.count().desc(), why)
    )
    return dict(session.execute(query).all())


def runs(
    session: Session, workspace_id: int, campaign_id: int, limit: int = 10
) -> Sequence[PlanRun]:
    """The latest days on which a campaign was planned, newest first."""
    return session.scalars(
        select(PlanRun)
        .where(PlanRun.workspace_id == workspace_id, PlanRun.campaign_id == campaign_id)
        .order_by(PlanRun.on_day.desc())
        .limit(limit)
    ).all()


def last_days(session: Session, workspace_id: int) -> dict[int, date]:
    """The latest day on which each campaign was planned."""
    query = (
        select(PlanRun.campaign_id, func.max(PlanRun.on_day))
        .where(PlanRun.workspace_id == workspace_id)
        .group_by(PlanRun.campaign_id)
    )
    return dict(session.execute(query).all())


def debtor_names(session: Session, workspace_id: int, ids: list[int]) -> dict[int, str]:
    """The names of some debtors."""
    query = select(Debtor.id, Debtor.name).where(
        Debtor.workspace_id == workspace_id, Debtor.id == func.any(ids)
    )
    return dict(session.execute(query).all())


def counts_by_state(session: Session, workspace_id: int) -> dict[int, dict[str, int]]:
    """How many contacts of each campaign stand in each state."""
    found: dict[int, dict[str, int]] = {}
    for campaign_id, state, count in session.execute(
        select(Touch.campaign_id, Touch.state, func.count())
        .where(Touch.workspace_id == workspace_id, Touch.campaign_id.is_not(None))
        .group_by(Touch.campaign_id, Touch.state)
    ):
        if campaign_id is not None:
            found.setdefault(campaign_id, {})[state] = count
    return found


def receivables_of(
    session: Session, workspace_id: int, touch_ids: list[int]
) -> dict[int, list[tuple[str, int]]]:
    """(number, balance when planned) of the receivables that some contacts list."""
    found: dict[int, list[tuple[str, int]]] = {}
    for touch_id, number, open_cents in session.execute(
        select(TouchReceivable.touch_id, Receivable.number, TouchReceivable.open_cents)
        .join(
            Receivable,
            and_(
                Receivable.workspace_id == TouchReceivable.workspace_id,
                Receivable.id == TouchReceivable.receivable_id,
            ),
        )
        .where(
            TouchReceivable.workspace_id == workspace_id,
            TouchReceivable.touch_id == func.any(touch_ids),
        )
        .order_by(Receivable.due_date, Receivable.id)
    ):
        found.setdefault(touch_id, []).append((number, open_cents))
    return found


def reachable_addresses(session: Session, workspace_id: int, debtor_id: int) -> Sequence[Contact]:
    """Valid contacts of a debtor, the first choice first."""
    return session.scalars(
        select(Contact)
        .where(
            Contact.workspace_id == workspace_id,
            Contact.debtor_id == debtor_id,
            Contact.status == "valid",
        )
        .order_by(Contact.position, Contact.id)
    ).all()
