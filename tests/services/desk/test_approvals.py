"""Offers beyond an analyst's limits: asked, told by mail, decided once, looked at again first."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from bpo.db import acting_as
from bpo.domain.cash.payments import Method
from bpo.domain.deals.approvals import State
from bpo.domain.deals.terms import OfferKind, Wish
from bpo.domain.people.links import MailState
from bpo.gateways.mail import MemoryMail
from bpo.gateways.queue import MemoryQueue
from bpo.jobs import Job
from bpo.kernel import actor as actors
from bpo.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from bpo.models import Agreement, ApprovalMail, AuditEntry
from bpo.queries.desk import approvals as stored
from bpo.services.cash import payments
from bpo.services.deals import agreement_choices, agreements
from bpo.services.desk import approval_mails, approvals
from bpo.services.people.account_mails import Postman
from tests.factories import debts, people
from tests.factories.people import NOW

TODAY = date(2026, 11, 23)


@pytest.fixture
def cast(session):
    return people.cast(session)


@pytest.fixture
def sol(cast):
    with acting_as(actors.system([cast.sol.id], name="test")):
        yield cast.sol


@pytest.fixture
def davi(session, sol):
    """An invoice four hundred days late: 40% off the principal is the client's to give."""
    found = debts.debtor(session, sol, reference="D-1")
    debts.receivable(session, found, "1001", due=TODAY - timedelta(days=400), cents=1_000_00)
    return found


@pytest.fixture
def queue():
    return MemoryQueue()


def who(session, person):
    return people.actor(session, person)


def asked(session, cast, debtor, queue, kind=OfferKind.LUMP_SUM, **more):
    ana = who(session, cast.ana)
    found = agreement_choices.of(session, ana, cast.sol, debtor, TODAY, wish=more.get("wish"))
    choice = next(one for one in found.choices if one.offer and one.offer.kind is kind)
    return approvals.ask(
        ana, cast.sol.id, debtor.id, choice.fingerprint, now=NOW, queue=queue, **more
    )


def draft_of(session, request, number=None):
    return session.get(Agreement, (request.workspace_id, number or request.agreement_id))


def test_bruno_approves_and_the_debtor_may_accept_these_terms_and_no_others(
    session, cast, sol, davi, queue
):
    request = asked(session, cast, davi, queue, note="Fecha hoje se der 40%")
    assert request.needed_by == "client_manager"
    assert draft_of(session, request).state == "draft"
    assert queue.jobs == [(Job.SEND_APPROVAL_MAILS, (sol.id,))]
    debtor = actors.debtor(sol.id, davi.id, name="Davi")
    fingerprint = draft_of(session, request).fingerprint
    with pytest.raises(Conflict):
        agreements.accept(debtor, sol.id, davi.id, fingerprint, key="1", now=NOW)

    approvals.accept(
        who(session, cast.bruno), sol.id, request.id, queue=queue, now=NOW, answer="Pode"
    )

    draft = draft_of(session, request)
    assert request.state == State.ACCEPTED
    assert (request.decided_by_name, request.address) == ("Bruno", "192.0.2.7")
    assert draft.state == "offered"
    assert (draft.approval["by"], draft.approval["request_id"]) == ("Bruno", request.id)
    made = agreements.accept(debtor, sol.id, davi.id, fingerprint, key="1", now=NOW)
    assert made.agreement.id == draft.id
    acts = session.scalars(select(AuditEntry.action).where(AuditEntry.subject_kind == "approval"))
    assert set(acts) == {"approval.ask", "approval.accept"}


def test_the_case_is_kept_as_it_was_asked(session, cast, davi, queue):
    case = asked(session, cast, davi, queue).case_file

    assert case["class"] == "D"
    assert case["due_today_cents"] > case["total_cents"] > 0
    assert case["discount_on_principal_cents"] == 400_00
    assert case["oldest_overdue_days"] == 400
    assert case["reasons"]
    assert case["class_reasons"]


