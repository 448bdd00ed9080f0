"""What a table decided is kept with it, and reads it again as the first time."""

import json

import pytest

from bpo.domain.intake import incoming, rows, rows_survey
from bpo.domain.intake.rows import Choices, Kind

HEAD = "cliente;nome;numero;emissao;vencimento;valor;data pagamento;valor pago"
TABLES = {
    "plain": [HEAD, "C1;Davi;1;01/09/2026;30/09/2026;1.234,56;;"],
    "several names": [
        HEAD,
        "C1;Davi;1;01/09/2026;30/09/2026;100,00;;",
        "0C1;;2;01/09/2026;30/09/2026;100,00;;",
        "C1;Davi Lima;3;01/09/2026;30/09/2026;100,00;25/09/2026;90,00",
        "C1;Davi Lima;4;01/09/2026;31/09/2026;100,00;;",
        "C2;Eva;5;01/09/2026;30/09/2026;x;;",
    ],
    "mixed dates": [HEAD]
    + [f"C1;Davi;{n};{n:02}/09/2026;25/09/2026;100,00;;" for n in range(13, 24)]
    + ["C1;Davi;90;09/25/2026;09/28/2026;100,00;;", "C1;Davi;91;02/03/2026;04/05/2026;1,00;;"],
    "mixed marks": [
        HEAD,
        "C1;Davi;1;01/09/2026;30/09/2026;1.234,56;;",
        "C1;Davi;2;01/09/2026;30/09/2026;34,5;;",
        "C1;Davi;3;01/09/2026;30/09/2026;12.50;;",
        "C1;Davi;4;01/09/2026;30/09/2026;1.234;;",
    ],
    "bills without numbers": ["vencimento;cliente;valor", "30/09/2026;7;10,00", "x;7;10,00"],
    "payments": [
        "cliente;nome;numero;data pagamento;valor pago",
        ";Ana;1;30/09/2026;10,00",
        ";Eva;2;30/09/2026;10,00",
    ],
}
ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "utf-16")


def read(examined):
    """Everything that a table says, problems included."""
    return [
        (row, problem)
        for parsed in rows.batches(examined)
        for row, problem in (
            *((row, None) for row in parsed.rows),
            *((None, one) for one in parsed.problems),
        )
    ]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("name", TABLES)
def test_a_table_read_again_by_what_it_decided_says_the_same(name, encoding):
    content = "\r\n".join(TABLES[name]).replace("Davi", "Davì").encode(encoding)
    first = rows.examine(content, Choices())
    kept = json.loads(json.dumps(rows_survey.to_json(first.decided)))
    again = rows.examine(content, Choices(), rows_survey.from_json(kept))
    assert read(again) == read(first)
    assert (again.kind, again.total, again.options) == (first.kind, first.total, first.options)


def test_a_debtor_has_one_name_and_a_row_that_names_no_debtor_its_own():
    examined = rows.examine("\n".join(TABLES["several names"]).encode(), Choices())
    assert examined.decided.names == {"C1": "Davi Lima"}
    assert {row.debtor_name for row, _ in read(examined) if row} == {"Davi Lima"}
    payments = rows.examine("\n".join(TABLES["payments"]).encode(), Choices(kind=Kind.PAYMENTS))
    assert [row.debtor_name for row, _ in read(payments) if row] == ["Ana", "Eva"]


def test_what_is_too_much_or_was_decided_otherwise_is_not_kept(monkeypatch):
    examined = rows.examine("\n".join(TABLES["several names"]).encode(), Choices())
    kept = rows_survey.to_json(examined.decided)
    assert rows_survey.from_json(kept) == examined.decided
    assert rows_survey.from_json({}) is None
    assert rows_survey.from_json(kept | {"reading": 0}) is None
    monkeypatch.setattr(rows_survey, "MOST_NAMES", 0)
    assert rows_survey.to_json(examined.decided) is None


def test_what_was_decided_is_only_a_tables():
    part = incoming.examine("\n".join(TABLES["plain"]).encode())
    assert part.decided
    assert part.decided.total == 1
