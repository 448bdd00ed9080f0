"""What files and codes are: every real file and vector, and what is none of the kinds."""

import json
from datetime import date

import pytest

from bpo.domain.intake import inspection
from bpo.domain.intake.inspection import Given
from bpo.formats import boleto, brcode
from bpo.kernel.errors import BadInput

OTHER = "00020126200008com.visa0104abcd5303986" + "6304"
"""A code of another scheme; its checksum follows."""

TODAY = date(2026, 11, 23)

NFE = {
    "OCA__NFe35200159594315000157550010000000012062777161.xml": ("1", []),
    "OCA__NFe35200159594315000157550010000000032062777166.xml": ("3", []),
    "OCA__NFe35200681583054000129550010000000012760018057-nf-e.xml": ("1", []),
    "akretion__35180834128745000152550010000476491552806942-nfe.xml": (
        "47649",
        [("97493746000116", "2018-08-17", "2018-09-17", 879_68)],
    ),
    "akretion__35180834128745000152550010000476861118934859-nfe.xml": (
        "47686",
        [("95398560000152", "2018-08-17", "2018-09-19", 3_251_92)],
    ),
    "akretion__42211275277525000178550030000276771368212013-procNFe.xml": (
        "27677",
        [("35029428895", "2021-12-15", "2021-12-15", 19_104_00)],
    ),
    "akretion__42220575277525000178550030000292481295366801-procNFe.xml": (
        "29248",
        [("371780142", "2022-05-27", "2023-05-22", 64_237_04)],
    ),
    "nfephp-org__2017nfe_antiga_v310.xml": (
        "30",
        [("02536490000170", "2017-03-15", "2016-10-20", 19_466_30)],
    ),
    "nfephp-org__2017protocoled.xml": (
        "30",
        [("02536490000170", "2017-03-15", "2016-10-20", 19_466_30)],
    ),
    "nfephp-org__nfe_layout4_contingencia_sem_assinatura.xml": (
        "26",
        [("58716523000119", "2018-09-25", "2018-12-31", 1_00)],
    ),
    "nfephp-org__signNFe_modelo_55.xml": (
        "26",
        [("58716523000119", "2018-09-25", "2018-12-31", 1_00)],
    ),
}
"""File, number of the NF-e, and its duplicatas, read by eye."""


def looked(text, kind=None, on=TODAY):
    content = text if isinstance(text, bytes) else text.encode()
    return inspection.inspect(Given(content, on), kind)


def vectors(shared_data, name):
    return json.loads((shared_data / f"vectors/{name}_vectors.json").read_text())


def test_every_fiscal_document_is_read_as_a_person_reads_it(shared_data):
    found = {path.name: looked(path.read_bytes()) for path in (shared_data / "nfe").iterdir()}
    assert found.keys() == NFE.keys()
    for name, (number, bills) in NFE.items():
        assert (found[name].kind, found[name].valid) == ("nfe", True), name
        assert [
            (one["recipient"], str(one["issue_date"]), str(one["due_date"]), one["amount_cents"])
            for one in found[name].records
        ] == bills, name
        assert {one["number"] for one in found[name].records} <= {number}
        nothing = "nothing" in {problem.code for problem in found[name].problems}
        assert nothing is not bool(bills), name


def test_every_line_is_a_boleto_with_or_without_punctuation(shared_data):
    for vector in vectors(shared_data, "linha_digitavel"):
        for text in (vector["line"], vector["formatted"], f" {vector['line']}\n"):
            found = looked(text)
            (record,) = found.records
            assert (found.kind, found.valid) == ("boleto", True)
            assert record["barcode"] == vector["barcode"]
            assert record["digitable_line"] == vector["line"]
            assert (record["bank"], record["amount_cents"]) == (
                vector["bank"],
                vector["amount_cents"],
            )
            assert f"{record['due_factor']:04}" == vector["factor"]
            days = (vector["due_old_base"], vector["due_new_base"])
            for day in filter(None, days):
                near = looked(text, on=date.fromisoformat(day)).records[0]["due_date"]
                assert near == date.fromisoformat(day)


