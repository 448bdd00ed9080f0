"""The queue of money: Ana clears it over all her clients; Carla reaches nothing of it."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, select

from bpo.db import acting_as, db, unit_of_work
from bpo.kernel import actor as actors
from bpo.kernel import clock
from bpo.models import BankLine
from bpo.services.cash import bank_lines
from tests.factories import debts, people
from tests.web.test_inbox import _post, _text

QUEUE = "/office/reconciliation"


@pytest.fixture
def cast(session):
    return people.cast(session)


@pytest.fixture
def today():
    return clock.local_day(datetime.now(UTC), "America/Sao_Paulo")


@pytest.fixture
def bill(session, cast, today):
    with acting_as(actors.system([cast.sol.id], name="test")):
        davi = debts.debtor(session, cast.sol, "Davi Lima Souza", document="52998224725")
        yield debts.receivable(session, davi, "1001", due=today + timedelta(days=2))


@pytest.fixture
def line(session, cast, bill, today):
    return _told(cast.sol, today, "E1", memo="PIX DAVI LIMA SOUZA", amount_cents=100_00)


def _told(workspace, day, number, **columns):
    actor = actors.system([workspace.id], name="test")
    rows = [bank_lines.row_of_pix(workspace.id, number, on_day=day, **columns)]
    with unit_of_work(actor) as session:
        bank_lines.take_notices(
            session, actor, workspace.id, rows, today=day, now=datetime.now(UTC)
        )
    return db.session().scalars(select(BankLine).order_by(BankLine.id.desc())).first()


def test_ana_sees_why_accepts_and_undoes(client, session, cast, bill, line):
    ana, ref = people.sign_in(client, cast.ana), f"{line.workspace_id}.{line.id}"
    page = _text(ana.get(QUEUE))
    assert "Davi Lima Souza" in page
    assert "O banco diz o nome Davi Lima Souza" in page
    assert "R$ 100,00" in page
    assert "Dinheiro a conciliar" in _text(ana.get("/office/inbox"))
    _post(ana, f"{QUEUE}/accept", id=ref)
    session.expire_all()
    assert bill.settled_cents == 100_00
    assert "decidido por uma pessoa" in _text(ana.get(f"{QUEUE}?show=matched"))
    _post(ana, f"{QUEUE}/undo", id=ref)
    session.expire_all()
    assert bill.settled_cents == 0
    _post(ana, f"{QUEUE}/aside", id=ref)
    assert "não é pagamento de devedor" in _text(ana.get(f"{QUEUE}?show=aside"))


def test_ana_chooses_whose_an_unknown_credit_is(client, session, cast, bill, today):
    line = _told(cast.sol, today, "E2", memo="DEPOSITO", amount_cents=30_00)
    ana, url = people.sign_in(client, cast.ana), f"/w/sol/bank-lines/{line.id}"
    assert "DEPOSITO" in _text(ana.get(f"{QUEUE}?show=unknown"))
    assert "Davi Lima Souza" in _text(ana.get(f"{url}?q=Davi"))
    assert "1001" in _text(ana.get(f"{url}?debtor={bill.debtor_id}"))
    assert _post(ana, url, debtor=bill.debtor_id, receivable=999_999).location.startswith(url)
    _post(ana, url, debtor=bill.debtor_id, receivable=bill.id)
    session.expire_all()
    assert bill.settled_cents == 30_00
    assert "Este dinheiro é de Davi" in _text(ana.get(url))


def test_carla_and_bruno_reach_nothing(client, cast, line):
    ref = f"{line.workspace_id}.{line.id}"
    carla = people.sign_in(client, cast.carla)
    assert "Davi" not in _text(carla.get(QUEUE))
    assert carla.get(f"/w/sol/bank-lines/{line.id}").status_code == 404
    for act in ("accept", "aside", "undo"):
        assert _post(carla, f"{QUEUE}/{act}", id=ref).status_code == 404
    assert _post(carla, f"{QUEUE}/back?ids={ref}").status_code == 404
    bruno = people.sign_in(client, cast.bruno)
    assert bruno.get(QUEUE).status_code == 403
    assert _post(bruno, f"{QUEUE}/again").status_code == 403


def test_the_number_of_queries_does_not_grow_with_the_lines(client, cast, line, today):
    ana, seen, counts = people.sign_in(client, cast.ana), [], []

    def watch(*_):
        seen.append(1)

    for round_, extra in enumerate((0, 1, 8)):
        for number in range(extra):
            told = {"memo": "PIX DAVI LIMA SOUZA", "amount_cents": 50_00}
            _told(cast.sol, today, f"X{round_}.{number}", **told)
        seen.clear()
        event.listen(db.engine, "after_cursor_execute", watch)
        ana.get(QUEUE)
        event.remove(db.engine, "after_cursor_execute", watch)
        counts.append(len(seen))
    assert counts[1] == counts[2]


def test_ana_splits_one_credit_over_two_debtors(client, session, cast, bill, today):
    with acting_as(actors.system([cast.sol.id], name="test")):
        eva = debts.debtor(session, cast.sol, "Eva Nunes Prado", email=None)
        other = debts.receivable(session, eva, "2002", due=today + timedelta(days=2), cents=50_00)
    line = _told(cast.sol, today, "E9", memo="TED HOLDING", amount_cents=180_00)
    ana, url = people.sign_in(client, cast.ana), f"/w/sol/bank-lines/{line.id}/split"
    assert 'data-key="s"' in ana.get(f"{QUEUE}?show=unknown").text
    assert "Eva Nunes Prado" in _text(ana.get(f"{url}?debtor={bill.debtor_id}&q=Eva"))
    page = ana.get(f"{url}?debtor={bill.debtor_id}&debtor={eva.id}").text
    assert 'value="100,00"' in page
    assert 'value="50,00"' in page
    fields = {"debtor": [bill.debtor_id, eva.id], f"cents-{bill.debtor_id}": "100,00"}
    assert _post(ana, url, **fields, **{f"cents-{eva.id}": "80,01"}).status_code == 400
    _post(ana, url, **fields, **{f"cents-{eva.id}": "50,00", f"receivable-{eva.id}": other.id})
    session.expire_all()
    assert (bill.settled_cents, other.settled_cents) == (100_00, 50_00)
    queue = _text(ana.get(f"{QUEUE}?show=unknown"))
    assert "R$ 150,00 de R$ 180,00 já têm dono" in queue
    assert "Desfazer tudo" in _text(ana.get(f"/w/sol/bank-lines/{line.id}"))
    for person, refusal in ((cast.carla, 404), (cast.bruno, 403)):
        browser = people.sign_in(client, person)
        assert browser.get(url).status_code == refusal
        assert _post(browser, url, **fields).status_code == refusal
