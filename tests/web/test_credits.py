"""A credit used for chosen titles or given back, and a dispute decided in whole or in part."""

import io
import re

import pytest
from sqlalchemy import select

from bpo.db import acting_as
from bpo.domain.desk.disputes import Grounds
from bpo.kernel import actor as actors
from bpo.models import Dispute, Payment, Receivable, Refund
from bpo.queries.books import statements
from bpo.queries.cash import payments as stored
from bpo.services.desk import disputes
from tests.factories import books, people
from tests.factories.books import Browser
from tests.factories.people import NOW

PDF = b"%PDF-1.4 comprovante"


@pytest.fixture
def cast(session):
    return people.cast(session)


@pytest.fixture
def program(cast):
    return actors.system([cast.sol.id, cast.lua.id], name="test")


@pytest.fixture
def davi(session, cast, program):
    with acting_as(program):
        yield books.davi(session, cast.sol)


@pytest.fixture
def titles(session, davi):
    query = select(Receivable).where(
        Receivable.debtor_id == davi.id, Receivable.settled_on.is_(None)
    )
    return session.scalars(query.order_by(Receivable.due_date)).all()


@pytest.fixture
def paid(session, cast, program, davi, titles):
    """A payment of which everything is credit: what it settled was taken back."""
    row = Payment(
        workspace_id=cast.sol.id,
        debtor_id=davi.id,
        amount_cents=50_00,
        paid_on=NOW.date(),
        source="manual",
    )
    session.add(row)
    session.commit()
    return row


def post(client, person, path, **fields):
    home = people.sign_in(client, person).get("/", follow_redirects=True).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', home)[1]
    return client.post(f"/w/sol{path}", data={"csrf_token": token, **fields})


def test_ana_chooses_what_a_credit_pays_and_how_much_of_it(client, session, cast, paid, titles):
    here, last = f"/payments/{paid.id}/credit", titles[-1]
    page = Browser(people.sign_in(client, cast.ana), "/w/sol").open(here).text
    assert "Usar o crédito" in page
    assert "Só o gestor do BPO registra devoluções" in page
    wrong = post(client, cast.ana, here, used="50,01", receivable=last.id, key="u0")
    assert wrong.status_code == 400
    before = last.settled_cents
    for _ in range(2):
        given = {"used": "20,00", "receivable": last.id, "key": "u1"}
        assert post(client, cast.ana, here, **given).status_code == 302
    session.expire_all()
    assert stored.left_cents(session, paid) == 30_00
    assert last.settled_cents - before in range(1, 20_01)


def test_marta_gives_a_credit_back_with_its_proof_and_undoes_it(
    client, session, cast, program, paid
):
    where = f"/payments/{paid.id}"
    given = {
        "amount": "50,00",
        "paid_to": "Davi Lima, Pix 123",
        "on": paid.paid_on.isoformat(),
        "method": "pix",
        "reason": "Pagou em dobro",
        "key": "r1",
    }
    assert post(client, cast.ana, f"{where}/refunds", **given).status_code == 403
    fake = given | {"file": (io.BytesIO(b"MZ"), "x.pdf")}
    assert post(client, cast.marta, f"{where}/refunds", **fake).status_code == 400
    real = given | {"file": (io.BytesIO(PDF), "comprovante.pdf")}
    assert post(client, cast.marta, f"{where}/refunds", **real).status_code == 302
    row = session.scalars(select(Refund)).one()
    assert (row.paid_to, row.amount_cents, row.method) == ("Davi Lima, Pix 123", 50_00, "pix")
    marta = Browser(people.sign_in(client, cast.marta), "/w/sol")
    page = marta.open(where).text
    assert "Davi Lima, Pix 123" in page
    assert f"{where}/reverse" not in page
    assert marta.open(f"{where}/refunds/{row.id}/proof").data == PDF
    assert "Davi Lima, Pix 123" in marta.open(f"/debtors/{paid.debtor_id}").text
    with acting_as(program):
        (got,) = statements.remittance(session, cast.sol.id, row.on_day, row.on_day).rows
    assert (got.total_cents, got.credit_cents, got.payments) == (0, 0, 1)
    undo = f"{where}/refunds/{row.id}/undo"
    assert post(client, cast.marta, undo, reason="Conta errada").status_code == 302
    assert stored.left_cents(session, paid) == 50_00


