"""`bpo users create` and `bpo users list`."""

import sys
from argparse import Namespace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from bpo.cli import console, installation
from bpo.db import db
from bpo.domain.people.links import Purpose
from bpo.domain.people.workspaces import LOCALES
from bpo.gateways import outside
from bpo.kernel import actor as actors
from bpo.kernel.actor import Actor, Role
from bpo.kernel.errors import NotFound
from bpo.queries.people import users as stored
from bpo.queries.people import workspaces
from bpo.services.people import account_mails, staff
from config.settings import Settings


def register(commands: console.Commands) -> None:
    parser = commands.add_parser("users", help="create users and give them access")
    verbs = parser.add_subparsers(required=True, parser_class=console.Parser)
    create = verbs.add_parser(
        "create", help="make an account; without a password, print a link to choose one"
    )
    create.add_argument("email", metavar="EMAIL")
    create.add_argument("--name", required=True)
    create.add_argument("--role", required=True, choices=[role.value for role in Role])
    create.add_argument("--workspace", action="append", default=[], metavar="SLUG")
    create.add_argument("--locale", choices=LOCALES, default="pt_BR")
    create.add_argument(
        "--password-stdin", action="store_true", help="read the password from standard input"
    )
    console.add_json(create)
    create.set_defaults(run=run_create)
    listing = verbs.add_parser("list", help="list the users")
    console.add_json(listing)
    listing.set_defaults(run=run_list)


def run_create(arguments: Namespace, settings: Settings) -> None:
    """Create a user with a password, or print the one-time link by which they choose one."""
    password = sys.stdin.readline().rstrip("\r\n") if arguments.password_stdin else None
    with installation.application(settings):
        made = _create(arguments, password, now=datetime.now(UTC))
    if arguments.json:
        console.output(made)
    elif made["link"]:
        sys.stdout.write(f"{made['link']}\n")
    console.say(f"Created {made['email']}" + (": the link works once, for 7 days" * (not password)))


def run_list(arguments: Namespace, settings: Settings) -> None:
    """List every user with role and workspaces."""
    with installation.application(settings):
        rows = _rows(db.session())
    if arguments.json:
        console.output(rows)
        return
    cells = [
        [row["email"], row["name"], row["role"], " ".join(row["workspaces"])]
        for row in rows
        if row["active"]
    ]
    console.say_table(["e-mail", "name", "role", "workspaces"], cells)


def _create(
    arguments: Namespace, password: str | None, *, now: datetime
) -> dict[str, str | int | None]:
    program = _program(db.session())
    places = _ids(db.session(), arguments.workspace)
    role = Role(arguments.role)
    who = (program, arguments.email, arguments.name, role, places)
    link = None
    if password is not None:
        user = staff.create(*who, password, locale=arguments.locale, now=now)
    else:
        invitation = staff.invite(*who, locale=arguments.locale, now=now, queue=None)
        user = invitation.user
        here = outside.current()
        link = account_mails.address(
            Purpose.INVITE, invitation.link_id, here.signer, here.settings.base_url
        )
    return {"id": user.id, "email": user.email, "role": user.role, "link": link}


def _program(session: Session) -> Actor:
    return actors.system(workspaces.all_ids(session), name="bpo users")


def _ids(session: Session, slugs: list[str]) -> list[int]:
    found = {slug: workspaces.by_slug(session, slug) for slug in slugs}
    for slug, workspace in found.items():
        if workspace is None:
            raise NotFound("There is no workspace called {slug}", slug=slug)
    return [workspace.id for workspace in found.values() if workspace]


def _rows(session: Session) -> list[dict[str, Any]]:
    slugs = {workspace.id: workspace.slug for workspace in workspaces.everything(session)}
    reach = stored.memberships(session)
    return [
        {
            "id": user.id,
            "email": user.email,
            "name": user.name,
            "role": user.role,
            "active": user.active,
            "workspaces": [slugs[place] for place in reach.get(user.id, [])],
        }
        for user in stored.listed(session)
    ]
