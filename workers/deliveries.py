"""Jobs of deliveries: sending what is due, and sweeping up after workers that died."""

from datetime import UTC, datetime

from bpo.gateways import outside
from bpo.kernel import actor
from bpo.services.reminders import deliveries
from bpo.services.reminders.letters import Desk


def send_deliveries(workspace_id: int) -> None:
    """Send what is due in a workspace for half a minute."""
    here = outside.current()
    settings = here.settings
    try:
        deliveries.send(
            actor.system([workspace_id], name="worker"),
            workspace_id,
            desk=Desk(here.signer, settings.base_url, settings.mail_sender),
            mail=here.mail,
            texts=here.switchboard,
            queue=here.queue,
            clock=lambda: datetime.now(UTC),
        )
    finally:
        here.mail.close()
        here.switchboard.close()


def sweep_deliveries(workspace_id: int) -> None:
    """Turn expired claims of a workspace into uncertain ones, and ring for what is due."""
    deliveries.sweep(
        actor.system([workspace_id], name="clock"),
        workspace_id,
        queue=outside.current().queue,
        now=datetime.now(UTC),
    )