def test_a_dispute_is_decided_in_part_and_opened_again(
    client, session, cast, program, davi, titles
):
    title = titles[0]
    case = disputes.begin(
        program, cast.sol.id, davi.id, Grounds.AMOUNT, receivable_id=title.id, now=NOW
    )
    here = f"/debtors/{davi.id}/disputes/{case.id}"
    before = title.settled_cents
    page = Browser(people.sign_in(client, cast.ana), "/w/sol").open(here).text
    assert "O devedor tem razão em parte" in page
    part = {"state": "partly_upheld", "reason": "Uma caixa a menos"}
    assert post(client, cast.ana, f"{here}/decide", **part).status_code == 400
    part["amount"] = "1,00"
    assert post(client, cast.ana, f"{here}/decide", **part).status_code == 302
    session.expire_all()
    assert (case.state, title.settled_cents - before) == ("partly_upheld", 1_00)
    assert (
        "Uma caixa a menos" in Browser(people.sign_in(client, cast.ana), "/w/sol").open(here).text
    )
    assert post(client, cast.ana, f"{here}/decide", state="open", reason="").status_code == 400
    again = {"state": "open", "reason": "A caixa foi entregue"}
    assert post(client, cast.ana, f"{here}/decide", **again).status_code == 302
    session.expire_all()
    assert (case.state, case.entry_id, title.settled_cents) == ("open", None, before)


def test_others_find_nothing(client, session, cast, program, davi, paid):
    case = disputes.begin(program, cast.sol.id, davi.id, Grounds.AMOUNT, now=NOW)
    for path in (
        f"/payments/{paid.id}/credit",
        f"/payments/{paid.id}/refunds",
        f"/debtors/{davi.id}/disputes/{case.id}/decide",
    ):
        assert post(client, cast.carla, path, reason="xyz").status_code in (403, 404)
        assert post(client, cast.bruno, path, reason="xyz").status_code in (403, 404)
    assert not session.scalars(select(Refund)).all()
    assert session.get(Dispute, (case.workspace_id, case.id)).state == "open"


@pytest.mark.parametrize(
    "amount", ["0,00", "-1,00", "1e9", "9" * 30, "100.000.000.000,00", "ontem"]
)
def test_amounts_that_make_no_sense_are_refused_in_words(client, session, cast, paid, amount):
    given = {"paid_to": "Davi", "method": "pix", "reason": "Engano", "amount": amount}
    answer = post(client, cast.marta, f"/payments/{paid.id}/refunds", **given)
    assert answer.status_code == 400
    title = session.scalars(select(Receivable).where(Receivable.settled_on.is_(None))).first()
    path = f"/receivables/{title.id}/rebate"
    answer = post(client, cast.marta, path, amount=amount, reason="Engano")
    assert answer.status_code == 400
    used = post(client, cast.ana, f"/payments/{paid.id}/credit", used=amount, key="z")
    assert used.status_code == 400
    assert not session.scalars(select(Refund)).all()
    assert stored.left_cents(session, paid) == paid.amount_cents


@pytest.mark.parametrize("number", [0, 10**12, 10**30])
def test_ids_of_nothing_lead_nowhere(client, cast, number):
    marta = people.sign_in(client, cast.marta)
    for path in (
        f"payments/{number}/credit",
        f"payments/{number}/refunds/{number}/proof",
        f"debtors/{number}/disputes/{number}",
        f"receivables/{number}/rebate",
        f"receivables/{number}/entries/{number}/undo",
    ):
        assert marta.get(f"/w/sol/{path}").status_code in (400, 404)
