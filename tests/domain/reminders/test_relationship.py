"""A word to stay close: some time after a payment, never where anything is late or disputed."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bpo.domain.reminders import relationship, simulation
from bpo.domain.reminders.agenda import Voice
from bpo.domain.reminders.campaigns import DEFAULT_REGUA, Campaign
from bpo.domain.reminders.contact_rules import Rules
from bpo.domain.reminders.holds import Hold
from bpo.domain.reminders.receipts import Paid
from bpo.domain.reminders.simulation import Known, Surroundings
from bpo.domain.reminders.steps import Channel, Moment
from bpo.domain.reminders.touches import Debtor, Past
from bpo.domain.writing import regua_checks, regua_edits, text_checks
from bpo.domain.writing.messages import Text
from bpo.gateways import templates
from tests.domain.stories import ALL, BRAZIL, invoice

SINCE = date(2026, 1, 1)
PAID_ON = date(2026, 3, 3)
DAY = date(2026, 3, 18)
ON = Campaign(7, regua_edits.switched(DEFAULT_REGUA, "relationship"), SINCE)


def davi(**more) -> Debtor:
    return Debtor(1, (), **{"state": "SP", "reachable": ALL} | more)


def greeted(debtor=None, today=DAY, campaign=ON, paid_on=PAID_ON, **more):
    paid = Paid(17, paid_on, 100_00, debtor or davi())
    made = relationship.plan([paid], Voice(campaign, Rules(), BRAZIL, ALL), today, **more)
    return [(touch.step_key, touch.anchor, touch.total_cents, touch.receivables) for touch in made]


def test_it_is_off_until_somebody_switches_it_on():
    assert greeted(campaign=Campaign(7, DEFAULT_REGUA, SINCE)) == []
    assert greeted() == [("relationship", "greeting:17", 0, ())]


def test_it_comes_fifteen_days_after_the_last_payment_and_not_much_later():
    days = [PAID_ON + timedelta(days=n) for n in range(30)]
    assert [day for day in days if greeted(today=day)] == [
        DAY + timedelta(days=n) for n in (0, 1, 2, 5)
    ]
    assert greeted(paid_on=SINCE - timedelta(days=1), today=date(2026, 1, 15)) == []


@pytest.mark.parametrize(
    "trouble",
    [
        {"open": (invoice(1, "2026-03-10"),)},
        {"open": (invoice(1, "2026-04-10", hold=Hold("dispute")),)},
        {"holds": (Hold("manual", DAY),)},
        {"holds": (Hold("promise", DAY),)},
        {"holds": (Hold("agreement", DAY),)},
        {"contacts": (DAY - timedelta(days=1), DAY - timedelta(days=3), DAY - timedelta(days=5))},
        {"past": (Past("relationship", "greeting", 9, 1, DAY - timedelta(days=60), DAY),)},
        {"past": (Past("d-5", "due_date", 20260323, 1, DAY, None),)},
        {"opted_out": frozenset({"email"})},
    ],
)
def test_nobody_is_greeted_with_whom_not_all_is_well(trouble):
    debtor = davi()._replace(**trouble)
    assert greeted(debtor) == []


def test_what_is_not_due_yet_is_no_trouble_and_a_second_run_finds_the_same():
    open_ones = (invoice(1, "2026-04-10"),)
    again = (Past("relationship", "greeting", 17, 1, DAY, None),)
    assert greeted(davi()._replace(open=open_ones)) == greeted(davi()._replace(past=again))
    assert greeted(busy={1}) == []


def test_a_simulation_greets_too():
    around = Surroundings((ON,), (ON,), Rules(), BRAZIL, ALL)
    known = {7: Known([davi()], [], [Paid(17, PAID_ON, 100_00, davi())])}
    lived = simulation.live(around, known, PAID_ON, 60)
    said = [(day.on, touch.step_key) for day in lived for touch in day.touches]
    assert said == [(DAY, "relationship")]


def test_its_texts_speak_of_no_debt():
    for channel in (Channel.EMAIL, Channel.SMS, Channel.WHATSAPP):
        for locale in ("pt_BR", "en"):
            text = templates.load("how_are_you", channel, locale)
            assert text_checks.check_greeting(text) == []
            assert [f for f in text_checks.check(text, channel) if f.severity == "error"] == []
    for words in ("[debts]", "{{ total }}", "{{ number }}", "Está em atraso", "São R$ 10"):
        assert text_checks.check_greeting(Text(words))


def test_a_regua_cannot_greet_with_words_of_debt_or_by_a_call():
    def findings(step, greets):
        campaign = replace(ON, steps=regua_edits.changed(ON.steps, step))
        found = regua_checks.check(campaign, Rules(), lambda _k, _c: True, greets)
        return [one for one in found if one.key == "relationship" and one.severity == "error"]

    step = regua_edits.find(ON.steps, "relationship")
    assert findings(step, lambda _k, _c: True) == []
    assert len(findings(step, lambda _k, _c: False)) == 1
    assert findings(replace(step, channels=(Channel.TASK,)), lambda _k, _c: True)
    steps, key = regua_edits.added((), Moment.RELATIONSHIP, frozenset())
    assert (key, steps[0].offset, steps[0].template) == ("relationship", 15, "how_are_you")
