"""How a text is kept in its file, how somebody is addressed, and SMS that fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpo.domain.writing import messages, sms
from bpo.domain.writing.messages import Text


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
        ("Café Quatro Estações EPP", False, "Café Quatro Estações EPP"),
        ("EXPRESSO RIO NEGRO S.A.", False, "Expresso Rio Negro S.A"),
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
