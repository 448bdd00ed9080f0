"""What waits for a person: its kinds, and which of them comes first (value x urgency x chance)."""

from enum import StrEnum
from typing import NamedTuple

from bpo.kernel.errors import BadInput
from bpo.kernel.text import Phrase


class Kind(StrEnum):
    """What a line of the inbox asks a person to look at."""

    STALE = "stale_payments"
    CAMPAIGN = "campaign_go"
    MONEY = "money_to_reconcile"
    UNCERTAIN = "send_uncertain"
    REFUSED = "address_refused"
    FAILED = "send_failed"
    REPLY = "reply"
    CALL = "call"
    PROMISE_DUE = "promise_due"
    PROMISE_BROKEN = "promise_broken"
    APPROVAL = "approval"
    GOING_LIVE = "going_live"
    AGREEMENT_BROKEN = "agreement_broken"
    AGREEMENT_COUNTERED = "agreement_countered"
    DISPUTE = "dispute"
    PIX_REFUSED = "pix_refused"
    CHANNEL = "channel_problem"
    FOLLOW_UP = "follow_up"
    PAID_CLAIM = "paid_claim"
    PLAN_ASKED = "plan_asked"
    PLAN_AGREED = "plan_agreed"
    PAGE_PROMISE = "page_promise"
    PAGE_MESSAGE = "page_message"
    DATA_REQUEST = "data_request"
    HARDSHIP = "hardship"
    NO_CONTACT = "no_contact"
    OTHER = "other"


LABELS = {
    Kind.STALE: Phrase("Payments out of date"),
    Kind.CAMPAIGN: Phrase("Campaign waiting for a go"),
    Kind.MONEY: Phrase("Money to reconcile"),
    Kind.UNCERTAIN: Phrase("Uncertain send"),
    Kind.REFUSED: Phrase("Address refused"),
    Kind.FAILED: Phrase("Could not be sent"),
    Kind.REPLY: Phrase("Reply to read"),
    Kind.CALL: Phrase("Call to make"),
    Kind.PROMISE_DUE: Phrase("Promise due"),
    Kind.PROMISE_BROKEN: Phrase("Promise broken"),
    Kind.APPROVAL: Phrase("Offer to approve"),
    Kind.GOING_LIVE: Phrase("To approve before it goes live"),
    Kind.AGREEMENT_BROKEN: Phrase("Agreement broken"),
    Kind.AGREEMENT_COUNTERED: Phrase("Another amount a month"),
    Kind.DISPUTE: Phrase("Open dispute"),
    Kind.PIX_REFUSED: Phrase("Pix charge refused"),
    Kind.CHANNEL: Phrase("Bank or mailbox out of reach"),
    Kind.FOLLOW_UP: Phrase("Next act agreed"),
    Kind.PAID_CLAIM: Phrase("Says it is paid"),
    Kind.PLAN_ASKED: Phrase("Wants instalments"),
    Kind.PLAN_AGREED: Phrase("Agreed to instalments"),
    Kind.PAGE_PROMISE: Phrase("Promised on the page"),
    Kind.PAGE_MESSAGE: Phrase("Message from the page"),
    Kind.DATA_REQUEST: Phrase("Asks about their data"),
    Kind.HARDSHIP: Phrase("Over-indebtedness declared"),
    Kind.NO_CONTACT: Phrase("No valid contact"),
    Kind.OTHER: Phrase("Task"),
}
SENDS = frozenset({Kind.UNCERTAIN, Kind.REFUSED, Kind.FAILED})
"""Sends that a person may let go again."""
PAGE = frozenset(
    {
        Kind.PAID_CLAIM,
        Kind.PLAN_ASKED,
        Kind.PLAN_AGREED,
        Kind.PAGE_PROMISE,
        Kind.PAGE_MESSAGE,
        Kind.DATA_REQUEST,
        Kind.HARDSHIP,
    }
)
"""What debtors did on their own page."""
PLANS = frozenset({Kind.PROMISE_BROKEN, Kind.AGREEMENT_BROKEN, Kind.AGREEMENT_COUNTERED})
STORED = SENDS | PAGE | PLANS | {Kind.REPLY, Kind.CALL, Kind.FOLLOW_UP, Kind.OTHER}
"""Kinds that are rows of tasks; every other kind is derived from rows of its own."""
DERIVED = frozenset(Kind) - STORED
OF_CLIENT = frozenset({Kind.STALE, Kind.CAMPAIGN, Kind.MONEY, Kind.GOING_LIVE, Kind.CHANNEL})
"""About a client company as a whole: the amount is all that is overdue there, or came in."""

