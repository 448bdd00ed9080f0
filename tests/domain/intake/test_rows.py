"""Tables of receivables as Ana receives them from client companies, good rows and bad."""

from datetime import date
from typing import Any

import pytest

from bpo.domain.intake import rows
from bpo.domain.intake.rows import Choices, Code, Field, Kind, Level
from bpo.domain.intake.rows_records import DebtorKind, ReceivableRow
from bpo.formats.amounts import Mark
from bpo.formats.dates import Order
from bpo.kernel.errors import BadInput

HEADER = "Código Cliente;Razão Social;Nº Documento;Emissão;Vencimento;Valor"


def parsed(*lines: str, header: str = HEADER, **choices: Any) -> rows.Table:
    return rows.parse("\n".join([header, *lines]).encode(), Choices(**choices))


def only(table: rows.Table) -> ReceivableRow:
    (row,) = table.rows
    assert isinstance(row, ReceivableRow)
    return row


def found(table: rows.Table) -> list[tuple[int, str | None, Code, Level]]:
    return [(p.line, p.field, p.code, p.level) for p in table.problems]


def test_a_brazilian_table_is_read_without_being_told_anything() -> None:
    table = parsed("0042;Padaria Sol;000123;13/01/2024;10/02/2024;R$ 1.234,56")
    row = only(table)
    assert table.kind is Kind.RECEIVABLES
    assert (row.line, row.debtor_ref, row.debtor_key) == (2, "0042", "42")
    assert (row.debtor_name, row.number, row.number_key) == ("Padaria Sol", "000123", "123")
    assert (row.issue_date, row.due_date) == (date(2024, 1, 13), date(2024, 2, 10))
    assert (row.amount_cents, row.paid_date, row.paid_cents) == (123456, None, None)
    assert (table.options.separator, table.options.encoding) == (";", "utf-8")
    assert (table.options.decimal, table.options.date_order) == (Mark.COMMA, Order.DMY)
    assert table.options.mapping[Field.DUE_DATE] == "Vencimento"
    assert (table.total, table.rejected, table.problems) == (1, 0, [])


def test_every_bad_row_is_named_with_its_line_and_the_rest_is_taken() -> None:
    table = parsed(
        "1;Ana;10;13/01/2024;10/02/2024;10,00",
        "1;Ana;11;13/01/2024;10/02/2024",
        "1;Ana;12;13/01/2024;10/02/2024;",
        "1;Ana;13;13/01/2024;;10,00",
        ";Ana;14;13/01/2024;10/02/2024;10,00",
        "1;Ana;15;13/01/2024;31/02/2024;10,00",
        "1;Ana;16;13/01/2024;10/02/2024;dez reais",
        "1;Ana;17;13/01/2024;10/02/2024;-10,00",
        "1;Ana;18;13/01/2024;10/02/2024;0,00",
        "1;Ana;10;13/01/2024;10/02/2024;10,00",
        "1;Ana;010;13/01/2024;10/02/2024;11,00",
        "2;Bia;10;13/01/2024;10/02/2024;10,00",
    )
    assert [row.line for row in table.rows] == [2, 13]
    assert found(table) == [
        (3, None, Code.COLUMNS, Level.REJECT),
        (4, "amount", Code.MISSING, Level.REJECT),
        (5, "due_date", Code.MISSING, Level.REJECT),
        (6, "debtor_ref", Code.MISSING, Level.REJECT),
        (7, "due_date", Code.DATE, Level.REJECT),
        (8, "amount", Code.AMOUNT, Level.REJECT),
        (9, "amount", Code.NEGATIVE, Level.REJECT),
        (10, "amount", Code.AMOUNT, Level.REJECT),
        (11, None, Code.DUPLICATE, Level.REJECT),
        (12, None, Code.CONFLICT, Level.REJECT),
    ]
    assert (table.total, table.rejected) == (12, 10)
    assert str(table.problems[2].message) == "Vencimento is blank."
    assert str(table.problems[8].message) == "The row repeats line 2."


