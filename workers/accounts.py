"""Jobs of accounts: the mails that carry invitations and new passwords."""

from datetime import UTC, datetime

from bpo.gateways import outside
from bpo.services.people import account_mails
from bpo.services.people.account_mails import Postman


def send_account_mail(link_id: int) -> None:
    """Mail one invitation or reset link."""
    here = outside.current()
    us = here.settings
    postman = Postman(here.mail, here.signer, us.bpo_name, us.mail_sender, us.base_url)
    account_mails.send(link_id, postman=postman, now=datetime.now(UTC))


def sweep_account_mails() -> None:
    """Ring again for account mails that have not gone out."""
    account_mails.sweep(now=datetime.now(UTC), queue=outside.current().queue)
