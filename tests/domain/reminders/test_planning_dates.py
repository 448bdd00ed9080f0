"""Before the due date, on the day and after a payment: steps that hang on a date."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bpo.domain.reminders import receipts
from bpo.domain.reminders.agenda import Voice
from bpo.domain.reminders.campaigns import DEFAULT_REGUA, Campaign
from bpo.domain.reminders.contact_rules import Rules
from bpo.domain.reminders.holds import Hold
from bpo.domain.reminders.receipts import Paid
from bpo.domain.reminders.touches import Debtor
from tests.domain.stories import ALL, BRAZIL, EVERY_DAY, Story, day, invoice, local

CAMPAIGN = Campaign(7, DEFAULT_REGUA, date(2026, 1, 1))


def test_before_the_due_date_and_on_the_day():
    davi = Story(open=[invoice(1, "2026-03-25", 900), invoice(2, "2026-03-25", 100)])
    log = davi.live("2026-03-10", "2026-03-25")
    assert log == {
        "2026-03-20": ["d-5:email"],
        "2026-03-24": ["d-1:sms"],
        "2026-03-25": ["d0:email"],
    }
    assert davi.sent[0].receivable_ids == (1, 2)
    assert davi.sent[0].anchor == "due_date:20260325"


def test_a_step_before_the_due_date_moves_to_the_business_day_before():
    davi = Story(open=[invoice(1, "2026-03-23")])  # a Monday: D-1 is a Sunday, D-5 a Wednesday
    assert list(davi.live("2026-03-10", "2026-03-23")) == [
        "2026-03-18",
        "2026-03-20",
        "2026-03-23",
    ]


def test_due_dates_on_closed_days_are_one_group_on_the_effective_day():
    davi = Story(open=[invoice(1, "2026-03-21"), invoice(2, "2026-03-23")])
    davi.live("2026-03-18", "2026-03-23")
    assert {touch.anchor_id for touch in davi.sent} == {20260323}
    assert {touch.receivable_ids for touch in davi.sent} == {(1, 2)}


def test_a_missed_reminder_is_sent_once_until_the_next_ones_turn():
    davi = Story(open=[invoice(1, "2026-03-25")])
    log = davi.live("2026-03-10", "2026-03-25", missing=("2026-03-20", "2026-03-23"))
    assert list(log) == ["2026-03-24", "2026-03-25"]
    davi = Story(open=[invoice(1, "2026-03-25")])
    log = davi.live("2026-03-10", "2026-03-25", missing=("2026-03-20",))
    assert log["2026-03-23"] == ["d-5:email"]


def test_due_today_is_never_said_afterwards():
    davi = Story(open=[invoice(1, "2026-03-25")])
    log = davi.live("2026-03-25", "2026-03-26", missing=("2026-03-25",))
    assert log == {"2026-03-26": ["d+1:sms"]}


def test_a_good_payer_is_spared_the_early_notice():
    davi = Story(open=[invoice(1, "2026-03-25")], risk_class="A")
    assert list(davi.live("2026-03-10", "2026-03-25")) == ["2026-03-24", "2026-03-25"]


def test_the_short_reminder_goes_by_mail_where_the_step_says_so():
    davi = Story(open=[invoice(1, "2026-03-25")], available=frozenset({"email"}))
    log = davi.live("2026-03-24", "2026-03-24")
    assert log == {"2026-03-24": ["d-1:email"]}
    assert [r.code for r in davi.sent[0].reasons] == ["channel_unavailable", "otherwise"]


def test_a_new_invoice_is_sent_once_and_not_followed_the_next_day():
    davi = Story(open=[invoice(1, "2026-03-13", issue="2026-03-09")])
    assert davi.live("2026-03-09", "2026-03-13") == {
        "2026-03-09": ["issue:email"],
        "2026-03-11": ["d-5:email"],
        "2026-03-12": ["d-1:sms"],
    }
    assert davi.why("2026-03-13") == ["weekly_cap"]  # a fourth message in a week is too many


def test_an_invoice_sent_late_is_not_followed_the_next_day_either():
    davi = Story(open=[invoice(1, "2026-03-13", issue="2026-03-06")], others=[day("2026-03-06")])
    log = davi.live("2026-03-06", "2026-03-12")
    assert log == {"2026-03-09": ["issue:email"], "2026-03-11": ["d-5:email"]}


def test_invoices_from_before_the_campaign_are_not_sent_again():
    campaign = replace(CAMPAIGN, running_since=day("2026-03-10"))
    davi = Story(campaign=campaign, open=[invoice(1, "2026-04-30", issue="2026-03-09")])
    assert davi.live("2026-03-10", "2026-03-20") == {}


def test_the_instalments_of_one_sale_come_in_one_message():
    dues = ("2026-04-10", "2026-05-11", "2026-06-10")
    davi = Story(open=[invoice(n, due, issue="2026-03-10") for n, due in enumerate(dues)])
    davi.run("2026-03-10")
    (touch,) = davi.sent
    assert touch.receivable_ids == (0, 1, 2)
    assert touch.anchor_id == 20260310


def test_one_message_a_day_the_most_urgent_first():
    davi = Story(
        open=[
            invoice(1, "2026-03-16"),
            invoice(2, "2026-03-17"),
            invoice(3, "2026-04-30", issue="2026-03-17"),
        ]
    )
    assert davi.run("2026-03-17") == ["d+1:sms"]
    assert davi.sent[0].receivable_ids == (1, 2)  # what is due today is in it
    assert davi.run("2026-03-18") == ["issue:email"]


def test_a_later_fact_on_the_same_day_does_not_bring_a_second_message():
    davi = Story(open=[invoice(3, "2026-04-30", issue="2026-03-17")])
    assert davi.run("2026-03-17") == ["issue:email"]
    davi.open.append(invoice(1, "2026-03-16"))
    assert davi.run("2026-03-17") == []
    assert davi.run("2026-03-18") == ["d+1:sms"]


def test_a_promise_lets_a_new_invoice_pass_and_nothing_else():
    davi = Story(
        open=[invoice(1, "2026-03-25"), invoice(2, "2026-04-30", issue="2026-03-20")],
        holds=[Hold("promise", day("2026-03-10"), day("2026-03-31"))],
    )
    assert davi.live("2026-03-16", "2026-03-26") == {"2026-03-20": ["issue:email"]}
    davi = Story(
        open=[invoice(2, "2026-04-30", issue="2026-03-20")],
        holds=[Hold("manual", day("2026-03-10"))],
    )
    assert davi.live("2026-03-16", "2026-03-26") == {}


@pytest.mark.parametrize(
    ("state", "hours"), [("SP", 9), ("AM", 10), ("AC", 11), ("MT", 10), (None, 9)]
)
def test_the_hour_is_that_of_the_debtors_place(state, hours):
    davi = Story(open=[invoice(1, "2026-03-25")], state=state)
    (touch,) = davi.plan("2026-03-25").touches
    assert local(touch) == f"2026-03-25T{hours:02d}:00"


def test_after_hours_a_message_waits_for_the_next_opening_and_says_so():
    davi = Story(open=[invoice(1, "2026-03-19")])
    evening = datetime(2026, 3, 20, 21, 30, tzinfo=UTC)  # Friday 18:30 in Brasília
    (touch,) = davi.plan("2026-03-20", earliest=evening).touches
    assert (touch.channel, local(touch)) == ("sms", "2026-03-23T09:00")
    assert [r.code for r in touch.reasons] == ["outside_hours"]


def test_all_channels_of_a_step_go_on_one_day():
    davi = Story(open=[invoice(1, "2026-03-19")], risk_class="B")
    davi.live("2026-03-20", "2026-03-29")
    evening = datetime(2026, 3, 30, 21, 30, tzinfo=UTC)  # open for mail, closed for SMS
    touches = davi.plan("2026-03-30", earliest=evening).touches
    assert {touch.step_key for touch in touches} == {"d+10"}
    assert {local(touch)[:10] for touch in touches} == {"2026-03-31"}


def test_with_an_all_open_calendar_a_weekend_step_still_keeps_the_hours():
    davi = Story(open=[invoice(1, "2026-03-20")], place=EVERY_DAY)
    (touch,) = davi.plan("2026-03-21").touches  # a Saturday
    assert local(touch) == "2026-03-23T09:00"
    assert touch.planned_on == day("2026-03-21")


def thank(today: str, *payments: tuple[int, str, int], **debtor):
    davi = Debtor(1, (), "SP", reachable=ALL, **debtor)
    rows = [Paid(id, day(on), cents, davi) for id, on, cents in payments]
    return receipts.plan(rows, Voice(CAMPAIGN, Rules(), BRAZIL, ALL), day(today))


def test_one_thank_you_for_all_payments():
    (touch,) = thank("2026-03-25", (11, "2026-03-24", 700), (12, "2026-03-25", 300))
    assert (touch.anchor, touch.total_cents, touch.step_key) == ("payment:12", 1000, "thanks")


def test_old_payments_are_not_thanked_for():
    assert thank("2026-03-25", (11, "2026-03-02", 700)) == []
    assert thank("2026-01-05", (11, "2025-12-30", 700)) == []


def test_a_promise_does_not_stop_a_thank_you_a_pause_does():
    paid = (11, "2026-03-24", 700)
    since = day("2026-03-01")
    assert len(thank("2026-03-25", paid, holds=(Hold("promise", since),))) == 1
    assert thank("2026-03-25", paid, holds=(Hold("manual", since),)) == []


def test_the_issue_step_has_days_of_grace():
    davi = Story(open=[invoice(1, "2026-04-30", issue="2026-03-09")])
    off = tuple((day("2026-03-09") + timedelta(n)).isoformat() for n in range(5))
    assert davi.live("2026-03-09", "2026-03-20", missing=off) == {"2026-03-16": ["issue:email"]}
    davi = Story(open=[invoice(1, "2026-04-30", issue="2026-03-09")])
    off = tuple((day("2026-03-09") + timedelta(n)).isoformat() for n in range(8))
    assert davi.live("2026-03-09", "2026-03-20", missing=off) == {}


def test_who_is_not_late_yet_is_told_about_with_the_step_that_comes_next():
    davi = Story(open=[invoice(1, "2026-04-17"), invoice(2, "2026-05-20", issue="2026-01-05")])
    (skip,) = davi.plan("2026-03-23", explain=True).skips
    assert [(r.code, r.step, str(r.on)) for r in skip.reasons] == [("waiting", "d-5", "2026-04-10")]
    assert davi.plan("2026-03-23").skips == [], "which is ordinary, and not stored"
    known_by_heart = Story(open=[invoice(1, "2026-04-17")], risk_class="A")
    (skip,) = known_by_heart.plan("2026-03-23", explain=True).skips
    assert (skip.reasons[0].step, str(skip.next_on)) == ("d-1", "2026-04-16")


def test_whose_overdue_steps_are_done_waits_for_the_step_of_the_next_invoice():
    davi = Story(open=[invoice(1, "2026-01-05", issue="2025-12-01")])
    davi.live("2026-01-05", "2026-03-20")
    assert davi.why("2026-03-23", explain=True) == ["completed"]
    davi.open.append(invoice(2, "2026-04-17", issue="2026-01-05"))
    (skip,) = davi.plan("2026-03-23", explain=True).skips
    assert [(r.code, r.step, str(r.on)) for r in skip.reasons] == [("waiting", "d-5", "2026-04-10")]
