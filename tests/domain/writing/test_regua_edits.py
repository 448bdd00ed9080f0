"""A regua under the pencil: acts on steps, what is to be said about it, what a version changes."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpo.domain.reminders import campaigns, steps
from bpo.domain.reminders.campaigns import Audience, Campaign
from bpo.domain.reminders.contact_rules import Rules
from bpo.domain.reminders.regua import DEFAULT_REGUA, THREE_STEPS
from bpo.domain.reminders.steps import Channel, Moment, Tone
from bpo.domain.writing import regua_checks, regua_edits
from bpo.kernel.errors import BadInput, NotFound
from tests.domain.stories import EVERY_DAY, Story, invoice

WHOLE = Campaign(1, DEFAULT_REGUA)
NONE = frozenset()


def said(campaign, has_text=lambda key, channel: True, rules=Rules()):  # noqa: B008
    return [str(f.message) for f in regua_checks.check(campaign, rules, has_text)]


def with_steps(change, of=WHOLE):
    return replace(of, steps=change(of.steps))


def told(after, before=WHOLE):
    return [str(phrase) for phrase in regua_checks.differences(before, after)]


def test_the_default_regua_may_run():
    found = regua_checks.check(WHOLE, Rules(), lambda key, channel: True)
    assert regua_checks.is_usable(found)
    assert [one.key for one in found] == ["d+1", "d+5"]


def test_a_step_is_added_on_a_free_day_with_a_key_of_its_own():
    after, key = regua_edits.added(DEFAULT_REGUA, Moment.OVERDUE, frozenset({"d+7"}))
    step = regua_edits.find(after, key)
    assert (key, step.offset) == ("d+7.2", 7)
    again, key = regua_edits.added(after, Moment.OVERDUE, NONE)
    assert regua_edits.find(again, key).offset == 8
    assert [one.offset for one in again if one.moment is Moment.OVERDUE] == sorted(
        one.offset for one in again if one.moment is Moment.OVERDUE
    )


def test_steps_are_moved_doubled_and_taken_away():
    later = regua_edits.moved(DEFAULT_REGUA, "d+1", 2)
    assert (later[4].offset, later[4].offset_by_class) == (3, {"A": 5})
    twice, key = regua_edits.doubled(DEFAULT_REGUA, "d-1", NONE)
    assert (key, regua_edits.find(twice, key).channels) == ("d-2", (Channel.SMS,))
    assert len(regua_edits.removed(DEFAULT_REGUA, "d+15")) == len(DEFAULT_REGUA) - 1
    with pytest.raises(NotFound):
        regua_edits.removed(DEFAULT_REGUA, "d+99")
    many = tuple(replace(DEFAULT_REGUA[4], key=f"k{day}", offset=day) for day in range(1, 41))
    with pytest.raises(BadInput, match="at most 40"):
        regua_edits.added(many, Moment.OVERDUE, NONE)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda s: regua_edits.removed(s, "d+5"), ["D+5 is taken away"]),
        (lambda s: regua_edits.moved(s, "d+5", 2), ["D+5 moves to D+7"]),
        (lambda s: regua_edits.added(s, Moment.OVERDUE, NONE)[0], ["D+7 is new, by"]),
        (
            lambda s: regua_edits.changed(s, replace(s[4], channels=(Channel.EMAIL, Channel.SMS))),
            ["D+1 goes by"],
        ),
        (
            lambda s: regua_edits.changed(s, replace(s[4], template="notice")),
            ["D+1 speaks another text"],
        ),
        (
            lambda s: regua_edits.changed(
                s, replace(s[4], offset_by_class={}, skip_classes=frozenset("A"))
            ),
            ["D+1 leaves class A out", "D+1 has the usual day for class A"],
        ),
    ],
)
def test_a_version_is_told_in_words(change, words):
    sentences = told(with_steps(change))
    assert len(sentences) == len(words)
    assert all(a.startswith(b) for a, b in zip(sentences, words, strict=True))


def test_choices_are_told_too():
    after = replace(WHOLE, audience=Audience(5000, frozenset("CD"), consumers=True), holdout_pct=5)
    assert [sentence.split("speaks to")[0] for sentence in told(after)] == [
        "It ",
        "5 of 100 debtors are left without messages",
    ]
    assert told(WHOLE) == []


@pytest.mark.parametrize(
    ("campaign", "words"),
    [
        (Campaign(1, ()), "at least one step"),
        (with_steps(lambda s: regua_edits.moved(s, "d+1", -1)), "must be between"),
        (with_steps(lambda s: regua_edits.moved(s, "d+1", 4)), "must come later"),
        (
            with_steps(lambda s: regua_edits.changed(s, replace(s[5], tone=Tone.FIRM))),
            "until then assume good faith",
        ),
        (Campaign(1, THREE_STEPS), "Nobody is thanked"),
        (Campaign(1, THREE_STEPS), "Nothing is said before"),
        (
            with_steps(
                lambda s: tuple(replace(x, skip_classes=NONE, offset_by_class={}) for x in s)
            ),
            "Good payers",
        ),
        (
            with_steps(
                lambda s: regua_edits.doubled(regua_edits.doubled(s, "d+1", NONE)[0], "d+1", NONE)[
                    0
                ]
            ),
            "contacts in seven days",
        ),
    ],
)
def test_what_is_wrong_with_a_regua_is_said_in_sentences(campaign, words):
    assert any(words in sentence for sentence in said(campaign)), said(campaign)


def test_a_step_without_words_cannot_hold():
    found = said(WHOLE, has_text=lambda key, channel: channel is not Channel.SMS)
    assert any("has no words for SMS" in sentence for sentence in found)


def test_contacts_closer_than_the_rules_allow_are_named():
    found = said(WHOLE, rules=Rules(min_spacing_days=5))
    assert any(
        sentence.startswith("D+1 comes too soon after D0: 1 of the 5 days") for sentence in found
    )


def test_the_shipped_regua_says_on_which_day_the_weeks_limit_lets_its_steps_go():
    """D-5, D-1, D0 and D+1 would be four contacts in seven days; three are allowed."""
    day = date(2026, 3, 18)
    said_of = [sentence for sentence in said(WHOLE) if "seven days" in sentence]
    assert [sentence.split(" for who")[0] for sentence in said_of] == [
        "D+1 goes on D+2",
        "D+5 goes on D+6",
    ]
    davi = Story(campaign=WHOLE, place=EVERY_DAY, open=[invoice(1, day.isoformat())])
    log = davi.live("2026-03-10", "2026-03-25")
    went = {keys[0].partition(":")[0]: date.fromisoformat(on) for on, keys in log.items()}
    assert went["d+1"] == day + timedelta(days=2)
    assert went["d+5"] == day + timedelta(days=6)
    assert said(WHOLE, rules=Rules(weekly_cap=4)) == []


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["add", "double", "earlier", "later", "remove"]),
        st.integers(0, 30),
        st.sampled_from(list(Moment)),
    ),
    max_size=12,
)


@settings(max_examples=40)
@given(ACTS)
def test_any_acts_keep_keys_single_and_can_be_stored(acts):
    ladder = DEFAULT_REGUA
    for act, at, moment in acts:
        key = ladder[at % len(ladder)].key if ladder else ""
        if act == "add":
            ladder, _ = regua_edits.added(ladder, moment, NONE)
        elif ladder and act == "double":
            ladder, _ = regua_edits.doubled(ladder, key, NONE)
        elif ladder and act == "remove":
            ladder = regua_edits.removed(ladder, key)
        elif ladder:
            ladder = regua_edits.moved(ladder, key, 1 if act == "later" else -1)
    assert len({step.key for step in ladder}) == len(ladder)
    assert steps.from_json(steps.to_json(ladder)) == ladder
    found = regua_checks.check(Campaign(1, ladder), Rules(), lambda key, channel: True)
    if regua_checks.is_usable(found):
        campaigns.check(Campaign(1, ladder))
