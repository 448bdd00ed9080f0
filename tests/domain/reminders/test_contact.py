"""May Ana, Bruno's campaign or a bulk send contact Davi now?"""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpo.domain.reminders import contact, contact_rules, hours
from bpo.domain.reminders.contact import Mode, Situation
from bpo.domain.reminders.contact_rules import Rules
from bpo.domain.reminders.holds import Hold
from bpo.domain.reminders.hours import Window, between
from bpo.domain.reminders.steps import Channel
from bpo.kernel import clock
from bpo.kernel.calendar import Calendar
from bpo.kernel.errors import BadInput
from tests.domain.stories import ALL, BRAZIL, day

TUESDAY = day("2026-03-03")
DAVI = Situation(10_000, "SP", (), ALL, ALL, oldest_due=day("2026-02-20"), known_until=TUESDAY)


def at(text: str) -> datetime:
    """A wall time in Brasília as a UTC instant."""
    return datetime.fromisoformat(f"{text}-03:00").astimezone(UTC)


def ask(situation=DAVI, channel=Channel.SMS, when="2026-03-03T10:00", rules=Rules(), place=BRAZIL):  # noqa: B008
    return contact.may_contact(situation, rules, channel, at(when), place)


def codes(decision) -> list[str]:
    return [str(reason.code) for reason in decision.reasons]


def test_yes_on_a_weekday_morning():
    assert ask() == contact.Decision(True)


@pytest.mark.parametrize(
    ("state", "channel", "when", "opens"),
    [
        ("SP", Channel.SMS, "2026-03-03T08:30", "2026-03-03T09:00"),
        ("SP", Channel.SMS, "2026-03-03T18:00", "2026-03-04T09:00"),
        ("SP", Channel.EMAIL, "2026-03-03T19:59", None),
        ("SP", Channel.EMAIL, "2026-03-03T20:00", "2026-03-04T08:00"),
        ("AM", Channel.SMS, "2026-03-03T09:30", "2026-03-03T10:00"),
        ("AM", Channel.SMS, "2026-03-03T18:30", None),
        ("SP", Channel.WHATSAPP, "2026-03-07T10:00", "2026-03-09T09:00"),
        ("SP", Channel.SMS, "2026-04-03T10:00", "2026-04-06T09:00"),
    ],
)
def test_hours_are_those_of_the_debtors_state(state, channel, when, opens):
    decision = ask(DAVI._replace(state=state, known_until=day("2026-04-02")), channel, when)
    assert decision.allowed == (opens is None)
    assert decision.not_before == (at(opens) if opens else None)


def test_the_law_of_the_state_narrows_a_wider_window_and_never_widens_a_narrower_one():
    wide = Rules(window=Window(between(7, 21), between(8, 18)))
    friday, saturday = day("2026-03-06"), day("2026-03-07")
    assert contact.hours(wide, "sms", "SP", friday) == between(8, 20)
    assert contact.hours(wide, "sms", "SP", saturday) == between(8, 14)
    assert contact.hours(wide, "sms", "RJ", saturday) is None
    assert contact.hours(wide, "sms", "MG", friday) == between(7, 21)
    assert contact.hours(Rules(), "sms", "SP", friday) == between(9, 18)
    assert {law.law for law in hours.STATE_WINDOWS.values()} >= {"Lei 15.426/2014"}


def test_a_hold_stops_a_person_too():
    held = DAVI._replace(holds=(Hold("manual", TUESDAY, TUESDAY),), mode=Mode.MANUAL)
    decision = ask(held)
    assert codes(decision) == ["hold"]
    assert decision.not_before == at("2026-03-04T09:00")
    forever = ask(held._replace(holds=(Hold("dispute", TUESDAY),)))
    assert (codes(forever), forever.not_before) == (["dispute"], None)


def test_a_promise_lets_a_document_pass():
    promised = DAVI._replace(holds=(Hold("promise", TUESDAY, day("2026-03-10")),))
    assert codes(ask(promised)) == ["promise"]
    assert ask(promised._replace(document=True)).allowed


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"open_cents": 0}, "paid"),
        ({"opted_out": frozenset({"sms"})}, "opt_out"),
        ({"reachable": frozenset({"email"})}, "no_contact"),
        ({"available": frozenset({"email"})}, "channel_unavailable"),
        ({"oldest_due": day("2021-03-02")}, "time_barred"),
    ],
)
def test_what_waiting_does_not_mend(change, code):
    decision = ask(DAVI._replace(**change))
    assert codes(decision) == [code]
    assert decision.not_before is None


def test_an_opt_out_of_one_channel_leaves_the_others():
    assert ask(DAVI._replace(opted_out=frozenset({"sms"})), Channel.EMAIL).allowed


def test_stale_payments_stop_machines_and_warn_people():
    stale = DAVI._replace(known_until=day("2026-02-26"))
    assert codes(ask(stale)) == ["stale"]
    assert codes(ask(stale._replace(mode=Mode.BULK))) == ["stale"]
    manual = ask(stale._replace(mode=Mode.MANUAL))
    assert manual.allowed
    assert [str(reason.code) for reason in manual.warnings] == ["stale"]
    assert codes(ask(DAVI._replace(known_until=None))) == ["stale"]
    assert ask(DAVI._replace(known_until=day("2026-02-27"))).allowed


