"""The exact words of an SMS or a WhatsApp message, with the way out in each."""

from bpo.domain.reminders.steps import Channel
from bpo.domain.writing import sms, text_checks
from bpo.domain.writing.messages import MessageFacts
from bpo.gateways import templates
from bpo.gateways import wording as words
from bpo.gateways.channels.carriers import Parcel
from bpo.services.reminders.wordings import Wording


def write(
    touch_id: int, recipient: str, channel: Channel, key: str, wording: Wording, facts: MessageFacts
) -> Parcel:
    """The message of a contact as a provider takes it. Raises NotFound without such a text."""
    locale = wording.locale
    rendered = templates.render(key, channel, locale, facts, text=wording.text)
    text = with_way_out(rendered.text, channel, locale)
    return Parcel(str(touch_id), recipient, text, key, locale, _values(facts, locale))


def with_way_out(text: str, channel: Channel, locale: str) -> str:
    """The text with the word that stops it; one that says one already stays as it is."""
    if text_checks.says_how_to_stop(text):
        return text
    hint = words.gettext("To stop: reply STOP", locale)
    if channel is Channel.SMS:
        return sms.transliterated(f"{text} {hint}")
    return f"{text}\n\n{hint}"


def _values(facts: MessageFacts, locale: str) -> dict[str, str]:
    """What a provider's approved template may be filled with."""
    oldest = min(facts.lines, key=lambda line: line.due, default=None)
    total = sum(line.total_cents for line in facts.lines)
    return {
        "first_name": facts.first_name,
        "debtor": facts.debtor_name,
        "creditor": facts.creditor.trade_name or facts.creditor.legal_name,
        "number": oldest.number if oldest else "",
        "due": words.day(oldest.due, locale) if oldest else "",
        "count": str(len(facts.lines)),
        "total": templates.money(total, locale),
        "link": facts.links.page,
    }