QUIET_DAYS: dict[Kind, int | None] = {
    Kind.STALE: 1,
    Kind.CAMPAIGN: 7,
    Kind.MONEY: 1,
    Kind.NO_CONTACT: 30,
    Kind.PROMISE_DUE: None,
    Kind.APPROVAL: 1,
    Kind.GOING_LIVE: 1,
    Kind.DISPUTE: None,
    Kind.PIX_REFUSED: 7,
    Kind.CHANNEL: 1,
}
"""For how many days a derived line keeps quiet once it was closed; None: for good."""

URGENCY_PCT: dict[Kind, int] = {
    Kind.UNCERTAIN: 300,
    Kind.REPLY: 350,
    Kind.PROMISE_DUE: 300,
    Kind.MONEY: 300,
    Kind.PROMISE_BROKEN: 250,
    Kind.AGREEMENT_BROKEN: 250,
    Kind.AGREEMENT_COUNTERED: 300,
    Kind.FOLLOW_UP: 250,
    Kind.PAID_CLAIM: 350,
    Kind.PLAN_ASKED: 350,
    Kind.PLAN_AGREED: 150,
    Kind.PAGE_PROMISE: 150,
    Kind.PAGE_MESSAGE: 350,
    Kind.DATA_REQUEST: 300,
    Kind.HARDSHIP: 350,
    Kind.APPROVAL: 350,
    Kind.GOING_LIVE: 50,
    Kind.DISPUTE: 200,
    Kind.PIX_REFUSED: 150,
    Kind.CHANNEL: 50,
    Kind.CALL: 200,
    Kind.REFUSED: 150,
    Kind.FAILED: 150,
    Kind.NO_CONTACT: 100,
    Kind.OTHER: 100,
    Kind.STALE: 50,
    Kind.CAMPAIGN: 50,
}
DAILY_GROWTH_PCT = 5
GROWING_DAYS = 30
CHANCE_PCT: dict[str, int] = {"A": 90, "B": 75, "C": 50, "D": 25}
UNKNOWN_CHANCE_PCT = 60
LEAST_CHANCE_PCT, MOST_CHANCE_PCT = 5, 95
LEAST_CENTS, MOST_CENTS = 1_00, 10_000_000_000_00


def chance_pct(expected: float | None, risk_class: str | None) -> int:
    """How probable it is that the debtor pays, in whole percent.

    `expected` (0 to 1) is the share of what they owe that the company's own model expects within
    its weeks, kept between 5 and 95%. Without one the class speaks; a debtor without a class, and
    a whole client, count as 60%.
    """
    if expected is None:
        return CHANCE_PCT.get(risk_class or "", UNKNOWN_CHANCE_PCT)
    return min(max(round(expected * 100), LEAST_CHANCE_PCT), MOST_CHANCE_PCT)


def priority(kind: Kind, amount_cents: int, waiting_days: int, chance: int) -> int:
    """How early a line comes, higher first: value x urgency x chance.

    Value is the amount in centavos. Urgency is the weight of the kind, growing by 5% of it for
    each day it has waited, through 30 days. Chance is that of `chance_pct`.
    """
    value = min(max(amount_cents, LEAST_CENTS), MOST_CENTS)
    growth = 100 + DAILY_GROWTH_PCT * min(max(waiting_days, 0), GROWING_DAYS)
    return value * URGENCY_PCT[kind] // 100 * growth // 100 * chance // 100


class Ref(NamedTuple):
    """Which line: a task by its id, or what a derived line is about (a promise, a debtor ...)."""

    workspace_id: int
    kind: Kind
    subject_id: int

    def __str__(self) -> str:
        return f"{self.workspace_id}.{self.kind.value}.{self.subject_id}"


def ref(text: str) -> Ref:
    """The line that a form names: `3.promise_due.17`. Raises BadInput."""
    place, _, rest = text.partition(".")
    kind, _, subject = rest.partition(".")
    try:
        return Ref(int(place), Kind(kind), int(subject))
    except ValueError as error:
        raise BadInput("This is no line of the inbox: {text}", text=text) from error