def test_every_bar_code_is_a_boleto_or_a_bill_of_a_utility(shared_data):
    for vector in vectors(shared_data, "barcode"):
        if vector["general_dv_ok"] is None:
            with pytest.raises(BadInput, match="arrecadação"):
                looked(vector["barcode"])
            continue
        found = looked(vector["barcode"])
        assert (found.kind, found.valid) == ("boleto", vector["general_dv_ok"])
        assert ("check_digit" in {one.field for one in found.problems}) is not found.valid
        assert looked(found.records[0]["digitable_line"]).records == found.records


def test_every_due_factor_means_its_day(shared_data):
    for vector in vectors(shared_data, "fator_vencimento"):
        day = date.fromisoformat(vector["date"])
        code = boleto.encoded("001", day, 1_00, "0" * 25)
        (record,) = looked(code, on=day).records
        assert (record["due_factor"], record["due_date"]) == (vector["factor"], day)


def test_every_pix_code_is_read_and_a_wrong_checksum_is_said(shared_data):
    codes = [vector["payload"] for vector in vectors(shared_data, "brcode")]
    found = [looked(code) for code in codes]
    assert all(one.kind == "pix" and one.valid for one in found)
    records = [one.records[0] for one in found]
    assert [one["kind"] for one in records] == [
        "static",
        "static",
        "static",
        "dynamic",
        "dynamic",
        "static",
        "dynamic",
    ]
    assert [one["amount_cents"] for one in records] == [None, 1000, None, None, None, 1000, None]
    assert records[1]["description"] == "Pedido 123"
    assert records[3]["url"] == "payload.psp.com/3ec9d2f9-5f03-4e0e-820d-63a81e769e87"
    assert records[6]["url"].endswith("/rec/5ee5232ead29422396b44f5eb67180d6")
    for code in codes:
        wrong = looked(code[:-1] + ("0" if code[-1] != "0" else "1"))
        assert (wrong.valid, wrong.problems[0].field) == (False, "crc")
        cut = looked(code[:60])
        assert (cut.valid, [one.field for one in cut.problems]) == (False, ["crc", "code"])


def test_register_numbers(shared_data):
    known = vectors(shared_data, "cnpj")
    for vector in known["valid"]:
        found = looked(vector["cnpj"].lower())
        assert (found.kind, found.valid) == ("cnpj", True)
        assert found.records[0]["normalized"] == vector["cnpj"]
    for vector in known["invalid"]:
        assert looked(vector["cnpj"]).valid is ("lower case" in vector["why"])
    assert looked("529.982.247-25").records == (
        {
            "normalized": "52998224725",
            "formatted": "529.982.247-25",
        },
    )
    assert not looked("111.111.111-11").valid
    assert looked("12.ABC.345/01DE-35", kind="cnpj").valid


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("hello", None),
        ("   ", None),
        ("1" * 46, None),
        ("846700000017435900240209024050002435842210108119", None),
        ("52998224725", "cnpj"),
        ("52998224725", "pix"),
        (b"%PDF-1.7\n\x00", None),
        (b"\x00\xff" * 500, None),
        (b"<html><body>no</body></html>", None),
        (OTHER + brcode.crc(OTHER), None),
        ("a;b\n1;2", "xlsx"),
    ],
)
def test_what_is_none_of_the_kinds_or_not_the_one_asked_for_is_refused(text, kind):
    with pytest.raises(BadInput):
        looked(text, kind)


def test_a_table_shows_what_it_would_import_and_its_problems_by_line():
    head = "cliente;nome;numero;emissao;vencimento;valor;data pagamento"
    found = looked(
        f"{head}\nC1;Davi;001;25/09/2026;25/10/2026;1.234,56;26/10/2026\nC1;Davi;2;x;25/10/2026;9,00;\n"
    )
    assert (found.kind, found.valid, len(found.records)) == ("csv", True, 1)
    assert found.records[0] == {
        "debtor_ref": "C1",
        "debtor_name": "Davi",
        "number": "001",
        "issue_date": date(2026, 9, 25),
        "due_date": date(2026, 10, 25),
        "amount_cents": 1_234_56,
        "paid_date": date(2026, 10, 26),
        "paid_cents": 1_234_56,
    }
    assert [(one.line, one.field) for one in found.problems] == [(3, "issue_date")]