def test_a_row_with_two_faults_is_rejected_once_and_both_are_told() -> None:
    table = parsed("1;Ana;10;13/01/2024;10/02/2024;10,00", "1;Ana;11;x;10/02/2024;y")
    assert table.rejected == 1
    assert [p.code for p in table.problems] == [Code.DATE, Code.AMOUNT]


def test_a_rejected_row_does_not_make_its_good_copy_a_duplicate() -> None:
    table = parsed("1;Ana;10;13/01/2024;10/02/2024;", "1;Ana;10;13/01/2024;10/02/2024;10,00")
    assert only(table).line == 3


def test_due_before_issue_is_taken_with_a_warning() -> None:
    table = parsed("1;Ana;10;20/02/2024;10/02/2024;10,00")
    assert found(table) == [(2, "due_date", Code.DUE_BEFORE_ISSUE, Level.WARNING)]
    assert (only(table).due_date, table.rejected) == (date(2024, 2, 10), 0)


def test_dates_that_both_parse_are_asked_about_and_the_answer_decides() -> None:
    lines = ["1;Ana;10;01/02/2024;03/04/2024;10,00", "1;Ana;11;02/03/2024;05/04/2024;20,00"]
    with pytest.raises(rows.Ambiguous, match="--date-order dmy or --date-order mdy"):
        parsed(*lines)
    for order, due in ((Order.DMY, date(2024, 4, 3)), (Order.MDY, date(2024, 3, 4))):
        assert parsed(*lines, date_order=order).rows[0].due_date == due  # type: ignore[union-attr]


def test_the_question_says_what_speaks_for_an_answer_but_does_not_guess() -> None:
    lines = [f"1;Ana;{n};0{n}/01/2024;01/0{n + 1}/2024;10,00" for n in range(3, 8)]
    with pytest.raises(rows.Ambiguous, match="With dmy no row is due before it was issued"):
        parsed(*lines)


def test_two_date_orders_in_one_file_are_told_row_by_row() -> None:
    table = parsed(
        "1;Ana;10;13/01/2024;10/02/2024;10,00",
        "1;Ana;11;14/01/2024;11/02/2024;10,00",
        "1;Ana;12;01/15/2024;02/16/2024;10,00",
        "1;Ana;13;01/02/2024;03/04/2024;10,00",
        "1;Ana;14;25/02/2024;03/04/2024;10,00",
    )
    assert [row.line for row in table.rows] == [2, 3, 6]
    assert [(p.line, p.code) for p in table.problems if p.field == "issue_date"] == [
        (4, Code.DATE),
        (5, Code.DATE_ORDER),
    ]
    assert "is written month/day/year, but the file day/month/year" in str(
        table.problems[0].message
    )


def test_one_slip_in_a_long_file_rejects_its_row_and_marks_the_open_ones() -> None:
    good = [f"1;Ana;{n};13/01/2024;25/02/2024;10,00" for n in range(30)]
    table = parsed(
        *good, "1;Ana;98;01/13/2024;03/04/2024;10,00", "1;Ana;99;01/02/2024;03/04/2024;10,00"
    )
    assert (table.total, table.rejected) == (32, 1)
    assert found(table) == [
        (32, "issue_date", Code.DATE, Level.REJECT),
        (33, "issue_date", Code.DATE_ORDER, Level.WARNING),
    ]


def test_amounts_that_could_be_thousands_are_asked_about_and_the_answer_decides() -> None:
    line = "1;Ana;10;13/01/2024;10/02/2024;1.500"
    with pytest.raises(rows.Ambiguous, match="--decimal"):
        parsed(line)
    assert only(parsed(line, decimal=Mark.COMMA)).amount_cents == 150000
    assert only(parsed(line, decimal=Mark.POINT)).amount_cents == 150


