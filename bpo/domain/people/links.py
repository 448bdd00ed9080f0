"""Signed links: what each purpose is good for, and for how long."""

from datetime import datetime, timedelta
from enum import StrEnum


class Purpose(StrEnum):
    """What a signed link opens. The first two belong to users, the others to debtors."""

    INVITE = "invite"
    RESET = "reset"
    DEBTOR_PAGE = "debtor_page"
    UNSUBSCRIBE = "unsubscribe"


ACCOUNT = frozenset({Purpose.INVITE, Purpose.RESET})
VALIDITY = {
    Purpose.INVITE: timedelta(days=7),
    Purpose.RESET: timedelta(hours=2),
    Purpose.DEBTOR_PAGE: timedelta(days=180),
    Purpose.UNSUBSCRIBE: timedelta(days=730),
}


class MailState(StrEnum):
    """How the mail that carries a link stands; the same words as for deliveries."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"


TO_SEND = frozenset({MailState.WAITING, MailState.FAILED})
MAX_MAIL_ATTEMPTS = 5
CLAIM_EXPIRES = timedelta(minutes=5)


def expiry(purpose: Purpose, now: datetime) -> datetime:
    """The instant at which a link issued now stops working."""
    return now + VALIDITY[purpose]


def retry_due(attempts: int, last: datetime | None, now: datetime) -> bool:
    """Whether a mail that failed `attempts` times may be tried again: after 1, 4, 9 … minutes."""
    if last is None:
        return True
    return attempts < MAX_MAIL_ATTEMPTS and now - last >= timedelta(minutes=attempts**2)
