"""Reading reports: runs and how their deliveries stand, documents, what waits for the clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from bpo.domain.insight.report_schedule import Kind
from bpo.domain.reminders.deliveries import State
from bpo.models import Debtor, ReportDelivery, ReportRun, StoredFile, User
from bpo.queries.insight import mail_rows
from bpo.queries.people.repeats import AT_ONCE, TWO_CLICKS

MADE = ("built", "done")
ATTENTION = (State.REFUSED.value, State.UNCERTAIN.value, State.FAILED.value)


@dataclass(frozen=True, slots=True)
class Run:
    """A run with the number of its deliveries in each state; `by`: who asked for it.

    `debtor`: whose file it is, for a dossier.
    """

    row: ReportRun
    by: str | None
    states: dict[str, int]
    debtor: str | None = None

    @property
    def recipients(self) -> int:
        """How many people it is for."""
        return sum(self.states.values())

    @property
    def sent(self) -> int:
        """How many of them have it."""
        return self.states.get(State.SENT.value, 0)

    @property
    def trouble(self) -> int:
        """How many were failed, refused or left uncertain."""
        return sum(self.states.get(state, 0) for state in ATTENTION)


def by_id(session: Session, workspace_id: int, run_id: int) -> ReportRun | None:
    """One run."""
    return session.get(ReportRun, (workspace_id, run_id))


def upcoming(session: Session, workspace_id: int, kind: Kind = Kind.WEEKLY) -> ReportRun | None:
    """The next run of a schedule, which may be late."""
    return session.scalar(
        select(ReportRun).where(
            ReportRun.workspace_id == workspace_id,
            ReportRun.kind == kind.value,
            ReportRun.scheduled,
            ReportRun.state == "due",
        )
    )


def asked_just_now(session: Session, run: ReportRun, *, sent: bool = False) -> ReportRun | None:
    """The same report that the same person asked for a moment ago; None for what a program asks.

    `sent`: whether it goes to its readers, since one to look at first is another.
    """
    alike = ("workspace_id", "kind", "period", "as_of", "debtor_id", "requested_by")
    same = [getattr(ReportRun, name).is_not_distinct_from(getattr(run, name)) for name in alike]
    addressed = exists().where(
        ReportDelivery.workspace_id == ReportRun.workspace_id, ReportDelivery.run_id == ReportRun.id
    )
    being_made = and_(ReportRun.state == "due", ReportRun.slot > run.slot - AT_ONCE)
    return session.scalar(
        select(ReportRun)
        .where(
            *same,
            ~ReportRun.scheduled,
            ReportRun.requested_by.is_not(None),
            or_(being_made, ReportRun.slot > run.slot - TWO_CLICKS),
            addressed if sent else ~addressed,
        )
        .limit(1)
    )


def told_until(session: Session, workspace_id: int, kind: Kind) -> date | None:
    """Of which day the latest scheduled report that was made told the figures."""
    return session.scalar(
        select(func.max(ReportRun.as_of)).where(
            ReportRun.workspace_id == workspace_id,
            ReportRun.kind == kind.value,
            ReportRun.scheduled,
            ReportRun.state.in_(MADE),
        )
    )


def listed(session: Session, workspace_id: int, *, limit: int = 60) -> list[Run]:
    """Runs but for the scheduled next ones, the latest first."""
    ahead = and_(ReportRun.scheduled, ReportRun.state == "due", ReportRun.attempts == 0)
    rows = session.execute(
        select(ReportRun, User.name, Debtor.name)
        .outerjoin(User, User.id == ReportRun.requested_by)
        .outerjoin(
            Debtor,
            and_(Debtor.workspace_id == ReportRun.workspace_id, Debtor.id == ReportRun.debtor_id),
        )
        .where(ReportRun.workspace_id == workspace_id, ~ahead)
        .order_by(ReportRun.slot.desc(), ReportRun.id.desc())
        .limit(limit)
    ).all()
    states = _states(session, workspace_id, [row.id for row, *_ in rows])
    return [Run(row, by, states.get(row.id, {}), debtor) for row, by, debtor in rows]


def shared(session: Session, workspace_id: int, *, limit: int = 60) -> Sequence[ReportRun]:
    """The runs whose document the client may read: of each week or month the latest one made."""
    latest = (
        select(ReportRun.id)
        .where(_shared(workspace_id))
        .ext(distinct_on(ReportRun.kind, ReportRun.period))
        .order_by(ReportRun.kind, ReportRun.period, ReportRun.as_of.desc(), ReportRun.slot.desc())
    )
    return session.scalars(
        select(ReportRun)
        .where(ReportRun.workspace_id == workspace_id, ReportRun.id.in_(latest))
        .order_by(ReportRun.as_of.desc(), ReportRun.id.desc())
        .limit(limit)
    ).all()


def document(
    session: Session, workspace_id: int, run_id: int, *, for_client: bool = False
) -> StoredFile | None:
    """The PDF of a run; `for_client`: only when the client may read it."""
    allowed = [_shared(workspace_id)] if for_client else []
    return session.scalar(
        select(StoredFile)
        .join(
            ReportRun,
            and_(
                ReportRun.workspace_id == StoredFile.workspace_id,
                ReportRun.file_id == StoredFile.id,
            ),
        )
        .where(ReportRun.workspace_id == workspace_id, ReportRun.id == run_id, *allowed)
    )


def deliveries_of(
    session: Session, workspace_id: int, run_id: int
) -> list[tuple[ReportDelivery, str | None]]:
    """The deliveries of a run with their readers' names."""
    rows = session.execute(
        select(ReportDelivery, User.name)
        .outerjoin(User, User.id == ReportDelivery.user_id)
        .where(ReportDelivery.workspace_id == workspace_id, ReportDelivery.run_id == run_id)
        .order_by(User.name, ReportDelivery.id)
    )
    return [(row, name) for row, name in rows]


