"""What waits for Ana, over all her clients: which lines, in which order, at what cost."""

from datetime import UTC, date, datetime, timedelta

import pytest
from psycopg import Cursor

from bpo.db import acting_as, db
from bpo.domain.desk import inbox as rules
from bpo.domain.desk.inbox import Kind
from bpo.kernel import actor as actors
from bpo.models import Campaign, ChannelSetting, Contact, DebtorChance, Task
from bpo.queries.desk import inbox
from tests.factories import debts, people, waiting

TODAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
LATE = date(2026, 11, 3)


@pytest.fixture
def sol(session):
    """Padaria Sol: its campaign runs and its payments are known until today."""
    place = people.workspace()
    with acting_as(actors.system([place.id], name="test")):
        debts.running(session, place, since=NOON - timedelta(days=60))
        debts.fresh(session, place, TODAY, NOON)
        yield place


def _lines(session, *places, **options):
    return inbox.page(session, inbox.scope(session, places, NOON), **options)


def _kinds(session, *places):
    return [line.kind for line in _lines(session, *places)]


def test_where_all_is_well_nothing_waits(session, sol):
    debts.receivable(session, debts.debtor(session, sol), due=LATE)
    assert _lines(session, sol) == []
    assert inbox.counts(session, inbox.scope(session, [sol], NOON)) == []


@pytest.mark.parametrize("channel", ["pix", "mailbox"])
def test_a_bank_that_went_silent_late_in_the_evening_did_so_that_day(session, sol, channel):
    session.add(
        ChannelSetting(
            workspace_id=sol.id,
            channel=channel,
            provider="x",
            checked_at=datetime(2026, 11, 24, 1, 30, tzinfo=UTC),
            problem=["It does not answer", {}],
        )
    )
    session.commit()
    (line,) = _lines(session, sol)
    assert (line.kind, line.since, line.came_by) == (Kind.CHANNEL, date(2026, 11, 23), channel)


@pytest.mark.parametrize("state", ["uncertain", "refused", "failed", "sent"])
def test_what_a_contact_left_to_a_person_shows_what_is_open_of_it_today(session, sol, state):
    davi = debts.debtor(session, sol)
    title = debts.receivable(session, davi, due=LATE, cents=100_00)
    waiting.task(session, waiting.touch(session, title, state, day=TODAY, message=True), due=TODAY)
    debts.paid(session, title, 40_00, TODAY)
    (line,) = _lines(session, sol)
    assert line.kind == waiting.TASK_OF_STATE[state]
    assert (line.debtor_name, line.amount_cents, line.planned_cents) == ("Davi Lima", 60_00, 100_00)
    assert (line.recipient, line.answer) == ("davi@example.org", "550 mailbox unavailable")


def test_a_campaign_waits_for_a_go_with_all_that_is_overdue(session, sol):
    session.query(Campaign).update({"state": "awaiting_go"})
    davi = debts.debtor(session, sol)
    debts.receivable(session, davi, "1", due=LATE, cents=100_00)
    debts.receivable(session, davi, "2", due=TODAY + timedelta(days=9), cents=7_00)
    (line,) = _lines(session, sol)
    assert (line.kind, line.amount_cents) == (Kind.CAMPAIGN, 100_00)
    assert line.campaign


def test_payments_out_of_date_wait_only_where_something_is_open(session, sol):
    lua = people.workspace("lua", "Oficina Lua")
    with acting_as(actors.system([sol.id, lua.id], name="test")):
        session.query(Campaign).update({"state": "paused"})
        assert _kinds(session, sol, lua) == []
        debts.receivable(session, debts.debtor(session, lua), due=LATE)
        (line,) = _lines(session, sol, lua)
    assert (line.kind, line.workspace_id) == (Kind.STALE, lua.id)


def test_a_promise_is_due_on_its_day_and_broken_until_there_is_a_newer_one(session, sol):
    davi = debts.debtor(session, sol)
    debts.receivable(session, davi, due=LATE, cents=100_00)
    broken = waiting.promise(session, davi, 50_00, TODAY - timedelta(days=9), "broken")
    waiting.act(session, davi, "promise_broken", TODAY, promise_id=broken.id)
    (line,) = _lines(session, sol)
    assert (line.kind, line.amount_cents) == (Kind.PROMISE_BROKEN, 50_00)
    assert line.promised_for == broken.promised_for
    later = waiting.promise(session, davi, 60_00, TODAY + timedelta(days=1), made_on=TODAY)
    assert _kinds(session, sol) == []
    later.promised_for = TODAY
    session.commit()
    assert _kinds(session, sol) == [Kind.PROMISE_DUE]


