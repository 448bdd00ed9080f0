"""When and how often debtors of a client company may be contacted."""

from datetime import date, time, timedelta
from typing import Any

from flask import g, request
from flask_babel import gettext as _

from bpo.db import db
from bpo.domain.people.access import Permission
from bpo.domain.people.workspaces import STATES
from bpo.domain.reminders import contact_rules
from bpo.domain.reminders.contact_rules import WEEKDAYS, Rules
from bpo.domain.reminders.hours import STATE_WINDOWS, Hours, Window
from bpo.domain.writing import sightings
from bpo.kernel.errors import BadInput
from bpo.queries.people import workspaces as stored
from bpo.services.people import workspaces
from bpo.web import access, forms
from bpo.web.forms import Typed
from bpo.web.office import blueprint
from bpo.web.office.settings import Answer, back, page

HERE = "office.settings_contact"
_MONDAY = date(2024, 1, 1)
"""A Monday, to name the weekdays by."""


@blueprint.get("/w/<slug>/settings/contact")
@access.requires(Permission.SEE_WORKSPACE)
def settings_contact(slug: str) -> Answer:
    """The rules in force."""
    return _page()


@blueprint.post("/w/<slug>/settings/contact")
@access.requires(Permission.EDIT_WORKSPACE)
def settings_contact_save(slug: str) -> Answer:
    """Replace the rules."""
    place, version = g.workspace, forms.seen_version()
    attempt = forms.attempt(
        lambda: workspaces.set_contact_rules(
            g.actor, place.id, _typed(forms.typed()), now=g.now, seen=version
        )
    )
    if attempt.result is None:
        return _page(attempt, faults=forms.faults(attempt)), 400
    return back(HERE, _("Saved. The rules hold from the next contact on."))


@blueprint.post("/w/<slug>/settings/going-live")
@access.requires(Permission.EDIT_WORKSPACE)
def settings_going_live(slug: str) -> Answer:
    """Choose whose approval going live waits for."""
    by = forms.typed().text("go_live_by")
    attempt = forms.attempt(
        lambda: workspaces.set_go_live_approval(g.actor, g.workspace.id, by, now=g.now)
    )
    return back(HERE, _("Saved. What was asked of somebody before is asked anew."), attempt)


def _typed(typed: Typed) -> Rules:
    return Rules(
        window=_window(typed, "window"),
        email_window=_window(typed, "email_window"),
        state_windows=_of_states(typed),
        min_spacing_days=_needed(typed, "min_spacing_days"),
        daily_cap=_needed(typed, "daily_cap"),
        weekly_cap=_needed(typed, "weekly_cap"),
        fresh_business_days=_needed(typed, "fresh_business_days"),
        limitation_years=typed.whole("limitation_years"),
        quiet_after_issue_days=_needed(typed, "quiet_after_issue_days"),
    )


def _name(rules: Rules) -> str:
    return sightings.of_content(contact_rules.to_json(rules))


def _needed(typed: Typed, name: str) -> int:
    found = typed.whole(name)
    if found is None:
        raise BadInput("Fill in this field", field=name)
    return found


def _window(typed: Typed, name: str) -> Window:
    weekdays = _hours(typed, name, "weekdays")
    if weekdays is None:
        raise BadInput("Give opening and closing hours", field=name)
    return Window(weekdays, _hours(typed, name, "saturday"), days=_days(typed, name))


def _of_states(typed: Typed) -> dict[str, Window]:
    """The windows of states; emptied ones go. A new one is of the state chosen beside it."""
    found: dict[str, Window] = {}
    for uf in (*STATES, ""):
        name = f"state_{uf or 'new'}"
        weekdays = _hours(typed, name, "weekdays", field="state_windows")
        if weekdays is None:
            continue
        saturday = _hours(typed, name, "saturday", field="state_windows")
        days = _days(typed, name, field="state_windows")
        found[uf or typed.text("state_new") or ""] = Window(weekdays, saturday, days=days)
    return found


def _days(
    typed: Typed, name: str, field: str | None = None
) -> tuple[tuple[int, Hours | None], ...]:
    """The weekdays that have hours of their own, or none at all."""
    found: dict[int, Hours | None] = {}
    for day in WEEKDAYS:
        own = _hours(typed, name, f"day{day}", field=field)
        if typed.checked(f"{name}_day{day}_closed"):
            found[day] = None
        elif own:
            found[day] = own
    return tuple(found.items())


def _hours(typed: Typed, name: str, days: str, field: str | None = None) -> Hours | None:
    texts = [typed.text(f"{name}_{days}_{end}") for end in ("opens", "closes")]
    if not any(texts):
        return None
    try:
        opens, closes = (time.fromisoformat(text or "") for text in texts)
    except ValueError:
        raise BadInput("Give opening and closing hours", field=field or name) from None
    if opens >= closes:
        raise BadInput("The hours must close after they open", field=field or name)
    return Hours(opens, closes)


def _page(attempt: forms.Attempt[Any] | None = None, **context: Any) -> str:
    row = stored.contact_rules(db.session(), g.workspace.id)
    rules = contact_rules.from_json(row.rules) if row else Rules()
    return page(
        "contact",
        HERE,
        typed=request.form,
        rules=rules,
        was=forms.still_seen({forms.VERSION: _name(rules)}, attempt),
        laws=STATE_WINDOWS,
        weekdays=[_MONDAY + timedelta(days=day) for day in WEEKDAYS],
        states=[uf for uf in STATES if uf not in rules.state_windows],
        **context,
    )
