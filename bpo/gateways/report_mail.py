"""The weekly report's mail as bytes: text, HTML and the PDF attached, for one recipient."""

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from bpo.gateways.reports import Rendered


@dataclass(frozen=True, slots=True)
class Sender:
    """The BPO as the sender of its reports."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """The document that goes with the mail."""

    name: str
    content: bytes


def message_id(workspace_id: int, delivery_id: int, sender: Sender) -> str:
    """The Message-ID of a delivery: the same whenever it is tried, so that answers find it."""
    return f"<report.{workspace_id}.{delivery_id}@{sender.address.rpartition('@')[2]}>"


def portfolio_id(delivery_id: int, sender: Sender) -> str:
    """The Message-ID of a mail of the portfolio, which has no company."""
    return f"<portfolio.{delivery_id}@{sender.address.rpartition('@')[2]}>"


def message(
    sender: Sender,
    recipient: Address,
    rendered: Rendered,
    document: Attachment,
    *,
    identity: str,
    at: datetime,
) -> bytes:
    """The whole message, CRLF line ends. Raises ValueError for a header with a line break."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(sender.name, addr_spec=sender.address)
    mail["To"] = recipient
    mail["Subject"] = rendered.subject
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = identity
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(rendered.text, cte="quoted-printable")
    mail.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
    mail.add_attachment(
        document.content, maintype="application", subtype="pdf", filename=document.name
    )
    return mail.as_bytes()
