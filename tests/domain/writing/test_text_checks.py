"""What no text to a debtor may say, where it says it, and how to say it instead."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpo.domain.reminders.steps import Channel
from bpo.domain.writing import text_checks
from bpo.domain.writing.messages import Creditor, Text
from bpo.domain.writing.text_checks import Part, Severity
from bpo.domain.writing.wordlist import DEBT, RULES

GOOD = Text("Olá, {{ first_name }}.\n\n[debts]\n\n[pay]\n\n[choices]", "Sobre {{ creditor }}")
SHORT = Text("Ola. A fatura de {{ creditor }} vence em {{ due }}. {{ link }} Sair: SAIR")


def found(text: Text, channel: Channel = Channel.EMAIL) -> list[str]:
    return [str(finding.message) for finding in text_checks.check(text, channel)]


def test_a_good_text_passes():
    assert found(GOOD) == []
    assert found(SHORT, Channel.SMS) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"body": "Caro devedor,"}, "“devedor” accuses"),
        ({"body": "Evite um PROCESSO  judicial"}, "“PROCESSO judicial” threatens"),
        ({"body": "Este é o último\naviso"}, "“último aviso” announces an end"),
        ({"body": "ultimo aviso"}, "“ultimo aviso” announces an end"),
        ({"body": "Dear defaulters"}, "“defaulters” accuses"),
        ({"body": "Pague imediatamente"}, "“imediatamente” hurries"),
        ({"body": "Não fique com o nome sujo"}, "“nome sujo” shames"),
        ({"body": "PAGUE hoje"}, "“PAGUE” is written in capitals"),
        ({"body": "Pague hoje!"}, "exclamation"),
        ({"title": "Atenção ⚠"}, "“⚠” alarms"),
        ({"body": "{{ debtor_cpf }}"}, "no variable called debtor_cpf"),
        ({"body": "{% if offr %}x{% endif %}"}, "no variable called offr"),
        ({"body": "{{ total * 9 }}"}, "cannot be read"),
        ({"body": "{{ ''.__class__ }}"}, "cannot be read"),
        ({"body": "{% for x in lines %}x{% endfor %}"}, "cannot be read"),
        ({"body": "{# segredo #}"}, "cannot be read"),
        ({"body": "Olá {{ first_name"}, "opened or closed alone"),
        ({"body": "{% if offer %}\n\nx\n\n{% endif %}"}, "in the paragraph where it begins"),
        ({"body": "x {% endif %}"}, "in the paragraph where it begins"),
        ({"body": "Olá\n\n[bonus]"}, "no block called bonus"),
        ({"body": " "}, "The text is empty"),
        ({"body": "a" * 4001}, "longer than 4000"),
        ({"subject": ""}, "needs a subject"),
        ({"subject": "a" * 91}, "longer than 90"),
        ({"subject": "Faltam {{ total }}"}, "must not show an amount"),
        ({"subject": "Faltam R$ 30"}, "must not show an amount"),
        ({"subject": "{{ effects }}"}, "must not show an amount"),
        ({"preview": "Total 1.200,50"}, "must not show an amount"),
        ({"subject": "Sua dívida"}, "“dívida” tells a by-stander"),
        ({"preview": "Fatura vencida"}, "“vencida” tells a by-stander"),
        ({"subject": "Payment overdue"}, "“overdue” tells a by-stander"),
    ],
)
def test_what_harms_is_named_and_another_way_is_shown(change, words):
    findings = text_checks.check(GOOD._replace(**change), Channel.EMAIL)
    named = [finding for finding in findings if words in str(finding.message)]
    assert named
    assert str(named[0].instead)
    assert named[0].part == next(iter(change))
    assert not text_checks.is_usable(findings)


def test_a_finding_names_the_line():
    text = GOOD._replace(body="Olá.\n\nTudo bem.\nCaro devedor.\n\n[choices]")
    [finding] = text_checks.check(text, Channel.EMAIL)
    assert (finding.part, finding.line) == (Part.BODY, 4)


@pytest.mark.parametrize("words", ["protocolo", "cortesia", "a courtesy", "um golpe de sorte"])
def test_words_inside_other_words_are_left_alone(words):
    expected = ["“golpe” shames"] if "golpe" in words else []
    assert found(GOOD._replace(body=f"Olá. {words}.\n\n[choices]")) == expected


def test_a_debt_without_a_way_to_answer_or_to_pay_is_a_warning():
    findings = text_checks.check(GOOD._replace(body="[debts]"), Channel.EMAIL)
    assert [finding.severity for finding in findings] == [Severity.WARNING] * 2
    assert text_checks.is_usable(findings)


def test_a_short_message_names_the_creditor_shows_no_amount_and_says_how_to_stop():
    text = Text("Ola, {{ first_name }}. Faltam {{ total }}. {{ link }}")
    assert [words.split(":")[0] for words in found(text, Channel.SMS)] == [
        "A short message must not show an amount",
        "A short message must name the creditor",
        "An SMS must say how to stop",
    ]
    assert "“dívida”" in found(Text("Sua dívida. " + SHORT.body), Channel.SMS)[0]
    assert "charged as 2" in found(Text("palavra " * 20 + SHORT.body), Channel.SMS)[0]
    assert "too long" in found(Text("palavra " * 55 + SHORT.body), Channel.SMS)[0]
    assert "neither details" in found(Text("{{ creditor }} SAIR"), Channel.SMS)[0]
    assert "Blocks are for e-mails" in found(Text(SHORT.body + "\n\n[pay]"), Channel.SMS)[0]


def test_the_footer_wants_name_address_and_document():
    whole = Creditor("Sol Ltda.", "Sol", "12.345.678/0001-95", "Rua A, 1")
    assert text_checks.check_identity(whole) == []
    lacking = text_checks.check_identity(Creditor("", "Sol", " ", ""))
    assert [str(finding.message).split("creditor's ")[1] for finding in lacking] == [
        "legal name",
        "address",
        "CNPJ",
    ]
    assert not text_checks.is_usable(lacking)


def test_a_text_is_kept_in_one_form():
    typed = Text(
        "Olá, {{first_name}}.\r\n[debts]\r\n\u200b{%if offer%}x{%  endif %}\n\n\n\n", " a\nb "
    )
    kept = text_checks.normalised(typed)
    assert kept.body == "Olá, {{ first_name }}.\n\n[debts]\n\n{% if offer %}x{% endif %}"
    assert kept.subject == "a b"


def test_a_word_hidden_by_unseen_characters_is_found():
    typed = GOOD._replace(body="de\u200bvedor\n\n[choices]")
    assert found(text_checks.normalised(typed)) == ["“devedor” accuses"]


def test_the_lists_are_written_as_they_are_compared():
    words = [word for rule in RULES for word in rule.words] + list(DEBT)
    assert all(word == word.lower() and word.isascii() for word in words)
    assert len(set(words)) == len(words)


@settings(max_examples=60)
@given(st.text(), st.text(max_size=40), st.sampled_from([Channel.EMAIL, Channel.SMS]))
def test_any_text_can_be_checked_and_keeps_its_form(body, subject, channel):
    kept = text_checks.normalised(Text(body, subject))
    text_checks.check(kept, channel)
    assert text_checks.normalised(kept) == kept
