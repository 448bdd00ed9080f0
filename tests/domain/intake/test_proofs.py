"""The second factor: what is asked, what is taken for an answer, what a mask gives away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpo.domain.intake import proofs
from bpo.domain.intake.proofs import Factor
from bpo.kernel import documents

DAVI = "529.982.247-25"
PADARIA = "11.222.333/0001-81"


def ask(document=None, phones=(), numbers=()):
    return proofs.question(document, phones, numbers)


@pytest.mark.parametrize("typed", ["4725", " 47-25 ", "529.982.247-25", "52998224725"])
def test_davi_proves_himself_with_the_end_of_his_cpf(typed):
    asked = ask(DAVI, ["+5511987654321"], ["1001"])
    assert asked.factor is Factor.CPF
    assert proofs.is_right(asked, typed)


@pytest.mark.parametrize("typed", ["", "5299", "725", "47252", "0000", "1001", "x" * 10_000])
def test_nothing_else_is_taken(typed):
    assert not proofs.is_right(ask(DAVI, ["+5511987654321"], ["1001"]), typed)


def test_a_company_is_asked_for_the_start_because_most_numbers_end_alike():
    asked = ask(PADARIA)
    assert asked.factor is Factor.CNPJ
    assert proofs.is_right(asked, "1122")
    assert not proofs.is_right(asked, "0181")


def test_a_cnpj_may_have_letters():
    asked = ask("12.ABC.345/01DE-35")
    assert proofs.is_right(asked, "12ab")


@pytest.mark.parametrize("typed", ["4321", "(11) 98765-4321", "+55 11 98765-4321"])
def test_without_a_document_the_telephone_serves(typed):
    asked = ask(None, ["+5511987654321"], ["1001"])
    assert asked.factor is Factor.PHONE
    assert proofs.is_right(asked, typed)
    assert not proofs.is_right(asked, "1001")


def test_without_either_the_number_of_an_invoice_serves():
    asked = ask(None, [], ["NF-001042", "7"])
    assert asked.factor is Factor.INVOICE
    assert proofs.is_right(asked, "nf 001042")
    assert not proofs.is_right(asked, "7")
    assert not proofs.is_right(asked, "")


def test_when_nothing_is_secret_nothing_is_asked():
    assert ask(None, [], ["1", "22"]) is None
    assert ask("what the file said", [], []) is None


@given(st.from_regex(r"\d{11}", fullmatch=True))
def test_the_mask_of_a_cpf_leaves_every_answer_possible(digits):
    shown = proofs.hidden_document(digits)
    assert shown == f"***.{digits[3:6]}.***-**"


@given(st.from_regex(r"[0-9A-Z]{12}\d\d", fullmatch=True))
def test_the_mask_of_a_cnpj_hides_its_start_and_its_check_digits(text):
    shown = documents.normalized(proofs.hidden_document(text))
    assert shown[:4] == "****"
    assert shown[-2:] == "**"


def test_names_and_addresses_are_hinted_at():
    assert proofs.hidden_name("Davi Lima de Souza Neto") == "D••• L••• D••• S•••"
    assert proofs.hidden_name("  ") == "•••"
    assert proofs.hidden_address("davi@example.org") == "d•••@example.org"
    assert proofs.hidden_address("+5511987654321") == "•••4321"
