"""Amounts in files: integers of centavos, and the one decimal mark of a whole file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpo.formats import amounts
from bpo.formats.amounts import UNREADABLE, Mark
from bpo.formats.problems import Ambiguous

COMMA = amounts.Reader(amounts.Decision(Mark.COMMA))
POINT = amounts.Reader(amounts.Decision(Mark.POINT))


def decided(*cells: str) -> amounts.Decision:
    evidence = amounts.Evidence()
    evidence.add(cells)
    return amounts.decide(evidence)


@pytest.mark.parametrize(
    ("cell", "cents"),
    [
        ("1.234,56", 123456),
        ("1234,56", 123456),
        ("R$ 10,00", 1000),
        ("R$\xa01.234,5", 123450),
        ("10,00 R$", 1000),
        ("1 234,56", 123456),
        ("94", 9400),
        ("1.234", 123400),
        ("1.234.567,89", 123456789),
        (",50", 50),
        ("0,5", 50),
        ("10,", 1000),
        ("(123,45)", -12345),
        ("-123,45", -12345),
        ("123,45-", -12345),
        ("R$ -1,00", -100),
        ("+1,00", 100),
        ("", None),
        ("-", None),
        ("R$ -", None),
        ("nan", None),
        (None, None),
        (12, 1200),
        (2309.79, 230979),
        (0.285, 29),
        ("1,234.56", UNREADABLE),
        ("1.23,45", UNREADABLE),
        ("12.34", UNREADABLE),
        ("11204.75", UNREADABLE),
        ("1,2,3", UNREADABLE),
        ("(1,00", UNREADABLE),
        ("--1,00", UNREADABLE),
        ("1e5", UNREADABLE),
        ("1_000", UNREADABLE),
        ("dez", UNREADABLE),
        ("9" * 20, UNREADABLE),
        (float("nan"), UNREADABLE),
        (float("inf"), UNREADABLE),
    ],
)
def test_amounts_with_a_decimal_comma(cell: str | float | None, cents: int | None) -> None:
    assert COMMA.cents(cell) == cents


@pytest.mark.parametrize(
    ("cell", "cents"),
    [
        ("11204.75", 1120475),
        ("97.6", 9760),
        ("1,234.56", 123456),
        ("$1,234.56", 123456),
        ("1'234.56", 123456),
        ("60718.5", 6071850),
        ("1,234", 123400),
        ("1.234,56", UNREADABLE),
    ],
)
def test_amounts_with_a_decimal_point(cell: str, cents: int) -> None:
    assert POINT.cents(cell) == cents


def test_more_than_two_decimals_are_rounded_half_up_without_floats() -> None:
    reader = amounts.Reader(amounts.Decision(Mark.POINT))
    assert reader.cents("64982.589") == 6498259
    assert reader.cents("2309.7900000001") == 230979
    assert reader.cents("0.005") == 1
    assert reader.cents("-0.005") == -1
    assert reader.cents("0.004999999999999999999") == 0
    assert reader.cents("1.1000") == 110
    assert reader.rounded == 5


@pytest.mark.parametrize(
    ("cells", "mark"),
    [
        (("1.234,56",), Mark.COMMA),
        (("0,5", "1.234"), Mark.COMMA),
        (("1.234.567",), Mark.COMMA),
        (("12,3456",), Mark.COMMA),
        (("1 234,56",), Mark.COMMA),
        (("R$ 1.234,56",), Mark.COMMA),
        (("(12,00)",), Mark.COMMA),
        (("1,234.56",), Mark.POINT),
        (("11204.75", "1.234"), Mark.POINT),
        (("97.6",), Mark.POINT),
        (("1,234,567",), Mark.POINT),
        (("64982.589",), Mark.POINT),
        (("0.123",), Mark.POINT),
        (("100", "94", "R$ 5", ""), Mark.COMMA),
    ],
)
def test_one_amount_can_prove_the_mark(cells: tuple[str, ...], mark: Mark) -> None:
    assert decided(*cells) == amounts.Decision(mark)


@pytest.mark.parametrize("cells", [("1.234",), ("12,500", "300"), ("1.234,56", "1,234.56")])
def test_amounts_that_could_be_a_thousand_times_larger_are_asked_about(
    cells: tuple[str, ...],
) -> None:
    with pytest.raises(Ambiguous) as doubt:
        decided(*cells)
    assert "--decimal" in str(doubt.value)


def test_typed_numbers_of_a_workbook_need_no_mark() -> None:
    evidence = amounts.Evidence()
    evidence.add([1234, 1.234])
    assert amounts.decide(evidence) == amounts.Decision(Mark.COMMA)


def test_in_a_file_of_two_marks_an_open_amount_stays_open() -> None:
    decision = decided("1.234,56", "10,50", "11204.75")
    reader = amounts.Reader(decision)
    assert decision == amounts.Decision(Mark.COMMA, mixed=True)
    assert reader.is_open("1.234")
    assert not reader.is_open("1234,50")


def brazilian(cents: int) -> str:
    return american(cents).translate(str.maketrans(",.", ".,"))


def american(cents: int) -> str:
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole:,}.{rest:02}"


@given(st.integers(-(10**14), 10**14))
def test_every_amount_is_read_back(cents: int) -> None:
    assert COMMA.cents(brazilian(cents)) == cents
    assert COMMA.cents("R$ " + brazilian(cents)) == cents
    assert COMMA.cents(brazilian(cents).replace(".", "")) == cents
    assert POINT.cents(american(cents)) == cents


@given(st.lists(st.integers(-(10**12), 10**12), min_size=1))
def test_two_decimals_always_prove_the_mark(amounts_in_cents: list[int]) -> None:
    assert decided(*map(brazilian, amounts_in_cents)) == amounts.Decision(Mark.COMMA)
    assert decided(*map(american, amounts_in_cents)) == amounts.Decision(Mark.POINT)
