"""`bpo demo`: create the demonstration portfolio, once."""

from argparse import Namespace
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from flask import Flask

from bpo.cli import FAMILIES, console, installation
from bpo.demo import people, portfolio
from bpo.demo.portfolio import Made
from bpo.embedded.outbox import catcher
from bpo.embedded.outbox.mailbox import Mailbox
from bpo.gateways import outside
from bpo.kernel.errors import Conflict
from bpo.services.reminders.letters import Desk
from config.settings import Settings


def register(commands: console.Commands) -> None:
    parser = commands.add_parser(
        "demo", help=FAMILIES["demo"], description="Once made, a repeat changes nothing."
    )
    console.add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: Namespace, settings: Settings) -> None:
    """Create what is missing and say how to sign in. Conflict in production."""
    if settings.production:
        raise Conflict("The demonstration has a password that everybody knows: not in production")
    started = monotonic()
    with installation.application(settings) as app:
        made = _create(app, settings)
    seconds = round(monotonic() - started, 1)
    if arguments.json:
        console.output(_told(made, seconds))
    else:
        _say(made, seconds)


def _create(app: Flask, settings: Settings) -> Made:
    here = outside.of(app)
    desk = Desk(here.signer, here.settings.base_url, here.settings.mail_sender)
    mailbox = Mailbox(catcher.folder(settings.data_dir))
    return portfolio.create(desk, mailbox, now=datetime.now(UTC))


def _told(made: Made, seconds: float) -> dict[str, Any]:
    return {
        "companies": made.companies,
        "users": made.users,
        "rows": dict(made.rows),
        "mails": made.mails,
        "seconds": seconds,
        "logins": _logins(),
    }


def _logins() -> list[dict[str, str]]:
    return [
        {
            "role": people.ROLE_LABELS[person.role],
            "name": person.name,
            "email": person.email,
            "password": people.PASSWORD,
        }
        for person in people.PEOPLE
    ]


def _say(made: Made, seconds: float) -> None:
    if made.companies or made.rows:
        console.say(
            f"Created {made.companies} client companies with {made.rows['receivables']}"
            f" receivables in {seconds} s"
        )
    else:
        console.say("The demonstration is there already")
    rows = [list(login.values()) for login in _logins()]
    console.say_table(["role", "name", "e-mail", "password"], rows)
