"""CPF and CNPJ, with letters too: recognised, checked, shown and hidden."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpo.kernel import documents
from bpo.kernel.documents import DocumentKind


def _check_digits(base: str) -> str:
    """The two check digits of a CNPJ by the published rule."""
    for _ in range(2):
        weights = [2 + n % 8 for n in range(len(base))]
        total = sum((ord(c) - 48) * w for c, w in zip(reversed(base), weights, strict=True))
        base += str(0 if total % 11 < 2 else 11 - total % 11)
    return base[-2:]


def test_the_published_numbers_are_valid_and_the_wrong_ones_are_not(shared_data: Path) -> None:
    vectors = json.loads((shared_data / "vectors/cnpj_vectors.json").read_text())
    assert all(documents.is_valid(item["cnpj"]) for item in vectors["valid"])
    wrong = [item["cnpj"] for item in vectors["invalid"] if "lower case" not in item["why"]]
    assert wrong
    assert not any(documents.is_valid(number) for number in wrong)


def test_lower_case_and_punctuation_do_not_matter() -> None:
    assert documents.normalized("12.abc.345/01de-35") == "12ABC34501DE35"
    assert documents.is_valid("12.abc.345/01de-35")


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=12, max_size=12))
def test_the_right_digits_and_no_others_are_accepted(base: str) -> None:
    right = base + _check_digits(base)
    wrong = right[:-1] + str((int(right[-1]) + 1) % 10)
    assert documents.is_valid(right) == (len(set(right)) > 1)
    assert not documents.is_valid(wrong)


@pytest.mark.parametrize("digit", "0123456789")
def test_one_repeated_digit_is_nobodys_number(digit: str) -> None:
    assert not documents.is_valid(digit * 11)
    assert not documents.is_valid(digit * 14)


@pytest.mark.parametrize(
    ("text", "valid"),
    [("529.982.247-25", True), ("529.982.247-26", False), ("5299822472", False), ("", False)],
)
def test_a_cpf_is_checked(text: str, valid: bool) -> None:
    assert documents.is_valid(text) is valid


def test_length_tells_a_person_from_a_company() -> None:
    assert documents.kind_of("529.982.247-25") == DocumentKind.CPF
    assert documents.kind_of("12.ABC.345/01DE-35") == DocumentKind.CNPJ
    assert documents.kind_of("123") is None


def test_documents_are_shown_with_their_marks() -> None:
    assert documents.formatted("52998224725") == "529.982.247-25"
    assert documents.formatted("12abc34501de35") == "12.ABC.345/01DE-35"
    assert documents.formatted("123") == "123"


def test_hidden_documents_keep_only_the_middle() -> None:
    assert documents.hidden("52998224725") == "***.982.***-**"
    assert documents.hidden("12ABC34501DE35") == "**.***.345/01DE-**"
    assert documents.hidden("123") == "***"
