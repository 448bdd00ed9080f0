"""Telling a story day by day: the morning is planned, noon sends, and what arrived is read."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from email import message_from_bytes, policy
from typing import Any, NamedTuple

from flask import Flask
from sqlalchemy import Connection, select, text

from bpo.db import acting_as, db
from bpo.domain.reminders.regua import DEFAULT_REGUA
from bpo.gateways.mail import Mail, MemoryMail
from bpo.gateways.queue import MemoryQueue
from bpo.gateways.signing import Signer
from bpo.kernel import actor as actors
from bpo.kernel.actor import Role
from bpo.models import Debtor, Receivable, Task, Touch, Workspace
from bpo.services.reminders import campaigns, deliveries
from bpo.services.reminders.letters import Desk
from tests.factories import debts, people

SIGNER = Signer("x" * 40)
DESK = Desk(SIGNER, "https://cobranca.example", "cobranca@bpo.example")


class Arrived(NamedTuple):
    """A mail as its reader has it."""

    to: str
    subject: str
    words: str


def day(words: str) -> date:
    """`11-10` of 2026."""
    return date.fromisoformat(f"2026-{words}")


def at(on: date, hour: int = 15) -> datetime:
    """An hour (UTC) of a day; by default noon in São Paulo."""
    return datetime.combine(on, time(hour), UTC)


class Tale:
    """A company, its analyst Ana, and the post that arrives."""

    def __init__(self, app: Flask, place: Workspace, ana: actors.Actor) -> None:
        self.app, self.place, self.ana = app, place, ana
        self.program = actors.system([place.id], name="worker")
        self.mail = MemoryMail()

    @classmethod
    def begun(cls, app: Flask, number: int) -> "Tale":
        """A new company whose campaign has run since September."""
        session = db.session()
        place = people.workspace(
            f"sol-{number}",
            "Padaria Sol",
            cnpj="11222333000181",
            sender_email="cobranca@sol.example",
        )
        with acting_as(actors.system([place.id], name="test")):
            debts.running(session, place, DEFAULT_REGUA, since=at(day("09-01")))
            person = people.user(
                session, "Ana", Role.ANALYST, place, email=f"ana{number}@example.com"
            )
        return cls(app, place, people.actor(session, person))

    @property
    def session(self):
        """The session of whoever tells the story."""
        return db.session()

    def _all(self, query, values: dict[str, object] | None = None) -> list[Any]:
        """What is stored now, whoever stored it."""
        self.session.rollback()
        query = query.execution_options(populate_existing=True)
        return list(self.session.scalars(query, values))

    def debtor(self, name: str = "Davi Lima", **columns: object) -> Debtor:
        """Somebody with an address after the first name."""
        given = {"email": f"{name.split()[0].lower()}@example.org"} | columns
        return debts.debtor(self.session, self.place, name, **given)

    def owes(self, who: Debtor, number: str, due: str, cents: int = 100_00, **more) -> Receivable:
        """An invoice, due on a day of 2026."""
        return debts.receivable(self.session, who, number, due=day(due), cents=cents, **more)

    def plan(self, on: date, hour: int = 9) -> int:
        """The clock rings; how many contacts are new."""
        done = campaigns.plan(
            self.program, self.place.id, on, now=at(on, hour), queue=MemoryQueue()
        )
        return done.created

    def send(self, now: datetime, mail: Mail | None = None) -> deliveries.Sent:
        """A worker sends what is due."""
        return deliveries.send(
            self.program,
            self.place.id,
            desk=DESK,
            mail=mail or self.mail,
            queue=MemoryQueue(),
            clock=lambda: now,
        )

    def known(self, until: date) -> None:
        """Payments are known until a day."""
        debts.fresh(self.session, self.place, until, at(until))

    def morning(self, on: date | str, mail: Mail | None = None) -> list[Arrived]:
        """A day from its planning to its evening; the mails that arrived."""
        on = day(on) if isinstance(on, str) else on
        self.known(on)
        before = len(self.mail.sent)
        self.plan(on)
        self.send(at(on), mail)
        return self.read()[before:]

    def read(self) -> list[Arrived]:
        """All mails that ever arrived."""
        return [_read(sent.message) for sent in self.mail.sent]

    def live(self, first: str, last: str) -> dict[str, list[Arrived]]:
        """Every morning from one day to another; those on which something arrived."""
        span = range((day(last) - day(first)).days + 1)
        days = [day(first) + timedelta(days=one) for one in span]
        told = {f"{one:%m-%d}": self.morning(one) for one in days}
        return {one: mails for one, mails in told.items() if mails}

    def touches(self, who: Debtor | None = None) -> list[Touch]:
        """The contacts of the company, or of one debtor, in the order of their making."""
        query = select(Touch).where(Touch.workspace_id == self.place.id).order_by(Touch.id)
        if who is not None:
            query = query.where(Touch.debtor_id == who.id)
        return self._all(query)

    def steps(self, who: Debtor | None = None, state: str = "sent") -> list[str]:
        """`day step` of the contacts by e-mail in a state."""
        return [
            f"{one.planned_on:%m-%d} {one.step_key}"
            for one in self.touches(who)
            if one.state == state and one.channel == "email"
        ]

    def states(self) -> list[tuple[str, str | None]]:
        """State and reason of every contact by e-mail."""
        return [(t.state, t.state_reason) for t in self.touches() if t.channel == "email"]

    def moves(self, who: Debtor | None = None) -> list[str]:
        """Why each contact was moved to another hour, in a word; blank for one that was not."""
        return [(touch.moved_because or "").partition("@")[0] for touch in self.touches(who)]

    def work(self) -> list[Task]:
        """What waits for a person, calls to make apart."""
        query = select(Task).where(Task.workspace_id == self.place.id, Task.state == "open")
        return [task for task in self._all(query) if task.kind != "call"]

    def tasks(self) -> list[str]:
        """The kinds of open work, other than calls to make."""
        return sorted(task.kind for task in self.work())

    @contextmanager
    def elsewhere(self) -> Iterator[Connection]:
        """Somebody else's transaction, committed at the end."""
        with db.engine.begin() as connection:
            scope = text("SELECT set_config('bpo.workspaces', :ids, true)")
            connection.execute(scope, {"ids": str(self.place.id)})
            yield connection

    def skipped(self, who: Debtor, on: str) -> list[str]:
        """Why the campaign kept silent on a day, as it was stored."""
        query = text(
            "SELECT reasons FROM skips WHERE workspace_id = :w AND debtor_id = :d AND on_day = :on"
        )
        values = {"w": self.place.id, "d": who.id, "on": day(on)}
        return [why for row in self._all(query, values) for why in row]


def _read(message: bytes) -> Arrived:
    mail = message_from_bytes(message, policy=policy.default)
    body = mail.get_body(("plain",))
    return Arrived(
        mail["To"].addresses[0].addr_spec,
        mail["Subject"],
        " ".join(body.get_content().replace("\xa0", " ").split()) if body else "",
    )
