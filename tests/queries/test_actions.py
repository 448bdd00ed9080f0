"""What was done for a client company, counted from the records of a span of days."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bpo.db import acting_as
from bpo.kernel import actor as actors
from bpo.models import Agreement, ApprovalRequest, Dispute, Note, Promise, Task, Touch
from bpo.queries.insight import actions
from tests.factories import debts, people

FIRST, LAST = date(2026, 11, 16), date(2026, 11, 20)
INSIDE = datetime(2026, 11, 18, 14, 0, tzinfo=UTC)


@pytest.fixture
def sol(session):
    return people.workspace()


@pytest.fixture
def here(session, sol):
    with acting_as(actors.system([sol.id], name="tests")):
        yield session


@pytest.fixture
def davi(here, sol):
    return debts.debtor(here, sol)


def touch(session, debtor, step, *, at=INSIDE, state="sent", **columns) -> Touch:
    campaign = debts.running(session, home(session, debtor), since=INSIDE)
    found = Touch(
        workspace_id=debtor.workspace_id,
        debtor_id=debtor.id,
        campaign_id=campaign.id,
        anchor_kind="debtor",
        anchor_id=debtor.id,
        cycle=1,
        step_key=step,
        planned_on=at.date(),
        scheduled_at=at,
        total_cents=100_00,
        state=state,
        settled_at=None if state in ("planned", "failed") else at,
        **({"channel": "email"} | columns),
    )
    session.add(found)
    session.commit()
    return found


def home(session, debtor):
    return session.get_one(people.Workspace, debtor.workspace_id)


def add(session, table, debtor, **columns):
    row = table(workspace_id=debtor.workspace_id, debtor_id=debtor.id, **columns)
    session.add(row)
    session.commit()
    return row


def test_reminders_are_counted_on_the_day_they_left_by_the_companys_clock(here, sol, davi):
    touch(here, davi, "d+1")
    touch(here, davi, "d+5", at=datetime(2026, 11, 21, 2, 59, tzinfo=UTC))
    touch(here, davi, "d+10", at=datetime(2026, 11, 21, 3, 0, tzinfo=UTC))
    touch(here, davi, "d+20", state="planned")
    touch(here, davi, "call", channel="task")
    done = actions.of(here, sol, FIRST, LAST)
    assert (done.reminders_sent, done.debtors_contacted) == (2, 1)


def test_what_did_not_arrive_is_told_apart(here, sol, davi):
    touch(here, davi, "a", state="refused")
    touch(here, davi, "b", state="failed", attempts=5)
    touch(here, davi, "c", state="failed", attempts=1)
    touch(here, davi, "d", state="uncertain")
    done = actions.of(here, sol, FIRST, LAST)
    assert (done.reminders_sent, done.reminders_failed, done.reminders_uncertain) == (0, 2, 1)


def test_talks_count_as_contacts_of_their_debtors(here, sol, davi):
    other = debts.debtor(here, sol, "Elisa", email=None)
    touch(here, davi, "d+1")
    for on in (FIRST, FIRST - timedelta(days=1)):
        add(here, Note, davi, kind="call", on_day=on, body="fala")
    add(here, Note, other, kind="visit", on_day=LAST, body="visita")
    add(here, Note, other, kind="note", on_day=LAST, body="só uma nota")
    done = actions.of(here, sol, FIRST, LAST)
    assert (done.calls, done.debtors_contacted) == (1, 2)


def test_promises_made_and_how_they_ended(here, sol, davi):
    def promise(state, made_on=FIRST, settled_on=None):
        add(
            here,
            Promise,
            davi,
            amount_cents=50_00,
            made_on=made_on,
            promised_for=LAST,
            state=state,
            settled_on=settled_on,
        )

    promise("active")
    promise("draft")
    promise("kept", date(2026, 11, 2), LAST)
    promise("partly_kept", date(2026, 11, 2), FIRST)
    promise("broken", FIRST, LAST)
    promise("broken", date(2026, 11, 2), LAST + timedelta(days=1))
    done = actions.of(here, sol, FIRST, LAST)
    assert (done.promises_made, done.promised_cents) == (2, 100_00)
    assert (done.promises_kept, done.promises_broken) == (1, 2)


def test_open_disputes_and_debts_at_the_last_step_wait_for_the_client(here, sol, davi):
    title = debts.receivable(here, davi, "900", due=FIRST, cents=80_00)
    add(here, Dispute, davi, receivable_id=title.id, reason="quality", opened_on=FIRST)
    closed = {"closed_on": FIRST, "state": "rejected"}
    add(here, Dispute, davi, reason="amount", opened_on=FIRST, **closed)
    add(here, Dispute, davi, reason="amount", opened_on=LAST + timedelta(days=1))
    last_step = touch(here, davi, "d+60", channel="task", template_key="decide")
    add(here, Task, davi, kind="call", touch_id=last_step.id, due_on=LAST)
    found = actions.of(here, sol, FIRST, LAST).decisions
    assert [(one.kind, one.amount_cents, one.since) for one in found] == [
        ("escalation", 100_00, INSIDE.date()),
        ("dispute", 80_00, FIRST),
    ]
    assert found[1].phrase.params["number"] == "900"


def test_what_is_disputed_is_told_as_it_stood_on_the_day(here, sol, davi):
    title = debts.receivable(here, davi, "900", due=FIRST, cents=80_00)
    add(here, Dispute, davi, receivable_id=title.id, reason="quality", opened_on=FIRST)
    debts.paid(here, title, 10_00, FIRST)
    debts.paid(here, title, 30_00, LAST + timedelta(days=1))
    told = [actions.decisions(here, sol, day) for day in (LAST, LAST + timedelta(days=1))]
    assert [one.amount_cents for found in told for one in found] == [70_00, 40_00]


def test_the_last_days_are_told_latest_first(here, sol, davi):
    title = debts.receivable(here, davi, due=FIRST, cents=80_00)
    touch(here, davi, "d+1")
    touch(here, davi, "d+5")
    debts.paid(here, title, 30_00, date(2026, 11, 19))
    debts.paid(here, title, 10_00, date(2026, 11, 19))
    promise = {"amount_cents": 40_00, "made_on": LAST, "promised_for": date(2026, 11, 27)}
    add(here, Promise, davi, **promise)
    deeds = actions.recent(here, sol, FIRST, LAST)
    told = [(deed.day, deed.kind, deed.number, deed.cents) for deed in deeds]
    assert told == [
        (LAST, "promise", 1, 40_00),
        (date(2026, 11, 19), "payments", 2, 40_00),
        (date(2026, 11, 18), "reminders", 2, 200_00),
    ]
    assert (deeds[0].name, deeds[0].until) == ("Davi Lima", date(2026, 11, 27))
    assert actions.recent(here, sol, FIRST, LAST, limit=1) == deeds[:1]


def test_another_companys_records_are_not_counted(here, session, sol):
    lua = people.workspace("lua", "Oficina Lua")
    with acting_as(actors.system([sol.id, lua.id])):
        dora = debts.debtor(session, lua, "Dora")
        touch(session, dora, "d+1")
        add(session, Note, dora, kind="call", on_day=FIRST, body="fala")
        add(session, Dispute, dora, reason="amount", opened_on=FIRST)
        assert actions.of(session, sol, FIRST, LAST) == actions.Actions()
        assert actions.recent(session, sol, FIRST, LAST) == []


def asked(session, debtor, about, needed_by="client_manager", **columns):
    return add(
        session,
        ApprovalRequest,
        debtor,
        about=about,
        needed_by=needed_by,
        state="asked",
        case_file={},
        asked_by_name="Ana",
        asked_at=INSIDE,
        valid_until=LAST,
        **columns,
    )


def test_approvals_wait_for_the_client_until_they_are_answered_or_lapse(here, sol, davi):
    offer = add(
        here,
        Agreement,
        davi,
        state="draft",
        kind="plan",
        terms={},
        fingerprint="f",
        total_cents=90_00,
        valid_until=LAST,
        source="office",
    )
    request = asked(here, davi, "offer", agreement_id=offer.id)
    asked(here, davi, "text", needed_by="admin")
    found = actions.of(here, sol, FIRST, LAST).decisions
    assert [(one.kind, one.debtor_name, one.amount_cents) for one in found] == [
        ("approval", davi.name, 90_00)
    ]
    assert actions.decisions(here, sol, FIRST) == ()
    assert actions.decisions(here, sol, LAST + timedelta(days=1)) == ()
    request.state, request.decided_at = "accepted", INSIDE
    offer.state, offer.agreed_on = "active", LAST
    here.commit()
    done = actions.of(here, sol, FIRST, LAST)
    assert (done.agreements_made, done.decisions) == (1, ())
