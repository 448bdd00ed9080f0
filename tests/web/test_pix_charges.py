"""A refused Pix charge: Ana sees why in her language and has the bank asked again."""

from datetime import UTC, datetime, timedelta

import pytest

from bpo.db import acting_as
from bpo.kernel import actor as actors
from bpo.kernel import clock
from bpo.models import PixCharge
from tests.factories import debts, people
from tests.web.test_inbox import _post, _text


@pytest.fixture
def cast(session):
    return people.cast(session)


@pytest.fixture
def charge(session, cast):
    today = clock.local_day(datetime.now(UTC), "America/Sao_Paulo")
    with acting_as(actors.system([cast.sol.id], name="test")):
        davi = debts.debtor(session, cast.sol, document="52998224725")
        bill = debts.receivable(session, davi, "1001", due=today + timedelta(days=9))
        row = PixCharge(
            workspace_id=cast.sol.id, receivable_id=bill.id, txid="a" * 30, state="refused",
            cents=bill.amount_cents, due_date=bill.due_date, valid_until=bill.due_date,
            problem=["The bank refused the Pix charge: {answer}", {"answer": "CPF"}],
            next_at=datetime.now(UTC), closed_at=datetime.now(UTC),
        )  # fmt: skip
        session.add(row)
        session.commit()
        yield row


def test_ana_sees_why_and_asks_again_from_the_inbox(client, session, cast, charge):
    ana = people.sign_in(client, cast.ana)
    here = f"/w/sol/receivables/{charge.receivable_id}"
    assert "Cobrança Pix recusada" in _text(ana.get("/office/inbox"))
    page = ana.get(here).text
    assert "CPF" in page
    assert f"{here}/pix-charge/again" in page
    assert _post(ana, f"{here}/pix-charge/again").location.endswith(here)
    session.expire_all()
    assert charge.state == "cancelled"
    assert "Cobrança Pix recusada" not in _text(ana.get("/office/inbox"))
    assert f"{here}/pix-charge/again" not in ana.get(here).text


def test_carla_and_bruno_may_not(client, cast, charge):
    url = f"/w/sol/receivables/{charge.receivable_id}/pix-charge/again"
    assert _post(people.sign_in(client, cast.carla), url).status_code == 404
    assert _post(people.sign_in(client, cast.bruno), url).status_code == 403
