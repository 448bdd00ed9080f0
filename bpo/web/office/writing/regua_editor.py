"""The next version of a campaign on screen: its steps on a line, each act one form, then saved."""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from bpo.db import db
from bpo.domain.insight import foresight
from bpo.domain.people.access import Permission
from bpo.domain.reminders.campaigns import Campaign
from bpo.domain.reminders.steps import BY_PERSON, Moment
from bpo.domain.writing import regua_checks, regua_edits, sightings
from bpo.queries.reminders import campaigns as stored
from bpo.queries.writing import simulations
from bpo.services.reminders import campaigns as use
from bpo.services.reminders import wordings
from bpo.services.writing import regua_drafts
from bpo.services.writing.regua_drafts import Draft, Edit
from bpo.web import access, forms
from bpo.web.office import blueprint
from bpo.web.office.reminders import campaigns, going_live, text_words
from bpo.web.office.reminders.touches import CHANNELS
from bpo.web.office.writing import regua_forms

Answer = str | tuple[str, int] | Response
AT = "/w/<slug>/campaigns/<int:campaign_id>/edit"


@blueprint.get(AT)
@access.requires(Permission.EDIT_CAMPAIGN)
def campaign_edit(slug: str, campaign_id: int) -> Answer:
    """The steps as they shall be, what is to be said about them, and what changes."""
    return _page(campaign_id)


@blueprint.post(f"{AT}/add")
@access.requires(Permission.EDIT_CAMPAIGN)
def campaign_edit_add(slug: str, campaign_id: int) -> Answer:
    """A new step of a moment, then its form."""
    taken = regua_drafts.taken_keys(db.session(), g.workspace.id, campaign_id)
    typed, made = forms.typed(), list[str]()

    def add(steps: regua_edits.Steps) -> regua_edits.Steps:
        sightings.require_steps(steps, typed.text("seen"))
        after, key = regua_edits.added(steps, typed.one_of("moment", Moment), taken)
        made.append(key)
        return after

    return _after(campaign_id, regua_drafts.on_steps(add), lambda: made[0])


@blueprint.post(f"{AT}/<key>/<any(earlier, later, double, switch, remove):act>")
@access.requires(Permission.EDIT_CAMPAIGN)
def campaign_edit_act(slug: str, campaign_id: int, key: str, act: str) -> Answer:
    """One act on one step."""
    taken = regua_drafts.taken_keys(db.session(), g.workspace.id, campaign_id)
    seen, all_seen = (forms.typed().text(name) for name in (f"seen-{key}", "seen"))

    def change(steps: regua_edits.Steps) -> regua_edits.Steps:
        sightings.require_step(steps, key, seen)
        if act == "remove":
            return regua_edits.removed(steps, key)
        if act == "double":
            sightings.require_steps(steps, all_seen)
            return regua_edits.doubled(steps, key, taken)[0]
        if act == "switch":
            return regua_edits.switched(steps, key)
        return regua_edits.moved(steps, key, 1 if act == "later" else -1)

    return _after(campaign_id, regua_drafts.on_steps(change))


@blueprint.get(f"{AT}/steps/<key>")
@access.requires(Permission.EDIT_CAMPAIGN)
def campaign_edit_step(slug: str, campaign_id: int, key: str) -> Answer:
    """One step in its form."""
    step = regua_edits.find(_draft(campaign_id).next.steps, key)
    return _step_page(campaign_id, key, regua_forms.fields(step))


@blueprint.post(f"{AT}/steps/<key>")
@access.requires(Permission.EDIT_CAMPAIGN)
def campaign_edit_step_save(slug: str, campaign_id: int, key: str) -> Answer:
    """The step as typed, on the draft."""
    typed = forms.typed()

    def change(steps: regua_edits.Steps) -> regua_edits.Steps:
        sightings.require_step(steps, key, typed.text("seen"))
        step = regua_forms.step(typed, request.form, regua_edits.find(steps, key))
        return regua_edits.changed(steps, step)

    attempt = forms.attempt(lambda: _edit(campaign_id, regua_drafts.on_steps(change)))
    if attempt.refusal is not None:
        return _refused(campaign_id, key, forms.faults(attempt)), 400
    return _back(campaign_id, f"step-{key}")


@blueprint.get(f"{AT}/audience")
@access.requires(Permission.EDIT_CAMPAIGN)
def campaign_edit_audience(slug: str, campaign_id: int) -> Answer:
    """Whom the campaign speaks to, and its other choices."""
    return _audience_page(campaign_id, regua_forms.choices(_draft(campaign_id).next))


@blueprint.post(f"{AT}/audience")
@access.requires(Permission.EDIT_CAMPAIGN)
def campaign_edit_audience_save(slug: str, campaign_id: int) -> Answer:
    """The choices as typed, on the draft."""
    typed = forms.typed()

    def change(campaign: Campaign) -> Campaign:
        sightings.require_choices(campaign, typed.text("seen"))
        return regua_forms.chosen(typed, request.form, campaign)

    attempt = forms.attempt(lambda: _edit(campaign_id, change))
    if attempt.refusal is not None:
        return _audience_page(campaign_id, request.form, forms.faults(attempt)), 400
    return _back(campaign_id)


