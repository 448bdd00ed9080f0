"""Dates in files: what a cell can mean, and the one order that a whole file is read in."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpo.formats import dates
from bpo.formats.dates import Order
from bpo.formats.problems import Ambiguous

BOTH = {Order.DMY: date(2024, 4, 3), Order.MDY: date(2024, 3, 4)}
THIRD_OF_APRIL = dict.fromkeys(Order, date(2024, 4, 3))


@pytest.mark.parametrize(
    ("cell", "meaning"),
    [
        ("03/04/2024", BOTH),
        ("3/4/2024", BOTH),
        ("03-04-2024", BOTH),
        ("03.04.2024", BOTH),
        ("03/04/2024 00:00:00", BOTH),
        ("03/04/2024 13:45", BOTH),
        ("3/4/2024 1:45:00 PM", BOTH),
        ("03042024", BOTH),
        ("2024-04-03", THIRD_OF_APRIL),
        ("2024/4/3", THIRD_OF_APRIL),
        ("2024-04-03T10:20:30Z", THIRD_OF_APRIL),
        ("2024-04-03 00:00:00-03:00", THIRD_OF_APRIL),
        ("20240403", THIRD_OF_APRIL),
        ("20240403.0", THIRD_OF_APRIL),
        (20240403, THIRD_OF_APRIL),
        (20240403.0, THIRD_OF_APRIL),
        ("45385", THIRD_OF_APRIL),
        (45385, THIRD_OF_APRIL),
        (45385.75, THIRD_OF_APRIL),
        (date(2024, 4, 3), THIRD_OF_APRIL),
        (datetime(2024, 4, 3, 15, 0, tzinfo=UTC), THIRD_OF_APRIL),
        ("3-abr-2024", THIRD_OF_APRIL),
        ("03/abr./2024", THIRD_OF_APRIL),
        ("3 de abril de 2024", THIRD_OF_APRIL),
        ("Apr 3, 2024", THIRD_OF_APRIL),
        ("25/12/2024", {Order.DMY: date(2024, 12, 25)}),
        ("12/25/2024", {Order.MDY: date(2024, 12, 25)}),
        ("31/04/2024", {}),
        ("29/02/2023", {}),
        ("2024-13-01", {}),
        ("12/2024", {}),
        ("31/12/9999", {}),
        ("1/1/1812", {}),
        ("hoje", {}),
        ("7", {}),
        ("99999", {}),
    ],
)
def test_a_cell_means_a_day_under_each_order_that_fits(
    cell: object, meaning: dict[Order, date]
) -> None:
    assert dates.candidates(cell) == meaning  # type: ignore[arg-type]


def test_two_digit_years_turn_at_seventy() -> None:
    assert dates.candidates("25/12/69")[Order.DMY] == date(2069, 12, 25)
    assert dates.candidates("25/12/70")[Order.DMY] == date(1970, 12, 25)


def test_years_of_two_digits_come_first_only_when_nothing_else_fits() -> None:
    assert dates.decide(Counter(["25/04/20", "24/04/20"])).order is Order.DMY
    assert dates.decide(Counter(["99-12-31", "98-11-30"])).order is Order.YMD


@pytest.mark.parametrize(
    "cell", ["", " ", "-", None, "NULL", "nan", "0", "00/00/0000", "0000-00-00", "30/12/1899"]
)
def test_programs_write_nothing_in_many_ways(cell: str | None) -> None:
    assert dates.is_blank(cell)
    assert dates.Reader(dates.Decision(Order.DMY))[cell] is None


def test_one_proof_decides_for_all() -> None:
    assert dates.decide(Counter(["03/04/2024"] * 50 + ["25/04/2024"])).order is Order.DMY
    assert dates.decide(Counter(["03/04/2024"] * 50 + ["04/25/2024"])).order is Order.MDY


def test_dates_that_both_parse_are_asked_about() -> None:
    with pytest.raises(Ambiguous) as doubt:
        dates.decide(Counter(["03/04/2024", "05/06/2024"]))
    assert "--date-order dmy" in str(doubt.value)
    assert doubt.value.option == "--date-order"
    assert dates.decide(Counter(["03/04/2024"]), Order.MDY).order is Order.MDY


def test_iso_dates_prove_nothing_about_others() -> None:
    with pytest.raises(Ambiguous):
        dates.decide(Counter(["2024-04-25", "2024-04-26", "03/04/2024"]))
    assert dates.decide(Counter(["2024-04-25", "20240426", "45385"])).order is Order.YMD


def test_equal_day_and_month_leave_no_doubt() -> None:
    assert dates.decide(Counter(["04/04/2024", "05/05/2024", ""])).order is Order.DMY


def test_orders_proven_equally_often_are_asked_about() -> None:
    with pytest.raises(Ambiguous):
        dates.decide(Counter(["25/04/2024", "04/25/2024"]))


def test_of_two_proven_orders_the_more_frequent_is_read_and_the_other_refused() -> None:
    decision = dates.decide(Counter(["25/04/2024", "26/04/2024", "04/25/2024", "01/02/2024"]))
    reader = dates.Reader(decision)
    assert decision == dates.Decision(Order.DMY, Order.MDY, mixed=True)
    assert reader["25/04/2024"] == date(2024, 4, 25)
    assert reader["04/25/2024"] == dates.UNREADABLE
    assert reader.is_open("01/02/2024")
    assert not reader.is_open("02/02/2024")
    assert not reader.is_open("25/04/2024")


def test_a_slip_in_few_rows_does_not_cast_doubt_on_the_others() -> None:
    decision = dates.decide(Counter(["25/04/2024"] * 30 + ["04/25/2024"]))
    assert decision == dates.Decision(Order.DMY, Order.MDY, mixed=False)


WRITINGS = {
    Order.DMY: ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y", "%d/%m/%Y %H:%M"),
    Order.MDY: ("%m/%d/%Y", "%m-%d-%Y", "%m/%d/%y"),
    Order.YMD: ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y-%m-%dT%H:%M:%S"),
}


@given(
    days=st.lists(st.dates(date(1971, 1, 1), date(2068, 12, 31)), min_size=1),
    proof=st.dates(date(2000, 1, 1), date(2030, 1, 1)).filter(lambda day: day.day > 12),
    order=st.sampled_from(Order),
    data=st.data(),
)
def test_any_dates_with_one_proof_are_read_back(
    days: list[date], proof: date, order: Order, data: st.DataObject
) -> None:
    writing = data.draw(st.sampled_from(WRITINGS[order]))
    days = [*days, proof]
    written = [day.strftime(writing) for day in days]
    decision = dates.decide(Counter(written))
    if "%y" in writing and order is not decision.order:
        return
    assert decision.order is order
    assert list(map(dates.Reader(decision).__getitem__, written)) == days
