"""Charges at a bank's API Pix, against a local server that answers as the specification says."""

import json
from datetime import date
from decimal import Decimal

import pytest

from bpo.domain.cash.pix_references import Kind, Reference, parse
from bpo.gateways.pix import charges, notices
from bpo.gateways.pix.charges import Charge, Discount, Status
from bpo.gateways.pix.http import Account, HttpCharges
from bpo.gateways.pix.memory import MemoryCharges
from bpo.kernel.errors import BadInput, Conflict, Forbidden, NotFound, Unavailable
from tests.gateways.scripted_http import CLOSE, ScriptedHttp

TXID = Reference(Kind.RECEIVABLE, 42, date(2026, 11, 20)).charge_txid("a1b2c3")
CHARGE = Charge(
    TXID, "12ABC34501DE35", 123_45, date(2026, 12, 10), 30, "Davi Lima", "52998224725",
    Decimal("0.02"), Decimal("0.01"), (Discount(date(2026, 12, 1), 10_00),), "Fatura 1001",
)  # fmt: skip
TOKEN = (200, '{"access_token": "t0k3n", "expires_in": 3600, "token_type": "Bearer"}')


def held(status="ATIVA", **more):
    answer = {
        "txid": TXID,
        "status": status,
        "revisao": 0,
        "calendario": {"dataDeVencimento": "2026-12-10", "validadeAposVencimento": 30},
        "loc": {"id": 1, "location": "pix.example.com/qr/v2/cobv/1", "tipoCob": "cobv"},
        "valor": {"original": "123.45"},
        "pixCopiaECola": "0002012658",
    }
    return json.dumps(answer | more)


def bank(server):
    account = Account(server.url, f"{server.url}/oauth/token", "id", "secret")
    return HttpCharges(account, lambda: 0.0)


def test_a_charge_is_issued_read_and_cancelled_with_one_token():
    answers = [TOKEN, (201, held()), (200, held("CONCLUIDA", pix=[{"endToEndId": "E" * 32}])),
               (200, held("REMOVIDA_PELO_USUARIO_RECEBEDOR"))]  # fmt: skip
    with ScriptedHttp(lambda number: answers[number - 1]) as server:
        here = bank(server)
        issued, read, gone = here.issue(CHARGE), here.read(TXID), here.cancel(TXID)
    assert (issued.status, issued.cents, issued.copy_paste) == (Status.ACTIVE, 12345, "0002012658")
    assert (read.status, [one["endToEndId"] for one in read.told]) == (Status.PAID, ["E" * 32])
    assert gone.status is Status.CANCELLED
    asked = [(one.method, one.path) for one in server.asked]
    path = f"/cobv/{TXID}"
    assert asked == [("POST", "/oauth/token"), ("PUT", path), ("GET", path), ("PATCH", path)]
    assert server.asked[1].headers["authorization"] == "Bearer t0k3n"
    sent = json.loads(server.asked[1].body)
    assert sent["calendario"] == {"dataDeVencimento": "2026-12-10", "validadeAposVencimento": 30}
    assert sent["devedor"] == {"cpf": "52998224725", "nome": "Davi Lima"}
    assert sent["valor"] == {
        "original": "123.45",
        "multa": {"modalidade": 2, "valorPerc": "2.00"},
        "juros": {"modalidade": 3, "valorPerc": "1.00"},
        "desconto": {
            "modalidade": 1,
            "descontoDataFixa": [{"data": "2026-12-01", "valorPerc": "10.00"}],
        },
    }


@pytest.mark.parametrize(
    ("answer", "refusal"),
    [
        ((400, '{"title": "Cobrança inválida", "detail": "chave"}'), Conflict),
        ((404, ""), NotFound),
        ((503, ""), Unavailable),
        ((401, ""), Unavailable),
        ((403, '{"title": "Acesso negado"}'), Unavailable),
        ((429, ""), Unavailable),
        ((409, "[1]"), Conflict),
        ((422, '"no"'), Conflict),
        ((200, "<html>"), Unavailable),
        ((200, "[]"), Unavailable),
        ((200, "[" * 100_000), Unavailable),
        ((200, held()[:90]), Unavailable),
        ((200, held(loc="pix.example.com")), Unavailable),
        ((200, held(txid="Z" * 32)), Unavailable),
        (CLOSE, Unavailable),
    ],
)
def test_what_the_bank_refuses_is_told(answer, refusal):
    with (
        ScriptedHttp(lambda number: TOKEN if number == 1 else answer) as server,
        pytest.raises(refusal),
    ):
        bank(server).read(TXID)


