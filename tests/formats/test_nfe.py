"""NF-e: the real files, the layouts, and documents made to harm."""

import tracemalloc
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpo.formats import markup, nfe
from bpo.kernel.errors import BadInput

NFE = 'xmlns="http://www.portalfiscal.inf.br/nfe"'
KEY = "4321120612ABC3450001885500100000012310000002"


def document(
    *bills: str, total="300.00", kind="1", place="1", status="", key=None, dest="CNPJ", issued=""
):
    key = key or KEY[:43]
    key = key if len(key) == 44 else key + nfe.check_digit(key)
    answer = f"<protNFe><infProt><chNFe>{key}</chNFe><cStat>{status}</cStat></infProt></protNFe>"
    info = f"""<NFe {NFE}><infNFe Id="NFe{key}" versao="4.00"><ide><serie>1</serie><nNF>123</nNF>
      <dhEmi>{issued or "2026-08-01T09:00:00-03:00"}</dhEmi><tpNF>{kind}</tpNF>
      <tpAmb>{place}</tpAmb></ide><emit><CNPJ>12ABC345000188</CNPJ>
      <xNome>Sol &amp; Mar</xNome></emit>
      <dest><{dest}>52998224725</{dest}><xNome>Davi</xNome><enderDest><xLgr>Rua A</xLgr>
      <nro>1</nro><xBairro>Centro</xBairro><xMun>Recife</xMun><UF>PE</UF></enderDest></dest>
      <total><ICMSTot><vNF>{total}</vNF></ICMSTot></total><cobr>{"".join(bills)}</cobr>
      </infNFe></NFe>"""
    return f"<nfeProc>{info}{answer if status else ''}</nfeProc>".encode()


def bill(number, due, amount):
    return f"<dup><nDup>{number}</nDup><dVenc>{due}</dVenc><vDup>{amount}</vDup></dup>"


def codes(content):
    return [(one.line, one.code, one.level) for one in nfe.problems(nfe.parse(content)[0])]


def test_an_invoice_with_an_alphanumeric_cnpj_and_a_last_part_with_the_remainder():
    parts = [bill("001", "2026-09-01", "100.33"), bill("002", "2026-10-01", "199.67")]
    (found,) = nfe.parse(document(*parts, status="100", dest="CPF"))
    assert (found.number, found.issue_date, found.status) == ("123", date(2026, 8, 1), "100")
    assert found.issuer.document == "12ABC345000188"
    assert found.issuer.name == "Sol & Mar"
    assert found.recipient.address == "Rua A, 1 - Centro"
    assert [one.amount_cents for one in found.bills] == [100_33, 199_67]
    assert found.has_true_key
    assert nfe.problems(found) == []


def test_what_is_odd_is_said_and_taken_and_what_is_owed_to_nobody_is_not():
    part = bill("001", "2026-07-01", "200.00")
    assert codes(document(part)) == [
        (0, "total", "warning"),
        (1, "due_before_issue", "warning"),
    ]
    good = bill("001", "2026-09-01", "300.00")
    assert codes(document(good, kind="0")) == [(0, "not_issued", "reject")]
    assert codes(document(good, status="302")) == [(0, "not_issued", "reject")]
    assert codes(document(good, place="2")) == [(0, "not_issued", "warning")]
    assert codes(document(good, key=KEY[:43] + "X")) == [(0, "check_digit", "reject")]
    assert codes(document()) == [(0, "nothing", "warning")]
    assert codes(document("<dup><vDup>300.00</vDup></dup>")) == [(1, "date", "reject")]
    assert codes(document(bill(1, "2026-09-01", "1e2"), total="0.00")) == [(1, "amount", "reject")]
    assert codes(document(good, issued="soon")) == [(0, "date", "reject")]


@pytest.mark.parametrize(
    "content",
    [
        b"<nfeProc>",
        b"<html><body/></html>",
        b"\x00\x01\x02",
        b"",
        b"<procEventoNFe/>",
        b'<?xml version="1.0" encoding="klingon"?><NFe/>',
        b"<a>" * 5_000,
    ],
)
def test_what_is_no_nfe_is_refused_in_a_sentence(content):
    with pytest.raises(BadInput):
        nfe.parse(content)


def test_entities_are_never_expanded_and_nothing_is_fetched():
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE NFe [<!ENTITY l0 "ha">{laughs}]><NFe><infNFe>&l9;</infNFe></NFe>'
    outside = '<!DOCTYPE NFe [<!ENTITY x SYSTEM "file:///etc/passwd">]><NFe>&x;</NFe>'
    tracemalloc.start()
    for content in (bomb, outside):
        with pytest.raises(BadInput, match="declares"):
            nfe.parse(content.encode())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000


def test_a_document_larger_than_any_invoice_is_not_even_read():
    with pytest.raises(BadInput, match="larger than any"):
        nfe.parse(b"<NFe>" + b" " * markup.LARGEST)


@given(st.data())
def test_a_damaged_file_is_read_or_refused_but_never_breaks(data):
    content = bytearray(document(bill("001", "2026-09-01", "300.00"), status="100"))
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        for one in nfe.parse(bytes(content)):
            nfe.problems(one)
    except BadInput:
        pass
