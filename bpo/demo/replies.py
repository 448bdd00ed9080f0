"""What debtors of the demonstration answered by SMS, taken in as a provider would report it."""

from datetime import datetime, timedelta

from sqlalchemy import text

from bpo.db import acting_as, db
from bpo.gateways.channels import registry
from bpo.gateways.channels.callbacks import Callback, Incoming
from bpo.kernel.actor import Actor
from bpo.models import Workspace
from bpo.services.reminders import channel_settings, incoming

CHANNEL = "sms"
_SAID = (
    "Bom dia! Consigo pagar na sexta, pode ser?",
    "Não reconheço essa cobrança, podem me mandar a nota?",
)
_WHO = """
SELECT c.address FROM contacts c
JOIN receivables r ON r.workspace_id = c.workspace_id AND r.debtor_id = c.debtor_id
WHERE c.workspace_id = :place AND c.channel = 'phone' AND c.status = 'valid'
  AND r.settled_on IS NULL AND r.effective_due_date BETWEEN :since AND :until
  AND NOT EXISTS (SELECT FROM promises p WHERE p.workspace_id = c.workspace_id
                  AND p.debtor_id = c.debtor_id AND p.state = 'active')
  AND NOT EXISTS (SELECT FROM disputes x WHERE x.workspace_id = c.workspace_id
                  AND x.debtor_id = c.debtor_id AND x.state = 'open')
GROUP BY c.address ORDER BY sum(r.amount_cents) DESC, c.address LIMIT :most
"""
_LATEST, _OLDEST = timedelta(days=3), timedelta(days=60)


def set_up(program: Actor, workspace: Workspace, *, now: datetime) -> None:
    """Let the company send SMS and WhatsApp to the catcher of this machine."""
    for channel in (CHANNEL, "whatsapp"):
        channel_settings.set_up(
            program, workspace.id, channel, registry.CATCHER, {}, local=True, now=now
        )


def answer(program: Actor, workspace: Workspace, *, now: datetime) -> int:
    """Let a few debtors who are late answer this morning; returns how many did."""
    with acting_as(program):
        values: dict[str, object] = {"place": workspace.id, "most": len(_SAID)}
        values |= {"since": now.date() - _OLDEST, "until": now.date() - _LATEST}
        numbers = db.session().scalars(text(_WHO), values).all()
        db.session().rollback()
    said = [
        Incoming(f"demo-{workspace.id}-{number}", address, words, now - timedelta(hours=1))
        for number, (address, words) in enumerate(zip(numbers, _SAID, strict=False))
    ]
    callback = Callback(messages=said)
    taken = incoming.take_in(program, workspace.id, CHANNEL, registry.CATCHER, callback, now=now)
    return taken.messages
