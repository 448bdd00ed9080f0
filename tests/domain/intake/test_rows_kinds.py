"""Columns told by name and value, payments and registers of debtors, typed workbooks."""

import io
from datetime import date
from typing import Any

import pytest
import xlsxwriter

from bpo.domain.intake import rows, rows_columns, rows_names
from bpo.domain.intake.rows import Choices, Code, Field, Kind
from bpo.domain.intake.rows_records import DebtorKind, DebtorRow, PaymentRow, ReceivableRow
from bpo.kernel.errors import BadInput


def parsed(text: str, **choices: Any) -> rows.Table:
    return rows.parse(text.encode(), Choices(**choices))


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("customerID", Field.DEBTOR_REF),
        ("ID_CLIENTE", Field.DEBTOR_REF),
        ("cust_number", Field.DEBTOR_REF),
        ("Código do Cliente", Field.DEBTOR_REF),
        ("CNPJ", Field.DEBTOR_DOCUMENT),
        ("C.P.F.", Field.DEBTOR_DOCUMENT),
        ("CPF ou CNPJ", Field.DEBTOR_DOCUMENT),
        ("CNPJ do Sacado", Field.DEBTOR_DOCUMENT),
        ("name_customer", Field.DEBTOR_NAME),
        ("RAZÃO SOCIAL", Field.DEBTOR_NAME),
        ("invoiceNumber", Field.NUMBER),
        ("doc_id", Field.NUMBER),
        ("Nosso Número", Field.NUMBER),
        ("Nº Documento", Field.NUMBER),
        ("NF", Field.NUMBER),
        ("InvoiceDate", Field.ISSUE_DATE),
        ("posting_date", Field.ISSUE_DATE),
        ("DATA_EMISSAO_DOCUMENTO", Field.ISSUE_DATE),
        ("Dt. Emissão", Field.ISSUE_DATE),
        ("DueDate", Field.DUE_DATE),
        ("due_in_date", Field.DUE_DATE),
        ("DATA_VENCIMENTO", Field.DUE_DATE),
        ("Data de Vencimento", Field.DUE_DATE),
        ("Venc.", Field.DUE_DATE),
        ("InvoiceAmount", Field.AMOUNT),
        ("VALOR_A_PAGAR", Field.AMOUNT),
        ("total_open_amount", Field.AMOUNT),
        ("converted_usd", Field.AMOUNT),
        ("Valor (R$)", Field.AMOUNT),
        ("Valor do Título", Field.AMOUNT),
        ("SettledDate", Field.PAID_DATE),
        ("clear_date", Field.PAID_DATE),
        ("Data do Pagamento", Field.PAID_DATE),
        ("Valor Pago", Field.PAID_AMOUNT),
        ("E-mail", Field.EMAIL),
        ("Celular", Field.PHONE),
        ("UF", Field.STATE),
        ("Município", Field.CITY),
        ("Parcela", Field.INSTALLMENT),
        ("Número de Parcelas", Field.INSTALLMENTS),
        ("FLAG_PF", Field.DEBTOR_KIND),
        ("Moeda", Field.CURRENCY),
    ],
)
def test_columns_are_known_by_their_names_in_two_languages(name: str, field: Field) -> None:
    columns = rows_columns.recognise([name], [])
    assert columns == {field: 0} or (field is Field.AMOUNT and Field.AMOUNT in columns)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        (["33.000.167/0001-01", "12.ABC.345/01DE-35"], Field.DEBTOR_DOCUMENT),
        (["C-001", "C-002"], Field.DEBTOR_REF),
        (["Padaria Sol", "Posto 7 Ltda"], Field.DEBTOR_NAME),
    ],
)
def test_a_column_of_customers_is_told_by_its_values(values: list[str], field: Field) -> None:
    assert rows_columns.recognise(["Cliente"], [[value] for value in values]) == {field: 0}


def test_a_column_of_documents_belongs_to_the_debtor_or_to_the_receivable() -> None:
    header = ["Documento", "Vencimento", "Valor"]
    of_debtor = rows_columns.recognise(header, [["33000167000101", "", ""]])
    of_receivable = rows_columns.recognise(header, [["2024-001", "", ""]])
    assert Field.DEBTOR_DOCUMENT in of_debtor
    assert Field.NUMBER in of_receivable


def test_names_alone_make_no_debtor() -> None:
    with pytest.raises(BadInput, match="customer number, CPF or CNPJ"):
        parsed("Cliente;Vencimento;Valor\nPadaria Sol;13/01/2024;10,00\n")


def test_of_two_numbers_the_own_one_goes_before_the_banks() -> None:
    header = ["Nosso Número", "Número", "Valor", "Valor Total"]
    assert rows_columns.recognise(header, []) == {Field.NUMBER: 1, Field.AMOUNT: 2}


