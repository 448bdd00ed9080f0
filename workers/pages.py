"""The job of debtors' pages: mailing somebody the link to their own."""

from datetime import UTC, datetime

from bpo.gateways import outside
from bpo.services.reminders import page_links
from bpo.services.reminders.page_links import Postman


def send_page_link(link_id: int) -> None:
    """Mail one link to the address on file."""
    here = outside.current()
    postman = Postman(here.mail, here.signer, here.settings.mail_sender, here.settings.base_url)
    page_links.send(link_id, postman=postman, now=datetime.now(UTC))