def test_a_dispute_an_agreed_act_and_a_debtor_out_of_reach(session, sol):
    davi, eva = debts.debtor(session, sol), debts.debtor(session, sol, "Eva", email=None)
    title = debts.receivable(session, davi, due=LATE, cents=100_00)
    debts.receivable(session, eva, due=LATE, cents=10_00)
    waiting.dispute(session, title, TODAY)
    waiting.act(session, davi, "follow_up", TODAY, text="Ligar de novo")
    waiting.act(session, davi, "follow_up", TODAY + timedelta(days=1), text="Amanhã")
    waiting.act(session, davi, "says_paid", TODAY, text="Mandou comprovante")
    lines = {line.kind: line for line in _lines(session, sol)}
    assert set(lines) == {Kind.DISPUTE, Kind.FOLLOW_UP, Kind.NO_CONTACT, Kind.OTHER}
    assert (lines[Kind.DISPUTE].number, lines[Kind.DISPUTE].ground) == ("1001", "amount")
    assert (lines[Kind.FOLLOW_UP].words, lines[Kind.FOLLOW_UP].amount_cents) == (
        "Ligar de novo",
        100_00,
    )
    assert lines[Kind.NO_CONTACT].debtor_name == "Eva"
    assert lines[Kind.OTHER].words == "Mandou comprovante"


def test_a_refused_address_is_said_once(session, sol):
    title = debts.receivable(session, debts.debtor(session, sol), due=LATE)
    session.query(Contact).update({"status": "invalid"})
    assert _kinds(session, sol) == [Kind.NO_CONTACT]
    waiting.task(session, waiting.touch(session, title, "refused", day=TODAY), due=TODAY)
    assert _kinds(session, sol) == [Kind.REFUSED]


def test_what_was_closed_keeps_quiet_for_as_long_as_its_kind(session, sol):
    eva = debts.debtor(session, sol, "Eva", email=None)
    debts.receivable(session, eva, due=LATE)
    answer = Task(
        workspace_id=sol.id,
        kind=Kind.NO_CONTACT.value,
        subject_id=eva.id,
        due_on=TODAY,
        state="dismissed",
        closed_at=NOON - timedelta(days=29),
    )
    session.add(answer)
    session.commit()
    assert _kinds(session, sol) == []
    answer.closed_at = NOON - timedelta(days=31)
    session.commit()
    assert _kinds(session, sol) == [Kind.NO_CONTACT]


def test_the_database_orders_lines_as_the_rule_says(session, sol):
    told = {}
    for number, (risk_class, cents) in enumerate(
        [("A", 300_00), ("B", 900_00), ("C", 120_00), ("D", 5_000_00), (None, 250_00), ("new", 0)]
    ):
        who = debts.debtor(session, sol, f"C{number}", email=None, risk_class=risk_class)
        since = LATE - timedelta(days=20 * number)
        title = debts.receivable(session, who, str(number), due=since, cents=cents or 1)
        if number % 2:
            told[who.id] = (0.123, 0.999, 0.5)[number // 2]
            place = {"workspace_id": sol.id, "debtor_id": who.id}
            session.add(DebtorChance(pay_chance=told[who.id], scored_on=TODAY, **place))
        state = ("uncertain", "failed", "sent")[number % 3]
        waiting.task(session, waiting.touch(session, title, state, day=since), due=since)
        waiting.promise(session, who, cents or 50, TODAY)
    lines = _lines(session, sol)
    assert len(lines) == 18
    for line in lines:
        days = (line.today - line.since).days
        chance = rules.chance_pct(told.get(line.debtor_id), line.risk_class)
        assert line.chance_pct == chance
        expected = rules.priority(line.kind, line.amount_cents, days, chance)
        assert line.priority == expected
    assert [line.priority for line in lines] == sorted(
        (line.priority for line in lines), reverse=True
    )


def test_pages_and_kinds_together_are_the_whole(session, sol):
    for number in range(7):
        who = debts.debtor(session, sol, f"C{number}", email=None)
        debts.receivable(session, who, due=LATE, cents=100 * number + 1)
    whole = _lines(session, sol)
    parts = [_lines(session, sol, number=page, size=3) for page in (1, 2, 3)]
    assert [len(part) for part in parts] == [3, 3, 1]
    assert [line for part in parts for line in part] == whole
    assert _lines(session, sol, kinds=[Kind.CALL]) == []
    (count,) = inbox.counts(session, inbox.scope(session, [sol], NOON))
    assert count == (Kind.NO_CONTACT, sol.id, 7)


def test_the_cost_grows_neither_with_clients_nor_with_lines(session, sol):
    def look(places):
        return _statements(lambda: (_lines(session, *places), _count(session, places)))

    one = look([sol])
    places = [sol, *(people.workspace(f"w{n}", f"Cliente {n}") for n in range(8))]
    with acting_as(actors.system([place.id for place in places], name="test")):
        for place in places:
            for number in range(5):
                who = debts.debtor(session, place, f"C{number}", email=None)
                debts.receivable(session, who, due=LATE)
        assert look(places) == one
        assert len(_lines(session, *places)) > 40


def test_a_scope_that_is_not_the_actors_shows_nothing(session, sol):
    debts.receivable(session, debts.debtor(session, sol, email=None), due=LATE)
    lua = people.workspace("lua", "Oficina Lua")
    with acting_as(actors.system([lua.id], name="carla")):
        assert _kinds(session, sol) == []


def _count(session, places):
    return inbox.counts(session, inbox.scope(session, places, NOON))


def _statements(act) -> int:
    """How many statements the driver sends."""
    sent = 0
    original = Cursor.execute

    def counting(self, *args, **kwargs):
        nonlocal sent
        sent += 1
        return original(self, *args, **kwargs)

    Cursor.execute = counting
    try:
        act()
    finally:
        Cursor.execute = original
    assert db.session()
    return sent
