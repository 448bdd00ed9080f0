"""A day of a campaign tells of everybody once: who hears, and who does not and truly why."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bpo.domain.insight import foresight
from bpo.domain.reminders import rounds
from bpo.domain.reminders.agenda import Voice
from bpo.domain.reminders.audiences import Audience
from bpo.domain.reminders.campaigns import DEFAULT_REGUA, Campaign
from bpo.domain.reminders.contact_rules import Rules
from bpo.domain.reminders.holds import Hold
from bpo.domain.reminders.receipts import Paid
from bpo.domain.reminders.simulation import Lived
from bpo.domain.reminders.touches import Debtor, Past
from bpo.domain.writing import regua_edits
from tests.domain.stories import ALL, BRAZIL, invoice

SINCE = date(2026, 1, 1)
DAY = date(2026, 3, 18)
FIFTEEN_AGO = DAY - timedelta(days=15)
ON = Campaign(7, regua_edits.switched(DEFAULT_REGUA, "relationship"), SINCE, name="Régua")


def day_of(debtor, *, paid=None, last=FIFTEEN_AGO, campaign=ON, today=DAY, ahead=(), **more):
    thanks = [Paid(17, paid, 100_00, debtor)] if paid else []
    newest = [Paid(17, last, 100_00, debtor)] if last else []
    voice = Voice(campaign, Rules(), BRAZIL, ALL, ahead)
    return rounds.plan([debtor], thanks, newest, voice, today, **more)


def davi(*open, **more):
    return Debtor(1, open, **{"state": "SP", "reachable": ALL} | more)


def why(debtor, **more):
    made = day_of(debtor, explain=True, **more)
    assert not made.touches
    (skip,) = made.skips
    return [(reason.code.value, reason.step) for reason in skip.reasons], skip.next_on


COURTESY = "relationship"
NOT_GREETED = [
    ({"risk_class": "D"}, ("left_out", COURTESY)),
    ({"holds": (Hold("promise", DAY),)}, ("promise", COURTESY)),
    ({"opted_out": frozenset({"email"})}, ("opt_out", COURTESY)),
    ({"reachable": frozenset({"sms"})}, ("no_contact", COURTESY)),
    ({"contacts": [DAY - timedelta(days=n) for n in (1, 3, 5)]}, ("weekly_cap", COURTESY)),
    (
        {"past": (Past(COURTESY, "greeting", 9, 1, DAY - timedelta(days=60), DAY),)},
        ("greeted", COURTESY),
    ),
]


@pytest.mark.parametrize(("trouble", "reason"), NOT_GREETED)
def test_whoever_is_not_greeted_is_told_why(trouble, reason):
    steps = regua_edits.changed(
        ON.steps, replace(regua_edits.find(ON.steps, COURTESY), skip_classes=("D",))
    )
    said, _ = why(davi(**trouble), campaign=replace(ON, steps=steps))
    assert said[0][0] in ("nothing_due", reason[0])
    assert reason in said


def test_a_debt_stands_in_the_way_of_a_friendly_word_and_both_silences_are_told():
    said, _ = why(davi(invoice(1, "2026-03-17"), holds=(Hold("dispute"),)))
    assert said == [("dispute", "d+1"), ("dispute", COURTESY), ("overdue", COURTESY)]


def test_a_word_to_come_is_told_with_its_day():
    said, on = why(davi(), last=DAY)
    assert (said, on) == ([("nothing_due", ""), ("waiting", COURTESY)], date(2026, 4, 2))


def test_thanks_not_given_are_explained():
    refused = davi(invoice(1, "2026-04-30"), opted_out=frozenset({"email"}))
    said, _ = why(refused, paid=DAY - timedelta(days=1), last=None)
    assert said[-1] == ("opt_out", "thanks")
    first = replace(ON, id=6, name="Antes", audience=Audience(consumers=False))
    said, _ = why(davi(), paid=DAY - timedelta(days=1), last=None, ahead=(first,))
    assert said == [("nothing_due", ""), ("assigned", "thanks")]


def test_whoever_hears_anything_is_not_left_in_peace():
    thanked = day_of(
        davi(invoice(1, "2026-03-10"), holds=(Hold("promise", DAY),)),
        paid=DAY - timedelta(days=1),
    )
    assert [touch.step_key for touch in thanked.touches] == ["thanks"]
    assert thanked.skips == []


def test_a_step_whose_day_falls_within_a_pause_is_not_announced():
    waits = davi(invoice(1, "2026-04-30"), holds=(Hold("manual", DAY, date(2026, 5, 20)),))
    said, on = why(waits, last=None)
    assert ([code for code, _ in said], on) == (["hold"], date(2026, 5, 21))
    disputed = davi(invoice(1, "2026-04-30", hold=Hold("dispute", DAY)))
    said, on = why(disputed, last=None)
    assert (said, on) == ([("dispute", "")], None)
    short = davi(invoice(1, "2026-04-30"), holds=(Hold("manual", DAY, date(2026, 3, 20)),))
    said, _ = why(short, last=None)
    assert [code for code, _ in said] == ["waiting"]


def test_a_simulation_counts_among_those_who_owe_only_those_who_do():
    refused = davi(opted_out=frozenset({"email"}))
    whole = foresight.Summary()
    made = day_of(refused, explain=True)
    whole.add(Lived(DAY, 7, made.touches, made.skips))
    assert (len(whole.known), dict(whole.silent)) == (0, {"opt_out": {1}})


def _with_classes(key):
    """The regua with a step that does not speak to class A and speaks a day later to class B."""
    step = replace(
        regua_edits.find(DEFAULT_REGUA, key),
        skip_classes=frozenset("A"),
        offset_by_class={"B": regua_edits.find(DEFAULT_REGUA, key).offset + 1},
    )
    return replace(ON, steps=regua_edits.changed(DEFAULT_REGUA, step))


@pytest.mark.parametrize("key", ["issue", "thanks"])
def test_documents_too_leave_out_the_classes_that_their_step_leaves_out(key):
    campaign, spoken = _with_classes(key), {}
    for risk_class in (None, "A", "B"):
        someone = davi(invoice(1, "2026-04-30", issue="2026-03-17"), risk_class=risk_class)
        days = [DAY + timedelta(days=n) for n in range(-1, 3)]
        said = [
            day_of(someone, paid=date(2026, 3, 17), last=None, campaign=campaign, today=day)
            for day in days
        ]
        spoken[risk_class] = [
            day
            for day, made in zip(days, said, strict=True)
            if key in [touch.step_key for touch in made.touches]
        ]
    assert spoken["A"] == []
    assert spoken[None]
    assert spoken["B"][0] == spoken[None][0] + timedelta(days=1)
