"""`bpo inspect`: exits and JSON, without any server."""

import json
import re
from io import BytesIO
from zipfile import ZipFile

from bpo import cli
from bpo.domain.intake import inspection
from tests.formats import fuzz


def inspected(capsys, *arguments):
    code = cli.main(["inspect", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_a_code_is_told_as_json_alone_on_standard_output(capsys):
    code, out, err = inspected(capsys, "12.abc.345/01de-35", "--json")
    assert (code, err) == (0, "")
    assert json.loads(out) == {
        "kind": "cnpj",
        "valid": True,
        "records": [{"normalized": "12ABC34501DE35", "formatted": "12.ABC.345/01DE-35"}],
        "problems": [],
    }


def test_a_wrong_check_digit_is_no_failure_and_what_is_nothing_is(capsys):
    code, out, _ = inspected(capsys, "12ABC34501DE36", "--json")
    assert (code, json.loads(out)["valid"]) == (0, False)
    code, out, err = inspected(capsys, "hello", "--json")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert inspected(capsys, "no/such/file.xml", "--json")[0] == 2


def test_the_day_of_looking_chooses_between_two_days(capsys):
    line = "04192111072900015022683256340593810010000055000"
    for day, due in (("2001-01-01", "2000-07-04"), ("2026-11-23", "2025-02-23")):
        _, out, _ = inspected(capsys, line, "--on", day, "--json")
        assert json.loads(out)["records"][0]["due_date"] == due


def test_a_huge_file_is_refused_before_it_is_read(capsys, tmp_path):
    huge = tmp_path / "huge.csv"
    with huge.open("wb") as file:
        file.truncate(200_000_000)
    code, out, err = inspected(capsys, str(huge), "--json")
    assert (code, out) == (2, "")
    assert "200 MB" in err
    assert inspection.LIMIT < 200_000_000


def test_a_file_and_words_for_people(capsys, tmp_path):
    table = tmp_path / "titulos.csv"
    table.write_text("cliente;numero;vencimento;valor\nC1;1;25/10/2026;9,00\nC1;2;26/10/2026;x\n")
    code, out, err = inspected(capsys, str(table))
    assert (code, out) == (0, "")
    assert "csv: valid" in err
    assert "line 3" in err


def test_what_a_library_says_of_a_damaged_workbook_is_no_answer(capsys, tmp_path):
    damaged = tmp_path / "titulos.xlsx"
    with ZipFile(BytesIO(fuzz.workbook())) as whole, ZipFile(damaged, "w") as written:
        for name in whole.namelist():
            content = re.sub(rb"<cellStyleXfs.*</cellStyleXfs>", b"", whole.read(name))
            written.writestr(name, content)
    code, out, err = inspected(capsys, str(damaged), "--json")
    assert (code, out) == (2, "")
    assert "out of range" in err
