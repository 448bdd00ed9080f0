"""Return files: every real file, and each layout's places in small files of one's own."""

from datetime import date
from pathlib import Path

import pytest

from bpo.formats import cnab, cnab240, cnab400
from bpo.formats.cnab import Event, ReturnFile
from bpo.formats.problems import Level
from bpo.kernel.errors import BadInput
from tests.shared import files

READERS = {240: cnab240.read, 400: cnab400.read}
REAL = {
    "kivanio__CBR64310": (400, 26, 26, 1005183, 0),
    "kivanio__CNAB240": (240, 35, 35, 2188094, 0),
    "kivanio__CNAB240AILOS": (240, 3, 3, 600, 0),
    "kivanio__CNAB240SANTANDER": (240, 2, 1, 1000, 0),
    "kivanio__CNAB400": (400, 52, 51, 254622, 0),
    "kivanio__CNAB400BANCONORDESTE": (400, 1, 1, 17500, 1),
    "kivanio__CNAB400BANRISUL": (400, 1, 1, 145000, 0),
    "kivanio__CNAB400UNICRED": (400, 1, 1, 44400, 0),
    "kmee__CNAB240AILOS": (240, 1, 1, 30000, 2),
    "kmee__CNAB400UNICRED_valor_maior_4": (400, 2, 2, 102000, 0),
    "laravel-boleto-240__banco_brasil": (240, 5, 5, 12880, 0),
    "laravel-boleto-400__banco_brasil": (400, 1, 1, 2500, 0),
    "laravel-boleto-400__bnb": (400, 10, 7, 1655516, 0),
    "laravel-boleto-400__cef": (400, 1, 0, 0, 0),
    "laravel-boleto-400__delbank": (400, 1, 0, 0, 0),
    "laravel-boleto-400__inter": (400, 1, 0, 0, 0),
    "laravel-boleto-400__ourinvest": (400, 1, 0, 0, 0),
    "laravel-boleto-400__pine": (400, 5, 5, 11581582, 0),
    "laravel-boleto-400__retorno_banco_fake": (400, 7, 6, 510, 0),
    "laravel-boleto-400__retorno_banco_fake_2": (400, 7, 6, 510, 1),
    "laravel-boleto-400__sicredi": (400, 1, 0, 0, 0),
}
"""Width, events, payments, centavos paid, problems; counted with `cut` in the files themselves."""


def read(content: bytes) -> ReturnFile:
    width = cnab.width_of(content)
    assert width
    return READERS[width](content)


def placed(width: int, **places: str) -> str:
    """A line with texts at places counted from 1: `_63="00000011"`."""
    line = [" "] * width
    for place, text in places.items():
        first = int(place[1:]) - 1
        line[first : first + len(text)] = text
    return "".join(line)


END_400 = "9201341".ljust(394) + "000003"
END_240 = "00199999         000001000006"


def header_400(bank: str) -> str:
    return placed(400, _1="02RETORNO01COBRANCA", _77=bank, _95="051126")


def one(*lines: str) -> Event:
    (event,) = read("\r\n".join(lines).encode()).events
    return event


@pytest.mark.parametrize("path", files("cnab/*.RET") + files("cnab/*.ret"), ids=lambda p: p.stem)
def test_real_return_files(path: Path) -> None:
    found = read(path.read_bytes())
    paid = [event.paid_cents for event in found.events if event.is_payment]
    width, events, payments, cents, problems = REAL[path.stem]
    assert cnab.width_of(path.read_bytes()) == width
    assert (len(found.events), len(paid), sum(paid)) == (events, payments, cents)
    assert len(found.problems) == problems
    assert len({event.identity for event in found.events}) == events
    assert all(event.bank_reference or event.creditor_reference for event in found.events)


@pytest.mark.parametrize("path", files("cnab/*.rem"), ids=lambda p: p.stem)
def test_real_remittances_are_refused(path: Path) -> None:
    with pytest.raises(BadInput, match="goes to the bank"):
        read(path.read_bytes())


def test_a_boleto_with_late_charges(shared_data: Path) -> None:
    content = (shared_data / "cnab" / "kmee__CNAB400UNICRED_valor_maior_4.RET").read_bytes()
    event = read(content).events[0]
    assert (event.title_cents, event.interest_cents, event.paid_cents) == (30000, 1000, 31000)
    assert (event.event_date, event.credit_date) == (date(2020, 7, 6), date(2020, 7, 9))
    assert event.creditor_reference == "0000005/01"


def test_entry_confirmed_with_an_amount_is_no_payment() -> None:
    line = placed(400, _1="1", _71="000000000097", _109="02", _111="051126", _254="0000000012345")
    event = one(header_400("237"), line)
    assert (event.is_payment, event.paid_cents) == (False, 12345)
    assert event.bank_reference == "000000000097"


