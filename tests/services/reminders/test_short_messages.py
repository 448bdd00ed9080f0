"""Every short message says once, in its own language, how to have peace."""

import pytest

from bpo.domain.reminders.steps import Channel
from bpo.services.reminders import short_messages


@pytest.mark.parametrize(
    ("text", "channel", "locale", "told"),
    [
        ("Olá. Sair: SAIR", Channel.SMS, "pt_BR", "Olá. Sair: SAIR"),
        ("Hello. Opt out: STOP", Channel.SMS, "en", "Hello. Opt out: STOP"),
        ("Hello. NONSTOP", Channel.SMS, "en", "Hello. NONSTOP To stop: reply STOP"),
        ("Olá.", Channel.WHATSAPP, "pt_BR", "Olá.\n\nPara não receber mais, responda SAIR"),
        ("Hello.", Channel.WHATSAPP, "en", "Hello.\n\nTo stop: reply STOP"),
    ],
)
def test_the_way_out_is_told_once_in_the_language_of_the_message(text, channel, locale, told):
    assert short_messages.with_way_out(text, channel, locale) == told
