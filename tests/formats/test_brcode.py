"""Pix codes: the official ones to the letter, and whatever is written is read back."""

import json
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpo.formats import brcode
from bpo.formats.brcode import CodeKind
from bpo.kernel.errors import BadInput

KEY = "123e4567-e12b-12d1-a456-426655440000"
OFFICIAL = (
    "00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-4266554400005204000053039865802BR"
    "5913Fulano de Tal6008BRASILIA62070503***63041D3D"
)


def sealed(fields: str) -> str:
    return fields + brcode.crc(fields)


def test_the_official_example_to_the_letter() -> None:
    assert brcode.static(KEY, "Fulano de Tal", "BRASILIA") == OFFICIAL
    assert brcode.crc("123456789") == "29B1"


def test_all_known_codes_are_read_and_their_checksums_hold(shared_data: Path) -> None:
    vectors = json.loads((shared_data / "vectors/brcode_vectors.json").read_text())
    codes = [brcode.parse(vector["payload"]) for vector in vectors]
    assert len(codes) == 7
    assert all(code.crc_ok for code in codes)
    assert [code.kind for code in codes] == [
        CodeKind.STATIC,
        CodeKind.STATIC,
        CodeKind.STATIC,
        CodeKind.DYNAMIC,
        CodeKind.DYNAMIC,
        CodeKind.STATIC,
        CodeKind.DYNAMIC,
    ]
    assert codes[0].key == KEY
    assert codes[1] == brcode.Code(
        CodeKind.STATIC,
        "thalesog@me.com",
        None,
        "***",
        1000,
        "THALES OGLIARI",
        "SAO MIGUEL DO O",
        "Pedido 123",
        crc_ok=True,
    )
    assert codes[3].url == "payload.psp.com/3ec9d2f9-5f03-4e0e-820d-63a81e769e87"
    assert codes[5].recurrence_url == "payload.psp.com/rec/3ec9d2f9-5f03-4e0e-820d-63a81e769e87"
    assert (codes[5].key, codes[5].url) == ("thalesog@me.com", None)
    assert codes[6].url is not None
    assert codes[6].url.startswith("qr-h.sandbox.pix.bcb.gov.br/rest/api/rec/")


def test_static_codes_are_rewritten_to_the_letter(shared_data: Path) -> None:
    vectors = json.loads((shared_data / "vectors/brcode_vectors.json").read_text())
    for vector in vectors[:3]:
        code = brcode.parse(vector["payload"])
        assert code.key is not None
        assert code.name is not None
        assert code.city is not None
        assert (
            brcode.static(
                code.key,
                code.name,
                code.city,
                code.amount_cents,
                description=code.description,
            )
            == vector["payload"]
        )


def test_names_lose_accents_and_what_is_too_long() -> None:
    code = brcode.parse(
        brcode.static(KEY, "Comércio de Açaí & Pães – São João Ltda", "São Miguel do Oeste", 1)
    )
    assert (code.name, code.city) == ("Comercio de Acai & Paes S", "Sao Miguel do O")
    assert code.amount_cents == 1


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"key": ""}, "key", "not a Pix key"),
        ({"key": "a" * 78}, "key", "not a Pix key"),
        ({"key": "joão@loja.com"}, "key", "not a Pix key"),
        ({"name": "  "}, "name", "needs the name and the city"),
        ({"city": "日本"}, "city", "needs the name and the city"),
        ({"amount_cents": 0}, "amount", "above zero"),
        ({"amount_cents": 10**12}, "amount", "below ten billion"),
        ({"txid": ""}, "txid", "1 to 25 letters and digits"),
        ({"txid": "a" * 26}, "txid", "1 to 25 letters and digits"),
        ({"txid": "NF-123"}, "txid", "NF-123"),
        ({"description": "x" * 42}, "description", "can have 37 characters, not 42"),
    ],
)
def test_what_does_not_fit_is_refused_by_its_field(
    changed: dict[str, str | int], field: str, sentence: str
) -> None:
    given = {"key": KEY, "name": "Loja Sol", "city": "Recife"} | changed
    with pytest.raises(BadInput, match=sentence) as refusal:
        brcode.static(**given)  # type: ignore[arg-type]
    assert refusal.value.field == field


def test_a_wrong_checksum_is_told_and_the_rest_still_read() -> None:
    code = brcode.parse(OFFICIAL[:-4] + "1D3E")
    assert not code.crc_ok
    assert code.name == "Fulano de Tal"
    assert brcode.parse(OFFICIAL.lower().replace("br.gov", "BR.GOV")).crc_ok is False
    assert brcode.parse(OFFICIAL[:-4] + "1d3d").crc_ok


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "not a Pix code"),
        ("https://example.com", "not a Pix code"),
        (OFFICIAL[:-20], "cut short"),
        (OFFICIAL.replace("br.gov.bcb.pix", "br.gov.bcb.xip"), "not one of Pix"),
        ("00020126180014br.gov.bcb.pix6304ABCD", "neither a Pix key nor an address"),
        (sealed(OFFICIAL[:-8] + "54039x96304"), "amount in this code"),
    ],
)
def test_what_is_no_pix_code_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        brcode.parse(text)


@pytest.mark.parametrize("length", ["05", "06"])
def test_accents_of_others_are_read_by_bytes_and_by_characters(length: str) -> None:
    fields = f"00020126280014br.gov.bcb.pix0106a@b.co5802BR59{length}LoçãO6006Recife6304"
    code = brcode.parse(sealed(fields if length == "05" else fields.replace("ã", "a")))
    assert code.name == ("LoçãO" if length == "05" else "LoçaO")
    assert (code.city, code.crc_ok) == ("Recife", True)


def test_a_token_has_one_txid_for_ever() -> None:
    assert brcode.txid_for("R0000000123") == "R0000000123"
    long = brcode.txid_for("6f9619ff-8b86-d011-b42d-00c04fc964ff")
    assert long == brcode.txid_for("6f9619ff-8b86-d011-b42d-00c04fc964ff")
    assert (len(long), long.isalnum()) == (25, True)
    assert brcode.static(KEY, "Loja", "Recife", 1, long)
    with pytest.raises(BadInput):
        brcode.txid_for("")


PRINTABLE = "".join(chr(code) for code in range(33, 127))


@given(
    key=st.text(PRINTABLE, min_size=1, max_size=77),
    name=st.text(PRINTABLE + "éãçÜº ", max_size=60).map("L{}".format),
    city=st.text(PRINTABLE + "éãçÜº ", max_size=30).map("C{}".format),
    cents=st.none() | st.integers(1, 10**12 - 1),
    txid=st.just("***") | st.text(string.ascii_letters + string.digits, min_size=1, max_size=25),
)
def test_whatever_is_written_is_read_back(
    key: str, name: str, city: str, cents: int | None, txid: str
) -> None:
    text = brcode.static(key, name, city, cents, txid)
    code = brcode.parse(text)
    assert (code.key, code.amount_cents, code.txid) == (key, cents, txid)
    assert code.crc_ok
    assert text.isascii()
    assert len((code.name or "").encode()) <= 25
    assert len((code.city or "").encode()) <= 15


@given(st.integers(0, len(OFFICIAL) - 1), st.characters(codec="ascii"))
def test_no_single_wrong_character_passes(place: int, char: str) -> None:
    damaged = OFFICIAL[:place] + char + OFFICIAL[place + 1 :]
    try:
        code = brcode.parse(damaged)
    except BadInput:
        return
    assert code.crc_ok == (damaged.upper()[-4:] == OFFICIAL[-4:] and damaged[:-4] == OFFICIAL[:-4])
