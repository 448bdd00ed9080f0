"""What somebody could do to be asked twice, or to pay once and be asked again: refused."""

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, timedelta
from random import Random
from threading import Barrier

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from bpo.db import acting_as, db
from bpo.domain.cash.payments import Method
from bpo.domain.desk.disputes import Grounds, State
from bpo.kernel import actor as actors
from bpo.kernel.errors import BadInput, Conflict
from bpo.models import Entry, Payment, Receivable, Refund
from bpo.queries.cash import payments as stored
from bpo.services.books import adjustments
from bpo.services.cash import payments, refunds
from bpo.services.deals import agreements
from bpo.services.desk import disputes
from bpo.services.intake import imports_undo
from tests.factories import agreed, debts, people, tables
from tests.factories.people import NOW
from tests.services import ledger_books, ledger_reading

TODAY = date(2026, 11, 23)
WHY = "por um motivo"
EXAMPLES = int(os.environ.get("LEDGER_EXAMPLES", "0"))
FILE = tables.rows(
    "D-1;F9;01/08/2026;01/09/2026;100,00;25/08/2026;150,00",
    head="cliente;numero;emissao;vencimento;valor;data pagamento;valor pago",
)
ROUNDS = 16 if not EXAMPLES else 60


@pytest.fixture
def place(session):
    return people.workspace()


@pytest.fixture
def program(place):
    with acting_as(actors.system([place.id], name="test")) as actor:
        yield actor


@pytest.fixture
def davi(session, place, program):
    return agreed.davi(session, place)


def overdue(session, davi) -> Receivable:
    query = select(Receivable).where(
        Receivable.debtor_id == davi.id, Receivable.settled_on.is_(None)
    )
    session.expire_all()
    return session.scalars(query).first()


def test_an_instalment_neither_ends_nor_returns_without_its_agreement(
    session, place, program, davi
):
    where = program, place.id
    plan = agreed.agree(session, place, davi)
    first = agreed.parts(session, plan)[0]
    for act in (adjustments.withdraw, adjustments.write_off):
        with pytest.raises(Conflict, match="call the agreement off"):
            act(*where, first.id, WHY, now=NOW)
    agreements.cancel(*where, plan.id, WHY, now=NOW)
    gone = session.scalars(select(Entry).where(Entry.receivable_id == first.id)).one()
    with pytest.raises(Conflict, match="make a new agreement"):
        adjustments.undo(*where, gone.id, WHY, now=NOW)


def test_a_title_that_went_with_its_import_does_not_come_back_by_itself(
    session, place, program, davi
):
    title = overdue(session, davi)
    session.execute(
        insert(Entry).values(
            workspace_id=place.id,
            receivable_id=title.id,
            import_id=7,
            kind="withdrawal",
            on_day=title.issue_date,
            principal_cents=title.amount_cents,
        )
    )
    session.commit()
    gone = session.scalars(select(Entry).where(Entry.import_id == 7)).one()
    with pytest.raises(Conflict, match="import the file again"):
        adjustments.undo(program, place.id, gone.id, WHY, now=NOW)


def test_charges_waived_of_a_settled_title_are_not_charged_again(session, place, program, davi):
    where, title = (program, place.id), overdue(session, davi)
    given = adjustments.waive(*where, title.id, 20_00, 13_33, WHY, now=NOW)
    payments.record(*where, davi.id, 1_000_00, TODAY, Method.PIX, now=NOW)
    with pytest.raises(Conflict, match="undo what settled it"):
        adjustments.undo(*where, given.id, WHY, now=NOW)


def test_a_payment_found_late_leaves_no_day_below_nothing(session, place, program, davi):
    """Davi had paid all and got it back; a payment of before cannot have paid the same again."""
    where, title = (program, place.id), overdue(session, davi)
    paid = payments.record(*where, davi.id, 1_033_33, TODAY, Method.PIX, now=NOW).payment
    later = NOW + timedelta(days=3)
    payments.reverse(*where, paid.id, WHY, now=later)
    before = TODAY - timedelta(days=9)
    done = payments.record(*where, davi.id, 50_00, before, Method.PIX, now=later)
    assert done.allocated.unapplied_cents == 50_00
    used = payments.apply_credit(*where, done.payment.id, now=later)
    assert used.unapplied_cents == 0
    assert overdue(session, davi).id == title.id


def test_a_form_of_another_refund_is_refused_and_the_same_one_counts_once(
    session, place, program, davi
):
    where = program, place.id
    one, other = (
        payments.record(*where, davi.id, cents, TODAY, Method.PIX, now=NOW).payment
        for cents in (1_133_33, 70_00)
    )
    first = refunds.give_back(*where, one.id, 10_00, WHY, now=NOW, key="f")
    assert refunds.give_back(*where, one.id, 10_00, WHY, now=NOW, key="f").id == first.id
    for payment, cents in ((other, 10_00), (one, 10_01)):
        with pytest.raises(Conflict, match="something else"):
            refunds.give_back(*where, payment.id, cents, WHY, now=NOW, key="f")


def test_a_dispute_won_comes_back_with_what_it_took_off(session, place, program, davi):
    where, title = (program, place.id), overdue(session, davi)
    case = disputes.begin(*where, davi.id, Grounds.AMOUNT, receivable_id=title.id, now=NOW)
    whole = disputes.Settlement(None, "Não foi entregue")
    disputes.close(*where, case.id, State.UPHELD, settlement=whole, now=NOW)
    assert overdue(session, davi) is None
    with pytest.raises(BadInput, match="reason"):
        disputes.reopen(*where, case.id, now=NOW)
    disputes.reopen(*where, case.id, "Foi entregue", now=NOW)
    assert overdue(session, davi).settled_cents == 0
    disputes.close(*where, case.id, State.REJECTED, now=NOW)
    disputes.begin(*where, davi.id, Grounds.QUALITY, receivable_id=title.id, now=NOW)
    with pytest.raises(Conflict, match="already in dispute"):
        disputes.reopen(*where, case.id, now=NOW)


