"""Who may see a client company."""

from flask import g
from flask_babel import gettext as _

from bpo.db import db
from bpo.domain.people import access as permissions
from bpo.domain.people.access import Permission
from bpo.kernel.actor import Role
from bpo.models import User
from bpo.queries.people import users
from bpo.services.people import staff
from bpo.web import access, forms
from bpo.web.office import blueprint
from bpo.web.office.people.users import ROLES
from bpo.web.office.settings import Answer, back, page

HERE = "office.settings_people"


@blueprint.get("/w/<slug>/settings/people")
@access.requires(Permission.SEE_WORKSPACE)
def settings_people(slug: str) -> Answer:
    """Analysts and client managers of the company."""
    members = users.members(db.session(), g.workspace.id)
    manages = permissions.may(g.actor, Permission.MANAGE_USERS)
    others = _others({member.id for member in members}) if manages else []
    return page("people", HERE, members=members, others=others, roles=ROLES, manages=manages)


@blueprint.post("/w/<slug>/settings/people")
@access.requires(Permission.MANAGE_USERS)
def settings_people_add(slug: str) -> Answer:
    """Let somebody in."""
    return _give(forms.typed().whole("user") or 0, member=True, message=_("They are in."))


@blueprint.post("/w/<slug>/settings/people/<int:user_id>/remove")
@access.requires(Permission.MANAGE_USERS)
def settings_people_remove(slug: str, user_id: int) -> Answer:
    """Let somebody out."""
    message = _("They no longer see this company.")
    return _give(user_id, member=False, message=message)


def _others(members: set[int]) -> list[User]:
    """Whom one could let in: BPO managers are in already."""
    return [
        user
        for user in users.listed(db.session())
        if user.active and user.role != Role.ADMIN and user.id not in members
    ]


def _give(user_id: int, *, member: bool, message: str) -> Answer:
    staff.give_access(g.actor, user_id, g.workspace.id, member=member, now=g.now)
    return back(HERE, message)
