"""Davi owes: the overdue steps told day by day."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bpo.domain.reminders import planning, steps
from bpo.domain.reminders.agenda import Voice
from bpo.domain.reminders.campaigns import (
    DEFAULT_REGUA,
    THREE_STEPS,
    Audience,
    Campaign,
    Entry,
    Reanchor,
)
from bpo.domain.reminders.contact_rules import Rules
from bpo.domain.reminders.holds import Hold
from bpo.domain.reminders.touches import Debtor
from tests.domain.stories import ALL, BRAZIL, EVERY_DAY, Story, day, invoice

CAMPAIGN = Campaign(7, DEFAULT_REGUA, date(2026, 1, 1))
OVERDUE_ONLY = replace(CAMPAIGN, steps=steps.overdue(DEFAULT_REGUA, None))


def late(due: str = "2026-03-02", **story) -> Story:
    return Story(open=[invoice(1, due)], **story)


def test_the_whole_ladder_on_its_days():
    davi = late()  # a Monday
    assert davi.live("2026-03-03", "2026-07-31") == {
        "2026-03-03": ["d+1:sms"],
        "2026-03-09": ["d+5:email"],  # D+5 is a Saturday
        "2026-03-16": ["d+10:sms", "d+10:email"],  # 10 days due, but 5 after the late D+5: Sat
        "2026-03-23": ["d+15:task"],
        "2026-03-30": ["d+20:email"],
        "2026-04-09": ["d+30:email", "d+30:task"],
        "2026-04-24": ["d+45:email"],
        "2026-05-11": ["d+60:task"],
    }


def test_planning_the_same_day_twice_adds_nothing_and_says_the_same():
    davi = late()
    first = davi.plan("2026-03-03").touches
    assert davi.run("2026-03-03", send=False) == ["d+1:sms"]
    assert davi.run("2026-03-03") == []
    assert davi.plan("2026-03-03").touches == first


def test_a_day_on_which_nothing_ran_is_caught_up_once_without_a_burst():
    missing = tuple(f"2026-03-{n:02d}" for n in range(3, 13))
    log = late().live("2026-03-03", "2026-03-20", missing=missing)
    assert log == {"2026-03-13": ["d+1:sms"], "2026-03-17": ["d+5:email"]}


def test_a_catch_up_says_that_it_comes_late():
    codes = [reason.code for reason in late().plan("2026-03-06").touches[0].reasons]
    assert codes == ["caught_up"]


def test_nothing_follows_a_message_that_has_not_gone_out():
    davi = late()
    davi.run("2026-03-03", send=False)
    assert davi.live("2026-03-04", "2026-03-20") == {}
    assert davi.why("2026-03-10") == ["in_flight"]
    davi.past = [davi.past[0]._replace(completed_on=day("2026-03-20"))]
    assert davi.live("2026-03-23", "2026-03-25") == {"2026-03-24": ["d+5:email"]}


def test_a_good_payer_first_hears_on_the_third_day():
    davi = late(risk_class="A")
    assert list(davi.live("2026-03-03", "2026-03-06")) == ["2026-03-05"]


def test_one_message_lists_all_that_is_due_and_the_oldest_carries_it():
    davi = Story(
        open=[
            invoice(3, "2026-03-10", 500),
            invoice(1, "2026-03-02", 700),
            invoice(2, "2026-03-02", 900),
            invoice(4, "2026-03-12", 300),  # due on the day of the message
            invoice(5, "2026-03-20", 100),
        ]
    )
    (touch,) = davi.plan("2026-03-12").touches
    assert touch.receivable_ids == (2, 1, 3, 4)
    assert touch.total_cents == 2400
    assert (touch.anchor_kind, touch.anchor_id) == ("debtor", 1)


def test_a_partial_payment_leaves_the_rest_in_the_reminders():
    davi = Story(
        campaign=OVERDUE_ONLY, open=[invoice(1, "2026-03-02", 700), invoice(2, "2026-03-03", 900)]
    )
    davi.run("2026-03-04")
    davi.open[0] = davi.open[0]._replace(open_cents=1)
    davi.live("2026-03-05", "2026-03-09")
    assert davi.sent[-1].receivable_ids == (1, 2)
    assert davi.sent[-1].total_cents == 901


def test_the_others_keep_their_place_when_the_oldest_is_paid():
    davi = Story(campaign=OVERDUE_ONLY, open=[invoice(1, "2026-03-02"), invoice(2, "2026-03-11")])
    davi.live("2026-03-03", "2026-03-17")
    assert [t.step_key for t in davi.sent] == ["d+1", "d+5", "d+10", "d+10"]
    davi.pay(1, "2026-03-18")
    log = davi.live("2026-03-18", "2026-04-15")
    assert log == {"2026-03-26": ["d+15:task"], "2026-03-31": ["d+20:email"],
                   "2026-04-10": ["d+30:email", "d+30:task"]}  # fmt: skip
    assert "reanchored" in [r.code for r in davi.sent[4].reasons]


def test_inheriting_neither_skips_nor_goes_back():
    davi = Story(campaign=OVERDUE_ONLY, open=[invoice(1, "2026-03-02"), invoice(2, "2026-03-30")])
    davi.live("2026-03-03", "2026-04-02")
    before = [t.step_key for t in davi.sent if t.anchor_kind == "debtor"][-1]
    assert before == "d+20"
    davi.pay(1, "2026-04-06")
    log = davi.live("2026-04-06", "2026-05-20")
    assert log == {"2026-04-29": ["d+30:email", "d+30:task"], "2026-05-14": ["d+45:email"]}


def test_retiming_keeps_the_gap_and_restarting_begins_a_cycle():
    for rule, expected in (
        (Reanchor.RETIME, ("d+30", 1)),
        (Reanchor.RESTART, ("d+5", 2)),
    ):
        davi = Story(campaign=replace(OVERDUE_ONLY, reanchor=rule))
        davi.open = [invoice(1, "2026-03-02"), invoice(2, "2026-03-30")]
        davi.live("2026-03-03", "2026-04-02")
        davi.pay(1, "2026-04-06")
        davi.live("2026-04-06", "2026-04-10")
        assert (davi.sent[-1].step_key, davi.sent[-1].cycle) == expected


def test_a_new_cycle_begins_only_after_a_day_without_anything_overdue():
    davi = Story(campaign=OVERDUE_ONLY, open=[invoice(1, "2026-03-02")])
    davi.live("2026-03-03", "2026-03-10")
    davi.pay(1, "2026-03-12")
    davi.open.append(invoice(2, "2026-03-18"))
    davi.live("2026-03-19", "2026-03-20")
    assert [(t.step_key, t.cycle) for t in davi.sent] == [("d+1", 1), ("d+5", 1), ("d+1", 2)]
    assert "new_cycle" in [r.code for r in davi.sent[-1].reasons]


def test_an_unbroken_chain_of_late_invoices_is_one_cycle():
    davi = Story(campaign=OVERDUE_ONLY, open=[invoice(1, "2026-03-02"), invoice(2, "2026-03-11")])
    davi.live("2026-03-03", "2026-03-10")
    davi.pay(1, "2026-03-13")  # the second one is overdue since the 12th
    log = davi.live("2026-03-13", "2026-03-25")
    assert {t.cycle for t in davi.sent} == {1}
    assert log == {"2026-03-23": ["d+10:sms", "d+10:email"]}


def test_a_promise_pauses_and_a_broken_one_resumes_where_it_stopped():
    davi = late()
    davi.run("2026-03-03")
    davi.holds = [Hold("promise", day("2026-03-05"), day("2026-03-16"))]
    assert davi.live("2026-03-04", "2026-03-16") == {}
    assert davi.why("2026-03-10") == ["promise"]
    assert davi.plan("2026-03-10").skips[0].next_on == day("2026-03-17")
    assert davi.live("2026-03-17", "2026-03-19") == {"2026-03-17": ["d+5:email"]}


def test_a_held_invoice_is_left_out_and_the_others_go_on():
    davi = Story(campaign=OVERDUE_ONLY, open=[invoice(1, "2026-03-02"), invoice(2, "2026-03-04")])
    davi.open[0] = davi.open[0]._replace(hold=Hold("dispute", day("2026-03-02")))
    davi.live("2026-03-03", "2026-03-06")
    assert davi.sent[0].receivable_ids == (2,)
    assert davi.sent[0].planned_on == day("2026-03-05")
    davi.open.pop()
    assert davi.why("2026-03-09") == ["dispute"]


def test_a_payment_that_waits_to_be_matched_stops_everything():
    davi = late(holds=[Hold("payment_seen", day("2026-03-02"))])
    assert davi.run("2026-03-03") == []
    assert davi.why("2026-03-03") == ["payment_seen"]


def test_a_hold_that_cannot_be_read_holds():
    assert late(holds=[Hold("???", day("2026-03-05"), day("2026-03-01"))]).why("2026-03-03") == [
        "hold"
    ]


def test_no_reminder_the_day_after_the_invoice_even_when_it_was_due_before():
    davi = Story(open=[invoice(1, "2026-03-02", issue="2026-03-10")])
    log = davi.live("2026-03-10", "2026-03-13")
    assert log == {"2026-03-12": ["d+1:sms"]}


def test_an_old_book_is_joined_where_it_fits_and_goes_on_from_there():
    campaign = replace(CAMPAIGN, running_since=day("2026-09-01"))
    davi = late(campaign=campaign)
    assert davi.live("2026-09-01", "2026-10-31") == {
        "2026-09-01": ["d+30:email", "d+30:task"],
        "2026-09-16": ["d+45:email"],
        "2026-10-01": ["d+60:task"],
    }
    assert davi.sent[0].reasons[0].code == "entered"


def test_an_old_book_may_be_told_to_begin_at_the_first_step():
    davi = late(campaign=replace(CAMPAIGN, running_since=day("2026-09-01"), entry=Entry.FIRST))
    assert davi.live("2026-09-01", "2026-09-05") == {"2026-09-01": ["d+1:sms"]}


def test_an_old_invoice_that_came_to_light_late_is_joined_where_it_fits():
    davi = Story(open=[invoice(1, "2026-03-02", known_on=day("2026-03-25"))])
    assert davi.run("2026-03-25") == ["d+20:email"]


def test_a_hundred_debtors_late_at_the_start_get_exactly_one_message_each():
    book = [Debtor(n, (invoice(n, "2026-10-01", 100 + n),), reachable=ALL) for n in range(1, 101)]
    campaign = Campaign(1, THREE_STEPS, None)
    today = day("2026-11-23")
    plan = planning.plan(book, Voice(campaign, Rules(), EVERY_DAY, ALL), today)
    assert [t.debtor_id for t in plan.touches] == list(range(1, 101))
    assert {t.step_key for t in plan.touches} == {"d+30"}


def test_a_channel_that_is_not_set_up_is_skipped_aloud_and_not_replaced():
    davi = late(available=frozenset({"email"}))
    assert davi.run("2026-03-03") == []
    assert davi.why("2026-03-03") == ["channel_unavailable", "waiting"]
    assert davi.live("2026-03-04", "2026-03-09") == {"2026-03-09": ["d+5:email"]}


def test_an_opt_out_or_a_missing_address_is_a_reason():
    assert late(opted_out=frozenset({"sms"})).why("2026-03-03")[0] == "opt_out"
    assert late(reachable=frozenset()).why("2026-03-03")[0] == "no_contact"


def test_whom_nothing_reaches_ends_with_a_person():
    davi = late(reachable=frozenset())
    assert davi.live("2026-03-03", "2026-06-30") == {
        "2026-03-17": ["d+15:task"],
        "2026-04-01": ["d+30:task"],
        "2026-05-04": ["d+60:task"],
    }
    assert davi.why("2026-04-20") == ["no_contact", "waiting"]


def test_five_years_after_the_due_date_nothing_is_asked_for_unless_the_limit_is_off():
    davi = late("2021-03-01")
    assert davi.why("2026-03-03") == ["time_barred"]
    davi.rules = Rules(limitation_years=None)
    assert davi.run("2026-03-03") != []


def test_audience_and_smallest_amount():
    davi = late(campaign=replace(CAMPAIGN, audience=Audience(minimum_cents=10_001)))
    assert davi.why("2026-03-03") == ["below_minimum"]
    davi.campaign = replace(CAMPAIGN, audience=Audience(classes=frozenset("CD")))
    assert davi.why("2026-03-03") == []
    assert davi.why("2026-03-03", explain=True) == ["audience"]
    davi.risk_class = "D"
    assert davi.run("2026-03-03") == ["d+1:sms"]


def test_a_hold_out_hears_nothing_of_overdue_steps_and_is_always_the_same():
    campaign = replace(CAMPAIGN, holdout_pct=10)
    held = [n for n in range(1, 2001) if planning.is_held_out(campaign, n)]
    assert 130 < len(held) < 270
    davi = late(campaign=replace(CAMPAIGN, holdout_pct=50))
    heard = not planning.is_held_out(davi.campaign, 1)
    assert bool(davi.run("2026-03-03")) == heard


def test_caps_over_all_campaigns_and_the_next_free_day():
    davi = late(others=[day("2026-03-03")])
    assert davi.why("2026-03-03") == ["daily_cap"]
    davi.others = [day("2026-02-25"), day("2026-02-26"), day("2026-03-02")]
    assert davi.why("2026-03-03") == ["weekly_cap"]
    assert davi.plan("2026-03-03").skips[0].next_on == day("2026-03-04")
    davi.others, davi.rules = [day("2026-03-02")], Rules(min_spacing_days=3)
    assert davi.why("2026-03-03") == ["spacing"]
    assert davi.run("2026-03-05") == ["d+1:sms"]


def test_a_stale_book_is_planned_with_a_warning():
    plan = late().plan("2026-03-03", known_until=day("2026-02-20"))
    assert len(plan.touches) == 1
    assert "known until" in str(plan.warnings[0])


def test_nothing_on_a_closed_day_and_the_reason_is_said():
    plan = late().plan("2026-03-07", explain=True)
    assert plan.touches == []
    assert plan.skips[0].codes == ["closed_day"]
    assert "not a business day" in str(plan.warnings[0])


@pytest.mark.parametrize("today", ["2026-03-04", "2026-03-06", "2026-03-08"])
def test_next_contact_is_the_plan_run_forward(today):
    davi = late()
    davi.run("2026-03-03")
    found = planning.next_contact(davi.debtor(day(today)), davi.voice, day(today))
    assert (found.on, found.step_key, found.channels) == (day("2026-03-09"), "d+5", ("email",))
    assert davi.live(today, "2026-03-09") == {"2026-03-09": ["d+5:email"]}


def test_next_contact_knows_when_a_hold_ends_and_when_nothing_more_comes():
    davi = late(holds=[Hold("promise", day("2026-03-02"), day("2026-03-12"))])

    def ask():
        return planning.next_contact(davi.debtor(day("2026-03-04")), davi.voice, day("2026-03-04"))

    assert (ask().on, ask().because[0].code) == (day("2026-03-13"), "promise")
    davi.holds = [Hold("manual", day("2026-03-02"))]
    assert (ask().on, ask().because[0].code) == (None, "hold")


def test_the_day_of_a_step_is_counted_in_calendar_days():
    davi = late()
    davi.place = EVERY_DAY
    log = davi.live("2026-03-03", "2026-04-16")
    assert [day(d) - day("2026-03-02") for d in log] == [
        timedelta(n) for n in (1, 5, 10, 15, 20, 30, 45)
    ]


def test_on_a_closed_day_the_reason_is_that_of_the_next_business_day():
    saturday = day("2026-03-21")
    known = {"place": BRAZIL, "available": frozenset({"email", "sms"})}
    davi = Story(open=[invoice(1, "2026-04-17", issue="2026-01-05")], **known)
    eva = Story(open=[invoice(1, "2026-03-23", issue="2026-01-05")], **known)

    def coming(story):
        return planning.next_contact(story.debtor(saturday), story.voice, saturday)

    assert [(r.code, str(r.on)) for r in coming(davi).because] == [("waiting", "2026-04-10")]
    assert (str(coming(davi).on), coming(davi).step.key) == ("2026-04-10", "d-5")
    assert [r.code for r in coming(eva).because] == ["closed_day"], "she hears on that very day"
