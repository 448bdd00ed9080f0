"""Two companies with everything that a dashboard tells of: the stories that the walk is taken over.

`sol` has every kind of receivable, contact and commitment; `lua` got worse this week.
"""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from bpo.db import acting_as
from bpo.kernel import actor as actors
from bpo.kernel import clock
from bpo.models import BankLine, Debtor, DeliveryEvent, Entry, Hold, Note, Payment, Receivable
from tests.factories import debts, people, waiting
from tests.web.by_hand import Book

SENT = 24


class Story:
    """A company whose days are told as so many days ago; negative ones are to come."""

    def __init__(self, session, place, day: date) -> None:
        self.session, self.place, self.day = session, place, day

    def ago(self, days: int) -> date:
        return self.day - timedelta(days=days)

    def at(self, days: int) -> datetime:
        return datetime.combine(self.ago(days), time(12), UTC)

    def add(self, model, **columns):
        row = model(workspace_id=self.place.id, **columns)
        self.session.add(row)
        self.session.commit()
        return row

    def owe(self, who: Debtor, number: str, late: int, cents: int, *paid, **columns) -> Receivable:
        """An invoice; `paid` are (days ago, centavos[, interest])."""
        title = debts.receivable(self.session, who, number, due=self.ago(late), cents=cents)
        for name, value in columns.items():
            setattr(title, name, value)
        self.session.commit()
        for ago, part, *interest in paid:
            debts.paid(self.session, title, part, self.ago(ago), *interest)
        return title

    def enter(self, title: Receivable, kind: str, ago: int, cents: int) -> None:
        columns = {"on_day": self.ago(ago), "principal_cents": cents}
        self.add(Entry, receivable_id=title.id, kind=kind, **columns)

    def undo(self, title: Receivable, ago: int) -> None:
        """The only payment of an invoice is given back."""
        came = self.session.query(Entry).filter_by(receivable_id=title.id).one()
        given = self.add(
            Payment,
            debtor_id=title.debtor_id,
            amount_cents=-came.principal_cents,
            paid_on=self.ago(ago),
            source="test",
            reverses_id=came.payment_id,
        )
        self.add(
            Entry,
            receivable_id=title.id,
            payment_id=given.id,
            kind="reversal",
            on_day=self.ago(ago),
            principal_cents=-came.principal_cents,
            reverses_id=came.id,
        )

    def write(self, title: Receivable, ago: int, step: str, channel: str = "email", **columns):
        """A message about an invoice, with its first text unless another is named."""
        given = {"template_key": "first", "state": "sent"} | columns
        state = given.pop("state")
        return waiting.touch(
            self.session, title, state, day=self.ago(ago), step=step, channel=channel, **given
        )

    def bounce(self, touch, ago: int) -> None:
        key = f"back-{touch.id}"
        columns = {"provider": "test", "event_key": key, "kind": "bounced", "at": self.at(ago)}
        self.add(DeliveryEvent, touch_id=touch.id, **columns)


