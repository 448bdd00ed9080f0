"""`bpo workspaces create` and `bpo workspaces list`."""

from argparse import Namespace
from datetime import UTC, datetime

from bpo.cli import console, installation
from bpo.db import db
from bpo.domain.people.workspaces import CALENDARS, LOCALES, Profile
from bpo.kernel import actor as actors
from bpo.kernel import colours
from bpo.queries.people import workspaces as stored
from bpo.services.people import workspaces
from config.settings import Settings


def register(commands: console.Commands) -> None:
    parser = commands.add_parser("workspaces", help="create and list workspaces")
    verbs = parser.add_subparsers(required=True, parser_class=console.Parser)
    create = verbs.add_parser("create", help="take on a client company")
    create.add_argument("slug", metavar="SLUG")
    create.add_argument("--name", required=True)
    create.add_argument("--calendar", choices=CALENDARS, default="br")
    create.add_argument("--currency", default="BRL")
    create.add_argument("--locale", choices=LOCALES, default="pt_BR")
    create.add_argument("--cnpj")
    create.add_argument("--pix-key")
    create.add_argument("--time-zone", default="America/Sao_Paulo")
    console.add_json(create)
    create.set_defaults(run=run_create)
    listing = verbs.add_parser("list", help="list the client companies")
    console.add_json(listing)
    listing.set_defaults(run=run_list)


def run_create(arguments: Namespace, settings: Settings) -> None:
    """Create a workspace with everything it needs to collect."""
    now = datetime.now(UTC)
    with installation.application(settings):
        taken = [workspace.colour for workspace in stored.listed(db.session())]
        profile = Profile(
            arguments.name,
            cnpj=arguments.cnpj,
            pix_key=arguments.pix_key,
            calendar=arguments.calendar,
            currency=arguments.currency,
            locale=arguments.locale,
            time_zone=arguments.time_zone,
            colour=colours.next_free(taken),
        )
        program = actors.system((), name="bpo workspaces")
        workspace = workspaces.create(program, arguments.slug, profile, now=now)
        if arguments.json:
            console.output({"slug": workspace.slug, "id": workspace.id, "name": workspace.name})
        console.say(f"Created {workspace.slug}: {workspace.name}")


def run_list(arguments: Namespace, settings: Settings) -> None:
    """List every workspace, closed ones last."""
    with installation.application(settings):
        rows = [
            {
                "slug": workspace.slug,
                "name": workspace.name,
                "cnpj": workspace.cnpj,
                "calendar": workspace.calendar,
                "currency": workspace.currency,
                "locale": workspace.locale,
                "time_zone": workspace.time_zone,
                "active": workspace.active,
            }
            for workspace in stored.everything(db.session())
        ]
    if arguments.json:
        console.output(rows)
        return
    cells = [[row["slug"], row["name"], "" if row["active"] else "closed"] for row in rows]
    console.say_table(["slug", "name", ""], cells)
