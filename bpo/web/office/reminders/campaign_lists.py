"""What a campaign will send, what it sent, and whom it left in peace and why."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import g, render_template, request

from bpo.db import db
from bpo.domain.people.access import Permission
from bpo.domain.reminders import reasons
from bpo.domain.reminders.reasons import Code, Reason
from bpo.domain.reminders.touches import Plan, Skip
from bpo.kernel.text import Phrase
from bpo.queries.people import workspaces
from bpo.queries.reminders import campaigns as stored
from bpo.queries.reminders import touches
from bpo.queries.reminders.campaigns import Stored
from bpo.web import access
from bpo.web.office import blueprint
from bpo.web.office.reminders import campaigns, whys
from bpo.web.office.reminders.touches import CHANNELS, because

WAITING = frozenset({"planned", "sending"})
WENT = ("sent", "failed", "refused", "uncertain", "cancelled")
SIZE = touches.SIZE
AHEAD = 5
DRY_RUN = "now"


@dataclass(frozen=True, slots=True)
class Line:
    """A contact that will be made: planned already when it has an id, foreseen otherwise."""

    debtor_id: int
    debtor_name: str
    step_key: str
    channel: str
    at: datetime
    cents: int
    touch_id: int | None = None
    why: Sequence[Phrase] = ()


@dataclass(frozen=True, slots=True)
class Peace:
    """A debtor left in peace: why, and the next chance."""

    debtor_id: int
    debtor_name: str
    why: tuple[Phrase, ...]
    next_on: date | None


@blueprint.get("/w/<slug>/campaigns/<int:campaign_id>/will-go")
@access.requires(Permission.EDIT_CAMPAIGN)
def campaign_outlook(slug: str, campaign_id: int) -> str:
    """What is planned and waits; a day of the address shows what that day would bring."""
    found = campaigns.campaign(campaign_id)
    context = campaigns.frame(found)
    day, number = campaigns.asked_day(), _number()
    going = campaigns.foresee(found, day) if day else None
    lines = _foreseen(going.plan, number) if going else _planned(found, number)
    states = context["states"]
    waiting = sum(count for state, count in states.items() if state in WAITING)  # type: ignore[attr-defined]
    return render_template(
        "office/campaigns/outlook.html",
        **context,
        day=day,
        going=going,
        lines=lines,
        waiting=waiting,
        total=len(going.plan.touches) if going else waiting,
        days=_days_ahead(),
        channels=CHANNELS,
        steps={step.key: step for step in found.campaign.steps},
        number=number,
        size=SIZE,
    )


@blueprint.get("/w/<slug>/campaigns/<int:campaign_id>/went")
@access.requires(Permission.SEE_WORKSPACE)
def campaign_sent(slug: str, campaign_id: int) -> str:
    """What became of every contact that was due, by state."""
    found = campaigns.campaign(campaign_id)
    context = campaigns.frame(found)
    asked, number = request.args.get("state", ""), _number()
    shown = (asked,) if asked in WENT else WENT
    counts = context["states"]
    return render_template(
        "office/campaigns/went.html",
        **context,
        rows=touches.page(db.session(), g.workspace.id, campaign_id, shown, number=number),
        went=WENT,
        state=asked if asked in WENT else None,
        total=sum(counts.get(state, 0) for state in shown),  # type: ignore[attr-defined]
        channels=CHANNELS,
        because=because,
        moved=whys.moved,
        steps={step.key: step for step in found.campaign.steps},
        number=number,
        size=SIZE,
    )


@blueprint.get("/w/<slug>/campaigns/<int:campaign_id>/left-in-peace")
@access.requires(Permission.EDIT_CAMPAIGN)
def campaign_peace(slug: str, campaign_id: int) -> str:
    """Whom a planned day left in peace and why; `day=now` asks the engine as things stand."""
    found = campaigns.campaign(campaign_id)
    context = campaigns.frame(found)
    runs, number, reason = context["runs"], _number(), _reason()
    day = campaigns.asked_day() or (runs[0].on_day if runs else None)  # type: ignore[index]
    if day is None or request.args.get("day") == DRY_RUN:
        day, whole = None, campaigns.foresee(found, campaigns.today()).plan.skips
        counts = dict(Counter(code.value for skip in whole for code in skip.codes).most_common())
        rows = _left(whole, reason, number)
        people = len(whole)
    else:
        counts = stored.skip_reasons(db.session(), g.workspace.id, campaign_id, day)
        rows = _stored(campaign_id, day, reason, number)
        people = next((run.skipped for run in runs if run.on_day == day), 0)  # type: ignore[attr-defined]
    return render_template(
        "office/campaigns/peace.html",
        **context,
        rows=rows,
        day=day,
        reasons=[(code, reasons.phrase(Code(code)), count) for code, count in counts.items()],
        reason=reason,
        people=people,
        total=counts.get(reason, 0) if reason else people,
        dry_run=DRY_RUN,
        number=number,
        size=SIZE,
    )


def _planned(found: Stored, number: int) -> list[Line]:
    rows = touches.page(
        db.session(), g.workspace.id, found.row.id, WAITING, number=number, soonest_first=True
    )
    return [
        Line(
            row.touch.debtor_id,
            row.debtor_name,
            row.touch.step_key,
            row.touch.channel,
            row.touch.scheduled_at,
            row.touch.total_cents,
            row.touch.id,
            whys.moved(row.touch.moved_because),
        )
        for row in rows
    ]


def _foreseen(plan: Plan, number: int) -> list[Line]:
    ordered = sorted(plan.touches, key=lambda touch: (touch.scheduled_at, touch.debtor_id))
    shown = ordered[(number - 1) * SIZE : number * SIZE]
    names = campaigns.debtor_names(shown)
    return [
        Line(
            touch.debtor_id,
            names.get(touch.debtor_id, ""),
            touch.step_key,
            touch.channel.value,
            touch.scheduled_at,
            touch.total_cents,
            why=_remarks(touch.reasons),
        )
        for touch in shown
    ]


def _stored(campaign_id: int, day: date, reason: str | None, number: int) -> list[Peace]:
    rows = stored.skips(
        db.session(),
        g.workspace.id,
        campaign_id,
        day,
        reason=reason,
        limit=SIZE,
        offset=(number - 1) * SIZE,
    )
    return [
        Peace(
            skip.debtor_id,
            name,
            whys.silence(skip.reasons, skip.days),
            skip.next_on,
        )
        for skip, name, _reference in rows
    ]


def _left(skips: list[Skip], reason: str | None, number: int) -> list[Peace]:
    kept = [skip for skip in skips if reason is None or reason in skip.codes]
    shown = kept[(number - 1) * SIZE : number * SIZE]
    ids = [skip.debtor_id for skip in shown]
    names = stored.debtor_names(db.session(), g.workspace.id, ids)
    return [
        Peace(skip.debtor_id, names.get(skip.debtor_id, ""), whys.said(skip.reasons), skip.next_on)
        for skip in shown
    ]


def _remarks(why: Iterable[Reason]) -> list[Phrase]:
    found = whys.remark(why)
    return [found] if found else []


def _reason() -> str | None:
    asked = request.args.get("reason")
    return asked if asked in list(Code) else None


def _days_ahead() -> list[date]:
    """The next business days, this one included when it is one."""
    calendar = workspaces.calendar(db.session(), g.workspace)
    days = [calendar.following(campaigns.today())]
    while len(days) < AHEAD:
        days.append(calendar.following(days[-1] + timedelta(days=1)))
    return days


def _number() -> int:
    return max(request.args.get("page", 1, type=int), 1)
