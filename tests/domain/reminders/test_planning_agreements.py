"""Davi made an agreement: its instalments are reminded of by their own dates, told day by day."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bpo.domain.reminders import steps
from bpo.domain.reminders.audiences import Audience
from bpo.domain.reminders.campaigns import DEFAULT_REGUA, Campaign
from bpo.domain.reminders.holds import Hold
from bpo.domain.reminders.steps import Moment
from tests.domain.stories import Story, day, invoice

SINCE = date(2026, 1, 1)
REGUA = Campaign(7, DEFAULT_REGUA, SINCE)
WITHOUT = replace(REGUA, steps=tuple(s for s in DEFAULT_REGUA if s.moment != Moment.INSTALLMENT))


def agreed(*dues: str, **story) -> Story:
    """An agreement of the second of March with an instalment on each day."""
    parts = [
        invoice(n, due, issue="2026-03-02", agreement=40) for n, due in enumerate(dues, start=1)
    ]
    return Story(open=parts, **story)


def test_each_instalment_has_its_notice_its_day_and_its_day_after():
    davi = agreed("2026-04-08", "2026-05-08")
    assert davi.live("2026-03-03", "2026-05-29") == {
        "2026-04-02": ["agreement-3:email"],  # D-3 is a Sunday, Friday is Good Friday
        "2026-04-08": ["agreement+0:email"],
        "2026-04-09": ["agreement+1:email"],
        "2026-05-05": ["agreement-3:email"],
        "2026-05-08": ["agreement+0:email"],
        "2026-05-11": ["agreement+1:email"],
    }
    assert {touch.anchor for touch in davi.sent} == {"installment:1", "installment:2"}


def test_a_paid_instalment_is_heard_of_no_more():
    davi = agreed("2026-04-08", "2026-05-08")
    davi.live("2026-03-03", "2026-04-08")
    davi.pay(1, "2026-04-08")
    assert list(davi.live("2026-04-09", "2026-05-05")) == ["2026-05-05"]


def test_the_day_after_is_caught_up_once_when_the_clock_was_away():
    davi = agreed("2026-04-08")
    away = tuple(f"2026-04-{n:02d}" for n in range(1, 20))
    assert davi.live("2026-04-01", "2026-05-29", missing=away) == {
        "2026-04-20": ["agreement+1:email"]
    }
    assert [reason.code for reason in davi.sent[0].reasons] == ["caught_up"]


def test_other_debts_go_on_beside_the_agreement_with_one_contact_a_day():
    davi = agreed("2026-04-08")
    davi.open.append(invoice(9, "2026-04-01"))
    log = davi.live("2026-04-02", "2026-04-20")
    assert all(len({said.split(":")[0] for said in said_today}) == 1 for said_today in log.values())
    said = [one.split(":")[0] for today in log.values() for one in today]
    assert {"agreement+0", "agreement+1", "d+5"} <= set(said)


def test_an_instalment_out_of_collection_or_without_steps_is_explained():
    davi = agreed("2026-04-08")
    davi.open = [davi.open[0]._replace(hold=Hold("dispute"))]
    assert davi.why("2026-04-09", explain=True) == ["dispute"]


def test_where_no_campaign_has_such_steps_an_instalment_is_reminded_of_as_anything_else():
    davi = agreed("2026-04-08", campaign=WITHOUT)
    assert list(davi.live("2026-04-02", "2026-04-09").values())[-1] == ["d+1:sms"]


def test_the_campaign_ahead_may_be_the_one_that_speaks_of_instalments():
    davi = agreed("2026-04-08", campaign=WITHOUT)
    plans = [step for step in DEFAULT_REGUA if step.moment == Moment.INSTALLMENT]
    ahead = (Campaign(1, tuple(plans), SINCE, name="Agreements"),)
    assert replace(davi, ahead=ahead).plan("2026-04-09").touches == []
    assert davi.plan("2026-04-09").touches != []


def test_a_step_switched_off_is_passed_as_if_it_were_not_there():
    off = tuple(replace(s, off=s.key in ("d+5", "thanks")) for s in DEFAULT_REGUA)
    assert "d+5" not in [step.key for step in steps.overdue(off, None)]
    davi = Story(open=[invoice(1, "2026-03-02")], campaign=replace(REGUA, steps=off))
    assert davi.live("2026-03-03", "2026-03-12") == {
        "2026-03-03": ["d+1:sms"],
        "2026-03-12": ["d+10:sms", "d+10:email"],
    }
    assert steps.from_json(steps.to_json(off)) == off


@pytest.mark.parametrize(
    ("audience", "hears"),
    [
        (Audience(owing_from=30_000), True),
        (Audience(owing_from=30_001), False),
        (Audience(owing_to=30_000), True),
        (Audience(owing_to=29_999), False),
        (Audience(late_from=10), True),
        (Audience(late_from=11), False),
        (Audience(late_to=10), True),
        (Audience(late_to=9), False),
        (Audience(first_purchase=False), True),
        (Audience(first_purchase=True), False),
    ],
)
def test_the_audience_by_what_is_owed_since_when(audience, hears):
    davi = Story(
        open=[invoice(1, "2026-03-02"), invoice(2, "2026-06-01", 20_000)],
        campaign=replace(REGUA, audience=audience),
    )
    plan = davi.plan(day("2026-03-02") + timedelta(days=10), explain=True)
    assert bool(plan.touches) is hears
    assert [str(skip.codes[-1]) for skip in plan.skips] == ([] if hears else ["audience"])


def test_a_class_of_payers_has_its_own_days_for_instalments_too():
    own = {"agreement-3": -6, "agreement+1": 5}
    regua = tuple(
        replace(step, offset_by_class={"A": own[step.key]}) if step.key in own else step
        for step in DEFAULT_REGUA
    )
    campaign = replace(REGUA, steps=regua)
    davi = agreed("2026-05-08", campaign=campaign, risk_class="A")
    assert davi.live("2026-04-20", "2026-05-29") == {
        "2026-04-30": ["agreement-3:email"],  # D-6 is a Saturday, Friday is Labour Day
        "2026-05-08": ["agreement+0:email"],
        "2026-05-13": ["agreement+1:email"],
    }
    others = agreed("2026-05-08", campaign=campaign, risk_class="B")
    assert list(others.live("2026-04-20", "2026-05-29")) == [
        "2026-05-05",
        "2026-05-08",
        "2026-05-11",
    ]
