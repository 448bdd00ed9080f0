"""Sentences kept apart from their language, and text made comparable."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpo.kernel import text
from bpo.kernel.errors import BadInput, Refusal
from bpo.kernel.text import Phrase


def test_a_phrase_keeps_template_and_values_apart() -> None:
    phrase = Phrase("Paid {on_time} of {total}", on_time=9, total=10)
    assert phrase.template == "Paid {on_time} of {total}"
    assert str(phrase) == "Paid 9 of 10"


def test_phrases_are_equal_by_what_they_say() -> None:
    one, other = Phrase("Paid {total}", total=1), Phrase("Paid {total}", total=1)
    assert one == other
    assert len({one, other, Phrase("Paid {total}", total=2)}) == 2
    assert one != "Paid 1"


def test_a_refusal_is_a_sentence_with_a_field() -> None:
    refusal = BadInput("{name} is unknown", field="name", name="Ana")
    assert isinstance(refusal, Refusal)
    assert (str(refusal), refusal.field, refusal.code) == ("Ana is unknown", "name", "bad_input")


@pytest.mark.parametrize(
    ("name", "found"),
    [("  Padaria  São João ", "padaria sao joao"), ("AÇÚCAR", "acucar"), ("", "")],
)
def test_a_search_ignores_accents_case_and_spaces(name: str, found: str) -> None:
    assert text.searchable(name) == found


@given(st.text(max_size=80))
def test_searching_twice_is_searching_once(name: str) -> None:
    assert text.searchable(text.searchable(name)) == text.searchable(name)


@pytest.mark.parametrize(
    ("number", "key"),
    [("0000611365", "611365"), ("NF-001/2", "NF001-2"), ("000", "0"), ("0", "0"), ("nf 7", "NF7")],
)
def test_a_number_is_matched_without_its_leading_zeros(number: str, key: str) -> None:
    assert text.number_key(number) == key


@given(st.text(string.digits, min_size=1, max_size=20), st.integers(0, 5))
def test_a_spreadsheet_that_loses_zeros_loses_nothing(number: str, zeros: int) -> None:
    assert text.number_key("0" * zeros + number) == text.number_key(number)


@given(
    st.from_regex(r"[A-Za-z]{0,3}[-/ .]?[0-9]{1,6}", fullmatch=True),
    st.sampled_from([" ", "  ", ".."]),
)
def test_a_number_with_something_around_it_is_the_same_number(number: str, around: str) -> None:
    assert text.number_key(f"{around}{number}{around}") == text.number_key(number)


def test_a_slug_is_safe_in_an_address() -> None:
    assert text.slug("Padaria São João & Filhos Ltda.") == "padaria-sao-joao-filhos-ltda"


@pytest.mark.parametrize(("secret", "shown"), [("123456", "••••56"), ("12", "12"), ("", "")])
def test_a_masked_text_keeps_its_end(secret: str, shown: str) -> None:
    assert text.masked(secret) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("títulos de março.csv", "títulos de março.csv"),
        ("fatura\u202efdp.exe", "fatura fdp.exe"),
        ("a\u200bb\r\nc\x00\x1b[31m.csv", "a b c [31m.csv"),
        ("\u2066\u2069\ufeff", ""),
    ],
)
def test_what_turns_or_hides_letters_is_seen_nowhere(name: str, shown: str) -> None:
    assert text.visible(name) == shown
