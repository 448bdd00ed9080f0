"""A caught SMS or WhatsApp message in the form in which the catcher keeps mail."""

from email.message import EmailMessage

from bpo.embedded.outbox.mailbox import CHANNEL
from bpo.embedded.outbox.smtp import Envelope

NAMES = {"sms": "SMS", "whatsapp": "WhatsApp"}
_SHOWN = 60


def envelope(channel: str, to: str, text: str) -> Envelope:
    """The message with its first words as a subject, so that lists can show it."""
    words, number = " ".join(text.split()), " ".join(to.split())
    message = EmailMessage()
    message["From"] = NAMES[channel]
    message["To"] = number
    message["Subject"] = words if len(words) <= _SHOWN else words[:_SHOWN].rstrip() + "…"
    message[CHANNEL] = channel
    message.set_content(text)
    return Envelope(channel, [number], message.as_bytes())
