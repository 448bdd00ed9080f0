"""The job of mailboxes: reading what is new in one."""

from datetime import UTC, datetime

from bpo.gateways import outside
from bpo.kernel import actor
from bpo.services.reminders import mailboxes


def read_mailbox(workspace_id: int) -> None:
    """Take in the bounces and replies of a company that came since the last reading."""
    mailboxes.read(
        actor.system([workspace_id], name="mailbox"),
        workspace_id,
        switchboard=outside.current().switchboard,
        now=datetime.now(UTC),
    )