def waiting(now: datetime) -> ColumnElement[bool]:
    """Deliveries that may be tried now."""
    return mail_rows.waiting(ReportDelivery, now)


def with_mail_due(session: Session, now: datetime) -> dict[int, int]:
    """Deliveries to try or to give up on, by workspace, for the workspaces in reach."""
    rows = session.execute(
        select(ReportDelivery.workspace_id, func.count())
        .join(
            ReportRun,
            and_(
                ReportRun.workspace_id == ReportDelivery.workspace_id,
                ReportRun.id == ReportDelivery.run_id,
            ),
        )
        .where(ReportRun.state.in_(MADE), or_(waiting(now), mail_rows.expired(ReportDelivery, now)))
        .group_by(ReportDelivery.workspace_id)
    )
    return {workspace_id: count for workspace_id, count in rows}  # noqa: C416


def planned(session: Session) -> dict[tuple[int, str], datetime]:
    """The slot of the next run of each kind (workspace, kind) of the workspaces in reach."""
    rows = session.execute(
        select(ReportRun.workspace_id, ReportRun.kind, ReportRun.slot).where(
            ReportRun.scheduled, ReportRun.state == "due"
        )
    )
    return {(workspace_id, kind): slot for workspace_id, kind, slot in rows}


def to_build(session: Session, now: datetime) -> list[tuple[int, int]]:
    """(workspace, run) in reach whose slot has come and that no worker holds."""
    rows = session.execute(
        select(ReportRun.workspace_id, ReportRun.id)
        .where(
            ReportRun.state == "due",
            ReportRun.slot <= now,
            or_(ReportRun.retry_at.is_(None), ReportRun.retry_at <= now),
        )
        .order_by(ReportRun.slot, ReportRun.id)
    )
    return [(workspace_id, run_id) for workspace_id, run_id in rows]


def _shared(workspace_id: int) -> ColumnElement[bool]:
    """Made by the schedule, or sent to somebody: what staff made to look at stays with them."""
    addressed = exists().where(
        ReportDelivery.workspace_id == ReportRun.workspace_id,
        ReportDelivery.run_id == ReportRun.id,
    )
    return and_(
        ReportRun.workspace_id == workspace_id,
        ReportRun.state.in_(MADE),
        ReportRun.kind != Kind.DOSSIER.value,
        or_(ReportRun.scheduled, addressed),
    )


def _states(session: Session, workspace_id: int, ids: Sequence[int]) -> dict[int, dict[str, int]]:
    rows = session.execute(
        select(ReportDelivery.run_id, ReportDelivery.state, func.count())
        .where(ReportDelivery.workspace_id == workspace_id, ReportDelivery.run_id.in_(ids))
        .group_by(ReportDelivery.run_id, ReportDelivery.state)
    )
    found: dict[int, dict[str, int]] = {}
    for run_id, state, count in rows:
        found.setdefault(run_id, {})[state] = count
    return found
