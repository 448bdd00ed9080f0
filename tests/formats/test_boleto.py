"""Boletos: real lines and bar codes, due factors over the turn of 2025, wrong digits told."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpo.formats import boleto
from bpo.kernel.errors import BadInput

TODAY = date(2026, 11, 23)
LINE = "00190.00009 07777.777009 00087.656187 9 49000000295295"


def vectors(folder: Path, name: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads((folder / "vectors" / name).read_text())
    return found


def test_real_lines_are_read_both_ways(shared_data: Path) -> None:
    lines = vectors(shared_data, "linha_digitavel_vectors.json")
    for known in lines:
        for text in (known["line"], known["formatted"], known["barcode"]):
            read = boleto.parse(str(text), TODAY)
            assert read.is_valid == (known["field_dv_ok"] and known["general_dv_ok"])
            assert (read.digitable_line, read.barcode) == (known["line"], known["barcode"])
            assert (read.bank, read.amount_cents) == (known["bank"], known["amount_cents"])
            assert f"{read.due_factor:04}" == known["factor"]
        days = boleto.due_dates(read.due_factor)
        assert [day.isoformat() for day in days] == [known["due_old_base"], known["due_new_base"]]
        assert boleto.formatted(str(known["line"])) == known["formatted"]
    assert len(lines) == 53


def test_real_bar_codes_check_or_are_told(shared_data: Path) -> None:
    for known in vectors(shared_data, "barcode_vectors.json"):
        text = str(known["barcode"])
        if text.startswith("8"):
            with pytest.raises(BadInput, match="arrecadação"):
                boleto.parse(text, TODAY)
            continue
        read = boleto.parse(text, TODAY)
        assert ("check_digit" in read.faults) == (not known["general_dv_ok"])


def test_due_factors_on_both_sides_of_the_turn(shared_data: Path) -> None:
    for known in vectors(shared_data, "fator_vencimento_vectors.json"):
        day = date.fromisoformat(str(known["date"]))
        assert boleto.factor_of(day) == known["factor"]


def test_of_two_due_dates_the_one_nearest_to_the_day_of_reading_is_taken() -> None:
    barcode = boleto.encoded("001", date(2025, 2, 23), 12345, "0" * 25)
    assert boleto.parse(barcode, date(2024, 12, 1)).due_date == date(2025, 2, 23)
    assert boleto.parse(barcode, date(2001, 1, 1)).due_date == date(2000, 7, 4)


def test_a_boleto_without_due_date_or_amount() -> None:
    read = boleto.parse(boleto.encoded("341", None, 0, "1" * 25), TODAY)
    assert (read.due_date, read.due_factor, read.amount_cents) == (None, 0, 0)
    assert read.is_valid


def test_wrong_digits_are_named_by_their_field() -> None:
    digits = "".join(filter(str.isdigit, LINE))
    assert boleto.parse(LINE, TODAY).is_valid
    for place, fault in ((9, "field1"), (20, "field2"), (31, "field3"), (32, "check_digit")):
        wrong = digits[:place] + str((int(digits[place]) + 1) % 10) + digits[place + 1 :]
        assert boleto.parse(wrong, TODAY).faults == (fault,)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "digits alone"),
        ("abc", "digits alone"),
        ("836200000005 667800481000 180975657313 001589636081", "arrecadação"),
        (LINE[:-1], "not 46"),
    ],
)
def test_what_is_no_boleto_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        boleto.parse(text, TODAY)


def test_a_boleto_cannot_be_due_outside_the_factors() -> None:
    for day in (date(2000, 7, 2), date(2049, 10, 14)):
        with pytest.raises(BadInput):
            boleto.factor_of(day)
    with pytest.raises(BadInput):
        boleto.encoded("1", TODAY, 1, "0" * 25)
    with pytest.raises(BadInput):
        boleto.encoded("001", TODAY, 10**10, "0" * 25)


@given(
    bank=st.integers(1, 799).map("{:03}".format),
    due=st.dates(date(2000, 7, 3), date(2049, 10, 13)),
    cents=st.integers(0, 10**10 - 1),
    free=st.text("0123456789", min_size=25, max_size=25),
    later=st.integers(-4000, 4000),
)
def test_whatever_is_encoded_is_read_back(
    bank: str, due: date, cents: int, free: str, later: int
) -> None:
    barcode = boleto.encoded(bank, due, cents, free)
    read = boleto.parse(boleto.line_of(barcode), due + timedelta(days=later))
    assert (read.bank, read.due_date, read.amount_cents) == (bank, due, cents)
    assert (read.free_field, read.barcode, read.faults) == (free, barcode, ())
