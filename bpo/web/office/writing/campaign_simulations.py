"""A campaign lived ahead on screen: messages by day and step, who is left in peace, one's path."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Response, flash, g, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from bpo.db import db
from bpo.domain.insight import foresight
from bpo.domain.people.access import Permission
from bpo.domain.reminders import reasons
from bpo.domain.reminders.reasons import Code
from bpo.domain.reminders.simulation import Lived
from bpo.domain.reminders.steps import Moment, Step
from bpo.gateways import outside
from bpo.kernel.errors import NotFound
from bpo.kernel.text import Phrase
from bpo.models import Simulation
from bpo.queries.reminders import campaigns as stored
from bpo.queries.writing import simulations
from bpo.services.writing import regua_drafts
from bpo.services.writing import simulations as use
from bpo.web import access, forms
from bpo.web.office import blueprint
from bpo.web.office.reminders import campaigns
from bpo.web.office.reminders.touches import CHANNELS

AT = "/w/<slug>/campaigns/<int:campaign_id>/simulation"
DAYS = 60
LENGTHS = (30, 60, 90)
GROUPS = (
    (frozenset({Moment.ISSUE, Moment.PRE_DUE, Moment.DUE_DAY}), Phrase("Until the due date")),
    (frozenset({Moment.OVERDUE}), Phrase("Overdue")),
    (
        frozenset({Moment.INSTALLMENT, Moment.PAYMENT, Moment.RELATIONSHIP}),
        Phrase("Agreements and thanks"),
    ),
)
PLACES = ("first", "second", "third")


@dataclass(frozen=True, slots=True)
class Bar:
    """One part of a day's column in a box of 100 by 100: where, how high, which group."""

    x: float
    y: float
    width: float
    height: float
    place: str
    on: date
    count: int


@blueprint.get(AT)
@access.requires(Permission.EDIT_CAMPAIGN)
def campaign_simulation(slug: str, campaign_id: int) -> str:
    """The newest simulation of the campaign; `draft=1` that of its draft."""
    found, draft = campaigns.campaign(campaign_id), bool(request.args.get("draft"))
    asked = simulations.latest(db.session(), g.workspace.id, campaign_id, draft=draft)
    result = (asked.result or {}) if asked else {}
    after = result.get("after")
    steps = _steps(campaign_id)
    return render_template(
        "office/campaigns/simulation.html",
        **campaigns.frame(found),
        asked=asked,
        state=use.state_of(asked, g.now) if asked else "",
        after=after,
        before=result.get("before"),
        difference=result.get("difference"),
        assumes=foresight.assumption(asked.pays) if asked else None,
        draft=draft,
        lengths=LENGTHS,
        usual=DAYS,
        days=_days(after) if after else [],
        by_step=_ordered(after["steps"], steps) if after else [],
        bars=_bars(asked, after, steps) if asked and after else [],
        top=_top(after) if after else 0,
        weeks=_weeks(asked) if asked else [],
        groups=list(zip(PLACES, [label for _moments, label in GROUPS], strict=True)),
        steps=steps,
        silent=_silent(after) if after else [],
        names=_names(result),
        channels=CHANNELS,
        is_old=asked is not None and asked.version != found.row.version,
    )


@blueprint.post(AT)
@access.requires(Permission.EDIT_CAMPAIGN)
def campaign_simulate(slug: str, campaign_id: int) -> Answer:
    """Ask for a simulation."""
    typed, draft = forms.typed(), bool(request.form.get("draft"))
    attempt = forms.attempt(
        lambda: use.ask(
            g.actor,
            g.workspace.id,
            campaign_id,
            days=typed.whole("days") or DAYS,
            now=g.now,
            queue=outside.current().queue,
            draft=draft,
            pays=typed.checked("pays"),
        )
    )
    if attempt.refusal is not None:
        flash(_("Between 1 and %(most)s days", most=use.FURTHEST), "error")
    return redirect(_at(campaign_id, draft))


@blueprint.get(f"{AT}/<int:number>/progress")
@access.requires(Permission.EDIT_CAMPAIGN)
def campaign_simulation_progress(slug: str, campaign_id: int, number: int) -> Response:
    """How far a simulation is, for the bar that asks."""
    asked = _asked(campaign_id, number)
    return jsonify(
        done=asked.progress,
        total=asked.days * (2 if asked.draft else 1),
        finished=use.state_of(asked, g.now) in ("done", "failed"),
        next=_at(campaign_id, asked.draft),
    )


