"""What becomes of a contact once planned: its states, and what a mail server's answers mean."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from bpo.domain.reminders.reasons import HELD, Code
from bpo.domain.reminders.steps import Moment
from bpo.kernel.errors import Conflict
from bpo.kernel.text import Phrase


class State(StrEnum):
    """Where a delivery stands. Delivered, bounced and opened are later facts, not states."""

    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"
    CANCELLED = "cancelled"


class Cancelled(StrEnum):
    """Why a planned contact was not made."""

    PAID = "paid"
    HOLD = "hold"
    OPT_OUT = "opt_out"
    NO_CONTACT = "no_contact"
    STALE = "stale"
    WITHDRAWN = "withdrawn"


TRANSITIONS: dict[State, frozenset[State]] = {
    State.PLANNED: frozenset({State.SENDING, State.SENT, State.CANCELLED}),
    State.SENDING: frozenset(
        {
            State.SENT,
            State.FAILED,
            State.REFUSED,
            State.UNCERTAIN,
            State.CANCELLED,
            State.PLANNED,
        }
    ),
    State.FAILED: frozenset({State.SENDING, State.CANCELLED}),
    State.UNCERTAIN: frozenset({State.SENT, State.REFUSED, State.CANCELLED, State.PLANNED}),
    State.REFUSED: frozenset({State.PLANNED}),
    State.CANCELLED: frozenset({State.PLANNED}),
    State.SENT: frozenset(),
}
"""Planned to sent is for tasks and letters, handed to a person. Sending to planned: the hours
closed between claim and send. Uncertain is left by a person or by the provider's receipt alone;
refused by a person who mended the address; cancelled by a plan that finds the step due again
(`REPLANNABLE`).
"""

WAITING = frozenset({State.PLANNED, State.FAILED})
SETTLED = frozenset({State.SENT, State.REFUSED, State.UNCERTAIN, State.CANCELLED})
BY_PERSON_ONLY = frozenset({State.UNCERTAIN, State.REFUSED})
"""No machine moves a delivery out of these."""
MAY_HAVE_ARRIVED = frozenset({State.SENT, State.UNCERTAIN})
REPLANNABLE = frozenset(Cancelled) - {Cancelled.WITHDRAWN}
"""Cancelled for these reasons, a step was not taken: nothing left, so it may be planned again."""

MAX_TRIES = 5
BACK_OFF = (
    timedelta(minutes=5),
    timedelta(minutes=20),
    timedelta(hours=1),
    timedelta(hours=4),
)
"""Waits after the first, second, third and fourth failed try."""
CLAIM_LASTS = timedelta(minutes=5)
"""A claim older than this belongs to a worker that died: the delivery is uncertain."""


class Stage(StrEnum):
    """How far the conversation with the server had come; `CONTENT` once it said 354 to DATA."""

    CONNECT = "connect"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    CONTENT = "content"


class Silence(StrEnum):
    """The ways of getting no answer."""

    TIMEOUT = "timeout"
    DROPPED = "dropped"
    UNREACHABLE = "unreachable"
    DIED = "died"


class TaskKind(StrEnum):
    """Work that deliveries leave to a person."""

    SEND_FAILED = "send_failed"
    ADDRESS_REFUSED = "address_refused"
    SEND_UNCERTAIN = "send_uncertain"


class Outcome(NamedTuple):
    """What an answer means.

    `retry_at`: UTC instant of the next try. `bad_address`: mark the contact as invalid.
    `stop`: the server itself is unwell; leave the rest of the batch for later.
    """

    state: State
    because: Phrase
    retry_at: datetime | None = None
    bad_address: bool = False
    task: TaskKind | None = None
    stop: bool = False


_ADDRESS_CODES = frozenset({550, 551, 553})
_UNAVAILABLE = 421


def outcome(stage: Stage, answer: int | Silence, *, tries: int, now: datetime) -> Outcome:
    """What the last answer, or silence, of a mail server makes of a delivery.

    `answer`: the reply code, or the kind of silence; `tries`: sends tried, this one included.
    A final 2xx to the content is sent. Before the content began, silence and 4xx are failed and
    tried again, at most five times; 5xx is refused, except from a server that refuses everybody.
    After it began only a reply settles it: without one the message may have arrived, and no
    machine sends it again.
    """
    if isinstance(answer, Silence):
        if stage == Stage.CONTENT or answer == Silence.DIED:
            return _uncertain()
        return _failed(tries, now, Phrase("The mail server did not answer"), stop=True)
    if 200 <= answer < 300 and stage == Stage.CONTENT:
        return Outcome(State.SENT, Phrase("Accepted by the mail server"))
    if 500 <= answer < 600 and stage != Stage.CONNECT:
        return _refused(stage, answer)
    if answer >= 400:
        because = Phrase("The mail server answered {code_text}", code_text=str(answer))
        stop = stage == Stage.CONNECT or answer == _UNAVAILABLE
        return _failed(tries, now, because, stop=stop)
    if stage == Stage.CONTENT:
        return _uncertain()
    because = Phrase("The mail server answered {code_text}", code_text=str(answer))
    return _failed(tries, now, because, stop=True)


def retry_at(tries: int, now: datetime) -> datetime | None:
    """The instant (UTC) of the next try after `tries` failed ones; None when they are used up."""
    return now + BACK_OFF[tries - 1] if tries < MAX_TRIES else None


def move(state: State, to: State) -> State:
    """The new state. Raises Conflict when the step is not legal."""
    if to not in TRANSITIONS[state]:
        raise Conflict(
            "This delivery is already settled as “{state}” and cannot become “{to}”",
            state=_label(state),
            to=_label(to),
        )
    return to


def cancelled_because(codes: Iterable[Code]) -> Cancelled | None:
    """The reason to cancel a delivery that `may_contact` refuses; None: wait instead."""
    found = set(codes)
    if found & {Code.PAID, Code.NOTHING_DUE, Code.PAYMENT_SEEN, Code.TIME_BARRED}:
        return Cancelled.PAID
    if found & HELD:
        return Cancelled.HOLD
    if Code.OPT_OUT in found:
        return Cancelled.OPT_OUT
    if found & {Code.NO_CONTACT, Code.CHANNEL_UNAVAILABLE}:
        return Cancelled.NO_CONTACT
    return None


def is_outdated(moment: Moment, due: date, today: date, offset: int = 0) -> bool:
    """Whether a waiting reminder says what is no longer true: cancel it as stale.

    "Due soon" on or after the due date, "due today" after it, "overdue" until it has passed: it
    may have been put off since. `due` is the effective due date; `offset` that of the step, which
    alone tells what a step of an instalment says.
    """
    if moment == Moment.PRE_DUE or (moment == Moment.INSTALLMENT and offset < 0):
        return today >= due
    if moment == Moment.OVERDUE or (moment == Moment.INSTALLMENT and offset > 0):
        return today <= due
    return moment in (Moment.DUE_DAY, Moment.INSTALLMENT) and today > due


def counts(state: str, reason: str | None) -> bool:
    """Whether the step of a delivery counts as taken (`touches.Past`).

    All but a cancelled one, and that one too when a person withdrew it.
    """
    return state != State.CANCELLED or reason == Cancelled.WITHDRAWN


def _uncertain() -> Outcome:
    because = Phrase("No final answer after the content began: it may have arrived")
    return Outcome(State.UNCERTAIN, because, task=TaskKind.SEND_UNCERTAIN)


def _failed(tries: int, now: datetime, because: Phrase, *, stop: bool) -> Outcome:
    again = retry_at(tries, now)
    task = None if again else TaskKind.SEND_FAILED
    return Outcome(State.FAILED, because, again, task=task, stop=stop)


def _refused(stage: Stage, answer: int) -> Outcome:
    """A sender or a content that is refused says nothing against the address."""
    bad = stage == Stage.RCPT or (stage != Stage.MAIL and answer in _ADDRESS_CODES)
    because = Phrase("The mail server refused it with {code_text}", code_text=str(answer))
    task = TaskKind.ADDRESS_REFUSED if bad else TaskKind.SEND_FAILED
    return Outcome(State.REFUSED, because, bad_address=bad, task=task)


def _label(state: State) -> Phrase:
    return Phrase(state.value.replace("_", " ").capitalize())
