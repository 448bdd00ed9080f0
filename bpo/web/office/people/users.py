"""Accounts for the BPO manager: who there is, what they may reach, inviting and closing."""

from collections.abc import Iterable
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from bpo.db import db
from bpo.domain.people.access import Permission
from bpo.gateways import outside
from bpo.kernel.actor import Role
from bpo.kernel.errors import NotFound
from bpo.kernel.text import Phrase, searchable
from bpo.models import User
from bpo.queries.people import audit, users, workspaces
from bpo.queries.people.users import Person
from bpo.services.people import staff
from bpo.web import access, forms
from bpo.web.forms import Typed
from bpo.web.office import blueprint

ROLES = {
    Role.ADMIN: (
        Phrase("BPO manager"),
        Phrase("Everything, in all client companies: users, policies, audit."),
    ),
    Role.ANALYST: (
        Phrase("Analyst"),
        Phrase("Collects for the companies chosen here: debtors, payments, campaigns, offers."),
    ),
    Role.CLIENT_MANAGER: (
        Phrase("Client manager"),
        Phrase("Sees the portal of the companies chosen here, and nothing of the office."),
    ),
}
STATES = ("active", "invited", "inactive")
Answer = str | Response | tuple[str, int]


@blueprint.get("/office/users", endpoint="users")
@access.requires(Permission.MANAGE_USERS)
def show_users() -> Answer:
    """Everybody who has an account."""
    everybody = users.directory(db.session())
    return render_template(
        "office/users/list.html",
        people=[person for person in everybody if _wanted(person)],
        everybody=everybody,
        roles=ROLES,
        states=STATES,
        places=workspaces.listed(db.session()),
    )


@blueprint.get("/office/users/new")
@access.requires(Permission.MANAGE_USERS)
def user_new() -> Answer:
    """The form to invite somebody."""
    return _new()


@blueprint.post("/office/users/new")
@access.requires(Permission.MANAGE_USERS)
def user_invite() -> Answer:
    """Make the account and mail the invitation."""
    typed = forms.typed()
    attempt = forms.attempt(
        lambda: staff.invite(
            g.actor,
            typed.needed("email"),
            typed.needed("name"),
            typed.one_of("role", Role),
            _chosen_places(),
            locale=typed.values.get("locale", "pt_BR"),
            now=g.now,
            queue=outside.current().queue,
        )
    )
    if attempt.result is None:
        return _new(faults=forms.faults(attempt)), 400
    email = attempt.result.user.email
    flash(_("The invitation to %(email)s is on its way.", email=email), "success")
    return redirect(url_for("office.user", user_id=attempt.result.user.id))


@blueprint.get("/office/users/<int:user_id>")
@access.requires(Permission.MANAGE_USERS)
def user(user_id: int) -> Answer:
    """One account: what it may reach and what happened to it."""
    return _user(user_id)


@blueprint.post("/office/users/<int:user_id>")
@access.requires(Permission.MANAGE_USERS)
def user_change(user_id: int) -> Answer:
    """Change name, role and workspaces."""
    typed, shown = forms.typed(), forms.seen()

    def change() -> User:
        was = _described(shown, (shown.text("workspaces") or "").split()) if shown else None
        wished = _described(typed, request.form.getlist("workspace"))
        return staff.change(g.actor, user_id, wished, now=g.now, seen=was)

    attempt = forms.attempt(change)
    if attempt.result is None:
        return _user(user_id, attempt, faults=forms.faults(attempt)), 400
    flash(_("Saved. It takes effect with their next click."), "success")
    return redirect(url_for("office.user", user_id=user_id))


@blueprint.post("/office/users/<int:user_id>/invite")
@access.requires(Permission.MANAGE_USERS)
def user_invite_again(user_id: int) -> Answer:
    """Send a fresh link by mail."""
    queue = outside.current().queue
    return _act(
        user_id,
        lambda: staff.invite_again(g.actor, user_id, now=g.now, queue=queue),
        _("A new link is on its way; the earlier one no longer works."),
    )


@blueprint.post("/office/users/<int:user_id>/deactivate")
@access.requires(Permission.MANAGE_USERS)
def user_deactivate(user_id: int) -> Answer:
    """Close the account."""
    back = url_for("office.user_activate", user_id=user_id)
    message = {"text": _("The account is closed and its sessions have ended."), "undo": back}
    return _act(user_id, lambda: staff.deactivate(g.actor, user_id, now=g.now), message)


@blueprint.post("/office/users/<int:user_id>/activate")
@access.requires(Permission.MANAGE_USERS)
def user_activate(user_id: int) -> Answer:
    """Open the account again."""
    return _act(
        user_id,
        lambda: staff.activate(g.actor, user_id, now=g.now),
        _("The account is open again."),
    )


@blueprint.post("/office/users/<int:user_id>/second-factor/off")
@access.requires(Permission.MANAGE_USERS)
def user_drop_second_factor(user_id: int) -> Answer:
    """Take off the second factor of somebody who lost it."""
    return _act(
        user_id,
        lambda: staff.drop_second_factor(g.actor, user_id, now=g.now),
        _("The second factor is off and their sessions have ended."),
    )


def _wanted(person: Person) -> bool:
    """Whether a person fits the filters in the address."""
    words = searchable(request.args.get("q", ""))
    role, state = request.args.get("role"), request.args.get("state")
    place = request.args.get("workspace")
    return (
        (not words or words in searchable(f"{person.user.name} {person.user.email}"))
        and (not role or person.user.role == role)
        and (not state or person.state == state)
        and (not place or any(workspace.slug == place for workspace in person.workspaces))
    )


def _new(**context: Any) -> str:
    return render_template(
        "office/users/new.html",
        typed=request.form,
        chosen=_chosen_places(),
        roles=ROLES,
        places=workspaces.listed(db.session()),
        **{"faults": {}} | context,
    )


def _described(typed: Typed, places: Iterable[str]) -> staff.Described:
    role = typed.one_of("role", Role)
    return staff.Described(typed.needed("name"), role, frozenset(forms.numbers(places)))


def _user(user_id: int, attempt: Any = None, **context: Any) -> str:
    person = users.person(db.session(), user_id)
    if person is None:
        raise NotFound("There is no such user")
    held = sorted(workspace.id for workspace in person.workspaces)
    shown = {"name": person.user.name, "role": person.user.role}
    shown["workspaces"] = " ".join(map(str, held))
    return render_template(
        "office/users/one.html",
        person=person,
        typed=request.form,
        was=forms.still_seen(shown, attempt),
        chosen=_chosen_places() if request.form else held,
        roles=ROLES,
        places=workspaces.listed(db.session()),
        entries=audit.own_access(db.session(), user_id, limit=30),
        **{"faults": {}} | context,
    )


def _chosen_places() -> list[int]:
    """The workspaces ticked in the form."""
    return forms.numbers(request.form.getlist("workspace"))


def _act(user_id: int, act: Any, message: Any) -> Answer:
    """Do something to an account and come back to its page with a word about it."""
    attempt = forms.attempt(act)
    if attempt.refusal is None:
        flash(message, "success")
    else:
        flash("".join(forms.faults(attempt).values()), "error")
    return redirect(url_for("office.user", user_id=user_id))
