"""Replies as debtors write them, and what the rules read in them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpo.domain.desk import replies
from bpo.domain.desk.disputes import Grounds
from bpo.domain.desk.replies import Kind, Reading

TUESDAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Pago sexta", date(2026, 11, 27)),
        ("bom dia, vou pagar dia 10", date(2026, 12, 10)),
        ("vou pagar dia 30", date(2026, 11, 30)),
        ("Pagarei amanhã sem falta", date(2026, 11, 25)),
        ("pago hoje ainda", TUESDAY),
        ("posso pagar depois de amanhã?", date(2026, 11, 26)),
        ("Faço o Pix na terça-feira", date(2026, 12, 1)),
        ("Programado para 05/12", date(2026, 12, 5)),
        ("vamos acertar em 10/01", date(2027, 1, 10)),
        ("agendei para 3 de dezembro", date(2026, 12, 3)),
        ("vou pagar no fim do mês", date(2026, 11, 30)),
        ("pago semana que vem", date(2026, 12, 4)),
        ("vou pagar assim que der", None),
        ("vou pagar dia 45", None),
        ("I will pay on friday", date(2026, 11, 27)),
    ],
)
def test_a_promise_and_its_day(text, day):
    found = replies.read(text, TUESDAY)
    assert (found.kind, found.day) == (Kind.PROMISE, day)
    assert found.words


def test_a_promise_may_name_an_amount():
    assert replies.read("pago R$ 1.250,50 na sexta", TUESDAY).cents == 125050
    assert replies.read("pago R$ 300 dia 30", TUESDAY).cents == 300_00


@pytest.mark.parametrize(
    ("text", "grounds"),
    [
        ("Já paguei ontem", Grounds.ALREADY_PAID),
        ("isso já foi pago!", Grounds.ALREADY_PAID),
        ("segue em anexo o comprovante", Grounds.ALREADY_PAID),
        ("Não reconheço essa cobrança", Grounds.UNKNOWN_DEBT),
        ("desconheço", Grounds.UNKNOWN_DEBT),
        ("ainda não recebi a mercadoria", Grounds.NOT_DELIVERED),
        ("o valor está errado", Grounds.AMOUNT),
        ("eu cancelei esse pedido", Grounds.CANCELLED),
        ("a peça veio com defeito", Grounds.QUALITY),
    ],
)
def test_a_disagreement_and_its_grounds(text, grounds):
    found = replies.read(text, TUESDAY)
    assert (found.kind, found.grounds) == (Kind.DISPUTE, grounds)


@pytest.mark.parametrize(
    "text",
    [
        "SAIR",
        "sair.",
        "Sair por favor",
        "PARAR",
        "stop",
        "Quero cancelar",
        "Não quero mais receber mensagens",
        "pare de me mandar isso",
        "remova meu número",
    ],
)
def test_the_wish_for_silence(text):
    assert replies.read(text, TUESDAY).kind is Kind.OPT_OUT


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("não vou pagar sexta", Kind.OTHER),
        ("ainda não paguei", Kind.OTHER),
        ("não consigo pagar agora", Kind.PLAN),
        ("dá para parcelar em 3 vezes?", Kind.PLAN),
        ("não recebi o boleto", Kind.OTHER),
        ("vou sair de férias", Kind.OTHER),
        ("quero cancelar o contrato", Kind.OTHER),
        ("número errado, não sou a Ana", Kind.WRONG_PERSON),
        ("obrigado", Kind.OTHER),
        ("quem fala?", Kind.OTHER),
        ("", Kind.OTHER),
    ],
)
def test_what_must_not_be_misread(text, kind):
    assert replies.read(text, TUESDAY).kind is kind


def test_the_words_are_the_debtors_own():
    assert replies.read("Não  reconheço isso", TUESDAY).words == "Não reconheço"


def test_only_what_was_written_now_is_read():
    mail = (
        "Bom dia,\n\nPago sexta.\n\nAna\n--\nAna Lima\nsair\n\n"
        "Em ter., 24 de nov. de 2026 às 10:02, Padaria Sol <c@sol.example> escreveu:\n> já paguei\n"
    )
    assert replies.fresh_part(mail) == "Bom dia,\n\nPago sexta.\n\nAna"
    assert replies.fresh_part("ok\n> antes\nmais") == "ok\nmais"


@pytest.mark.parametrize(
    ("headers", "subject", "machine"),
    [
        ({"auto-submitted": "auto-replied"}, "Re: Fatura", True),
        ({"x-autoreply": "yes"}, "", True),
        ({"precedence": "bulk"}, "", True),
        ({}, "Resposta automática: Fatura", True),
        ({}, "Out of office", True),
        ({"auto-submitted": "no"}, "Re: Fatura", False),
        ({}, "Re: Fatura de novembro", False),
    ],
)
def test_machines_answer_too(headers, subject, machine):
    assert replies.is_automatic(headers, subject) is machine


@given(st.text(max_size=60), st.dates(date(2024, 1, 1), date(2030, 12, 31)))
def test_whatever_is_written_is_read_and_kept(text, today):
    found = replies.read(f"vou pagar {text}", today)
    assert replies.from_json(replies.to_json(found)) == found
    assert found.day is None or found.day >= today


def test_a_reading_is_stored_whole():
    full = Reading(Kind.PROMISE, "pago sexta", TUESDAY, 5, Grounds.OTHER)
    assert replies.from_json(replies.to_json(full)) == full
