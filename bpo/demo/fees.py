"""Recurring charges of the demonstration: monthly fees and a yearly contract, agreed today."""

from datetime import date, datetime, timedelta

from sqlalchemy import select

from bpo.db import acting_as, db
from bpo.domain.books.subscriptions import Every, Price, Terms
from bpo.kernel.actor import Actor
from bpo.models import Debtor, Workspace
from bpo.services.books import subscription_issuing, subscriptions

SOLD: dict[str, tuple[tuple[str, Every, int], ...]] = {
    "lumina-sistemas": (
        ("Assinatura Lumina Gestão, plano Empresa", Every.MONTHLY, 890_00),
        ("Assinatura Lumina Gestão, plano Essencial", Every.MONTHLY, 349_00),
        ("Assinatura Lumina Gestão, plano Empresa", Every.MONTHLY, 890_00),
        ("Suporte premium", Every.QUARTERLY, 1_450_00),
    ),
    "torre-sul": (
        ("Contrato de manutenção de elevadores", Every.MONTHLY, 1_280_00),
        ("Contrato de manutenção, dois elevadores", Every.MONTHLY, 2_340_00),
        ("Inspeção anual obrigatória", Every.YEARLY, 3_900_00),
    ),
}
"""What some companies sell again and again: for what, how often, centavos."""


def agree(program: Actor, workspace: Workspace, today: date, now: datetime) -> int:
    """Let the first debtors of a company agree on what it sells; issues what has come due."""
    sold = SOLD.get(workspace.slug, ())
    with acting_as(program):
        found = db.session().scalars(
            select(Debtor.id)
            .where(Debtor.workspace_id == workspace.id)
            .order_by(Debtor.id)
            .limit(len(sold))
        )
        payers = list(found)
    for number, (debtor_id, (what, every, cents)) in enumerate(zip(payers, sold, strict=False)):
        due = today + timedelta(days=3 + 4 * number)
        terms = Terms(every, due, due, (Price(due, cents),))
        subscriptions.begin(program, workspace.id, debtor_id, what, terms, now=now)
    return len(subscription_issuing.issue(program, workspace.id, today, now=now)) if sold else 0
