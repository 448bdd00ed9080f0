"""A bank tells of money in the very moment in which a person records it, with real commits."""

import threading
import time
from datetime import date

from sqlalchemy import func, select

from bpo.db import acting_as, db, unit_of_work
from bpo.kernel import actor as actors
from bpo.models import BankLine, Entry, Payment, Receivable
from bpo.queries.people import debtors, workspaces
from bpo.services.cash import bank_lines
from tests.factories import debts, people
from tests.factories.people import NOW

TODAY = date(2026, 11, 23)
CPF = "52998224725"


def test_a_notice_waits_for_who_records_the_same_payment(fresh_app):
    with fresh_app.app_context():
        place = people.workspace().id
        program = actors.system([place], name="test")
        with acting_as(program):
            workspace = workspaces.by_id(db.session(), place)
            davi = debts.debtor(db.session(), workspace, document=CPF).id
            owed = debtors.by_id(db.session(), place, davi)
            bills = [
                debts.receivable(db.session(), owed, number, due=due).id
                for number, due in (("1", date(2026, 11, 30)), ("2", date(2026, 12, 30)))
            ]
            db.session.remove()
            notice = threading.Thread(target=_told, args=(fresh_app, program, place, bills[1]))
            with unit_of_work(program) as session:
                debtors.locked(session, place, davi)
                notice.start()
                time.sleep(0.4)  # the notice has seen the books and waits for the debtor
                assert notice.is_alive()
                _record(session, place, davi, bills[0])
            notice.join(30)
            session = db.session()
            assert session.scalar(select(func.sum(Payment.amount_cents))) == 100_00
            assert session.scalars(select(BankLine.state)).all() == ["aside"]
            settled = session.scalars(select(Receivable.settled_cents).order_by(Receivable.id))
            assert settled.all() == [100_00, 0]


def _told(app, program, place, bill):
    """The notice of a Pix of the same debtor, day and amount, by the code of another bill."""
    row = bank_lines.row_of_pix(
        place, "E1", on_day=TODAY, amount_cents=100_00, txid=f"REC{bill}D261123", payer_document=CPF
    )
    with app.app_context():
        with unit_of_work(program) as session:
            bank_lines.take_notices(session, program, place, [row], today=TODAY, now=NOW)
        db.session.remove()


def _record(session, place, davi, bill):
    payment = Payment(
        workspace_id=place, debtor_id=davi, amount_cents=100_00, paid_on=TODAY, source="manual"
    )
    session.add(payment)
    session.flush()
    session.add(
        Entry(
            workspace_id=place,
            receivable_id=bill,
            payment_id=payment.id,
            kind="payment",
            on_day=TODAY,
            principal_cents=100_00,
        )
    )
