"""The portfolio: a row of figures for each client company, from a constant number of queries.

The figures are those of `bpo.analytics.collection` and the weekly report, said in SQL over many
workspaces at once; a test holds the two together on random books.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from bpo.analytics.carried import WEEKS
from bpo.analytics.collection import DSO_DAYS, ratio
from bpo.domain.insight import alerts
from bpo.domain.insight.alerts import Seen, Told
from bpo.domain.reminders.deliveries import State
from bpo.kernel.actor import Role
from bpo.models import Campaign, Membership, ReportDelivery, ReportRun, User, Workspace
from bpo.queries.books import balances, positions
from bpo.queries.books.balances import Balances
from bpo.queries.books.positions import HERE
from bpo.queries.desk import inbox

PROMISE_DAYS = 90
SENDING_DAYS = timedelta(days=30)

_SENT = """
WITH back AS (
    SELECT DISTINCT e.workspace_id, e.touch_id FROM delivery_events e
    WHERE e.workspace_id = ANY (%(places)s) AND e.kind = 'bounced' AND e.at > %(since)s
)
SELECT t.workspace_id, count(*) FILTER (WHERE t.state = 'sent' AND b.touch_id IS NULL),
       count(*) FILTER (WHERE t.state = 'refused' OR b.touch_id IS NOT NULL)
FROM touches t LEFT JOIN back b ON b.workspace_id = t.workspace_id AND b.touch_id = t.id
WHERE t.workspace_id = ANY (%(places)s) AND t.settled_at > %(since)s
  AND t.state IN ('sent', 'refused') AND t.channel IN ('email', 'sms', 'whatsapp')
GROUP BY t.workspace_id
"""
_PROMISES = f"""
WITH {HERE}
SELECT p.workspace_id, count(*) FILTER (WHERE p.state = 'kept'), count(*)
FROM here JOIN promises p ON p.workspace_id = here.workspace_id
WHERE p.state IN ('kept', 'partly_kept', 'broken') AND p.settled_on <= here.today
  AND p.settled_on > here.today - {PROMISE_DAYS}
GROUP BY p.workspace_id
"""


class Report(NamedTuple):
    """The latest report made, or the one that could not be."""

    run_id: int
    state: str
    week: str
    as_of: date
    recipients: int
    sent: int
    trouble: int


@dataclass(frozen=True, slots=True)
class Row:
    """A client company at the end of its day; changes since the end of the week before.

    `received_weeks`: centavos of the last weeks from Monday on, the running one last. `promises`:
    how many ended in the last 90 days; `kept`: how many of them were kept. `waiting`: lines of the
    inbox. `largest_cents`: what the debtor with most open owes. `messages`: what left in 30
    days and did not come back; `bounced`: what did, at once or later. `overdue_trend`: the overdue
    share at the ends of the last weeks and today. `known_until`: through which day payments are
    known.
    """

    workspace: Workspace
    day: date
    balances: Balances
    received_weeks: tuple[int, ...]
    kept: int
    promises: int
    known_until: date | None
    stale: bool
    waiting: int
    analysts: tuple[str, ...]
    report: Report | None = None
    largest_cents: int = 0
    messages: int = 0
    bounced: int = 0
    overdue_trend: tuple[float | None, ...] = ()
    campaigns: Mapping[str, int] = field(default_factory=dict)

    @property
    def overdue_cents(self) -> int:
        """All that is open but what is current."""
        return self.balances.open_cents - self.balances.current_cents

    @property
    def overdue_pct(self) -> float | None:
        """Overdue of what is open, 0 to 100."""
        return ratio(self.overdue_cents * 100, self.balances.open_cents)

    @property
    def overdue_change_cents(self) -> int:
        """How the overdue balance changed."""
        return self.overdue_cents - self.balances.was_overdue_cents

    @property
    def overdue_before_pct(self) -> float | None:
        """The same at the end of the week before."""
        return ratio(self.balances.was_overdue_cents * 100, self.balances.was_open_cents)

    @property
    def largest_pct(self) -> float | None:
        """What the debtor with most open owes of all that is open, 0 to 100."""
        return ratio(self.largest_cents * 100, self.balances.open_cents)

    @property
    def alerts(self) -> tuple[Told, ...]:
        """Why a manager should look at the company."""
        return alerts.find(
            Seen(
                overdue_pct=self.overdue_pct,
                overdue_before_pct=self.overdue_before_pct,
                overdue_change_cents=self.overdue_change_cents,
                largest_pct=self.largest_pct,
                stale=self.stale,
                messages=self.messages,
                bounced=self.bounced,
                promises=self.promises,
                kept=self.kept,
            )
        )

    @property
    def dso(self) -> float | None:
        """Days sales outstanding over 90 days."""
        return ratio(self.balances.open_cents * DSO_DAYS, self.balances.sales_cents)

    @property
    def dso_change(self) -> float | None:
        """How DSO changed; None when one of the two is undefined."""
        before = ratio(self.balances.was_open_cents * DSO_DAYS, self.balances.past_sales_cents)
        return None if self.dso is None or before is None else round(self.dso - before, 4)

    @property
    def received_week_cents(self) -> int:
        """Money received since Monday."""
        return self.received_weeks[-1]

    @property
    def kept_pct(self) -> float | None:
        """Promises kept of those that ended, 0 to 100."""
        return ratio(self.kept * 100, self.promises)

    @property
    def aging(self) -> tuple[int, ...]:
        """The open balance by age, from not due to over 90 days."""
        return self.balances[2:7]


@dataclass(frozen=True, slots=True)
class Totals:
    """What the clients of one currency come to together, in centavos."""

    currency: str
    clients: int
    open_cents: int
    overdue_cents: int
    overdue_change_cents: int
    over_90_cents: int
    received_cents: int
    received_before_cents: int

    @property
    def overdue_pct(self) -> float | None:
        """Overdue of what is open, 0 to 100."""
        return ratio(self.overdue_cents * 100, self.open_cents)

    @property
    def over_90_pct(self) -> float | None:
        """Late for more than 90 days of what is open, 0 to 100."""
        return ratio(self.over_90_cents * 100, self.open_cents)


def totals(rows: Sequence[Row]) -> Totals:
    """The sums over the clients of the currency that most of them have; amounts are not mixed."""
    currencies = Counter(row.workspace.currency for row in rows)
    currency = currencies.most_common(1)[0][0] if rows else "BRL"
    kept = [row for row in rows if row.workspace.currency == currency]
    return Totals(
        currency=currency,
        clients=len(kept),
        open_cents=sum(row.balances.open_cents for row in kept),
        overdue_cents=sum(row.overdue_cents for row in kept),
        overdue_change_cents=sum(row.overdue_change_cents for row in kept),
        over_90_cents=sum(row.balances.over_90_cents for row in kept),
        received_cents=sum(row.received_weeks[-1] for row in kept),
        received_before_cents=sum(row.received_weeks[-2] for row in kept),
    )


def rows(session: Session, places: Sequence[Workspace], now: datetime) -> list[Row]:
    """A row for each of the client companies given, all of them within the actor's reach."""
    scope = inbox.scope(session, places, now)
    values = {
        "places": list(scope.places),
        "days": list(scope.days),
        "before": [day - timedelta(days=day.weekday() + 1) for day in scope.days],
    }
    standing = balances.of(session, values)
    sending = {"places": list(scope.places), "since": now - SENDING_DAYS}
    sent = {row[0]: row[1:] for row in positions.fetched(session, _SENT, sending)}
    promises = {
        place: (kept, ended) for place, kept, ended in positions.fetched(session, _PROMISES, values)
    }
    waiting = _waiting(session, scope)
    analysts = _analysts(session, scope.places)
    reports = _reports(session, scope.places)
    campaigns = _campaigns(session, scope.places)
    return [
        Row(
            workspace=place,
            day=day,
            balances=standing.balances.get(place.id, Balances()),
            received_weeks=standing.received.get(place.id, (0,) * WEEKS),
            kept=promises.get(place.id, (0, 0))[0],
            promises=promises.get(place.id, (0, 0))[1],
            known_until=known,
            stale=stale,
            waiting=waiting.get(place.id, 0),
            analysts=tuple(analysts.get(place.id, ())),
            report=reports.get(place.id),
            largest_cents=standing.largest.get(place.id, 0),
            messages=sent.get(place.id, (0, 0))[0],
            bounced=sent.get(place.id, (0, 0))[1],
            overdue_trend=standing.overdue_pct.get(place.id, ()),
            campaigns=campaigns.get(place.id, {}),
        )
        for place, day, known, stale in zip(
            places, scope.days, scope.known, scope.stale, strict=True
        )
    ]