def test_two_decimal_marks_in_one_file_are_told_row_by_row() -> None:
    table = parsed(
        "1;Ana;10;13/01/2024;10/02/2024;1.234,56",
        "1;Ana;11;13/01/2024;10/02/2024;10,00",
        "1;Ana;12;13/01/2024;10/02/2024;1234.56",
        "1;Ana;13;13/01/2024;10/02/2024;1.234",
    )
    assert [row.line for row in table.rows] == [2, 3]
    assert [(p.line, p.code) for p in table.problems] == [(4, Code.AMOUNT), (5, Code.AMOUNT)]


def test_without_a_number_the_facts_identify_and_repeats_are_duplicates() -> None:
    header = "id_cliente;emissao;vencimento;valor"
    table = parsed(
        "5058298901476893676;2021-07-14;2021-08-04;11204.75",
        "5058298901476893676;2021-07-14;2021-08-04;11204.75",
        "5058298901476893677;2021-07-14;2021-08-04;11204.75",
        "5058298901476893676;2021-07-14;2021-08-05;11204.75",
        header=header,
    )
    assert [row.line for row in table.rows] == [2, 4, 5]
    assert found(table) == [(3, None, Code.DUPLICATE, Level.REJECT)]
    assert table.rows[0].debtor_ref == "5058298901476893676"


def test_instalments_of_one_invoice_are_different_receivables() -> None:
    header = "cod_cliente;nota fiscal;parcela;emissão;vencimento;valor"
    table = parsed(
        "7;1234;1/3;13/01/2024;13/02/2024;10,00",
        "7;1234;02/03;13/01/2024;13/03/2024;10,00",
        "7;1234;3 de 3;13/01/2024;13/04/2024;10,00",
        "7;1234;4/3;13/01/2024;13/05/2024;10,00",
        header=header,
    )
    numbers = [(r.number_key, r.installment, r.installments) for r in table.rows]  # type: ignore[union-attr]
    assert numbers == [("1234/1", 1, 3), ("1234/2", 2, 3), ("1234/3", 3, 3), ("1234", None, None)]
    assert found(table) == [(5, "installment", Code.INSTALLMENT, Level.WARNING)]


def test_the_same_number_of_two_debtors_is_two_receivables() -> None:
    table = parsed("1;Ana;10;13/01/2024;10/02/2024;10,00", "2;Bia;10;13/01/2024;10/02/2024;10,00")
    assert len(table.rows) == 2


def test_a_debtor_under_several_names_gets_the_most_frequent_first_of_equals() -> None:
    table = parsed(
        "1;SOL Ltda;10;13/01/2024;10/02/2024;10,00",
        "01;Sol  Padaria ;11;13/01/2024;10/02/2024;10,00",
        "1;Sol Padaria;12;13/01/2024;10/02/2024;10,00",
        "2;Lua;13;13/01/2024;10/02/2024;10,00",
        "2;Lua SA;14;13/01/2024;10/02/2024;10,00",
    )
    assert [row.debtor_name for row in table.rows] == ["Sol Padaria"] * 3 + ["Lua"] * 2


def test_a_settlement_date_alone_is_one_full_payment_on_that_day() -> None:
    header = HEADER + ";Data Pagamento"
    table = parsed(
        "1;Ana;10;13/01/2024;10/02/2024;10,00;09/02/2024",
        "1;Ana;11;13/01/2024;10/02/2024;10,00;",
        "1;Ana;12;13/01/2024;10/02/2024;10,00;12/01/2024",
        header=header,
    )
    paid = [(r.paid_date, r.paid_cents) for r in table.rows]  # type: ignore[union-attr]
    assert paid == [(date(2024, 2, 9), 1000), (None, None), (date(2024, 1, 12), 1000)]
    assert found(table) == [(4, "paid_date", Code.PAID_BEFORE_ISSUE, Level.WARNING)]