def tell_sol(session, place, day: date, analyst) -> None:
    """Late and early payers, a dispute, promises, a hold, messages that came back."""
    sol = Story(session, place, day)
    aurora = debts.debtor(session, place, "Aurora", risk_class="A", tags=["atacado"])
    bento = debts.debtor(session, place, "Bento", risk_class="C", tags=["atacado", "vip"])
    clara = debts.debtor(session, place, "Clara")
    davi = debts.debtor(session, place, "Davi", email=None)
    elisa = debts.debtor(session, place, "Elisa")
    fabio = debts.debtor(session, place, "Fábio")
    gil = debts.debtor(session, place, "Gil")
    sol.owe(aurora, "A1", -12, 410_00)
    early = sol.owe(aurora, "A2", 5, 325_17, (2, 100_00))
    sol.owe(aurora, "A3", 200, 555_00, (190, 555_00))
    sol.owe(aurora, "A4", 40, 400_00, (46, 400_00))
    half = sol.owe(bento, "B1", 12, 1_200_00, (9, 400_00, 3_10))
    sol.owe(bento, "B2", 45, 700_00)
    sol.owe(bento, "B3", 75, 333_31, (70, 33_31))
    sol.owe(bento, "B4", 300, 80_00, (280, 80_00))
    sol.owe(bento, "B5", 480, 90_00, (470, 90_00))
    came = sol.owe(clara, "C1", 22, 90_33, (0, 90_33))
    old = sol.owe(clara, "C2", 130, 2_468_00, (8, 68_00))
    for number, (late, paid) in enumerate(((60, (59,)), (30, ()), (-1, ())), 1):
        parts = {"installment": number, "installments": 3}
        sol.owe(clara, f"C3/{number}", late, 50_01, *((ago, 50_01) for ago in paid), **parts)
    sol.owe(davi, "D1", 33, 222_22)
    sol.owe(elisa, "E1", 14, 5_500_00)
    held = sol.owe(gil, "G2", 25, 25_000_00)
    wrong = sol.owe(fabio, "F1", 16, 150_00)
    lost = sol.owe(fabio, "F2", 70, 1_000_00)
    sol.enter(lost, "write_off", 20, 250_00)
    sol.enter(lost, "agreement", 3, 300_00)
    sol.enter(lost, "rebate", 1, 50_05)
    never = sol.owe(fabio, "F3", -5, 777_00)
    sol.enter(never, "withdrawal", (day - never.issue_date).days, 777_00)
    back = sol.owe(fabio, "F4", 35, 60_00, (28, 60_00))
    sol.undo(back, 15)
    asked = sol.owe(gil, "G1", 11, 640_00)

    sol.write(half, 10, "d+1")
    sol.write(half, 10, "d+1", "whatsapp", template_key="second")
    sol.write(early, 2, "d+5")
    sol.write(old, 40, "d+10", template_key="second")
    sol.write(old, 12, "d+30")
    sol.write(back, 30, "d+1")
    sol.write(came, 20, "d+1", "sms")
    sol.bounce(sol.write(came, 3, "d+10"), 2)
    for number in range(SENT):
        state = "refused" if number < 2 else "sent"
        sol.write(asked, 6, f"d+{number + 40}", state=state)
    call = {"kind": "call", "body": "Vai pagar", "created_by": analyst.id}
    sol.add(Note, debtor_id=bento.id, on_day=sol.ago(60), **call)
    sol.add(Note, debtor_id=bento.id, on_day=sol.ago(11), **call)
    sol.add(Note, debtor_id=clara.id, on_day=sol.ago(0), **call)
    for state, ago in (("kept", 1), ("kept", 20), ("broken", 4), ("partly_kept", 88), ("kept", 99)):
        ended = sol.ago(ago)
        waiting.promise(session, bento, 10_00, ended, state=state, settled_on=ended)
    waiting.promise(session, elisa, 5_500_00, sol.ago(-4))
    sol.add(Hold, receivable_id=held.id, reason="talk", source="analyst", starts_on=sol.ago(2))
    waiting.dispute(session, wrong, sol.ago(3))
    waiting.act(session, clara, "call", sol.ago(1))
    for cents, ago in ((120_00, 6), (80_50, 2)):
        key = f"line-{ago}"
        sol.add(BankLine, source="ofx", key=key, on_day=sol.ago(ago), amount_cents=cents)
    debts.fresh(session, place, sol.ago(0), sol.at(0))


def tell_lua(session, place, day: date) -> None:
    """A book that fell due since Monday, most of it one debtor's; payments are unknown."""
    lua = Story(session, place, day)
    monday = day - timedelta(days=day.weekday())
    big = debts.debtor(session, place, "Dora")
    small = debts.debtor(session, place, "Hugo")
    due = (day - (monday - timedelta(days=1))).days
    late = monday - timedelta(days=1)
    lua.owe(big, "1", due, 9_000_00, effective_due_date=late)
    lua.owe(small, "2", 50, 2_000_00, (7, 500_00))
    lua.owe(small, "3", -20, 12_000_00)
    for state, ago in (("kept", 2), ("kept", 3), ("broken", 5)):
        ended = lua.ago(ago)
        waiting.promise(session, big, 10_00, ended, state=state, settled_on=ended)


@pytest.fixture
def world(session, client):
    cast = people.cast(session)
    now = datetime.now(UTC)
    day = clock.local_day(now, cast.sol.time_zone)
    places = (cast.lua, cast.sol)
    with acting_as(actors.system([place.id for place in places], name="test")):
        tell_sol(session, cast.sol, day, cast.ana)
        tell_lua(session, cast.lua, day)
        yield cast, now, [Book(session, place, day) for place in places]
