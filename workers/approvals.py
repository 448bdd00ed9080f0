"""The job of requests for approval: telling the client managers."""

from datetime import UTC, datetime

from bpo.gateways import outside
from bpo.services.desk import approval_mails
from bpo.services.people.account_mails import Postman


def send_approval_mails(workspace_id: int) -> None:
    """Mail what waits in one workspace, one message after another."""
    here = outside.current()
    us = here.settings
    postman = Postman(here.mail, here.signer, us.bpo_name, us.mail_sender, us.base_url)
    approval_mails.send(workspace_id, postman=postman, now=datetime.now(UTC))