def test_the_database_refuses_what_is_used_of_an_undone_payment(session, place, program, davi):
    where = program, place.id
    kept = payments.record(*where, davi.id, 1_133_33, TODAY, Method.PIX, now=NOW).payment
    undone = payments.record(*where, davi.id, 70_00, TODAY, Method.PIX, now=NOW).payment
    payments.reverse(*where, undone.id, WHY, now=NOW)
    refunds.give_back(*where, kept.id, 1, WHY, now=NOW)
    row = {"workspace_id": place.id, "on_day": TODAY, "reason": "x"}
    wrong = (
        (Refund, row | {"payment_id": undone.id, "amount_cents": 1}),
        (
            Payment,
            {
                "workspace_id": place.id,
                "debtor_id": davi.id,
                "amount_cents": -kept.amount_cents,
                "paid_on": TODAY,
                "source": "x",
                "reverses_id": kept.id,
            },
        ),
    )
    for table, values in wrong:
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(insert(table).values(**values))


@pytest.mark.parametrize("seed", range(1 + EXAMPLES // 100))
def test_two_people_at_once_leave_books_that_agree(fresh_app, seed):
    """Each on a connection of their own, every pair of acts let go at the same instant."""
    with fresh_app.app_context():
        place = people.workspace()
        program = actors.system([place.id], name="test")
        with acting_as(program):
            scene = ledger_books.scene(db.session(), place, program)
            debts.receivable(db.session(), scene.davi, "1003", due=TODAY, cents=80_00)
            imported = tables.taken(place, FILE).id
            ids = [title.id for title in scene.read().titles][-4:]
            db.session.rollback()
    start = Barrier(2)

    def walk(person: int) -> list[str]:
        chance, done = Random(seed * 100 + person), []
        with fresh_app.app_context(), acting_as(program):
            try:
                for nth in range(ROUNDS):
                    name, act = _acts(scene, ids, imported, chance, f"{person}-{nth}")
                    db.session.rollback()
                    start.wait(timeout=30)
                    with suppress(BadInput, Conflict):
                        act()
                        done.append(name)
            except BaseException:
                start.abort()
                raise
        return done

    with ThreadPoolExecutor(2) as both:
        done = [name for own in both.map(walk, (0, 1)) for name in own]
    assert len(set(done)) >= 4
    with fresh_app.app_context(), acting_as(program):
        _check(db.session(), scene)


def _acts(scene, ids, imported, chance, key):
    """One act out of all, on one title, payment or entry that there is."""
    actor, place, davi = scene.actor, scene.place.id, scene.davi.id
    books = scene.read()
    title, cents = chance.choice(ids), chance.choice((1, 9_00, 45_00, 500_00))
    paid = chance.choice([one.id for one in books.payments])
    line = chance.choice([one.id for one in books.lines])
    acts = {
        "pay": lambda: payments.record(actor, place, davi, cents, TODAY, Method.PIX, now=NOW),
        "credit": lambda: payments.apply_credit(actor, place, paid, now=NOW, key=key),
        "refund": lambda: refunds.give_back(actor, place, paid, cents, WHY, now=NOW),
        "reverse": lambda: payments.reverse(actor, place, paid, WHY, now=NOW),
        "rebate": lambda: adjustments.rebate(actor, place, title, cents, WHY, now=NOW),
        "withdraw": lambda: adjustments.withdraw(actor, place, title, WHY, now=NOW),
        "write_off": lambda: adjustments.write_off(actor, place, title, WHY, now=NOW),
        "waive": lambda: adjustments.waive(actor, place, title, 1, 1, WHY, now=NOW),
        "undo": lambda: adjustments.undo(actor, place, line, WHY, now=NOW),
        "agree": lambda: _agree(scene, key),
        "call off": lambda: _call_off(scene),
        "undo import": lambda: imports_undo.undo(actor, place, imported, now=NOW),
    }
    weights = [4, 3, 3, 3, 3, 1, 1, 2, 5, 2, 2, 1]
    name = chance.choices(list(acts), weights)[0]
    return name, acts[name]


def _agree(scene, key):
    found = agreed.choices(db.session(), scene.place, scene.davi).choices
    if found:
        agreed.agree(db.session(), scene.place, scene.davi, key=key, choice=found[-1])


def _call_off(scene):
    found = scene.where(ledger_reading.OTHERS["agreements"])
    if found:
        agreements.cancel(scene.actor, scene.place.id, found[-1][0], WHY, now=NOW)


def _check(session, scene):
    """Whatever two people did: the same as must hold after each step of one."""
    walk = ledger_books.machine(scene).__new__(ledger_books.machine(scene))
    walk.books = scene.read()
    walk.what_is_stored_agrees_with_its_entries()
    walk.no_day_owes_less_than_nothing_or_more_than_the_title()
    walk.every_payment_adds_up()
    walk.what_undoes_is_the_opposite_and_comes_once()
    walk.an_agreement_that_ended_is_not_owed_beside_its_originals()
    for paid in session.scalars(select(Payment).where(Payment.reverses_id.is_(None))):
        if not stored.reversal_of(session, paid.workspace_id, paid.id):
            assert stored.left_cents(session, paid) >= 0
    assert session.scalar(select(func.count()).select_from(Entry)) == len(walk.books.lines)
