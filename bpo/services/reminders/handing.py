"""Handing one written message to whoever carries its channel, and what that makes of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bpo.domain.desk import handovers
from bpo.domain.desk.handovers import Ending, Handover
from bpo.domain.reminders import deliveries
from bpo.gateways.channels.carriers import Carrier
from bpo.gateways.channels.switchboard import Switchboard
from bpo.gateways.mail import Mail
from bpo.kernel.errors import Refusal
from bpo.services.reminders import outcomes
from bpo.services.reminders.drafts import Batch, Draft


@dataclass(frozen=True, slots=True)
class Post:
    """The ways out: the mail server, and the providers of short messages."""

    mail: Mail
    texts: Switchboard | None = None


@dataclass(frozen=True, slots=True)
class Handed:
    """What is written about the message that was handed over last."""

    touch_id: int
    meaning: deliveries.Outcome
    answer: str
    bad_contact: int | None
    reference: str | None = None

    @property
    def is_special(self) -> bool:
        """Whether there is more to write than how it ended: a mark, a task, a reference."""
        return any((self.bad_contact, self.meaning.task, self.reference))


def over(post: Post, batch: Batch, draft: Draft, clock: Callable[[], datetime]) -> Handed:
    """Hand a draft over; the clock is read when the answer is there."""
    tries, reference = draft.waiting.attempts + 1, None
    if draft.parcel is None:
        outcome = post.mail.send(batch.envelope_from, draft.recipient, draft.body)
        meaning = outcomes.meaning(outcome, tries=tries, now=clock())
        answer = outcomes.words(outcome)
    else:
        handover = _carried(post, batch, draft)
        meaning = handovers.outcome(handover, tries=tries, now=clock())
        answer, reference = handover.answer, handover.reference
    contact = draft.waiting.contact_id if meaning.bad_address else None
    return Handed(draft.waiting.id, meaning, answer, contact, reference)


def _carried(post: Post, batch: Batch, draft: Draft) -> Handover:
    """Without a carrier nothing was said to anybody: it failed and is tried again."""
    assert draft.parcel
    try:
        carrier = _carrier(post, batch, draft.waiting.channel)
    except Refusal as refusal:
        return Handover(Ending.FAILED, str(refusal), unwell=True)
    if carrier is None:
        return Handover(Ending.FAILED, "no provider is set up", unwell=True)
    return carrier.send(draft.parcel)


def _carrier(post: Post, batch: Batch, channel: str) -> Carrier | None:
    stored = batch.carriers.get(channel)
    return post.texts.carrier(stored) if post.texts and stored else None
