"""What a message may say: the checks that every text must pass, and SMS that fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpo.domain import messages, sms
from bpo.domain.messages import Severity, Text
from bpo.domain.steps import Channel

GOOD = Text("Olá, {{ first_name }}.\n\n[debts]\n\n[choices]", "Sua fatura de {{ creditor }}")


def found(text: Text, channel: Channel = Channel.EMAIL) -> list[str]:
    return [str(finding.message) for finding in messages.check(text, channel)]


def test_a_good_text_passes():
    assert found(GOOD) == []
    sms_text = Text("Ola. A fatura de {{ creditor }} vence em {{ due }}. {{ link }} Sair: SAIR")
    assert found(sms_text, Channel.SMS) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"body": "Caro devedor, [choices]"}, "“devedor” accuses"),
        ({"body": "Evite um PROCESSO judicial\n\n[choices]"}, "“processo judicial”"),
        ({"body": "PAGUE hoje\n\n[choices]"}, "“PAGUE” is written in capitals"),
        ({"body": "Pague hoje!\n\n[choices]"}, "exclamation"),
        ({"body": "{{ debtor_cpf }}\n\n[choices]"}, "no variable called debtor_cpf"),
        ({"body": "{% if offr %}x{% endif %}"}, "no variable called offr"),
        ({"body": "{{ total * 9 }}"}, "cannot be read"),
        ({"body": "{% for x in lines %}x{% endfor %}"}, "cannot be read"),
        ({"body": "Olá\n\n[bonus]\n\n[choices]"}, "no block called bonus"),
        ({"subject": ""}, "needs a subject"),
        ({"subject": "Faltam {{ total }}"}, "must not show an amount"),
        ({"subject": "Faltam R$ 30"}, "must not show an amount"),
        ({"preview": "Total 1.200,50"}, "must not show an amount"),
    ],
)
def test_what_harms_is_named(change, words):
    findings = messages.check(GOOD._replace(**change), Channel.EMAIL)
    assert any(words in str(finding.message) for finding in findings)
    assert not messages.is_usable(findings)


def test_a_debt_without_a_way_to_answer_is_a_warning():
    findings = messages.check(GOOD._replace(body="[debts]"), Channel.EMAIL)
    assert [finding.severity for finding in findings] == [Severity.WARNING]
    assert messages.is_usable(findings)


def test_a_short_message_names_the_creditor_shows_no_amount_and_says_how_to_stop():
    text = Text("Ola, {{ first_name }}. Faltam {{ total }}.")
    assert [words.split(":")[0] for words in found(text, Channel.SMS)] == [
        "A short message must not show an amount",
        "A short message must name the creditor",
        "An SMS must say how to stop",
    ]
    long = Text("{{ creditor }} " + "palavra " * 20 + "SAIR")
    assert "two" in found(long, Channel.SMS)[0]


def test_a_file_of_text_has_a_head_and_a_body():
    text = messages.parse("Subject: Sua fatura\nTitle: Chegou: veja\n\nOlá.\n\nAté.\n")
    assert text == Text("Olá.\n\nAté.", "Sua fatura", "", "Chegou: veja")
    assert messages.parse("Olá: tudo bem?\n\nAté.") == Text("Olá: tudo bem?\n\nAté.")


@pytest.mark.parametrize(
    ("name", "person", "shown"),
    [
        ("ANA MARIA DE SOUZA", True, "Ana"),
        ("Davi Lima", True, "Davi"),
        ("MERCADO DO SOL LTDA", False, "Mercado do Sol Ltda"),
        ("JBS SA", False, "JBS SA"),
        ("", True, ""),
    ],
)
def test_how_somebody_is_addressed(name, person, shown):
    assert messages.first_name(name, person=person) == shown


def test_portuguese_fits_the_gsm_alphabet():
    text = sms.transliterated("Não identificamos o pagamento – “já pagou”? R$\u00a010… ÁÉÍÓÚ ç")
    assert text == 'Nao identificamos o pagamento - "ja pagou"? R$ 10... AEIOU c'
    assert sms.is_gsm(text)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ã" * 70, 1),
        ("ã" * 71, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("", 1),
    ],
)
def test_parts_are_counted_as_they_are_charged(text, parts):
    assert sms.parts(text) == parts


@given(st.text())
def test_any_text_becomes_gsm(text):
    assert sms.is_gsm(sms.transliterated(text))
