"""What came of handing one message to a provider, whatever the channel, and what it means."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from bpo.domain.reminders import deliveries
from bpo.domain.reminders.deliveries import Outcome, State, TaskKind
from bpo.kernel.text import Phrase


class Ending(StrEnum):
    """How a handover ended; UNCERTAIN: the whole message was given and no answer came."""

    ACCEPTED = "accepted"
    FAILED = "failed"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"


class Handover(NamedTuple):
    """The end of one attempt.

    `answer`: the provider's words. `reference`: its name for the message. `bad_address`: the
    refusal speaks of the recipient's address. `unwell`: the provider, or our account with it, is
    at fault, so that other messages of the channel had better wait.
    """

    ending: Ending
    answer: str = ""
    reference: str | None = None
    bad_address: bool = False
    unwell: bool = False


def outcome(handover: Handover, *, tries: int, now: datetime) -> Outcome:
    """What a handover makes of a delivery, by the same rules as for mail.

    Failed is tried again with growing waits, at most `deliveries.MAX_TRIES` times; refused never;
    uncertain is left to a person or to the provider's later receipt.
    """
    match handover.ending:
        case Ending.ACCEPTED:
            return Outcome(State.SENT, Phrase("Accepted by the provider"))
        case Ending.UNCERTAIN:
            because = Phrase("No answer after the message was given: it may have arrived")
            return Outcome(State.UNCERTAIN, because, task=TaskKind.SEND_UNCERTAIN)
        case Ending.REFUSED:
            bad = handover.bad_address
            task = TaskKind.ADDRESS_REFUSED if bad else TaskKind.SEND_FAILED
            because = Phrase("The provider refused it")
            return Outcome(State.REFUSED, because, bad_address=bad, task=task)
        case Ending.FAILED:
            again = deliveries.retry_at(tries, now)
            given_up = None if again else TaskKind.SEND_FAILED
            because = Phrase("The provider did not take it")
            return Outcome(State.FAILED, because, again, task=given_up, stop=handover.unwell)