def test_payments_are_a_kind_of_their_own() -> None:
    table = parsed(
        "Cliente;Fatura;Data Pagamento;Valor Pago\n"
        "7;0010;13/01/2024;10,00\n"
        "7;;14/01/2024;5,00\n"
        ";11;15/01/2024;5,00\n"
        ";;15/01/2024;5,00\n"
        "7;10;13/01/2024;10,00\n"
        "7;10;13/01/2024;-1,00\n"
        "7;10;;1,00\n"
    )
    assert table.kind is Kind.PAYMENTS
    first = table.rows[0]
    assert isinstance(first, PaymentRow)
    assert (first.debtor_key, first.number_key) == ("7", "10")
    assert (first.paid_date, first.amount_cents) == (date(2024, 1, 13), 1000)
    assert [row.line for row in table.rows] == [2, 3, 4]
    assert [(p.line, p.code) for p in table.problems] == [
        (5, Code.MISSING),
        (6, Code.DUPLICATE),
        (7, Code.NEGATIVE),
        (8, Code.MISSING),
    ]


def test_a_register_of_debtors_has_no_receivables() -> None:
    table = parsed(
        "Código;Nome;E-mail;Telefone;UF;Cidade;Tipo;Segmento\n"
        "1;Davi;davi@example.com;(11) 98888-7777;sp;São Paulo;PF;x\n"
        "2;Sol Ltda;;;São Paulo;;PJ;y\n"
        "1;Davi;davi@example.com;(11) 98888-7777;sp;São Paulo;PF;x\n"
        "2;Sol Ltda;outro@example.com;;;;PJ;y\n"
    )
    davi, sol = table.rows
    assert table.kind is Kind.DEBTORS
    assert isinstance(davi, DebtorRow)
    assert isinstance(sol, DebtorRow)
    assert (davi.debtor_name, davi.email, davi.state) == ("Davi", "davi@example.com", "SP")
    assert (davi.debtor_kind, sol.debtor_kind) == (DebtorKind.PERSON, DebtorKind.COMPANY)
    assert (sol.email, sol.state, sol.extra) == (None, None, {"Segmento": "y"})
    assert [(p.line, p.code) for p in table.problems] == [
        (4, Code.DUPLICATE),
        (5, Code.CONFLICT),
    ]


def test_a_kind_that_is_asked_for_must_have_its_columns() -> None:
    text = "Código;Nome\n1;Davi\n"
    assert parsed(text).kind is Kind.DEBTORS
    with pytest.raises(BadInput, match="due date; amount"):
        parsed(text, kind=Kind.RECEIVABLES)


def test_a_workbook_is_read_by_the_types_of_its_cells() -> None:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"default_date_format": "dd/mm/yyyy", "in_memory": True})
    sheet = book.add_worksheet()
    for number, row in enumerate(
        [
            ["Cliente", "Fatura", "Emissão", "Vencimento", "Valor", "Obs"],
            [42, "0001", date(2024, 1, 2), date(2024, 2, 3), 1234.5, 7],
            ["0042", 2, date(2024, 1, 2), "2024-02-03", 10, None],
            [42, 3, date(2024, 1, 2), None, 10, None],
            [1661240395903230676, 4, date(2024, 1, 2), date(2024, 2, 3), 10, None],
        ]
    ):
        sheet.write_row(number, 0, row)
    book.close()
    table = rows.parse(stream.getvalue())
    first, second = table.rows
    assert isinstance(first, ReceivableRow)
    assert isinstance(second, ReceivableRow)
    assert (first.debtor_key, second.debtor_key) == ("42", "42")
    assert (first.number, first.amount_cents, first.extra) == ("0001", 123450, {"Obs": "7"})
    assert (second.due_date, second.amount_cents) == (date(2024, 2, 3), 1000)
    assert [(p.line, p.code) for p in table.problems] == [(4, Code.MISSING), (5, Code.DAMAGED)]


@pytest.mark.parametrize("name", ["Pago em", "pago_em", "Recebido em", "Paid on", "Liquidado em"])
def test_a_filler_stays_where_it_makes_the_name(name: str) -> None:
    assert rows_columns.folded(name) in rows_names.RANKS


def test_a_column_named_payment_is_a_day_an_amount_or_neither():
    header = ["cliente", "titulo", "vencimento", "valor", "Pagamento"]
    for cell, field in (
        ("05/09/2026", Field.PAID_DATE),
        ("2026-09-05 00:00:00", Field.PAID_DATE),
        ("R$ 1.203,00", Field.PAID_AMOUNT),
        ("Boleto", None),
        ("", None),
    ):
        found = rows_columns.recognise(header, [["1", "2", "01/09/2026", "1,00", cell]])
        assert {one for one, at in found.items() if at == 4} == ({field} if field else set())
    both = rows_columns.recognise(
        ["cliente", "numero", "baixa", "valor pago"], [["1", "2", "05/09/2026", "1,00"]]
    )
    assert rows_columns.detect_kind(both) == Kind.PAYMENTS
