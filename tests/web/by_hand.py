"""The facts of one company as plain rows, and what dashboards tell of them, counted one by one.

Nothing here asks a query or a frame of the program's: rows are read whole and added up in Python,
so that a mistake which screens, files and `analytics` share would still be seen.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property

from sqlalchemy import select

from bpo.gateways import wording
from bpo.kernel import clock
from bpo.models import (
    BankLine,
    Contact,
    Debtor,
    DeliveryEvent,
    Dispute,
    Entry,
    FreshnessMark,
    Hold,
    Note,
    OptOut,
    Payment,
    Promise,
    Receivable,
    Task,
    Touch,
    TouchReceivable,
)

AGES = ((0, 0), (1, 30), (31, 60), (61, 90), (91, 10**6))
BANDS = {"to_200": 200_00, "to_1000": 1_000_00, "to_5000": 5_000_00, "to_20000": 20_000_00}
MORE = "over_20000"
WEEK = timedelta(days=7)


def money(cents: int | None) -> str:
    return "–" if cents is None else wording.money(cents, "pt_BR").replace("\xa0", " ")


def percent(value: Decimal | None, digits: int = 1) -> str:
    return "–" if value is None else wording.percent(float(value), "pt_BR", digits)


def number(value: Decimal | None) -> str:
    return "–" if value is None else wording.number(float(value), "pt_BR", 1)


def days(value: Decimal | None) -> str:
    return "–" if value is None else f"{number(value)} dia{'s' * (number(value) != '1')}"


def over(above: int, below: int) -> Decimal | None:
    """A quotient with the four decimals that figures are kept with."""
    if below <= 0:
        return None
    return (Decimal(above) / below).quantize(Decimal("0.0001"), ROUND_HALF_UP)


class Book:
    """The rows of a company, and sums over them as of any day."""

    def __init__(self, session, place, day: date) -> None:
        self.place, self.day = place, day
        self.monday = day - timedelta(days=day.weekday())
        self.year_ago = day - timedelta(days=364)

        def rows(model, key="id"):
            query = select(model).where(model.workspace_id == place.id)
            return session.scalars(query.order_by(getattr(model, key))).all()

        self.debtors = {row.id: row for row in rows(Debtor)}
        self.entries: dict[int, list[Entry]] = defaultdict(list)
        for row in rows(Entry):
            self.entries[row.receivable_id].append(row)
        self.all_titles = rows(Receivable)
        self.titles = [row for row in self.all_titles if not self._never_was(row)]
        self.touches = {row.id: row for row in rows(Touch)}
        self.listed = rows(TouchReceivable, "touch_id")
        self.bounced = {row.touch_id for row in rows(DeliveryEvent) if row.kind == "bounced"}
        self.undone = {p.reverses_id for p in rows(Payment) if p.reverses_id and p.paid_on <= day}
        self.notes, self.promises, self.lines = rows(Note), rows(Promise), rows(BankLine)
        self.disputes, self.holds, self.tasks = rows(Dispute), rows(Hold), rows(Task)
        self.contacts, self.opt_outs = rows(Contact), rows(OptOut)
        self.stale = not any(mark.known_until == day for mark in rows(FreshnessMark))

    def _never_was(self, title: Receivable) -> bool:
        return title.amount_cents == sum(
            e.principal_cents
            for e in self.entries[title.id]
            if e.kind == "withdrawal" and e.on_day <= title.issue_date
        )

    # Balances -----------------------------------------------------------------------------------

    def left(self, title: Receivable, on: date) -> int:
        if title.issue_date > on:
            return 0
        settled = (e.principal_cents for e in self.entries[title.id] if e.on_day <= on)
        return title.amount_cents - sum(settled)

    def late(self, title: Receivable, on: date) -> int:
        return (on - title.due_date).days if on > title.effective_due_date else 0

    def open_titles(self, on: date) -> list[Receivable]:
        return [t for t in self.titles if self.left(t, on) > 0]

    def open(self, on: date, keep: Callable[[int], bool] = lambda late: True) -> int:
        return sum(self.left(t, on) for t in self.open_titles(on) if keep(self.late(t, on)))

    def overdue(self, on: date) -> int:
        return self.open(on, lambda late: late > 0)

    def aged(self, on: date) -> list[int]:
        return [self.open(on, lambda late, a=a, b=b: a <= late <= b) for a, b in AGES]

    def aged_count(self, on: date) -> list[int]:
        lates = [self.late(t, on) for t in self.open_titles(on)]
        return [sum(a <= late <= b for late in lates) for a, b in AGES]

    def issued(self, first: date, last: date) -> int:
        return sum(
            t.amount_cents
            for t in self.titles
            if first <= t.issue_date <= last and t.agreement_id is None
        )

    def sales(self, on: date) -> int:
        return self.issued(on - timedelta(days=89), on)

    def dso(self, on: date) -> Decimal | None:
        return over(self.open(on) * 90, self.sales(on))

    # Money --------------------------------------------------------------------------------------

    def came(self, first: date, last: date) -> list[tuple[Receivable, Entry, int]]:
        return [
            (t, e, e.principal_cents + e.fine_cents + e.interest_cents)
            for t in self.titles
            for e in self.entries[t.id]
            if e.kind in ("payment", "reversal") and first <= e.on_day <= last
        ]

    def received(self, first: date, last: date) -> int:
        return sum(cents for _, _, cents in self.came(first, last))

    def payments(self, first: date, last: date) -> int:
        return len({e.payment_id for _, e, _ in self.came(first, last) if e.kind == "payment"})

    # Contacts -----------------------------------------------------------------------------------

    def day_of(self, touch: Touch) -> date:
        return clock.local_day(touch.settled_at, self.place.time_zone)

    @cached_property
    def heard(self) -> list[tuple[int, date, date, str, list[Touch]]]:
        """(debtor, day, day before which facts belong to it, step, messages) of each contact."""
        groups: dict[tuple[int, date, int, str], list[Touch]] = defaultdict(list)
        for touch in self.touches.values():
            if touch.state != "sent" or touch.channel in ("task", "letter"):
                continue
            if touch.id not in self.bounced:
                key = (touch.debtor_id, self.day_of(touch), touch.campaign_id or 0, touch.step_key)
                groups[key].append(touch)
        found = []
        for (debtor, day, campaign, step), some in groups.items():
            later = [
                d
                for (who, d, c, s), more in groups.items()
                if who == debtor
                and (c, s) != (campaign, step)
                and (d, min(t.id for t in more)) > (day, min(t.id for t in some))
            ]
            until = min([*later, day + timedelta(days=8)])
            found.append((debtor, day, until, step, some))
        return found

    def effects(self, kind: str, since: date | None = None) -> dict[str, list[int]]:
        """By name: invoices told of, what was open on them, what came in after."""
        since = since or self.day - timedelta(days=180)
        sends = []
        for which, (_, day, until, step, some) in enumerate(self.heard):
            for row in self.listed:
                touch = self.touches[row.touch_id]
                if touch in some and since < day <= self.day:
                    name = {"step": step, "channel": touch.channel, "text": touch.template_key}
                    sends.append((day, touch.id, until, row, name[kind] or "-", which))
        return self._followed(sends)

    def talks(self, names: dict[int, str]) -> dict[str, list[int]]:
        """The same by who spoke with the debtor."""
        sends = []
        for note in self.notes:
            if note.kind not in ("call", "whatsapp", "visit"):
                continue
            if not self.day - timedelta(days=180) < note.on_day <= self.day:
                continue
            for t in self.titles:
                before = self.left(t, note.on_day - timedelta(days=1))
                if t.debtor_id == note.debtor_id and before and t.effective_due_date < note.on_day:
                    row = TouchReceivable(receivable_id=t.id, open_cents=before)
                    until = note.on_day + timedelta(days=8)
                    who = names[note.created_by]
                    sends.append((note.on_day, note.id, until, row, who, note.id))
        return self._followed(sends)

    def _followed(self, sends) -> dict[str, list[int]]:
        told = {}
        for _, _, _, row, name, contact in sends:
            told.setdefault((name, contact, row.receivable_id), row.open_cents)
        found: dict[str, list[int]] = {}
        for (name, _, _), cents in told.items():
            sums = found.setdefault(name, [0, 0, 0])
            sums[0], sums[1] = sums[0] + 1, sums[1] + cents
        for t, e, cents in self.came(date.min, self.day):
            if e.kind == "reversal" or e.payment_id in self.undone:
                continue
            mine = [s for s in sends if s[3].receivable_id == t.id and s[0] <= e.on_day]
            if mine and e.on_day < max(mine, key=lambda s: s[:2])[2]:
                found[max(mine, key=lambda s: s[:2])[4]][2] += cents
        return found

    def parts_of(self, title: Receivable, by: str) -> list[str]:
        """The parts of the book that a title belongs to."""
        who = self.debtors[title.debtor_id]
        since = self.day - timedelta(days=180)
        if by == "class":
            return [who.risk_class or "-"]
        if by == "tag":
            return list(who.tags) or ["-"]
        if by == "band":
            return [next((n for n, c in BANDS.items() if title.amount_cents <= c), MORE)]
        if by == "step":
            told = [
                (self.touches[row.touch_id].settled_at, row.touch_id, step)
                for _, day, _, step, some in self.heard
                for row in self.listed
                if row.receivable_id == title.id and since < day <= self.day
                if self.touches[row.touch_id] in some
            ]
            return [max(told)[2] if told else "-"]
        if by == "analyst":
            spoken = [n for n in self.notes if n.debtor_id == who.id and since < n.on_day]
            return ["Ana" if spoken else "-"]
        return [who.name]

    # Patterns -----------------------------------------------------------------------------------

    @cached_property
    def fell_due(self) -> list[tuple[Receivable, bool, int]]:
        """(title, whether late, days late) of what fell due in twelve months."""
        found = []
        for t in self.titles:
            past = self.day - timedelta(days=365) < t.due_date and t.effective_due_date < self.day
            if past and t.issue_date <= self.day:
                end = t.settled_on or self.day + timedelta(days=1)
                delay = max((min(end, self.day) - t.effective_due_date).days, 0)
                found.append((t, end > t.effective_due_date, delay))
        return found

    def groups(self, kind: str) -> dict[str, list[tuple[Receivable, bool, int]]]:
        first: dict[int, Receivable] = {}
        for t, _, _ in sorted(self.fell_due, key=lambda one: (one[0].issue_date, one[0].id)):
            first.setdefault(t.debtor_id, t)
        start = self.day - timedelta(days=365 + 60)
        old = {t.debtor_id for t in self.titles if t.issue_date < start}
        found: dict[str, list[tuple[Receivable, bool, int]]] = defaultdict(list)
        for row in self.fell_due:
            t = row[0]
            new = first[t.debtor_id] is t and t.debtor_id not in old
            found[
                {
                    "band": next((n for n, c in BANDS.items() if t.amount_cents <= c), MORE),
                    "weekday": str(t.due_date.isoweekday()),
                    "part": _part(t),
                    "purchase": "first" if new else "later",
                    "debtor": str(t.debtor_id),
                }[kind]
            ].append(row)
        return found

    # Where money waits --------------------------------------------------------------------------

    def waits(self) -> dict[str, list[Receivable]]:
        found: dict[str, list[Receivable]] = defaultdict(list)
        for t in self.open_titles(self.day):
            if self.late(t, self.day):
                found[self._where(t)].append(t)
        return found

    def _where(self, t: Receivable) -> str:
        def about(rows: Iterable, who: bool = True) -> bool:
            return any(
                row.receivable_id == t.id
                or (row.receivable_id is None and row.debtor_id in (t.debtor_id, *[None] * who))
                for row in rows
            )

        live = [
            h
            for h in self.holds
            if h.released_at is None
            and h.starts_on <= self.day
            and (h.until is None or h.until >= self.day)
        ]
        silent = {(o.channel, o.address) for o in self.opt_outs}
        reach = {
            c.debtor_id
            for c in self.contacts
            if c.status == "valid" and (c.channel, c.address) not in silent
        }
        if about([d for d in self.disputes if d.state == "open"], who=False):
            return "dispute"
        if any(p.state == "active" and p.debtor_id == t.debtor_id for p in self.promises):
            return "promise"
        if about(live):
            return "hold"
        if t.debtor_id not in reach:
            return "no_contact"
        due = [k for k in self.tasks if k.state == "open" and k.due_on <= self.day]
        if any(k.debtor_id == t.debtor_id and k.subject_id is None for k in due):
            return "task"
        return "reminders"

    # Alerts -------------------------------------------------------------------------------------

    def ended(self) -> list[Promise]:
        return [
            p
            for p in self.promises
            if p.state in ("kept", "partly_kept", "broken")
            and self.day - timedelta(days=90) < p.settled_on <= self.day
        ]

    def alerts(self, now) -> list[str]:
        """Each alert that the facts call for, in words, the most pressing first."""
        before = self.monday - timedelta(days=1)
        was, is_ = over(self.overdue(before) * 100, self.open(before)), self.share
        grown = self.overdue(self.day) - self.overdue(before)
        told = []
        if was is not None and is_ is not None and is_ - was >= 5 and grown >= 1_000_00:
            told.append(f"Inadimplência subiu {round(is_ - was)} pontos na semana")
        if self.stale:
            told.append("Os pagamentos estão desatualizados")
        left = [
            t
            for t in self.touches.values()
            if t.settled_at
            and t.settled_at > now - timedelta(days=30)
            and t.state in ("sent", "refused")
            and t.channel in ("email", "sms", "whatsapp")
        ]
        back = sum(t.state == "refused" or t.id in self.bounced for t in left)
        if len(left) >= 20 and back * 100 >= 5 * len(left):
            told.append(f"{back} de {len(left)} mensagens voltaram")
        ended = self.ended()
        broken = sum(p.state != "kept" for p in ended)
        if len(ended) >= 4 and broken * 2 >= len(ended):
            told.append(f"{broken} de {len(ended)} promessas não cumpridas")
        owed: Counter[int] = Counter()
        for t in self.open_titles(self.day):
            owed[t.debtor_id] += self.left(t, self.day)
        most = over(max(owed.values(), default=0) * 100, self.open(self.day))
        if most is not None and most >= 30:
            told.append(f"Um devedor responde por {round(most)}% do que está em aberto")
        return told

    @property
    def share(self) -> Decimal | None:
        return over(self.overdue(self.day) * 100, self.open(self.day))


def _part(t: Receivable) -> str:
    if t.installment is None:
        return "-"
    if t.installment == 1:
        return "first"
    return "last" if t.installment == t.installments else "middle"
