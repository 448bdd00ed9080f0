"""Two people accept at the same moment, or money comes meanwhile: one waits for the other."""

from concurrent.futures import ThreadPoolExecutor, wait
from threading import Barrier, Event

from sqlalchemy import func, select

from bpo.db import acting_as, db, unit_of_work
from bpo.kernel import actor as actors
from bpo.kernel.errors import Conflict
from bpo.models import Agreement, AgreementAcceptance, Entry, Receivable
from bpo.services.cash import payments
from bpo.services.deals import agreements
from tests.factories import agreed, people
from tests.factories.people import NOW


def _scene():
    """The program, Davi at his page, and the plan that he means to agree to."""
    sol = people.workspace()
    program = actors.system([sol.id], name="test")
    with acting_as(program):
        davi = agreed.davi(db.session(), sol)
        return program, agreed.himself(davi), agreed.plan(db.session(), sol, davi)


def test_of_two_acceptances_at_once_one_is_made(fresh_app):
    with fresh_app.app_context():
        program, himself, choice = _scene()
        (place,), debtor_id = himself.workspace_ids, himself.debtor_id
        together = Barrier(2)

        def accept(key: str) -> str:
            with fresh_app.app_context():
                together.wait(timeout=20)
                try:
                    agreements.accept(
                        himself, place, debtor_id, choice.fingerprint, key=key, now=NOW
                    )
                except Conflict as refusal:
                    return str(refusal)
                return "made"

        with ThreadPoolExecutor(2) as both:
            answers = sorted(both.map(accept, ("k1", "k2")))
        assert answers == ["Everything that is open belongs to a running agreement", "made"]
        with acting_as(program):
            session = db.session()
            session.rollback()
            counts = [
                session.scalar(select(func.count()).select_from(table))
                for table in (Agreement, AgreementAcceptance)
            ]
            left = func.sum(Receivable.amount_cents - Receivable.settled_cents)
            assert counts == [1, 1]
            assert session.scalar(select(left)) == choice.terms.total_cents


def test_a_payment_that_arrives_during_an_acceptance_waits_and_pays_an_instalment(fresh_app):
    with fresh_app.app_context():
        program, himself, choice = _scene()
        (place,), debtor_id = himself.workspace_ids, himself.debtor_id
        agreeing, let_go = Event(), Event()
        total, print_of = choice.terms.total_cents, choice.fingerprint

        def accept() -> None:
            with fresh_app.app_context(), unit_of_work(himself) as session:
                agreements.agree(session, himself, place, debtor_id, print_of, key="k", now=NOW)
                agreeing.set()
                assert let_go.wait(timeout=20)

        def pay() -> int:
            with fresh_app.app_context():
                day = NOW.date()
                return payments.record(program, place, debtor_id, 300_00, day, now=NOW).payment.id

        with ThreadPoolExecutor(2) as both:
            accepting = both.submit(accept)
            assert agreeing.wait(timeout=20)
            paying = both.submit(pay)
            assert not wait([paying], timeout=0.4).done
            let_go.set()
            accepting.result(timeout=20)
            number = paying.result(timeout=20)
        with acting_as(program):
            session = db.session()
            session.rollback()
            query = (
                select(Receivable.agreement_id, Entry.principal_cents + Entry.interest_cents)
                .join(Entry, Entry.receivable_id == Receivable.id)
                .where(Entry.payment_id == number)
            )
            went = session.execute(query).all()
            assert {agreement is not None for agreement, _ in went} == {True}
            assert sum(cents for _, cents in went) == 300_00
            left = func.sum(Receivable.amount_cents - Receivable.settled_cents)
            assert session.scalar(select(left)) == total - 300_00