def test_who_may_have_paid_is_not_taken_as_open() -> None:
    header = HEADER + ";Data Pagamento;Valor Pago"
    table = parsed(
        "1;Ana;10;13/01/2024;10/02/2024;10,00;09/02/2024;7,50",
        "1;Ana;11;13/01/2024;10/02/2024;10,00;09/02/2024;",
        "1;Ana;12;13/01/2024;10/02/2024;10,00;;7,50",
        "1;Ana;13;13/01/2024;10/02/2024;10,00;09/02/2024;0,00",
        "1;Ana;14;13/01/2024;10/02/2024;10,00;;0,00",
        header=header,
    )
    paid = [(r.line, r.paid_cents) for r in table.rows]  # type: ignore[union-attr]
    assert paid == [(2, 750), (3, 1000), (6, None)]
    assert found(table) == [
        (4, "paid_date", Code.MISSING, Level.REJECT),
        (5, "paid_amount", Code.AMOUNT, Level.REJECT),
    ]


def test_the_balance_stands_beside_the_amount_or_for_it() -> None:
    both = parsed("1;Ana;10;13/01/2024;10/02/2024;10,00;4,00", header=HEADER + ";Saldo")
    assert (only(both).amount_cents, only(both).balance_cents) == (1000, 400)
    alone = parsed("1;10;13/01/2024;4,00", header="cod cliente;numero;vencimento;saldo devedor")
    assert (only(alone).amount_cents, only(alone).balance_cents) == (400, None)


def test_without_an_issue_column_the_day_of_issue_is_unknown_and_a_note_says_so() -> None:
    table = parsed("1;10;13/01/2024;4,00", header="cod cliente;numero;vencimento;valor")
    assert only(table).issue_date is None
    (note,) = table.notes
    assert str(note).startswith(
        "The file has no issue date: an invoice counts as issued on the day"
    )


def test_unknown_columns_are_kept_as_information_and_cells_are_never_formulas() -> None:
    table = parsed(
        "1;=cmd|' /C calc'!A0;10;13/01/2024;10/02/2024;10,00;Yes;@sum(1)",
        header=HEADER + ";Disputed;Obs",
    )
    assert only(table).extra == {"Disputed": "Yes", "Obs": "@sum(1)"}
    assert only(table).debtor_name == "=cmd|' /C calc'!A0"


def test_ids_keep_all_digits_and_shortened_ones_are_refused() -> None:
    table = parsed(
        '="000042";Ana;10;13/01/2024;10/02/2024;10,00',
        "'0007;Bia;10;13/01/2024;10/02/2024;10,00",
        "140105686.0;Cia;1930438491.0;13/01/2024;10/02/2024;10,00",
        "1,66124E+18;Dia;11;13/01/2024;10/02/2024;10,00",
        "1;Eva;4,58E+14;13/01/2024;10/02/2024;10,00",
        "1661240395903230676;Fia;12;13/01/2024;10/02/2024;10,00",
    )
    assert [row.debtor_ref for row in table.rows] == [
        "000042",
        "0007",
        "140105686",
        "1661240395903230676",
    ]
    assert table.rows[2].number == "1930438491"  # type: ignore[union-attr]
    assert found(table) == [
        (5, "debtor_ref", Code.DAMAGED, Level.REJECT),
        (6, "number", Code.DAMAGED, Level.REJECT),
    ]


def test_a_column_of_shortened_customers_is_not_taken_for_names() -> None:
    table = parsed("1,66124E+18;11;20/02/2024;10,00", header="Cliente;Nota;Vencimento;Valor")
    assert found(table) == [(2, "debtor_ref", Code.DAMAGED, Level.REJECT)]


