"""`bpo negotiate`: offers to one debtor on a day, with the reasons for each."""

from argparse import Namespace
from typing import Any

from sqlalchemy.orm import Session

from bpo.cli import arguments as read
from bpo.cli import console, installation
from bpo.db import acting_as, db
from bpo.gateways import wording
from bpo.kernel import actor as actors
from bpo.kernel.errors import BadInput, NotFound
from bpo.models import Debtor, Workspace
from bpo.queries.books import receivables
from bpo.queries.people import debtors
from bpo.services.deals import negotiation
from config.settings import Settings


def register(commands: console.Commands) -> None:
    parser = commands.add_parser("negotiate", help="offers for a debtor")
    parser.add_argument("--workspace", required=True, metavar="W")
    parser.add_argument(
        "--debtor", required=True, metavar="REF", help="customer number or CPF/CNPJ"
    )
    parser.add_argument("--date", required=True, type=read.day, metavar="D")
    parser.add_argument(
        "--monthly-cents", type=int, metavar="N", help="what the debtor says they can pay a month"
    )
    console.add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: Namespace, settings: Settings) -> None:
    """Work the offers out of facts dated on or before the day; nothing is written."""
    with installation.application(settings):
        session = db.session()
        workspace = read.workspace(session, arguments.workspace)
        with acting_as(actors.system([workspace.id], name="bpo negotiate")):
            debtor = named_debtor(session, workspace, arguments.debtor)
            found = negotiation.proposals(
                session, workspace, debtor, arguments.date, arguments.monthly_cents
            )
            numbers = receivables.numbers(session, workspace.id, debtor.id)
            result = negotiation.to_json(found, workspace, numbers)
    if arguments.json:
        console.output(result)
    else:
        _tell(result, workspace)


def named_debtor(session: Session, workspace: Workspace, reference: str) -> Debtor:
    """The debtor with a customer number or document. Raises BadInput or NotFound."""
    found = debtors.named(session, workspace.id, reference)
    if not found:
        raise NotFound(
            "There is no debtor {reference} in {slug}", reference=reference, slug=workspace.slug
        )
    if len(found) > 1:
        raise BadInput(
            "{reference} could be any of {choices}: write the number in full",
            reference=reference,
            choices=", ".join(debtor.reference for debtor in found),
        )
    return found[0]


def _tell(result: dict[str, Any], workspace: Workspace) -> None:
    def money(cents: int) -> str:
        return wording.money(cents, workspace.locale, workspace.currency)

    console.say(f"{result['name']} ({result['debtor']}), class {result['class']}")
    console.say(f"open {money(result['balance_cents'])}, today {money(result['due_today_cents'])}")
    if result["note"]:
        console.say(result["note"])
    for offer in result["offers"]:
        console.say(f"\n{offer['kind']}: {money(offer['total_cents'])}")
        for part in offer["installments"]:
            console.say(f"  {part['due_date']}  {money(part['amount_cents'])}")
        for reason in offer["reasons"]:
            console.say(f"  - {reason}")
