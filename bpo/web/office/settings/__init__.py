"""The settings of a client company, a tab each: company, policy, contact, payment, people …"""

from typing import Any

from flask import flash, g, redirect, render_template, url_for
from werkzeug.wrappers import Response

from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.kernel.text import Phrase
from bpo.web import forms

Answer = str | Response | tuple[str, int]

TABS = (
    ("office.settings", Phrase("Company")),
    ("office.settings_policy", Phrase("Collection policy")),
    ("office.settings_contact", Phrase("Contact rules")),
    ("office.settings_channels", Phrase("Channels")),
    ("office.settings_payment", Phrase("Ways to pay")),
    ("office.settings_accounts", Phrase("Bank accounts")),
    ("office.settings_people", Phrase("People")),
    ("office.settings_holidays", Phrase("Local holidays")),
)


def page(name: str, tab: str, **context: Any) -> str:
    """One tab; `editable` says whether the reader may change anything."""
    context.setdefault("faults", {})
    context.setdefault("editable", access.may(g.actor, Permission.EDIT_WORKSPACE))
    return render_template(
        f"office/settings/{name}.html",
        tab=tab,
        tabs=TABS,
        **context,
    )


def back(endpoint: str, message: Any, attempt: forms.Attempt[Any] | None = None) -> Response:
    """Return to a tab with a word about what was done, or why it was not."""
    if attempt is not None and attempt.refusal is not None:
        flash("".join(forms.faults(attempt).values()), "error")
    else:
        flash(message, "success")
    return redirect(url_for(endpoint, slug=g.workspace.slug))
