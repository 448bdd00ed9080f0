"""Spreadsheets that people open: numbers stay numbers, and no cell becomes a formula."""

import csv
from datetime import date
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpo.formats import sheets


def read(text, separator=";"):
    return list(csv.reader(StringIO(text.removeprefix(sheets.BOM)), delimiter=separator))


@pytest.mark.parametrize(
    ("cents", "mark", "text"),
    [(123_456, ",", "1234,56"), (-5, ",", "-0,05"), (7, ".", "0.07"), (None, ",", "")],
)
def test_amounts_are_plain_numbers(cents, mark, text):
    assert sheets.amount(cents, mark) == text


def test_a_file_begins_with_its_mark_and_keeps_every_cell():
    rows = [["São João; Filhos", date(2026, 11, 23), None, 7, sheets.amount(-150)]]
    text = "".join(sheets.lines(["Nome", "Dia", "Obs", "N", "Valor"], rows))
    assert text.startswith(sheets.BOM)
    assert read(text)[1] == ["São João; Filhos", "2026-11-23", "", "7", "-1,50"]


@pytest.mark.parametrize("text", ["=1+1", "+55", "-1", "@SUM(A1)", "  =1", "\t=1", "\r=1"])
def test_what_would_run_is_quoted(text):
    assert sheets.cell(text) == f"'{text}"


@given(st.text())
def test_no_text_at_all_can_run(text):
    (row,) = read("".join(sheets.lines(["a"], [[text]])).replace("\x00", ""))[1:] or [[""]]
    shown = row[0] if row else ""
    assert not shown.lstrip(" ").startswith(("=", "+", "-", "@"))