def test_debtors_are_known_by_cpf_or_cnpj_and_lost_zeros_come_back() -> None:
    header = "CPF/CNPJ;Nome;Fatura;Emissão;Vencimento;Valor"
    table = parsed(
        "33.000.167/0001-01;Petro;1;13/01/2024;10/02/2024;10,00",
        "12.ABC.345/01DE-35;Alfa;2;13/01/2024;10/02/2024;10,00",
        "1234567890;Davi;3;13/01/2024;10/02/2024;10,00",
        "111.111.111-11;Ze;4;13/01/2024;10/02/2024;10,00",
        ";Ninguem;5;13/01/2024;10/02/2024;10,00",
        header=header,
    )
    assert [(r.debtor_document, r.debtor_kind) for r in table.rows] == [  # type: ignore[union-attr]
        ("33000167000101", DebtorKind.COMPANY),
        ("12ABC34501DE35", DebtorKind.COMPANY),
        ("01234567890", DebtorKind.PERSON),
    ]
    assert table.rows[0].debtor_key == "33000167000101"
    assert found(table) == [
        (5, "debtor_document", Code.DOCUMENT, Level.REJECT),
        (6, "debtor_ref", Code.MISSING, Level.REJECT),
    ]


def test_a_wrong_cnpj_beside_a_customer_number_costs_the_cnpj_not_the_row() -> None:
    header = "Código;CNPJ;Fatura;Vencimento;Valor"
    table = parsed(
        "7;33.000.167/0001-02;1;13/01/2024;10,00",
        header=header,
        mapping={"debtor_ref": "Código"},
    )
    assert (only(table).debtor_key, only(table).debtor_document) == ("7", None)
    assert found(table) == [(2, "debtor_document", Code.DOCUMENT, Level.WARNING)]


def test_what_a_person_maps_goes_before_what_is_recognised() -> None:
    header = "quem;papel;quando;quanto;vencimento"
    line = "7;55;13/01/2024;10,00;01/01/1999"
    with pytest.raises(BadInput, match="customer number, CPF or CNPJ; amount"):
        parsed(line, header=header)
    mapping = {"debtor_ref": "quem", "number": "PAPEL", "due_date": "quando", "amount": "quanto"}
    row = only(parsed(line, header=header, mapping=mapping))
    assert (row.debtor_ref, row.number, row.due_date) == ("7", "55", date(2024, 1, 13))
    assert row.extra == {"vencimento": "01/01/1999"}


def test_a_mapping_to_what_does_not_exist_is_refused() -> None:
    line = "1;Ana;10;13/01/2024;10/02/2024;10,00"
    with pytest.raises(BadInput, match="no column Venc2"):
        parsed(line, mapping={"due_date": "Venc2"})
    with pytest.raises(BadInput, match="colour is not a field"):
        parsed(line, mapping={"colour": "Valor"})


def test_a_field_can_be_mapped_to_nothing() -> None:
    line = "1;Ana;10;13/01/2024;10/02/2024;10,00"
    assert only(parsed(line, mapping={"number": ""})).number == ""


def test_an_outline_shows_the_columns_before_anything_is_decided() -> None:
    content = f"{HEADER}\n1;Ana;10;01/02/2024;03/04/2024;10,00\n".encode()
    outline = rows.outline(content)
    assert outline.mapping[Field.AMOUNT] == "Valor"
    assert (outline.kind, list(outline.missing)) == (Kind.RECEIVABLES, [])
    assert outline.samples[0][0] == "1"
    lacking = rows.outline(b"quem;quanto\n1;10\n")
    assert (lacking.kind, list(lacking.missing)) == (
        None,
        [Field.DEBTOR_REF, Field.DUE_DATE, Field.AMOUNT],
    )


def test_batches_tell_repeats_across_their_borders() -> None:
    lines = [f"1;Ana;{n % 25 + 1};13/01/2024;10/02/2024;10,00" for n in range(30)]
    examined = rows.examine("\n".join([HEADER, *lines]).encode())
    pieces = list(rows.batches(examined, 4))
    assert examined.total == 30
    assert sum(len(piece.rows) for piece in pieces) == 25
    assert [p.line for piece in pieces for p in piece.problems] == [27, 28, 29, 30, 31]