@blueprint.post(f"{AT}/save")
@access.requires(Permission.EDIT_CAMPAIGN)
def campaign_edit_save(slug: str, campaign_id: int) -> Answer:
    """Let the draft hold."""
    seen = forms.typed().text("seen")
    attempt = forms.attempt(
        lambda: regua_drafts.save(g.actor, g.workspace.id, campaign_id, now=g.now, seen=seen)
    )
    if attempt.refusal is not None:
        return _page(campaign_id, faults=forms.faults(attempt)), 400
    flash(
        _("Version %(number)s holds from the next planning on.", number=attempt.result), "success"
    )
    return redirect(url_for("office.campaign", slug=slug, campaign_id=campaign_id))


@blueprint.post(f"{AT}/discard")
@access.requires(Permission.EDIT_CAMPAIGN)
def campaign_edit_discard(slug: str, campaign_id: int) -> Answer:
    """Forget the draft."""
    seen = forms.typed().text("seen")
    attempt = forms.attempt(
        lambda: regua_drafts.discard(g.actor, g.workspace.id, campaign_id, now=g.now, seen=seen)
    )
    if attempt.refusal is not None:
        return _page(campaign_id, faults=forms.faults(attempt)), 400
    flash(_("The draft is gone. What holds did not change."), "success")
    return redirect(url_for("office.campaign", slug=slug, campaign_id=campaign_id))


def _draft(campaign_id: int) -> Draft:
    return regua_drafts.read(db.session(), g.workspace, campaign_id)


def _edit(campaign_id: int, change: Edit) -> None:
    regua_drafts.edit(g.actor, g.workspace.id, campaign_id, change, now=g.now)


def _after(campaign_id: int, change: Edit, form_of: Any = None) -> Answer:
    attempt = forms.attempt(lambda: _edit(campaign_id, change))
    if attempt.refusal is not None:
        return _page(campaign_id, faults=forms.faults(attempt)), 400
    if form_of is None:
        return _back(campaign_id)
    slug = g.workspace.slug
    to = url_for("office.campaign_edit_step", slug=slug, campaign_id=campaign_id, key=form_of())
    return redirect(to)


def _back(campaign_id: int, anchor: str = "") -> Response:
    at = url_for("office.campaign_edit", slug=g.workspace.slug, campaign_id=campaign_id)
    return redirect(f"{at}#{anchor}" if anchor else at)


def _frame(draft: Draft) -> dict[str, object]:
    return {
        "draft": draft,
        "campaign": draft.row,
        "channels": CHANNELS,
        "tones": campaigns.TONES,
        "available": campaigns.usable(),
        "by_person": BY_PERSON,
        "moments": campaigns.PHASES,
        "names": text_words,
        "seen_step": sightings.of_step,
        "seen_steps": sightings.of_steps,
        "seen_choices": sightings.of_choices,
        "seen_campaign": sightings.of_campaign,
    }


def _page(campaign_id: int, **context: Any) -> str:
    draft = _draft(campaign_id)
    shown = bool(request.args.get("effect")) and draft.is_usable and draft.differences
    effect = None
    if shown:
        session, today = db.session(), campaigns.today()
        effect = regua_drafts.effect(session, g.workspace, draft, today, now=g.now)
    ahead = simulations.of_draft(db.session(), g.workspace.id, campaign_id)
    examples = _examples(ahead.result["difference"]) if ahead and ahead.result else []
    here = use.setting(db.session(), g.workspace, campaigns.today())
    return render_template(
        "office/campaigns/edit.html",
        **_frame(draft),
        phases=campaigns.phases(draft.next.steps),
        by_key={step.key: step for step in (*draft.current.steps, *draft.next.steps)},
        wrong={found.key for found in draft.findings},
        effect=effect,
        ahead=ahead,
        assumes=foresight.assumption(ahead.pays) if ahead else None,
        names_ahead=stored.debtor_names(db.session(), g.workspace.id, examples),
        rules=here.rules,
        whom=regua_checks.audience(draft.next.audience),
        **going_live.of_campaign(draft.row),
        **{"faults": {}} | context,
    )


def _examples(difference: dict[str, Any]) -> list[int]:
    return [*difference["newly"]["examples"], *difference["no_longer"]["examples"]]


def _refused(campaign_id: int, key: str, faults: dict[str, str]) -> str:
    """The step's form as it was typed; all steps when it is gone."""
    if all(step.key != key for step in _draft(campaign_id).next.steps):
        return _page(campaign_id, faults=faults)
    return _step_page(campaign_id, key, request.form, faults)


def _step_page(campaign_id: int, key: str, typed: Any, faults: Any = None) -> str:
    draft = _draft(campaign_id)
    words = wordings.in_force(db.session(), g.workspace)
    return render_template(
        "office/campaigns/edit_step.html",
        **_frame(draft),
        step=regua_edits.find(draft.next.steps, key),
        typed=typed,
        faults=faults or {},
        texts=regua_forms.texts(words, g.workspace.locale),
    )


def _audience_page(campaign_id: int, typed: Any, faults: Any = None) -> str:
    return render_template(
        "office/campaigns/edit_audience.html",
        **_frame(_draft(campaign_id)),
        typed=typed,
        faults=faults or {},
    )
