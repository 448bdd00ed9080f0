"""What debtors do on their own page: the acts, the silence each buys, and how often they may."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from bpo.domain.desk import inbox
from bpo.domain.reminders.holds import HoldReason
from bpo.kernel.calendar import Calendar
from bpo.kernel.errors import BadInput
from bpo.kernel.text import Phrase


class Kind(StrEnum):
    """An act of a debtor on the page; `ANSWER` is what the team wrote back."""

    PAID = "paid"
    DISPUTE = "dispute"
    PLAN = "plan"
    AGREEMENT = "agreement"
    PROMISE = "promise"
    MESSAGE = "message"
    CONTACT = "contact"
    ACCESS = "access"
    CORRECTION = "correction"
    DELETION = "deletion"
    HARDSHIP = "hardship"
    ANSWER = "answer"


LABELS = {
    Kind.PAID: Phrase("Says it is paid"),
    Kind.DISPUTE: Phrase("Disagrees"),
    Kind.PLAN: Phrase("Wants instalments"),
    Kind.AGREEMENT: Phrase("Agreed to instalments"),
    Kind.PROMISE: Phrase("Promises a day"),
    Kind.MESSAGE: Phrase("Message"),
    Kind.CONTACT: Phrase("New contact"),
    Kind.ACCESS: Phrase("Asks for a full copy of data"),
    Kind.CORRECTION: Phrase("Asks for a correction of data"),
    Kind.DELETION: Phrase("Asks for deletion of data"),
    Kind.HARDSHIP: Phrase("Declares over-indebtedness"),
    Kind.ANSWER: Phrase("Answer of the team"),
}
LINES = {
    Kind.PAID: inbox.Kind.PAID_CLAIM,
    Kind.PLAN: inbox.Kind.PLAN_ASKED,
    Kind.AGREEMENT: inbox.Kind.PLAN_AGREED,
    Kind.PROMISE: inbox.Kind.PAGE_PROMISE,
    Kind.MESSAGE: inbox.Kind.PAGE_MESSAGE,
    Kind.CONTACT: inbox.Kind.PAGE_MESSAGE,
    Kind.ACCESS: inbox.Kind.DATA_REQUEST,
    Kind.CORRECTION: inbox.Kind.DATA_REQUEST,
    Kind.DELETION: inbox.Kind.DATA_REQUEST,
    Kind.HARDSHIP: inbox.Kind.HARDSHIP,
}
"""The line of the inbox that an act becomes; a dispute is a line by itself."""

DATA_REQUESTS = frozenset({Kind.ACCESS, Kind.CORRECTION, Kind.DELETION})
"""Requests of the LGPD (arts. 18 and 19), answered within `DATA_DAYS` days."""

DATA_DAYS = 15
LONGEST_WORDS = 1000
MOST_A_DAY = 15
"""Acts of one debtor within a day; more are those of a machine or a quarrel, for the telephone."""

MOST_CLAIMS = 2
CLAIMS_COUNT_FOR = timedelta(days=30)
"""Claims of payment that pause by themselves; a third within the time waits for a person."""

PROVED_DAYS, UNPROVED_DAYS, ASKED_DAYS = 5, 2, 2
PROMISE_DAYS = 15
LEAST_PROMISED_PCT = 20
MOST_BROKEN = 2
BROKEN_COUNT_FOR = timedelta(days=90)


class CallAt(StrEnum):
    """When somebody who asks for a call likes it best."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    ANY = "any"


CALL_LABELS = {
    CallAt.MORNING: Phrase("In the morning"),
    CallAt.AFTERNOON: Phrase("In the afternoon"),
    CallAt.ANY: Phrase("At any time in working hours"),
}


@dataclass(frozen=True, slots=True)
class Pause:
    """The silence that an act buys: why, and through which day (None: until a person ends it)."""

    reason: HoldReason
    until: date | None


def pause(
    kind: Kind, today: date, calendar: Calendar, *, proved: bool = False, claims: int = 0
) -> Pause | None:
    """The pause that an act makes by itself; None where it makes none, or another row does.

    Said to be paid: five business days with a proof, two without, and none for the third claim
    within thirty days. Instalments and messages: two business days for a person to answer.
    Over-indebtedness (Lei 14.181/2021): until a person ends it.
    """
    if kind is Kind.HARDSHIP:
        return Pause(HoldReason.OVER_INDEBTED, None)
    if kind is Kind.PAID:
        if claims >= MOST_CLAIMS:
            return None
        days = PROVED_DAYS if proved else UNPROVED_DAYS
        return Pause(HoldReason.PAYMENT_SEEN, calendar.add_business_days(today, days))
    if kind in (Kind.PLAN, Kind.MESSAGE):
        return Pause(HoldReason.REPLY, calendar.add_business_days(today, ASKED_DAYS))
    return None


def words(text: str | None, *, needed: bool = False) -> str | None:
    """What somebody wrote, trimmed. Raises BadInput when too long, or missing where `needed`."""
    plain = (text or "").replace("\r\n", "\n").replace("\x00", "").strip()
    if len(plain) > LONGEST_WORDS:
        raise BadInput("Write at most {most} characters, please", field="words", most=LONGEST_WORDS)
    if needed and not plain:
        raise BadInput("Write a few words, please", field="words")
    return plain or None


def check_measure(done_today: int) -> None:
    """Raises BadInput when a debtor has acted too often within a day."""
    if done_today >= MOST_A_DAY:
        raise BadInput("You have sent a lot today. We have it all; call us if it is urgent.")


def check_promise(cents: int, day: date, today: date, due_cents: int, broken: int) -> None:
    """The limits of a promise made without a person. Raises BadInput.

    Within fifteen days, at least a fifth of what is due and at most all of it, and not by whom
    broke two promises within ninety days: a person talks with them.
    """
    if broken >= MOST_BROKEN:
        raise BadInput("Let us agree on this one together: talk to us, please")
    if not today <= day <= latest_promise(today):
        raise BadInput(
            "Choose a day from today to {latest}, or talk to us",
            field="promised_for",
            latest=latest_promise(today),
        )
    if not least_promised(due_cents) <= cents <= due_cents:
        raise BadInput(
            "Promise an amount from {least_cents} to {most_cents}",
            field="promised",
            least_cents=least_promised(due_cents),
            most_cents=due_cents,
        )


def latest_promise(today: date) -> date:
    """The last day that may be promised without a person."""
    return today + timedelta(days=PROMISE_DAYS)


def least_promised(due_cents: int) -> int:
    """The smallest amount that may be promised, in centavos."""
    return max(-(-due_cents * LEAST_PROMISED_PCT // 100), 1)


def protocol(at: datetime, act_id: int) -> str:
    """The number by which an act can be asked about (Decreto 11.034/2022)."""
    return f"{at:%Y}-{act_id:06d}"
