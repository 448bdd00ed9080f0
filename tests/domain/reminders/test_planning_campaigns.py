"""Several campaigns of one company: each debtor hears from one of them, and is told why."""

from dataclasses import replace
from datetime import date

from bpo.domain.reminders import planning, reasons
from bpo.domain.reminders.campaigns import DEFAULT_REGUA, THREE_STEPS, Audience, Campaign
from bpo.domain.reminders.reasons import Code
from bpo.domain.reminders.steps import Channel, Moment, Step
from tests.domain.stories import Story, day, invoice

SINCE = date(2026, 1, 1)
VIP = Campaign(1, THREE_STEPS, SINCE, Audience(with_tags=frozenset({"vip"})), name="Customers")
EVERYBODY = Campaign(2, DEFAULT_REGUA, SINCE, name="Everybody")
LATE = "2026-11-03"
NEXT = "2026-11-04"


def _debtor(*tags, elsewhere=None):
    davi = Story(open=[invoice(1, LATE)]).debtor(day(NEXT))
    return davi._replace(tags=frozenset(tags), elsewhere=elsewhere)


def _plan(campaign, debtor, today=NEXT, ahead=(VIP,)):
    story = Story()
    return planning.plan(
        [debtor],
        replace(story, campaign=campaign, ahead=ahead).voice,
        day(today),
        known_until=day(today),
        explain=True,
    )


def test_the_first_campaign_whose_audience_holds_the_debtor_speaks_and_the_next_says_why_not():
    vip = _debtor("vip")
    assert [t.step_key for t in _plan(VIP, vip, ahead=()).touches] == ["d+1"]
    silent = _plan(EVERYBODY, vip)
    assert silent.touches == []
    reason = silent.skips[0].reasons[0]
    assert (reason.code, reason.by) == (Code.ASSIGNED, "Customers")
    assert reasons.phrase(reason) != reasons.phrase(Code.ASSIGNED)


def test_who_is_in_no_audience_ahead_hears_from_the_next_campaign():
    assert _plan(VIP, _debtor(), ahead=()).skips[0].codes == [Code.AUDIENCE]
    assert [t.step_key for t in _plan(EVERYBODY, _debtor()).touches] == ["d+1"]


def test_a_campaign_ahead_takes_only_the_moments_it_has_steps_for():
    due = Step("due", Moment.DUE_DAY, 0, (Channel.EMAIL,), "due_today")
    only_due = Campaign(1, (due,), SINCE, name="On the day")
    assert [t.step_key for t in _plan(EVERYBODY, _debtor(), ahead=(only_due,)).touches] == ["d+1"]


def test_a_debt_that_moves_to_another_campaign_joins_it_by_its_age_and_not_at_the_friendly_start():
    moved = _debtor(elsewhere=date(2026, 12, 1))
    touches = _plan(EVERYBODY, moved, "2026-12-08").touches
    assert {t.step_key for t in touches} == {"d+30"}
    assert Code.MOVED in [reason.code for reason in touches[0].reasons]


def test_a_debt_that_fell_due_after_the_other_campaign_spoke_begins_at_the_first_step():
    later = _debtor(elsewhere=date(2026, 10, 1))
    assert [t.step_key for t in _plan(EVERYBODY, later).touches] == ["d+1"]


def test_the_next_contact_of_the_second_campaign_is_none_while_the_first_has_the_debtor():
    three = replace(EVERYBODY, steps=THREE_STEPS)
    story = Story(campaign=three, ahead=(VIP,))
    coming = planning.next_contact(_debtor("vip"), story.voice, day(NEXT))
    assert (coming.on, coming.because[0].code) == (None, Code.ASSIGNED)