@blueprint.get(f"{AT}/<int:number>/debtors/<int:debtor_id>")
@access.requires(Permission.EDIT_CAMPAIGN)
def campaign_simulation_path(slug: str, campaign_id: int, number: int, debtor_id: int) -> str:
    """One debtor's whole path: contacts of every campaign, and why the days between are still."""
    found, asked = campaigns.campaign(campaign_id), _asked(campaign_id, number)
    session = db.session()
    names = stored.debtor_names(session, g.workspace.id, [debtor_id])
    if debtor_id not in names:
        raise NotFound("There is no such debtor")
    lived = use.path(session, g.workspace, asked, debtor_id, now=g.now)
    return render_template(
        "office/campaigns/simulation_path.html",
        **campaigns.frame(found),
        asked=asked,
        debtor_id=debtor_id,
        name=names[debtor_id],
        assumes=foresight.assumption(asked.pays),
        events=list(_events(lived)),
        by_campaign={row.id: row.name for row in stored.listed(session, g.workspace.id)},
        steps=_steps(campaign_id),
        channels=CHANNELS,
    )


def _at(campaign_id: int, draft: bool) -> str:
    slug, chosen = g.workspace.slug, 1 if draft else None
    return url_for("office.campaign_simulation", slug=slug, campaign_id=campaign_id, draft=chosen)


def _asked(campaign_id: int, number: int) -> Simulation:
    asked = db.session().get(Simulation, (g.workspace.id, number))
    if asked is None or asked.campaign_id != campaign_id:
        raise NotFound("There is no such simulation")
    return asked


def _steps(campaign_id: int) -> dict[str, Step]:
    """The steps that hold and those of the draft, by key."""
    draft = regua_drafts.read(db.session(), g.workspace, campaign_id)
    return {step.key: step for step in (*draft.current.steps, *draft.next.steps)}


def _top(after: Mapping[str, Any]) -> int:
    return max((sum(day.values()) for day in after["days"].values()), default=0)


def _bars(asked: Simulation, after: Mapping[str, Any], steps: Mapping[str, Step]) -> list[Bar]:
    """The messages of each day, one on another by group."""
    top, slot = _top(after) or 1, 100 / asked.days
    found = []
    for text, said in after["days"].items():
        on, height = date.fromisoformat(text), 0.0
        x = (on - asked.first_on).days * slot + slot * 0.1
        for place, (moments, _label) in zip(PLACES, GROUPS, strict=True):
            keys = [key for key in said if key in steps and steps[key].moment in moments]
            count = sum(said[key] for key in keys)
            part = count * 100 / top
            height += part
            if count:
                y, width, part = (round(one, 3) for one in (100 - height, slot * 0.8, part))
                found.append(Bar(round(x, 3), y, width, part, place, on, count))
    return found


def _weeks(asked: Simulation) -> list[date]:
    return [asked.first_on + timedelta(days=turn) for turn in range(0, asked.days, 14)]


def _days(after: Mapping[str, Any]) -> list[tuple[date, dict[str, int]]]:
    return [(date.fromisoformat(day), said) for day, said in after["days"].items()]


def _ordered(rows: Mapping[str, Any], steps: Mapping[str, Step]) -> list[tuple[str, Any]]:
    """Figures by step, in the order of the days from the due date."""
    last = len(steps)
    places = {
        key: place for place, key in enumerate(sorted(steps, key=lambda key: _day(steps[key])))
    }
    return sorted(rows.items(), key=lambda row: places.get(row[0], last))


def _day(step: Step) -> tuple[int, int]:
    moments = list(Moment)
    return (moments.index(step.moment), step.offset)


def _silent(after: Mapping[str, Any]) -> list[tuple[Phrase, Mapping[str, Any]]]:
    known = list(Code)
    rows = sorted(after["silent"].items(), key=lambda row: -row[1]["debtors"])
    return [(reasons.phrase(Code(code)), row) for code, row in rows if code in known]


def _names(result: Mapping[str, Any]) -> dict[int, str]:
    """The names of all debtors who serve as examples."""
    ids: set[int] = set()
    after = result.get("after") or {}
    for row in (*after.get("steps", {}).values(), *after.get("silent", {}).values()):
        ids.update(row["examples"])
    ids.update(after.get("never", {}).get("examples", ()))
    for side in ("newly", "no_longer"):
        ids.update((result.get("difference") or {}).get(side, {}).get("examples", ()))
    return stored.debtor_names(db.session(), g.workspace.id, sorted(ids))


def _events(lived: Iterable[Lived]) -> Iterable[tuple[date, date, Lived, list[Phrase]]]:
    """Contacts one by one; silences of the same reasons in one span of days."""
    still: tuple[date, date, Lived, list[Phrase]] | None = None
    for day in lived:
        codes = [code for skip in day.skips for code in skip.codes if code != Code.CLOSED_DAY]
        why = [reasons.phrase(code) for code in codes]
        if day.touches:
            if still:
                yield still
            still = None
            yield day.on, day.on, day, []
        elif why and still and still[3] == why and still[2].campaign_id == day.campaign_id:
            still = (still[0], day.on, day, why)
        elif why:
            if still:
                yield still
            still = (day.on, day.on, day, why)
    if still:
        yield still
