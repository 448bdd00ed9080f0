"""Bank statements: every real file, and each habit of a bank that breaks readers, in small."""

import re
from datetime import date
from pathlib import Path

import pytest

from bpo.formats import banks, ofx
from bpo.formats.problems import Level
from bpo.kernel.errors import BadInput
from tests.shared import files

REFUSED = {
    "annacruz__creditcard.ofx": "credit card",
    "annacruz__nd-amex-sample.ofx": "credit card",
    "asgrim__ofxdata-credit-card.ofx": "credit card",
    "asgrim__ofxdata-investments-xml.ofx": "investments",
    "asgrim__ofxdata-memoWithAmpersand.ofx": "credit card",
    "franciscomxs__nubank.ofx": "credit card",
}
PROBLEMS = {
    "annacruz__cef_malformed_decimal.ofx": ["warning"],
    "annacruz__v211.ofx": ["warning"],
    "asgrim__ofxdata-banking-xml200.ofx": ["reject", "reject"],
    "jseutter__date_missing.ofx": ["reject", "reject", "reject"],
    "jseutter__error_message.ofx": ["reject"],
}
NOT_TAKEN = {
    "annacruz__cef_malformed_decimal.ofx",
    "asgrim__ofxdata-banking-xml200.ofx",
    "jseutter__date_missing.ofx",
}


def statement(*movements: str, account: str = "1234-5", head: str = "OFXHEADER:100\n") -> bytes:
    return f"""{head}<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>BRL
<BANKACCTFROM><BANKID>0237<BRANCHID>99<ACCTID>{account}</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20261101<DTEND>20261130
{"".join(movements)}
</BANKTRANLIST><LEDGERBAL><BALAMT>1.234,50<DTASOF>20261130</LEDGERBAL>
</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>""".encode()


def movement(
    amount: str, memo: str = "PIX RECEBIDO", on: str = "20261105", fitid: str = "1"
) -> str:
    return (
        f"<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>{on}<TRNAMT>{amount}<FITID>{fitid}<MEMO>{memo}"
        "</STMTTRN>\n"
    )


@pytest.mark.parametrize("path", files("ofx/*.ofx"), ids=lambda path: path.stem)
def test_real_files(path: Path) -> None:
    content = path.read_bytes()
    assert ofx.looks_like(content)
    if sentence := REFUSED.get(path.name):
        with pytest.raises(BadInput, match=sentence):
            ofx.read(content)
        return
    found = ofx.read(content)
    assert [problem.level for problem in found.problems] == PROBLEMS.get(path.name, [])
    if path.name in NOT_TAKEN:
        assert not found.movements
        return
    own = re.sub(rb"(?s)<CCSTMTRS>.*", b"", content).decode("latin-1")
    amounts = re.findall(r"<TRNAMT>\s*([-\d.,]+)", own)
    assert len(found.movements) == len(amounts)
    assert sum(each.amount_cents for each in found.movements) == sum(
        round(float(amount.replace(",", ".")) * 100) for amount in amounts
    )
    posted = re.findall(r"<DTPOSTED>(\d{8})", own)
    assert [each.date.strftime("%Y%m%d") for each in found.movements] == posted
    assert len({each.identity for each in found.movements}) == len(found.movements)


def test_the_bank_number_of_a_movement_is_no_identity() -> None:
    twice = movement("10,00", fitid="0")
    found = ofx.read(statement(twice, twice, movement("10.00", "OUTRA", fitid="0"))).movements
    assert [each.occurrence for each in found] == [1, 2, 1]
    again = ofx.read(statement(movement("10.00", "pix  recebido", fitid="77"))).movements
    assert again[0].identity == found[0].identity


def test_encodings_that_lie() -> None:
    text = statement(movement("1,00", "TÍTULO COBRANÇA")).decode()
    for encoding in ("utf-8", "cp1252", "utf-16"):
        found = ofx.read(f"CHARSET:1252\n{text}".encode(encoding))
        assert found.movements[0].memo == "TÍTULO COBRANÇA"


def test_balances_are_no_movements_whatever_amount_they_carry() -> None:
    memos = ("SALDO DIA", "S A L D O", "Saldo Anterior", "SALDO DO DIA 05/11", "SALDO EM CONTA")
    found = ofx.read(statement(*(movement("900.00", memo) for memo in memos)))
    assert not found.movements
    assert {problem.level for problem in found.problems} == {Level.WARNING}
    kept = ofx.read(statement(movement("5.00", "SALDO DEVEDOR FATURA 12")))
    assert len(kept.movements) == 1


def test_two_accounts_in_one_answer_and_movements_left_open() -> None:
    content = statement(
        "<STMTTRN><TRNTYPE>DEP \n<DTPOSTED>20261105 \n<TRNAMT>  7,50 \n<MEMO>A &amp; B & C &#233;\n"
        "<STMTTRN><TRNTYPE>DEP<DTPOSTED>20261106<TRNAMT>-1<NAME>SEM MEMO\n"
        "</BANKTRANLIST></STMTRS><STMTRS><BANKACCTFROM><ACCTID>2</BANKACCTFROM>" + movement("3.00")
    )
    found = ofx.read(content)
    assert [(each.account, each.amount_cents, each.memo) for each in found.movements] == [
        ("1234-5", 750, "A & B & C é"),
        ("1234-5", -100, "SEM MEMO"),
        ("2", 300, "PIX RECEBIDO"),
    ]
    assert [each.account.number for each in found.statements] == ["1234-5", "2"]
    assert found.statements[0].until == date(2026, 11, 30)
    assert found.statements[1].balance_cents == 123450


def test_what_cannot_be_read_is_told_by_its_line() -> None:
    found = ofx.read(statement(movement("1.234"), movement("."), movement("1,00", on="20260231")))
    assert not found.movements
    assert [(problem.line, problem.field, problem.code) for problem in found.problems] == [
        (5, "amount", "amount"),
        (6, "amount", "missing"),
        (7, "date", "date"),
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b"a;b\n1;2", "not an OFX"),
        (b"<OFX>\x00\x01</OFX>", "not text"),
        (b'<?xml?><!DOCTYPE a [<!ENTITY b "c">]><OFX/>', "document type"),
        (b"<OFX><SIGNONMSGSRSV1></OFX>", "no statement"),
    ],
)
def test_what_is_no_statement_is_refused(content: bytes, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        ofx.read(content)


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("-530,86", -53086), ("1.234,56", 123456), ("1,234.56", 123456), ("12.345.678", 1234567800),
        ("-80", -8000), ("+ 33.3", 3330), (",5", 50), ("10,00-", -1000), ("1,2300", 123),
        ("1.234", None), ("1,2,3", None), ("1.23,45.6", None), ("12,345", None), ("", None),
        ("--1", None), ("R$ 1", None), ("9" * 20, None), ("1,239", None), ("1,2391", None),
    ],
)  # fmt: skip
def test_amounts_of_banks(text: str, cents: int | None) -> None:
    assert banks.cents(text) == cents


def test_a_movement_in_which_the_file_ends_is_left_out_and_told() -> None:
    content = statement(movement("1,00"), movement("2,00", memo="PIX DE DAVI"))
    found = ofx.read(content[: content.index(b"DE DAVI")])
    assert [one.amount_cents for one in found.movements] == [1_00]
    assert [(one.field, one.level) for one in found.problems] == [
        ("file", Level.WARNING),
        ("file", Level.REJECT),
    ]