@pytest.mark.parametrize(
    ("bank", "paid", "not_paid"),
    [
        ("341", ("06", "07", "08"), ("02", "09", "10", "15", "17")),
        ("237", ("06", "15", "16", "17"), ("02", "07", "09", "10")),
        ("104", ("21", "22"), ("02", "06", "09")),
        ("999", ("06", "15", "17"), ("02", "07", "08", "09", "10")),
    ],
)
def test_only_payments_count(bank: str, paid: tuple[str, ...], not_paid: tuple[str, ...]) -> None:
    lines = [placed(400, _1="1", _109=code, _111="051126") for code in (*paid, *not_paid)]
    found = read("\n".join([header_400(bank), *lines]).encode()).events
    assert [event.occurrence for event in found if event.is_payment] == list(paid)


def test_places_of_inter_and_sicredi() -> None:
    inter = placed(
        400, _1="1", _71="00000000071", _90="06", _92="061126", _98="A-1", _119="071126",
        _125="0000000001000", _160="0000000001010", _173="091126",
    )  # fmt: skip
    event = one(header_400("077"), inter)
    assert (event.is_payment, event.bank_reference, event.creditor_reference) == (
        True, "00000000071", "A-1",
    )  # fmt: skip
    assert (event.title_cents, event.paid_cents, event.credit_date) == (
        1000, 1010, date(2026, 11, 9),
    )  # fmt: skip
    sicredi = placed(400, _1="1", _48="261000015", _109="06", _111="051126", _329="20261106")
    event = one(header_400("748"), sicredi)
    assert (event.bank_reference, event.credit_date) == ("261000015", date(2026, 11, 6))


def test_lines_of_other_lengths_and_without_ends() -> None:
    line = placed(400, _1="1", _63="00000011", _109="06", _111="051126", _254="0000000000500")
    padded, short = f"{line}X", line.rstrip()
    for lines in ((padded,), (short,), (line + "0" * 44,)):
        assert one(header_400("341"), *lines).paid_cents == 500
    joined = header_400("341") + line * 2
    assert [event.repeat for event in read(joined.encode()).events] == [1, 2]
    accented = placed(400, _1="1", _63="00000011", _109="06", _111="051126", _325="JOÃO JOSÉ")
    for encoding in ("utf-8", "latin-1"):
        content = "\n".join([header_400("341"), accented + "1"]).encode(encoding)
        assert read(content).events[0].event_date == date(2026, 11, 5)


def test_a_shifted_line_is_left_out_and_told() -> None:
    line = placed(400, _1="1", _63="11", _109="06", _112="051126", _255="0000000000500")
    found = read("\n".join([header_400("341"), line, END_400]).encode())
    assert not found.events
    assert [(problem.line, problem.field) for problem in found.problems] == [(2, "event_date")]


def test_a_line_whose_columns_begin_later_is_told() -> None:
    line = placed(400, _2="1", _64="11", _110="06", _112="051126", _255="0000000000500")
    found = read("\n".join([header_400("341"), line, END_400, ""]).encode())
    assert not found.events
    assert [(problem.line, problem.field) for problem in found.problems] == [(2, "record_type")]


def test_a_segment_alone_is_told() -> None:
    head = placed(240, _1="00100000", _143="2")
    title = placed(240, _1="0010001300001T 06", _38="123")
    paid = placed(240, _1="0010001300002U 06", _78="000000000000500", _138="05112026")
    found = read("\n".join([head, title, title, paid, paid, END_240]).encode())
    assert [event.paid_cents for event in found.events] == [500]
    assert [problem.line for problem in found.problems] == [2, 5]


def test_a_file_without_its_end_is_told_and_half_a_line_is_left_out() -> None:
    line = placed(400, _1="1", _63="11", _109="06", _111="051126", _254="0000000012345", _395="2")
    head = placed(400, _1="02RETORNO01COBRANCA", _77="341", _95="051126", _395="1")
    whole = "\n".join([head, line, line, END_400])
    assert not read(whole.encode()).problems
    between = read(whole[: 2 * 401 + 1 + 100].encode())
    told = [(one.line, one.level) for one in between.problems]
    assert told == [(3, Level.WARNING), (3, Level.REJECT)]
    assert [event.paid_cents for event in between.events] == [123_45]
    assert [one.level for one in read(whole[:-401].encode()).problems] == [Level.WARNING]
    for length in range(402, 802):
        cut = read(whole[:length].encode())
        assert {event.paid_cents for event in cut.events} <= {123_45}
        assert cut.problems


def test_half_a_segment_is_left_out() -> None:
    head = placed(240, _1="00100000", _143="2")
    title = placed(240, _1="0010001300001T 06", _38="123")
    paid = placed(240, _1="0010001300002U 06", _78="000000000001234", _138="05112026", _146="9")
    whole = "\n".join([head, title, paid])
    for length in range(2 * 241, len(whole) + 1):
        cut = read(whole[:length].rstrip().encode())
        assert {event.paid_cents for event in cut.events} <= {12_34}
        assert cut.problems[0].level is Level.WARNING


@pytest.mark.parametrize(
    ("reader", "content"),
    [
        (cnab240.read, b"a;b\n1;2"),
        (cnab400.read, b"a;b\n1;2"),
        (cnab240.read, b"00100000\n00100015"),
        (cnab400.read, b"02RETORNO\x0001"),
    ],
)
def test_other_files_are_refused(reader: object, content: bytes) -> None:
    with pytest.raises(BadInput):
        reader(content)  # type: ignore[operator]