def test_freshness_counts_business_days():
    rules = Rules(fresh_business_days=1)
    calendar = Calendar("br")
    assert contact.is_fresh(day("2026-03-06"), day("2026-03-09"), rules, calendar)
    assert not contact.is_fresh(day("2026-03-05"), day("2026-03-09"), rules, calendar)


def test_caps_give_the_next_free_day():
    busy = DAVI._replace(contacts=(TUESDAY,))
    assert codes(ask(busy)) == ["daily_cap"]
    assert ask(busy).not_before == at("2026-03-04T09:00")
    week = DAVI._replace(contacts=tuple(TUESDAY - timedelta(days=n) for n in (1, 4, 6)))
    assert codes(ask(week)) == ["weekly_cap"]
    assert ask(week).not_before == at("2026-03-04T09:00")


def test_a_task_needs_no_address_hour_or_cap_but_keeps_to_holds():
    nowhere = DAVI._replace(reachable=frozenset(), available=frozenset(), contacts=(TUESDAY,))
    assert ask(nowhere, Channel.TASK, "2026-03-07T03:00").allowed
    assert codes(ask(nowhere._replace(holds=(Hold("legal", TUESDAY),)), Channel.TASK)) == ["hold"]


def test_every_obstacle_is_named():
    decision = ask(
        DAVI._replace(holds=(Hold("dispute", TUESDAY),), opted_out=frozenset({"sms"})),
        when="2026-03-03T22:00",
    )
    assert codes(decision) == ["opt_out", "dispute", "outside_hours"]


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),  # noqa: DTZ001
    st.sampled_from(["SP", "RJ", "AM", "AC", "AL", "MG", None]),
    st.sampled_from([Channel.EMAIL, Channel.SMS]),
)
def test_the_next_opening_is_open_and_not_before(moment, state, channel):
    earliest = moment.replace(tzinfo=UTC)
    opens = contact.opening(Rules(), channel, state, BRAZIL, earliest)
    local = clock.local_time(opens, BRAZIL.zone_of(state))
    span = contact.hours(Rules(), channel, state, local.date())
    assert opens >= earliest
    assert BRAZIL.calendar.is_open(local.date())
    assert span.opens <= local.time() < span.closes


def test_rules_survive_storage_and_refuse_nonsense():
    rules = Rules(
        window=Window(between(8, 19), between(9, 12)), weekly_cap=2, limitation_years=None
    )
    assert contact_rules.from_json(contact_rules.to_json(rules)) == rules
    assert contact_rules.from_json({}) == Rules()
    for bad in (
        {"weekly_cap": 0},
        {"daily_cap": "x"},
        {"window": {"weekdays": ["18:00", "09:00"]}},
    ):
        with pytest.raises(BadInput):
            contact_rules.from_json(bad)


def test_the_hours_chosen_for_a_state_stand_in_place_of_the_usual_ones_within_its_law():
    chosen = {"RS": Window(between(10, 21)), "AM": Window(between(7, 20), between(8, 12))}
    rules = Rules(state_windows=chosen)
    monday, saturday = day("2026-11-23"), day("2026-11-28")
    read = lambda uf, on: contact.hours(rules, "sms", uf, on)  # noqa: E731
    assert read("RS", monday) == between(10, 21)
    assert read("AM", monday) == between(8, 18)
    assert read("AM", saturday) is None
    assert read("SC", monday) == between(9, 18)
    assert contact_rules.from_json(contact_rules.to_json(rules)) == rules


def test_a_weekday_may_have_hours_of_its_own_or_none_never_wider_than_the_law():
    friday, monday, wednesday = day("2026-11-27"), day("2026-11-23"), day("2026-11-25")
    window = Window(between(9, 18), days=((0, None), (4, between(7, 22))))
    rules = Rules(window=window, state_windows={"RS": Window(between(9, 18), days=((2, None),))})
    read = lambda uf, on: contact.hours(rules, "sms", uf, on)  # noqa: E731
    assert read("SC", monday) is None
    assert read("SC", friday) == between(7, 22)
    assert read("SP", friday) == between(8, 20)
    assert read("AM", friday) == between(8, 18)
    assert read("RS", wednesday) is None
    assert read("RS", monday) == between(9, 18)
    assert contact_rules.from_json(contact_rules.to_json(rules)) == rules
    late = clock.instant(friday, time(23), BRAZIL.zone)
    opens = contact.opening(rules, "sms", "SC", BRAZIL, late)
    assert clock.local_time(opens, BRAZIL.zone).date() == day("2026-12-01")
    nine = ["09:00", "18:00"]
    for bad in (
        {"window": {"weekdays": nine, "days": {str(n): None for n in range(5)}}},
        {"window": {"weekdays": nine, "days": {"5": nine}}},
        {"window": {"weekdays": nine, "days": {"1": ["18:00", "09:00"]}}},
        {"window": {"weekdays": ["20:00", "22:00"]}},
        {"state_windows": {"AM": {"weekdays": nine, "days": {"1": ["19:00", "20:00"]}}}},
    ):
        with pytest.raises(BadInput):
            contact_rules.from_json(bad)