def test_a_token_that_the_bank_no_longer_takes_is_renewed_once():
    answers = [
        TOKEN,
        (401, ""),
        (200, '{"access_token": "n3w", "expires_in": 3600}'),
        (200, held()),
    ]
    with ScriptedHttp(lambda number: answers[number - 1]) as server:
        assert bank(server).read(TXID).status is Status.ACTIVE
    assert [one.headers["authorization"] for one in server.asked[1::2]] == [
        "Bearer t0k3n",
        "Bearer n3w",
    ]


@pytest.mark.parametrize(
    "answer",
    ["[]", '"x"', '{"access_token": ""}', '{"access_token": "a\\nb"}',
     '{"access_token": "a", "expires_in": "soon"}', '{"access_token": 7}'],
)  # fmt: skip
def test_an_answer_without_a_token_gives_no_access(answer):
    with ScriptedHttp(lambda number: (200, answer)) as server, pytest.raises(Unavailable):
        bank(server).read(TXID)
    assert len(server.asked) == 1


@pytest.mark.parametrize("lost", [CLOSE, (503, ""), (200, held()[:40])])
def test_a_charge_whose_answer_was_lost_is_found_and_not_issued_twice(lost):
    there = [TOKEN, lost, (400, '{"title": "Cobrança já existe"}'), (200, held())]
    with ScriptedHttp(lambda number: there[number - 1]) as server:
        here = bank(server)
        with pytest.raises(Unavailable):
            here.issue(CHARGE)
        assert here.issue(CHARGE).copy_paste == "0002012658"
    assert [one.method for one in server.asked] == ["POST", "PUT", "PUT", "GET"]


@pytest.mark.parametrize(
    "kept",
    [(404, ""), (200, held("CONCLUIDA")), (200, held(valor={"original": "99.00"}))],
)
def test_a_refusal_stays_one_where_the_bank_holds_something_else(kept):
    there = [TOKEN, (409, '{"title": "Conflito"}'), kept]
    with (
        ScriptedHttp(lambda number: there[number - 1]) as server,
        pytest.raises(Conflict, match="Conflito"),
    ):
        bank(server).issue(CHARGE)


@pytest.mark.parametrize(
    "wrong",
    [
        {"txid": "short"},
        {"cents": 0},
        {"debtor_document": "123"},
        {"discounts": (Discount(date(2026, 12, 11), 1),)},
        {"discounts": (Discount(date(2026, 12, 1), 123_45),)},
        {"discounts": (Discount(date(2026, 12, 1), 1),) * 4},
    ],
)
def test_what_the_api_would_refuse_is_not_sent(wrong):
    values = {name: getattr(CHARGE, name) for name in CHARGE.__slots__}
    with pytest.raises(BadInput):
        charges.body(Charge(**(values | wrong)))


def test_the_bank_in_memory_keeps_the_same_promises():
    here = MemoryCharges()
    assert here.issue(CHARGE) == here.issue(CHARGE)
    assert here.cancel(TXID).status is Status.CANCELLED
    for act in (lambda: here.issue(CHARGE), lambda: here.cancel(TXID)):
        with pytest.raises(Conflict):
            act()
    with pytest.raises(NotFound):
        here.read("other")


def test_a_charge_is_recognised_by_what_it_is_for():
    assert 26 <= len(TXID) <= 35
    assert parse(TXID) == Reference(Kind.RECEIVABLE, 42, date(2026, 11, 20))


def test_notices_are_read_exactly_or_not_at_all():
    one = {"endToEndId": "E" * 32, "valor": "0.10", "horario": "2026-11-20T13:40:34.000Z"}
    (found,) = notices.read(json.dumps({"pix": [one]}).encode())
    assert (found.cents, found.txid, found.at.day) == (10, "", 20)
    for wrong in ({"valor": "1"}, {"valor": "1.005"}, {"endToEndId": "x"}, {"horario": "ontem"}):
        with pytest.raises(BadInput):
            notices.read(json.dumps({"pix": [one | wrong]}).encode())
    for content in (b"", b"[]", b'{"pix": 1}', b'{"pix": [1]}', b"\xff"):
        with pytest.raises(BadInput):
            notices.read(content)


def test_the_certificate_is_asked_for_where_it_is_configured():
    secrets = {notices.FINGERPRINT: "AB:CD"}
    notices.verify({}, {})
    notices.verify({notices.CERTIFICATE_HEADER: "abcd"}, secrets)
    for headers in ({}, {notices.CERTIFICATE_HEADER: "abce"}):
        with pytest.raises(Forbidden):
            notices.verify(headers, secrets)
