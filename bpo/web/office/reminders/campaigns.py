"""Campaigns of a client company: the regua at a glance, the go, the pause."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from flask import flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from bpo.db import db
from bpo.domain.people.access import Permission
from bpo.domain.reminders import contact
from bpo.domain.reminders.channels import usable as usable_channels
from bpo.domain.reminders.steps import BY_PERSON, Moment, Step, Tone
from bpo.domain.reminders.touches import Plan, Touch
from bpo.domain.writing import regua_checks, sightings, text_checks
from bpo.gateways import outside
from bpo.kernel import clock
from bpo.kernel.errors import NotFound
from bpo.kernel.text import Phrase
from bpo.queries.cash import bank_accounts
from bpo.queries.cash.bank_accounts import Fresh
from bpo.queries.reminders import campaigns as stored
from bpo.queries.reminders import channels as channel_settings
from bpo.queries.reminders import touches
from bpo.queries.reminders.campaigns import Stored
from bpo.services.books import invoices
from bpo.services.reminders import campaigns
from bpo.services.writing import releases
from bpo.web import access, forms
from bpo.web.office import blueprint
from bpo.web.office.reminders import going_live, text_words
from bpo.web.office.reminders.touches import CHANNELS

STATES = frozenset({"draft", "awaiting_go", "running", "paused"})
ARCHIVED = frozenset({"archived"})
PHASES = (
    (Moment.ISSUE, Phrase("When it is issued")),
    (Moment.PRE_DUE, Phrase("Before it is due")),
    (Moment.DUE_DAY, Phrase("On the day")),
    (Moment.OVERDUE, Phrase("Overdue")),
    (Moment.INSTALLMENT, Phrase("Agreements")),
    (Moment.PAYMENT, Phrase("Once it is paid")),
    (Moment.RELATIONSHIP, Phrase("To stay close")),
)
TONES = {
    Tone.SERVICE: Phrase("matter of fact"),
    Tone.FRIENDLY: Phrase("friendly"),
    Tone.HELPFUL: Phrase("helpful"),
    Tone.FIRM: Phrase("firm"),
    Tone.FORMAL: Phrase("formal"),
    Tone.THANKFUL: Phrase("thankful"),
}
REACH = timedelta(days=5 * 366)
"""How far from today a day may be looked at."""

FIRST = 8


@dataclass(frozen=True, slots=True)
class Going:
    """What a dry run of one day comes to."""

    day: date
    plan: Plan

    @property
    def debtors(self) -> int:
        """How many people would hear from us."""
        return len({touch.debtor_id for touch in self.plan.touches})

    @property
    def cents(self) -> int:
        """What the listed receivables come to, each counted once."""
        listed = {
            item.id: item.open_cents for touch in self.plan.touches for item in touch.receivables
        }
        return sum(listed.values())

    @property
    def channels(self) -> list[tuple[str, int]]:
        """How many contacts by channel, the most used first."""
        return Counter(touch.channel.value for touch in self.plan.touches).most_common()

    @property
    def first(self) -> list[Touch]:
        """The first to go."""
        return sorted(self.plan.touches, key=lambda touch: touch.scheduled_at)[:FIRST]


@dataclass(frozen=True, slots=True)
class Freshness:
    """Through which day payments are known, whether that is recent enough to send, and the same
    of each bank account, the stalest first."""

    known_until: date | None
    fresh: bool
    accounts: tuple[Fresh, ...] = ()


@blueprint.get("/w/<slug>/campaigns", endpoint="campaigns")
@access.requires(Permission.SEE_WORKSPACE)
def show_campaigns(slug: str) -> str:
    """Every campaign of the company."""
    session, place = db.session(), g.workspace
    return render_template(
        "office/campaigns/list.html",
        campaigns=stored.in_states(session, place, STATES),
        archived=stored.in_states(session, place, ARCHIVED),
        states=stored.counts_by_state(session, place.id),
        days=stored.last_days(session, place.id),
        freshness=freshness(),
        audience=regua_checks.audience,
        today=today(),
    )


@blueprint.get("/w/<slug>/campaigns/<int:campaign_id>", endpoint="campaign")
@access.requires(Permission.SEE_WORKSPACE)
def show_campaign(slug: str, campaign_id: int) -> str:
    """The regua: each step with its day, channels, tone, goal and how it has gone."""
    found = campaign(campaign_id)
    return render_template(
        "office/campaigns/page.html",
        text_name=text_words.name,
        **frame(found),
        phases=phases(found.campaign.steps),
        audience=regua_checks.audience,
        by_step=touches.step_states(db.session(), g.workspace.id, campaign_id),
        tones=TONES,
        channels=CHANNELS,
        available=usable(),
        by_person=BY_PERSON,
    )


@blueprint.get("/w/<slug>/campaigns/<int:campaign_id>/go")
@access.requires(Permission.RELEASE_CAMPAIGN)
def campaign_go(slug: str, campaign_id: int) -> str:
    """What would go today, before the go is given."""
    found = campaign(campaign_id)
    going = foresee(found, today())
    names = debtor_names(going.first)
    return render_template(
        "office/campaigns/go.html",
        **frame(found),
        going=going,
        seen=sightings.of_campaign(found.campaign),
        before_go=campaigns.NOT_BEFORE_GO,
        names=names,
        channels=CHANNELS,
        steps={step.key: step for step in found.campaign.steps},
    )


@blueprint.post("/w/<slug>/campaigns/<int:campaign_id>/go")
@access.requires(Permission.RELEASE_CAMPAIGN)
def campaign_release(slug: str, campaign_id: int) -> Response:
    """Give the go."""
    queue, seen = outside.current().queue, forms.typed().text("seen")
    attempt = forms.attempt(
        lambda: releases.give_go(
            g.actor, g.workspace.id, campaign_id, now=g.now, queue=queue, seen=seen
        )
    )
    if attempt.refusal is not None:
        flash(forms.told(attempt), "error")
        runs = campaign(campaign_id).row.state == "running"
        screen = "office.campaign" if runs else "office.campaign_go"
        return redirect(url_for(screen, slug=slug, campaign_id=campaign_id))
    flash(_("The campaign runs. What is due today is being planned."), "success")
    return redirect(url_for("office.campaign_outlook", slug=slug, campaign_id=campaign_id))


@blueprint.post("/w/<slug>/campaigns/<int:campaign_id>/pause")
@access.requires(Permission.EDIT_CAMPAIGN)
def campaign_pause(slug: str, campaign_id: int) -> Response:
    """Stop planning and sending; what is planned waits."""
    attempt = forms.attempt(lambda: releases.pause(g.actor, g.workspace.id, campaign_id, now=g.now))
    if attempt.refusal is not None:
        flash(forms.told(attempt), "error")
    else:
        flash(_("The campaign is paused: nothing of it is sent until it runs again."), "success")
    return redirect(url_for("office.campaign", slug=slug, campaign_id=campaign_id))


def campaign(campaign_id: int) -> Stored:
    """The campaign of the address, its steps read. Raises NotFound."""
    for found in stored.in_states(db.session(), g.workspace, STATES | ARCHIVED):
        if found.row.id == campaign_id:
            return found
    raise NotFound("There is no such campaign")


def frame(found: Stored) -> dict[str, object]:
    """What every screen of a campaign shows: its state, its figures, how fresh payments are."""
    states = stored.counts_by_state(db.session(), g.workspace.id).get(found.row.id, {})
    runs = stored.runs(db.session(), g.workspace.id, found.row.id)
    return {
        "campaign": found.row,
        "ladder": found.campaign,
        "states": states,
        "runs": runs,
        "freshness": freshness(),
        "today": today(),
        "unidentified": [text_checks.FIELDS[name] for name in _unidentified()],
        **going_live.of_campaign(found.row),
    }


def _unidentified() -> list[str]:
    return text_checks.unidentified(invoices.creditor(g.workspace))


def foresee(found: Stored, day: date) -> Going:
    """A dry run of one campaign on a day: the very function that plans for real."""
    planned = campaigns.plan(
        g.actor,
        g.workspace.id,
        day,
        now=g.now,
        queue=outside.current().queue,
        dry_run=True,
        states=frozenset({found.row.state}),
    )
    mine = [plan for row, plan in planned.plans if row.id == found.row.id]
    return Going(day, mine[0] if mine else Plan([], [], []))


def usable() -> frozenset[str]:
    """The channels by which the company can speak, those it set up itself included."""
    set_up = channel_settings.at_work(db.session(), g.workspace.id)
    return usable_channels(campaigns.EMAIL_AND_PEOPLE, set_up)


def debtor_names(of: Iterable[Touch]) -> dict[int, str]:
    """Names by debtor."""
    ids = sorted({touch.debtor_id for touch in of})
    return stored.debtor_names(db.session(), g.workspace.id, ids)


def today() -> date:
    """The day on the workspace's clock."""
    return clock.local_day(g.now, g.workspace.time_zone)


