"""Two people accept at the same moment: one agreement is made, and the other hears why not."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import func, select

from bpo.db import acting_as, db
from bpo.kernel import actor as actors
from bpo.kernel.errors import Conflict
from bpo.models import Agreement, AgreementAcceptance, Receivable
from bpo.services import agreements
from tests.factories import agreed, people
from tests.factories.people import NOW


def test_of_two_acceptances_at_once_one_is_made(fresh_app):
    with fresh_app.app_context():
        sol = people.workspace()
        program = actors.system([sol.id], name="test")
        with acting_as(program):
            davi = agreed.davi(db.session(), sol)
            choice = agreed.plan(db.session(), sol, davi)
            himself, place, debtor_id = agreed.himself(davi), sol.id, davi.id
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