def test_only_who_may_decides_and_only_once(session, cast, sol, davi, queue):
    request = asked(session, cast, davi, queue)

    for person, refusal in (
        (cast.ana, Forbidden),
        (cast.marta, Forbidden),
        (cast.carla, NotFound),
        (cast.celia, NotFound),
    ):
        with pytest.raises(refusal):
            approvals.accept(who(session, person), sol.id, request.id, queue=queue, now=NOW)
    approvals.refuse(
        who(session, cast.bruno), sol.id, request.id, "Não dou 40%", queue=queue, now=NOW
    )
    with pytest.raises(Conflict):
        approvals.accept(who(session, cast.bruno), sol.id, request.id, queue=queue, now=NOW)
    assert request.state == State.REFUSED
    assert request.answer == "Não dou 40%"
    assert draft_of(session, request).state == "refused"


def test_the_same_terms_are_asked_about_once(session, cast, davi, queue):
    asked(session, cast, davi, queue)

    with pytest.raises(Conflict, match="wait for approval"):
        asked(session, cast, davi, queue)


def test_other_terms_are_offered_instead_within_the_limits(session, cast, sol, davi, queue):
    request = asked(session, cast, davi, queue)
    bruno = who(session, cast.bruno)

    with pytest.raises(BadInput, match="at least"):
        approvals.counter(bruno, sol.id, request.id, Wish(1_00, 3), queue=queue, now=NOW)
    assert request.state == State.ASKED
    approvals.counter(bruno, sol.id, request.id, Wish(400_00, 3), queue=queue, now=NOW)

    other = draft_of(session, request, request.answered_with_id)
    assert request.state == State.COUNTERED
    assert draft_of(session, request).state == "cancelled"
    assert other.state == "offered"
    assert other.terms["installments"][0]["amount_cents"] == 400_00
    assert len(other.terms["installments"]) == 3


def test_a_payment_in_between_expires_the_request(session, cast, sol, davi, queue):
    request = asked(session, cast, davi, queue)
    payments.record(who(session, cast.ana), sol.id, davi.id, 100_00, TODAY, Method.PIX, now=NOW)

    approvals.accept(who(session, cast.bruno), sol.id, request.id, queue=queue, now=NOW)

    assert request.state == State.EXPIRED
    assert draft_of(session, request).state == "expired"


def test_an_answer_after_the_last_day_approves_nothing(session, cast, sol, davi, queue):
    request = asked(session, cast, davi, queue)
    late = NOW + timedelta(days=9)

    approvals.accept(who(session, cast.bruno), sol.id, request.id, queue=queue, now=late)

    assert request.state == State.EXPIRED
    assert draft_of(session, request).state != "offered"


def test_what_an_analyst_may_give_needs_no_request(session, cast, sol, queue):
    nina = debts.debtor(session, sol, reference="N-1")
    debts.receivable(session, nina, "1", due=TODAY - timedelta(days=40), cents=500_00)

    with pytest.raises(BadInput, match="nobody's approval"):
        asked(session, cast, nina, queue)


def test_the_client_manager_is_told_by_one_mail_that_says_no_name_in_its_subject(
    session, cast, sol, davi, queue
):
    request = asked(session, cast, davi, queue)
    mail = MemoryMail()
    postman = Postman(mail, None, "Contas em Dia", "bpo@example.com", "https://bpo.example")

    sent = [approval_mails.send(sol.id, postman=postman, now=NOW) for _ in range(2)]

    assert sent == [1, 0]
    letter = mail.sent[0]
    assert letter.recipient == "bruno@example.com"
    text = letter.message.decode()
    head, _, _ = text.partition("\r\n\r\n")
    assert davi.name not in head
    assert "/portal/sol/approvals" in text
    row = session.scalars(select(ApprovalMail)).one()
    assert (row.state, row.request_id) == (MailState.SENT, request.id)
    assert stored.with_mail_due(session, NOW) == {}
