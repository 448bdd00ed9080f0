"""The caps on contacts, when messages had to wait: what was late does not come all at once."""

from sqlalchemy import update

from bpo.models import ContactRules
from tests.factories import waiting
from tests.journeys.telling import at, day

WEDNESDAY = day("11-18")


def test_two_notices_that_waited_for_payment_data_come_on_two_mornings(tale):
    davi = tale.debtor()
    for number, due in (("1001", "12-01"), ("1002", "12-02")):
        tale.owes(davi, number, due)
    for on in ("11-26", "11-27"):
        assert tale.plan(day(on)) == 1

    tale.known(day("11-27"))
    sent = [tale.send(at(day("11-27"), hour)).states["sent"] for hour in (15, 16)]

    assert sent == [1, 0]
    assert tale.moves(davi) == ["", "daily_cap"]


def test_what_waited_for_weeks_counts_on_the_day_it_went_out(tale):
    davi = tale.debtor()
    tale.owes(davi, "1001", "10-27")
    assert tale.plan(day("11-03")) == 1
    tale.owes(davi, "1002", "11-23")
    assert tale.plan(WEDNESDAY) == 1

    tale.known(WEDNESDAY)
    sent = [tale.send(at(WEDNESDAY, hour)).states["sent"] for hour in (15, 16)]

    assert sent == [1, 0]
    assert tale.steps(davi) == ["11-03 d+5"]
    assert tale.moves(davi)[1] == "daily_cap"


def test_a_day_that_allows_two_contacts_does_not_allow_three(tale):
    davi = tale.debtor()
    title = tale.owes(davi, "1001", "11-10")
    rules = {"daily_cap": 2, "weekly_cap": 5, "min_spacing_days": 0}
    tale.session.execute(update(ContactRules).values(rules=rules))
    for step in ("one", "two", "three"):
        waiting.touch(
            tale.session, title, "planned", day=WEDNESDAY, step=step, template_key="proposal"
        )
    tale.known(WEDNESDAY)

    sent = [tale.send(at(WEDNESDAY, hour)).states["sent"] for hour in (15, 16, 17, 18)]

    assert sum(sent) == 2
    assert tale.moves(davi) == ["", "", "daily_cap"]