def _waiting(session: Session, scope: inbox.Scope) -> dict[int, int]:
    found: dict[int, int] = {}
    for count in inbox.counts(session, scope):
        found[count.workspace_id] = found.get(count.workspace_id, 0) + count.lines
    return found


def _analysts(session: Session, places: Sequence[int]) -> dict[int, list[str]]:
    rows = session.execute(
        select(Membership.workspace_id, User.name)
        .join(User, User.id == Membership.user_id)
        .where(Membership.workspace_id.in_(places), User.role == Role.ANALYST.value, User.active)
        .order_by(User.name)
    )
    found: dict[int, list[str]] = {}
    for place, name in rows:
        found.setdefault(place, []).append(name)
    return found


def _reports(session: Session, places: Sequence[int]) -> dict[int, Report]:
    """The latest run of each that was tried, and how its deliveries stand."""
    states = ReportDelivery.state
    latest = (
        select(ReportRun.workspace_id, func.max(ReportRun.slot).label("slot"))
        .where(
            ReportRun.workspace_id.in_(places),
            ReportRun.state != "due",
            ReportRun.kind == "weekly",
            ReportRun.scheduled,
        )
        .group_by(ReportRun.workspace_id)
        .subquery()
    )
    trouble = [State.FAILED.value, State.REFUSED.value, State.UNCERTAIN.value]
    rows = session.execute(
        select(
            ReportRun.workspace_id,
            ReportRun.id,
            ReportRun.state,
            ReportRun.period,
            ReportRun.as_of,
            func.count(ReportDelivery.id),
            func.count(ReportDelivery.id).filter(states == State.SENT.value),
            func.count(ReportDelivery.id).filter(states.in_(trouble)),
        )
        .join(
            latest,
            and_(latest.c.workspace_id == ReportRun.workspace_id, latest.c.slot == ReportRun.slot),
        )
        .outerjoin(
            ReportDelivery,
            and_(
                ReportDelivery.workspace_id == ReportRun.workspace_id,
                ReportDelivery.run_id == ReportRun.id,
            ),
        )
        .where(ReportRun.kind == "weekly", ReportRun.scheduled)
        .group_by(ReportRun.workspace_id, ReportRun.id)
    )
    return {row[0]: Report._make(row[1:]) for row in rows}


def _campaigns(session: Session, places: Sequence[int]) -> dict[int, dict[str, int]]:
    rows = session.execute(
        select(Campaign.workspace_id, Campaign.state, func.count())
        .where(Campaign.workspace_id.in_(places))
        .group_by(Campaign.workspace_id, Campaign.state)
    )
    found: dict[int, dict[str, int]] = {}
    for place, state, count in rows:
        found.setdefault(place, {})[state] = count
    return found
