"""What people type: amounts, days and choices, refused under the name of their field."""

from datetime import date

import pytest

from bpo.domain.cash.payments import Method
from bpo.kernel.errors import BadInput, Conflict, NotFound
from bpo.web import forms
from bpo.web.forms import Typed


def typed(locale="pt_BR", **values):
    return Typed(values, locale)


@pytest.mark.parametrize(
    ("text", "locale", "cents"),
    [
        ("1.234,56", "pt_BR", 123_456),
        ("1234,5", "pt_BR", 123_450),
        ("1234.56", "pt_BR", 123_456),
        ("1.234", "pt_BR", 123_400),
        ("R$ 10", "pt_BR", 1_000),
        ("1,234.56", "en", 123_456),
        ("1,234", "en", 123_400),
        ("12,5", "en", 1_250),
        ("  ", "pt_BR", None),
    ],
)
def test_amounts_as_people_write_them(text, locale, cents):
    assert typed(locale, amount=text).cents("amount") == cents


def test_what_cannot_be_read_names_its_field():
    fields = typed(amount="muito", day="ontem", number="1a", method="grito", blank=" ")
    for read, name in (
        (fields.cents, "amount"),
        (fields.needed_cents, "blank"),
        (fields.day, "day"),
        (fields.needed_day, "blank"),
        (fields.whole, "number"),
        (fields.needed, "blank"),
        (lambda name: fields.one_of(name, Method), "method"),
    ):
        with pytest.raises(BadInput) as refusal:
            read(name)
        assert refusal.value.field == name


def test_what_can_be_read_is_read():
    fields = typed(day="2026-11-23", number="42", method="pix", on="1", text=" a  b ")
    assert fields.day("day") == date(2026, 11, 23)
    assert fields.whole("number") == 42
    assert fields.one_of("method", Method) is Method.PIX
    assert (fields.checked("on"), fields.checked("off")) == (True, False)
    assert fields.text("text") == "a  b"


def test_only_what_a_person_can_mend_comes_back():
    def refuse(error):
        raise error

    assert forms.attempt(lambda: 7).result == 7
    for error in (BadInput("no"), Conflict("no")):
        assert forms.attempt(lambda error=error: refuse(error)).refusal is error
    with pytest.raises(NotFound):
        forms.attempt(lambda: refuse(NotFound("no")))
