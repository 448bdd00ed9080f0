"""XLSX workbooks: typed cells, the right sheet, and what is refused."""

import io
import zipfile
from datetime import date
from typing import Any

import pytest
import xlsxwriter

from bpo.formats import tables, workbooks
from bpo.formats.problems import Code
from bpo.kernel.errors import BadInput


def workbook(*sheets: list[list[Any]]) -> bytes:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"default_date_format": "dd/mm/yyyy", "in_memory": True})
    for rows in sheets:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    book.close()
    return stream.getvalue()


def known(row: Any) -> int:
    return sum(cell in ("numero", "valor", "vencimento") for cell in row)


def test_cells_keep_their_types_and_lines_are_rows_of_the_sheet() -> None:
    content = workbook(
        [
            ["Relatório"],
            [],
            ["numero", "valor", "vencimento"],
            ["0001", 10.5, date(2024, 4, 3)],
            [],
            [2, 20, "05/06/2024"],
        ]
    )
    table = tables.read(content, score=known)
    batch = next(tables.batches(table))
    assert (table.kind, table.header_line) == (tables.Kind.WORKBOOK, 3)
    assert list(batch.lines) == [4, 6]
    assert list(batch.rows[0]) == ["0001", 10.5, date(2024, 4, 3)]
    assert list(batch.rows[1]) == [2, 20, "05/06/2024"]


def test_the_sheet_with_the_names_is_read_and_not_the_cover() -> None:
    content = workbook([["Capa"], ["Março"]], [["numero", "valor"], ["1", 2]])
    assert tables.read(content, score=known).header == ("numero", "valor")


def test_short_rows_are_padded_and_long_ones_named() -> None:
    content = workbook([["numero", "valor", "obs"], ["1", 2], ["2", 3, None, "stray"]])
    batch = next(tables.batches(tables.read(content, score=known)))
    assert [list(row) for row in batch.rows] == [["1", 2, None]]
    assert [(p.line, p.code) for p in batch.problems] == [(3, Code.COLUMNS)]


def test_a_formula_is_its_stored_value_and_never_computed() -> None:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["numero", "valor"])
    sheet.write(1, 0, "=1+1")
    sheet.write_formula(1, 1, "=2*3", value=77)
    book.close()
    batch = next(tables.batches(tables.read(stream.getvalue(), score=known)))
    assert batch.rows[0][1] == 77


def test_names_that_nobody_knows_stand_in_the_first_row_of_several_cells() -> None:
    content = workbook([["Título"], ["quem", "quanto"], ["Ana", 3]])
    assert tables.read(content).header == ("quem", "quanto")
    with pytest.raises(BadInput, match="names of columns"):
        tables.read(workbook([["Título"], ["outro"]]))


def test_workbooks_that_hold_nothing_or_are_broken_are_refused() -> None:
    with pytest.raises(BadInput, match="no rows"):
        tables.read(workbook([]))
    with pytest.raises(BadInput, match="no rows"):
        tables.read(workbook([["numero", "valor"]]))
    with pytest.raises(BadInput, match=r"damaged|ZIP"):
        tables.read(workbook([["numero", "valor"], ["1", 2]])[:-400])


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_unpacked() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 30_000_000)
    with pytest.raises(BadInput, match="unpacks to 30 MB"):
        tables.read(stream.getvalue(), limit=1_000_000)


def test_a_few_bytes_that_claim_a_million_wide_rows_cost_next_to_nothing() -> None:
    cells = b'<row r="%d"><c r="XFD%d"><v>1</v></c></row>'
    far = b'<row r="1"><c r="A1"><v>1</v></c></row>' + cells % (1_048_576, 1_048_576)
    assert [line for line, _ in workbooks.sheets(_sheet(far), 1_000_000)[0]] == [1, 1_048_576]
    wide = b"".join(cells % (row, row) for row in range(1, 2_000))
    with pytest.raises(BadInput, match="too large"):
        workbooks.sheets(_sheet(wide), 1_000_000)


def _sheet(rows: bytes) -> bytes:
    """A workbook whose worksheet holds these rows and claims to be as large as can be."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook([[1]]))) as source, zipfile.ZipFile(stream, "w") as to:
        for name in source.namelist():
            content = source.read(name)
            if name.startswith("xl/worksheets/"):
                head, _, _ = content.partition(b"<dimension")
                content = head + b'<dimension ref="A1:XFD1048576"/><sheetData>' + rows
                content += b"</sheetData></worksheet>"
            to.writestr(name, content)
    return stream.getvalue()
