"""Every real bank file: counts and sums agree with a second, plainer reader."""

import re
from collections import Counter
from datetime import date

import pytest

from bpo.domain.intake import inspection
from bpo.domain.intake.inspection import Given
from bpo.kernel.errors import BadInput
from tests.shared import files

REFUSED = {
    "annacruz__creditcard.ofx",
    "annacruz__nd-amex-sample.ofx",
    "asgrim__ofxdata-credit-card.ofx",
    "asgrim__ofxdata-investments-xml.ofx",
    "asgrim__ofxdata-memoWithAmpersand.ofx",
    "franciscomxs__nubank.ofx",
}
WITHOUT_AMOUNT_OR_DAY = {"asgrim__ofxdata-banking-xml200.ofx", "jseutter__date_missing.ofx"}
OWN_LAYOUTS = {
    "kivanio__CBR64310.RET": (26, 10_051_83),
    "kmee__CNAB240AILOS.RET": (1, 300_00),
    "laravel-boleto-400__pine.ret": (5, 115_815_82),
}
"""Files of banks that stray from their family's layout: events and what was paid, read by eye."""


def looked(path):
    return inspection.inspect(Given(path.read_bytes(), date(2026, 11, 23)))


def plain_statement(path):
    """Amounts of all movements but balances, by pattern alone."""
    text = path.read_bytes().decode("latin-1")
    text = re.sub(r"(?s)<(CC|INV)STMTRS>.*?</\1STMTRS>", "", text)
    taken = []
    for part in re.split(r"<STMTTRN>", text)[1:]:
        amount = re.search(r"<TRNAMT>([^<\r\n]*)", part)[1].strip().replace(",", ".")
        memo = (re.search(r"<MEMO>([^<\r\n]*)", part) or ["", ""])[1]
        if re.search(r"\d", amount) and not re.match(r"\s*s ?a ?l ?d ?o\b", memo, re.IGNORECASE):
            taken.append(round(float(amount) * 100))
    return taken


def plain_return(path):
    """Events and what is paid in files that keep to their family's columns."""
    rows = path.read_bytes().decode("latin-1").splitlines()
    if rows[0][3:8] != "00000":
        found = [row.ljust(400) for row in rows if row[:1] in "17"]
        return len(found), sum(
            int(row[253:266]) for row in found if row[108:110] in ("06", "15", "17")
        )
    pairs = [row for row in rows if row[7:8] == "3" and row[13:14] in "TU"]
    paid = zip(pairs[::2], pairs[1::2], strict=True)
    return len(pairs) // 2, sum(int(u[77:92]) for t, u in paid if t[15:17] in ("06", "17"))


@pytest.mark.parametrize("path", files("ofx/*"), ids=lambda path: path.name)
def test_every_statement(path):
    if path.name in REFUSED:
        with pytest.raises(BadInput, match=r"statement of"):
            looked(path)
        return
    found = looked(path)
    assert (found.kind, found.valid) == ("ofx", True)
    if path.name in WITHOUT_AMOUNT_OR_DAY:
        assert found.problems
        return
    amounts = [record["amount_cents"] for record in found.records]
    assert Counter(amounts) == Counter(plain_statement(path))


@pytest.mark.parametrize("path", files("cnab/*"), ids=lambda path: path.name)
def test_every_return_file(path):
    if path.suffix == ".rem":
        with pytest.raises(BadInput, match="remittance"):
            looked(path)
        return
    found = looked(path)
    paid = sum(one["paid_cents"] for one in found.records if one["is_payment"])
    expected = OWN_LAYOUTS.get(path.name) or plain_return(path)
    assert (len(found.records), paid) == expected
