"""What a mail server's answer makes of a delivery, whoever sent it: reminders and reports alike."""

from datetime import datetime

from bpo.domain.reminders import deliveries
from bpo.gateways.mail import Outcome, Stage

LONGEST_ANSWER = 500
_NOT_AN_ADDRESS = 553

_STAGES = {
    Stage.CONNECT: deliveries.Stage.CONNECT,
    Stage.MAIL: deliveries.Stage.MAIL,
    Stage.RCPT: deliveries.Stage.RCPT,
    Stage.DATA: deliveries.Stage.DATA,
    Stage.BODY: deliveries.Stage.CONTENT,
    Stage.DONE: deliveries.Stage.CONTENT,
}


def meaning(outcome: Outcome, *, tries: int, now: datetime) -> deliveries.Outcome:
    """What becomes of a delivery; `tries`: sends tried, this one included."""
    return deliveries.outcome(_STAGES[outcome.stage], _answer(outcome), tries=tries, now=now)


def words(outcome: Outcome) -> str:
    """The server's reply code and words as they are kept."""
    return f"{outcome.code or ''} {outcome.answer}".strip()[:LONGEST_ANSWER]


def _answer(outcome: Outcome) -> int | deliveries.Silence:
    """The reply code; an address that is none was refused here, without asking the server."""
    if outcome.code is not None:
        return outcome.code
    if outcome.permanent:
        return _NOT_AN_ADDRESS
    silent = deliveries.Silence
    return silent.UNREACHABLE if outcome.stage is Stage.CONNECT else silent.DROPPED