def asked_day() -> date | None:
    """The day that the address names, if it can be read and is not years away."""
    asked = forms.attempt(lambda: forms.asked().day("day")).result
    return asked if asked and abs(asked - today()) <= REACH else None


def freshness() -> Freshness:
    """How recent the payments known of the company are."""
    here = campaigns.setting(db.session(), g.workspace, today())
    fresh = contact.is_fresh(here.known_until, here.day, here.rules, here.calendar)
    accounts = bank_accounts.fresh(db.session(), [g.workspace], g.now)
    return Freshness(here.known_until, fresh, tuple(accounts))


def step_of(found: Stored, key: str) -> Step:
    """A step by its key. Raises NotFound."""
    for step in found.campaign.steps:
        if step.key == key:
            return step
    raise NotFound("There is no such step")


def exceptions(step: Step) -> list[tuple[str, str | None]]:
    """(class, its own day or None when the step leaves it out), by class."""
    own = {name: f"D{day:+d}" for name, day in step.offset_by_class.items()}
    left_out = dict.fromkeys(step.skip_classes)
    return sorted((own | left_out).items())


def phases(ladder: Iterable[Step]) -> list[tuple[Phrase, list[Step]]]:
    """The steps under the moment from which they count, in the order of their days."""
    ordered = sorted(ladder, key=lambda step: step.offset)
    found = [(label, [s for s in ordered if s.moment == moment]) for moment, label in PHASES]
    return [(label, own) for label, own in found if own]
