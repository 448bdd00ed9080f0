"""Text tables: encoding, separator, header row, and rows that are named instead of bent to fit."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpo.formats import tables
from bpo.formats.problems import Ambiguous, Code, Problem
from bpo.kernel.errors import BadInput

HEADER = "cliente;numero;vencimento"


def opened(text: str, encoding: str = "utf-8") -> tables.Table:
    return tables.read(text.encode(encoding))


def everything(
    table: tables.Table, size: int = 2
) -> tuple[list[int], list[list[str]], list[Problem]]:
    lines: list[int] = []
    rows: list[list[str]] = []
    problems: list[Problem] = []
    for batch in tables.batches(table, size):
        lines += batch.lines
        rows += map(list, batch.rows)
        problems += batch.problems
    return lines, rows, problems


def test_the_last_letter_of_a_text_of_two_bytes_each_stays_whole():
    content = b"\xff\xfe" + "a;b\n1;\u1a7c".encode("utf-16-le")
    (batch,) = tables.batches(tables.read(content))
    assert batch.rows == [["1", "\u1a7c"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_accents_arrive_whole_in_every_encoding(encoding: str) -> None:
    table = opened("Razão Social;Nº\nJosé & Irmãos – Ltda;1\n", encoding)
    assert table.header == ("Razão Social", "Nº")
    assert everything(table)[1] == [["José & Irmãos – Ltda", "1"]]
    assert table.encoding == encoding


def test_bytes_that_are_no_windows_text_are_latin_1() -> None:
    assert tables.read(b"a;b\n\x81\xe7;1\n").encoding == "latin-1"


def test_a_few_wrong_bytes_do_not_spoil_all_accents() -> None:
    content = "numero;nome\n1;São João\n2;José\n".encode() + b"3;Z\xe9\n"
    with pytest.raises(Ambiguous, match="first on line 4") as doubt:
        tables.read(content)
    assert doubt.value.option == "--encoding"
    assert tables.read(content, encoding="cp1252").encoding == "cp1252"


def test_a_given_encoding_must_exist_and_fit() -> None:
    assert tables.read("ação;b\nx;1\n".encode("latin-1"), encoding="ISO-8859-1").header[0] == "ação"
    with pytest.raises(BadInput, match="line 2 cannot be read"):
        tables.read("a;b\nação;1\n".encode("latin-1"), encoding="utf-8")
    with pytest.raises(BadInput, match="klingon"):
        tables.read(b"a;b\n1;2\n", encoding="klingon")


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_the_separator_is_the_one_that_divides_evenly(separator: str) -> None:
    rows = [["numero", "valor", "obs"], ["1", "10", "a.b"], ["2", "20", "c/d"]]
    table = opened("\n".join(separator.join(row) for row in rows))
    assert table.separator == separator
    assert everything(table)[1] == rows[1:]


def test_decimal_commas_do_not_pass_for_separators() -> None:
    table = opened("numero;valor;obs\n1;10,50;a,b\n2;20,00;a,b\n")
    assert (table.separator, table.width) == (";", 3)


def test_a_line_that_declares_the_separator_is_obeyed() -> None:
    table = opened("sep=|\na,b|c\n1,2|3\n")
    assert table.header == ("a,b", "c")
    assert everything(table)[:2] == ([3], [["1,2", "3"]])


def test_blank_lines_and_titles_before_the_header_are_passed_over() -> None:
    text = "\n\nRelatório de títulos;;\nEmitido em;01/02/2024;\n\n" + HEADER + "\nA;1;x\n"
    table = tables.read(text.encode(), score=lambda row: sum(cell == "numero" for cell in row))
    assert (table.header_line, table.header) == (6, ("cliente", "numero", "vencimento"))
    assert everything(table)[:2] == ([7], [["A", "1", "x"]])


def test_lines_are_those_of_an_editor() -> None:
    table = opened(HEADER + '\nA;1;x\n"B\nC";2;"y\r\nz"\n\nD;3;w\n')
    lines, rows, problems = everything(table)
    assert lines == [2, 3, 7]
    assert rows[1] == ["B\nC", "2", "y\r\nz"]
    assert not problems


def test_every_line_end_counts_as_one() -> None:
    for end in ("\n", "\r\n", "\r"):
        assert everything(opened(end.join([HEADER, "A;1;x", "", "B;2;y"])))[0] == [2, 4]


def test_rows_of_another_width_are_named_and_never_filled() -> None:
    lines, rows, problems = everything(opened(HEADER + "\nA;1\nB;2;x\nC;3;x;y\nD;4;x\n"))
    assert (lines, [row[0] for row in rows]) == ([3, 5], ["B", "D"])
    assert [(p.line, p.code) for p in problems] == [(2, Code.COLUMNS), (4, Code.COLUMNS)]
    assert str(problems[0].message) == "The row has 2 columns where the header has 3."


def test_a_row_wrapped_in_quotes_is_named_as_such() -> None:
    text = 'a,b,c\n1,x,2\n"2,""y, z"",3"\n"3,y,4",,\n4,"q",5\n'
    lines, _, problems = everything(opened(text))
    assert lines == [2, 5]
    assert [(p.line, p.code) for p in problems] == [(3, Code.REQUOTED), (4, Code.REQUOTED)]


def test_a_stray_quotation_mark_does_not_swallow_the_rows_below() -> None:
    text = HEADER + '\nA;"1;x\nB;2;x\nC;3;x\n"D";4;x\nE;5;"x\ny"\nF;6;x\n'
    lines, rows, problems = everything(opened(text))
    assert {"B", "C"} <= {row[0] for row in rows}
    assert 2 in {problem.line for problem in problems}
    assert all(len(row) == 3 for row in rows)
    assert len(lines) == len(rows)


def test_a_quotation_mark_never_closed_costs_its_own_line_only() -> None:
    rows = "".join(f"B;{number};x\n" for number in range(40_000))
    lines, _, problems = everything(opened(HEADER + '\nA;"1;x\n' + rows), 1000)
    assert [(p.line, p.code) for p in problems] == [(2, Code.COLUMNS)]
    assert lines == list(range(3, 40_003))


def test_rows_without_anything_in_them_are_no_rows() -> None:
    assert everything(opened(HEADER + "\nA;1;x\n;;\n ; ; \n\nB;2;y\n\n"))[0] == [2, 6]
    assert everything(opened(HEADER + "\nA;1;x\n ; ; \nB;2;y\n"))[0] == [2, 4]


def test_a_separator_at_the_end_of_every_row_adds_no_column() -> None:
    lines, rows, problems = everything(opened(HEADER + "\nA;1;x;\nB;2;y;\n"))
    assert (len(lines), rows[0], problems) == (2, ["A", "1", "x", ""], [])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"\xef\xbb\xbf \r\n\n", "The file is empty."),
        (b"a;b\n1;\x002\n", "Line 2 holds a zero byte"),
        (b"a;b\n\x01\x02\x03;\n", "Line 2 holds bytes that are not text"),
        (b"a;b\n", "has column names on line 1 but no rows"),
        (b"only words\nand more\n", "This is not a table"),
        (b'"a,b,c"\n"1,2,3"\n', "the whole line stands inside quotes"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "Excel 97-2003"),
        (b"<html><table><tr>", "HTML"),
        (b"<?xml version='1.0'?><a/>", "XML"),
        (b"PK\x03\x04rubbish", "ZIP"),
        ("a;b\n".encode("utf-16-le") * 9, "zero byte"),
        (b"a;b\n1;" + b"2" * 2000 + b"\n", "at most"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence.replace("(", r"\(")):
        tables.read(content, limit=1000)


def test_a_line_of_megabytes_is_refused() -> None:
    with pytest.raises(BadInput, match="too long"):
        everything(opened("a;b\n1;" + "2" * 200_000 + "\n"))


cells = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]) | st.sampled_from('\n,;"\t|'),
    max_size=8,
)


@given(
    rows=st.lists(
        st.lists(cells, min_size=3, max_size=3).filter(lambda row: any(row[1:])),
        min_size=1,
        max_size=30,
    ),
    separator=st.sampled_from(";,\t|"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    end=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    size=st.integers(1, 7),
)
def test_whatever_a_program_wrote_is_read_back(
    rows: list[list[str]], separator: str, quoting: int, end: str, encoding: str, size: int
) -> None:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=separator, quoting=quoting, lineterminator=end)
    writer.writerows([["one", "two", "three"], *rows])
    content = stream.getvalue().encode(encoding)
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    if not filled:
        return
    table = tables.read(content, separator=separator)
    _, read, problems = everything(table, size)
    assert (table.header, read, problems) == (("one", "two", "three"), filled, [])
