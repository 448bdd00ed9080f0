"""Why the program spoke, kept silent or chose another day: stable codes and their sentences."""

from datetime import date
from enum import StrEnum
from typing import NamedTuple

from bpo.kernel.text import Phrase


class Code(StrEnum):
    """A reason that programs can compare; `phrase` says it to people."""

    # Nothing to ask for
    PAID = "paid"
    NOTHING_DUE = "nothing_due"
    BELOW_MINIMUM = "below_minimum"
    TIME_BARRED = "time_barred"
    RECENT_ISSUE = "recent_issue"
    # Somebody decided to wait
    HOLD = "hold"
    PROMISE = "promise"
    DISPUTE = "dispute"
    AGREEMENT = "agreement"
    PAYMENT_SEEN = "payment_seen"
    OVER_INDEBTED = "over_indebted"
    WITHDRAWN = "withdrawn"
    # The debtor cannot or does not want to be reached
    OPT_OUT = "opt_out"
    NO_CONTACT = "no_contact"
    CHANNEL_UNAVAILABLE = "channel_unavailable"
    # Not now
    SPACING = "spacing"
    DAILY_CAP = "daily_cap"
    WEEKLY_CAP = "weekly_cap"
    OUTSIDE_HOURS = "outside_hours"
    CLOSED_DAY = "closed_day"
    STALE = "stale"
    # The campaign's own course
    WAITING = "waiting"
    IN_FLIGHT = "in_flight"
    COMPLETED = "completed"
    COVERED = "covered"
    AUDIENCE = "audience"
    ASSIGNED = "assigned"
    HOLDOUT = "holdout"
    LEFT_OUT = "left_out"
    OVERDUE = "overdue"
    GREETED = "greeted"
    # Remarks on a contact that is made
    ENTERED = "entered"
    CAUGHT_UP = "caught_up"
    SHIFTED = "shifted"
    REANCHORED = "reanchored"
    MOVED = "moved"
    NEW_CYCLE = "new_cycle"
    OTHERWISE = "otherwise"


HELD = frozenset(
    {
        Code.HOLD,
        Code.PROMISE,
        Code.DISPUTE,
        Code.AGREEMENT,
        Code.PAYMENT_SEEN,
        Code.OVER_INDEBTED,
    }
)
UNREACHABLE = frozenset({Code.OPT_OUT, Code.NO_CONTACT, Code.CHANNEL_UNAVAILABLE})
CAPPED = frozenset({Code.SPACING, Code.DAILY_CAP, Code.WEEKLY_CAP})
ORDINARY = frozenset(
    {
        Code.NOTHING_DUE,
        Code.WAITING,
        Code.COMPLETED,
        Code.AUDIENCE,
        Code.ASSIGNED,
        Code.LEFT_OUT,
        Code.OVERDUE,
        Code.GREETED,
    }
)
"""Silence that needs no explanation unless somebody asks."""


class Reason(NamedTuple):
    """A code, the step it is about, and the day it points to (the next chance, or since when).

    `by`: the name of the campaign that speaks instead.
    """

    code: Code
    step: str = ""
    on: date | None = None
    by: str = ""


_TEXTS = {
    Code.PAID: "Everything is paid",
    Code.NOTHING_DUE: "There is nothing to ask for",
    Code.BELOW_MINIMUM: "The amount is below the campaign's minimum",
    Code.TIME_BARRED: "The debt fell due more than five years ago and is no longer collected",
    Code.RECENT_ISSUE: "The invoice has only just been issued",
    Code.HOLD: "On hold",
    Code.PROMISE: "A promise to pay is running",
    Code.DISPUTE: "The debtor disputes it",
    Code.AGREEMENT: "An agreement is running",
    Code.PAYMENT_SEEN: "A payment that is probably the debtor's is waiting to be matched",
    Code.OVER_INDEBTED: "The debtor declared over-indebtedness: a person takes care",
    Code.WITHDRAWN: "Withdrawn by a person",
    Code.OPT_OUT: "The debtor does not want this channel",
    Code.NO_CONTACT: "There is no valid address for this channel",
    Code.CHANNEL_UNAVAILABLE: "The channel is not set up in this workspace",
    Code.SPACING: "The last contact was too recent",
    Code.DAILY_CAP: "The day's limit of contacts is reached",
    Code.WEEKLY_CAP: "The week's limit of contacts is reached",
    Code.OUTSIDE_HOURS: "Outside the hours in which the debtor may be contacted",
    Code.CLOSED_DAY: "Not a business day",
    Code.STALE: "The payments known are not recent enough to write automatically",
    Code.WAITING: "The next step has not come yet",
    Code.IN_FLIGHT: "The previous message has not gone out yet",
    Code.COMPLETED: "Every step of the campaign is done",
    Code.COVERED: "Included in another message of the same day",
    Code.AUDIENCE: "The debtor is not in the campaign's audience",
    Code.ASSIGNED: "Another campaign of the company speaks first",
    Code.MOVED: "Another campaign spoke about this debt before: it is joined by the debt's age",
    Code.HOLDOUT: "The debtor is in the group left without messages to measure their effect",
    Code.LEFT_OUT: "The step leaves out payers of the debtor's class",
    Code.OVERDUE: "Something is overdue: no friendly word goes out meanwhile",
    Code.GREETED: "A friendly word went out not long ago",
    Code.ENTERED: "The debt was already old when the campaign learnt of it",
    Code.SHIFTED: "Its own day is not a business day",
    Code.CAUGHT_UP: "Later than planned: nothing could be sent on the day itself",
    Code.REANCHORED: "The invoice that led the reminders is settled; others are still overdue",
    Code.NEW_CYCLE: "The debtor had nothing overdue since the last reminder: it begins anew",
    Code.OTHERWISE: "By another channel that the step names, because the first cannot be used",
}


def phrase(reason: Reason | Code) -> Phrase:
    """A reason as a sentence, with the day it points to when it has one."""
    if isinstance(reason, Code):
        return Phrase(_TEXTS[reason])
    if reason.by:
        return Phrase("{reason}: {by}", reason=Phrase(_TEXTS[reason.code]), by=reason.by)
    if reason.on is None:
        return Phrase(_TEXTS[reason.code])
    if reason.code in HELD:
        return Phrase("{reason} (until {on})", reason=Phrase(_TEXTS[reason.code]), on=reason.on)
    if reason.code is Code.SHIFTED:
        return Phrase("{reason} ({on})", reason=Phrase(_TEXTS[reason.code]), on=reason.on)
    if reason.code in _SINCE:
        return Phrase("{reason} (since {on})", reason=Phrase(_TEXTS[reason.code]), on=reason.on)
    return Phrase("{reason} (next on {on})", reason=Phrase(_TEXTS[reason.code]), on=reason.on)


_SINCE = frozenset(
    {Code.ENTERED, Code.CAUGHT_UP, Code.REANCHORED, Code.MOVED, Code.NEW_CYCLE, Code.STALE}
)
