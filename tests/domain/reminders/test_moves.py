"""What is stored beside a contact says why it was moved, from when to when, and reads back."""

from datetime import UTC, date, datetime, timedelta

from bpo.domain.reminders import moves
from bpo.domain.reminders.campaigns import THREE_STEPS, Campaign
from bpo.domain.reminders.moves import MOST, Move
from bpo.domain.reminders.reasons import Code, Reason
from bpo.gateways import wording
from tests.domain.stories import Story, invoice

NIGHT = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
MORNING = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def test_reasons_of_a_plan_keep_their_day():
    day = date(2026, 11, 21)
    stored = moves.written([Reason(Code.SHIFTED, "d+5", day), Reason(Code.OTHERWISE, "d+5")])
    assert stored == "shifted@2026-11-21,otherwise"
    assert moves.read(stored) == [Move(Code.SHIFTED, day), Move(Code.OTHERWISE)]
    assert moves.written([]) is None
    assert moves.read("caught_up,nonsense,hold@soon") == [Move(Code.CAUGHT_UP), Move(Code.HOLD)]


def test_a_move_says_from_when_to_when_and_one_reason_is_told_once():
    once = moves.postponed("shifted@2026-11-21", Code.OUTSIDE_HOURS, NIGHT, MORNING)
    told = wording.say(moves.phrase(moves.read(once)[1]), "pt_BR")
    assert told.endswith("de 24/11/2026 23:30 para 25/11/2026 12:00")
    later = MORNING + timedelta(hours=1)
    again = moves.postponed(once, Code.OUTSIDE_HOURS, MORNING, later)
    assert moves.read(again) == [
        Move(Code.SHIFTED, date(2026, 11, 21)),
        Move(Code.OUTSIDE_HOURS, None, NIGHT, later),
    ]


def test_the_line_does_not_grow_for_ever_and_keeps_its_beginning():
    stored = None
    for turn in range(40):
        code = (Code.STALE, Code.WEEKLY_CAP)[turn % 2]
        stored = moves.postponed(stored, code, NIGHT + timedelta(days=turn), MORNING)
    found = moves.read(stored)
    assert len(found) == MOST
    assert found[0].since == NIGHT
    assert found[-1].since == NIGHT + timedelta(days=39)


def test_a_step_whose_day_is_closed_says_so():
    ladder = Campaign(7, THREE_STEPS, date(2026, 1, 1))
    davi = Story(campaign=ladder, open=[invoice(1, "2026-03-20")])  # a Friday
    assert davi.live("2026-03-19", "2026-03-24") == {"2026-03-23": ["d+1:email"]}
    assert [moves.written(touch.reasons) for touch in davi.sent] == ["shifted@2026-03-21"]
