"""The default regua and campaigns as data."""

from dataclasses import replace
from datetime import date

import pytest

from bpo.domain.reminders import campaigns, steps
from bpo.domain.reminders.campaigns import (
    DEFAULT_REGUA,
    THREE_STEPS,
    Audience,
    Campaign,
    Entry,
    Reanchor,
)
from bpo.domain.reminders.steps import Channel, Moment, Step
from bpo.domain.reminders.touches import Debtor
from bpo.kernel.errors import BadInput


def test_the_default_regua_step_by_step():
    told = {step.key: "+".join(step.channels) for step in DEFAULT_REGUA}
    assert told == {
        "issue": "email",
        "d-5": "email",
        "d-1": "sms",
        "d0": "email",
        "d+1": "sms",
        "d+5": "email",
        "d+10": "sms+email",
        "d+15": "task",
        "d+20": "email",
        "d+30": "email+task",
        "d+45": "email",
        "d+60": "task",
        "agreement-3": "email",
        "agreement+0": "email",
        "agreement+1": "email",
        "thanks": "email",
        "relationship": "email",
    }
    assert [step.key for step in DEFAULT_REGUA if step.off] == ["relationship"]
    assert [s.label for s in DEFAULT_REGUA if s.moment == Moment.OVERDUE][:3] == [
        "D+1",
        "D+5",
        "D+10",
    ]


def test_both_ladders_can_run():
    assert campaigns.check(Campaign(1, DEFAULT_REGUA))
    assert [step.offset for step in campaigns.check(Campaign(1, THREE_STEPS)).steps] == [1, 30, 60]


def test_good_payers_are_spared():
    assert steps.overdue(DEFAULT_REGUA, "A")[0].offset_for("A") == 3
    assert "A" in next(step for step in DEFAULT_REGUA if step.key == "d-5").skip_classes


def test_a_campaign_survives_storage():
    campaign = Campaign(
        3,
        DEFAULT_REGUA,
        date(2026, 3, 1),
        Audience(500, frozenset("CD"), False, frozenset({"vip"}), frozenset({"rede"})),
        Entry.FIRST,
        Reanchor.RETIME,
        5,
    )
    stored = (steps.to_json(campaign.steps), campaigns.options_to_json(campaign))
    assert campaigns.from_json(3, *stored, date(2026, 3, 1)) == campaign


E_MAIL = Step("x", Moment.OVERDUE, 3, (Channel.EMAIL,), "t")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ((), "at least one step"),
        ((E_MAIL, E_MAIL), "same key: x"),
        ((replace(E_MAIL, offset=0),), "Step x: the day"),
        ((replace(E_MAIL, channels=()),), "Step x has no channel"),
        ((replace(E_MAIL, template=""),), "Step x has no text"),
        ((replace(E_MAIL, skip_classes=frozenset("Z")),), "A, B, C and D"),
        ((E_MAIL, replace(E_MAIL, key="y")), "Step y must come later than step x"),
        (
            (E_MAIL, replace(E_MAIL, key="y", offset=5, offset_by_class={"A": 2})),
            "Step y must come later",
        ),
    ],
)
def test_what_cannot_run_is_refused_by_name(wrong, words):
    with pytest.raises(BadInput, match=words):
        campaigns.check(Campaign(1, wrong))


def test_stored_steps_that_cannot_be_read_are_named():
    good = steps.to_json(THREE_STEPS)
    with pytest.raises(BadInput, match="Step 2 cannot be read"):
        campaigns.from_json(1, [good[0], {**good[1], "channels": ["pigeon"]}])
    with pytest.raises(BadInput, match="options"):
        campaigns.from_json(1, good, {"entry": "somewhere"})


def test_audience():
    assert Audience().is_everybody
    audience = Audience(with_tags=frozenset({"rede"}), consumers=True)
    assert audience.knows(_davi(True, "rede", "sul"))
    assert not audience.knows(_davi(False, "rede"))
    assert not audience.knows(_davi(True, "sul"))


def _davi(consumer, *tags):
    return Debtor(1, (), consumer=consumer, tags=frozenset(tags))


@pytest.mark.parametrize(
    ("key", "label"),
    [
        ("d+10", "D+10"),
        ("d-5", "D-5"),
        ("d0", "D0"),
        ("agreement-3", "Instalment, D-3"),
        ("agreement+0", "Instalment, D0"),
        ("issue", "On issue"),
        ("sorry", "sorry"),
    ],
)
def test_a_step_is_called_by_its_key_where_its_campaign_is_not_at_hand(key, label):
    assert str(steps.label_of(key)) == label


@pytest.mark.parametrize(
    ("key", "day"), [("d+10", 10), ("d-5", -5), ("d0", 0), ("agreement-3", -3), ("issue", None)]
)
def test_the_day_of_a_step_is_in_its_key(key, day):
    assert steps.day_of(key) == day
