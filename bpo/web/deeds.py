"""How what was done for a client company is told: words, an icon and a tone for each deed."""

from dataclasses import dataclass
from datetime import date

from bpo.gateways.weekly.voice import Voice
from bpo.queries.insight.actions import Deed
from bpo.web.statuses import Tone


@dataclass(frozen=True, slots=True)
class Told:
    """A deed in words. `debtor_id`: whom it was about, when it was about one; `kind`: the list of
    the day that it is a line or the sum of, if any.
    """

    day: date
    words: str
    icon: str
    tone: Tone
    debtor_id: int | None
    kind: str = ""


_SIGNS = {
    "reminders": ("send", Tone.INFO),
    "payments": ("banknote", Tone.GOOD),
    "promise": ("handshake", Tone.INFO),
    "promise_kept": ("circle-check", Tone.GOOD),
    "promise_partly_kept": ("circle-alert", Tone.WARNING),
    "promise_broken": ("circle-alert", Tone.BAD),
    "call": ("phone", Tone.NEUTRAL),
    "whatsapp": ("message-square", Tone.NEUTRAL),
    "visit": ("map-pin", Tone.NEUTRAL),
    "email": ("mail", Tone.NEUTRAL),
    "dispute": ("scale", Tone.WARNING),
    "dispute_upheld": ("scale", Tone.NEUTRAL),
    "dispute_partly_upheld": ("scale", Tone.NEUTRAL),
    "dispute_rejected": ("scale", Tone.NEUTRAL),
    "dispute_withdrawn": ("scale", Tone.GOOD),
}


_LISTS = {
    "reminders": "reminders",
    "payments": "payments",
    "promise": "promises",
    "promise_kept": "ended",
    "promise_partly_kept": "ended",
    "promise_broken": "ended",
    "call": "calls",
}


def tell(deed: Deed, voice: Voice) -> Told:
    """A deed as a line of a timeline."""
    icon, tone = _SIGNS[deed.kind]
    return Told(
        deed.day, _words(deed, voice), icon, tone, deed.debtor_id, _LISTS.get(deed.kind, "")
    )


def _words(deed: Deed, voice: Voice) -> str:
    money, name = voice.money(deed.cents or 0), deed.name or ""
    match deed.kind:
        case "reminders":
            return voice.count(
                "%(num)s reminder sent, about %(amount)s",
                "%(num)s reminders sent, about %(amount)s",
                deed.number,
                amount=money,
            )
        case "payments":
            return voice.count(
                "%(num)s payment received, %(amount)s",
                "%(num)s payments received, %(amount)s",
                deed.number,
                amount=money,
            )
        case "promise":
            return voice.say(
                "{name} promised {amount} for {until}", name=name, amount=money, until=deed.until
            )
        case "promise_kept":
            return voice.say("{name} kept the promise of {amount}", name=name, amount=money)
        case "promise_partly_kept":
            return voice.say("{name} paid a part of the {amount} promised", name=name, amount=money)
        case "promise_broken":
            return voice.say("{name} did not pay the {amount} promised", name=name, amount=money)
    return _about(deed.kind, name, voice)


def _about(kind: str, name: str, voice: Voice) -> str:
    match kind:
        case "call":
            return voice.say("Call with {name}", name=name)
        case "whatsapp":
            return voice.say("Conversation with {name} on WhatsApp", name=name)
        case "visit":
            return voice.say("Visit to {name}", name=name)
        case "email":
            return voice.say("E-mail exchanged with {name}", name=name)
        case "dispute":
            return voice.say("{name} disagrees with a charge", name=name)
        case "dispute_upheld":
            return voice.say("The disagreement of {name} was accepted", name=name)
        case "dispute_partly_upheld":
            return voice.say("The disagreement of {name} was accepted in part", name=name)
        case "dispute_rejected":
            return voice.say("The disagreement of {name} was not accepted", name=name)
    return voice.say("{name} withdrew the disagreement", name=name)
