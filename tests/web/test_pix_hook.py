"""A bank tells of a Pix: the receivable is settled once, and a stranger settles nothing."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from bpo.db import acting_as
from bpo.gateways import outside
from bpo.gateways.pix import notices
from bpo.kernel import actor as actors
from bpo.kernel import clock
from bpo.models import BankLine, Payment
from tests.factories import debts, people

NUMBER = "E00416968202611201340aBcDeFgHiJk"


@pytest.fixture
def cast(session):
    return people.cast(session)


@pytest.fixture
def bill(session, cast):
    today = clock.local_day(datetime.now(UTC), "America/Sao_Paulo")
    with acting_as(actors.system([cast.sol.id, cast.lua.id], name="test")):
        davi = debts.debtor(session, cast.sol)
        yield debts.receivable(session, davi, "1001", due=today + timedelta(days=2))


def _address(app, workspace):
    here = outside.of(app)
    return notices.address("", here.signer, workspace.id)


def _notice(bill, **more):
    one = {
        "endToEndId": NUMBER,
        "txid": f"REC{bill.id}D261120",
        "valor": "100.00",
        "horario": datetime.now(UTC).isoformat(),
        "infoPagador": "obrigado",
    }
    return {"pix": [one | more]}


def test_a_notice_settles_once_however_often_it_is_told(client, session, cast, bill):
    address = _address(client.application, cast.sol)
    for url in (address, f"{address}/pix"):
        assert client.post(url, json=_notice(bill)).status_code == 200
    session.expire_all()
    assert bill.settled_cents == 100_00
    assert session.scalar(select(func.count()).select_from(Payment)) == 1
    assert session.scalars(select(BankLine.source)).all() == ["pix"]


def test_a_stranger_settles_nothing(client, session, cast, bill):
    assert client.post("/hooks/pix/bm8.bm8", json=_notice(bill)).status_code == 404
    other = _address(client.application, cast.lua)
    assert client.post(other, json=_notice(bill)).status_code == 200
    assert client.post(other, data=b"nonsense").status_code == 400
    session.expire_all()
    assert bill.settled_cents == 0


@pytest.mark.parametrize(
    "more",
    [
        {"horario": "0001-01-01T00:00:00+00:00"},
        {"horario": "9999-12-31T23:59:59-03:00"},
        {"horario": "2026-11-20T10:00:00"},
        {"infoPagador": "a\x00b"},
        {"infoPagador": "\ud800"},
        {"valor": "NaN"},
        {"valor": "-1.00"},
        {"valor": "99999999999999999.99"},
        {"endToEndId": "E1"},
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_in_words(client, session, cast, bill, more):
    address = _address(client.application, cast.sol)
    assert client.post(address, data=json.dumps(_notice(bill, **more))).status_code == 400
    assert client.post(address, data=b'{"pix":' * 100_000).status_code == 400
    assert session.scalar(select(func.count()).select_from(BankLine)) == 0
