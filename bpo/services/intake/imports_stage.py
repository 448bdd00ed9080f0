"""Rows of a file made ready for the database: columns of one batch as data that COPY reads."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from bpo.domain.cash import allocation
from bpo.domain.intake import findings, restatements
from bpo.domain.intake.findings import Code, Finding, Met
from bpo.domain.intake.rows import Field, ReceivableRow, known_since
from bpo.domain.people import addresses
from bpo.formats import copying
from bpo.kernel.calendar import Calendar
from bpo.kernel.text import Phrase

_REAIS = frozenset({"R$", "REAL", "REAIS", "BRL"})


class Person(NamedTuple):
    """A debtor as a row describes it; `no` is its place among the debtors of the file."""

    no: int
    line: int
    key: str
    ref: str
    document: str | None
    name: str | None
    kind: str | None
    address: str | None
    city: str | None
    state: str | None
    postal_code: str | None
    reach: addresses.Read


class Piece(NamedTuple):
    """Some rows of a file: their data, debtors not seen before, and what is to be said.

    `boletos` are lines of the file, each with the digitable line of its boleto. `tells_issue`: the
    file says when its receivables were issued.
    """

    data: bytes
    size: int
    people: list[Person]
    findings: list[Finding]
    boletos: Sequence[tuple[int, str]] = ()
    tells_issue: bool = True


@dataclass(frozen=True, slots=True)
class Ground:
    """What a workspace decides about the rows of a file.

    `policies` are (first day in force, version, id); `unnumbered` names a title without a number
    by its issue day.
    """

    calendar: Calendar
    policies: Sequence[tuple[date, int, int]]
    currency: str
    today: date
    unnumbered: Callable[[date], str]


class _Worked(dict[Any, Any]):
    """A function whose answers are kept; mapped over a column, it is asked once per value."""

    def __init__(self, work: Callable[[Any], Any]) -> None:
        super().__init__()
        self._work = work

    def __missing__(self, key: Any) -> Any:
        answer = self[key] = self._work(key)
        return answer


@dataclass(slots=True)
class Stage:
    """Turns the rows of one file into data; remembers the debtors it has met.

    `latest` is the last day, not after today, on which the file knows something to have happened.
    `untold` counts rows whose balance tells that something was paid, but not when.
    """

    ground: Ground
    latest: date | None = None
    untold: int = 0
    _numbers: dict[str, int] = field(default_factory=dict)
    _met: set[tuple[Any, ...]] = field(default_factory=set)
    _effective: _Worked = field(init=False)
    _policy: _Worked = field(init=False)
    _unnumbered: _Worked = field(init=False)
    _day: _Worked = field(init=False)

    def __post_init__(self) -> None:
        self._effective = _Worked(self.ground.calendar.effective_due)
        self._policy = _Worked(self._policy_on)
        self._unnumbered = _Worked(self.ground.unnumbered)
        self._day = _Worked(lambda day: copying.NULL if day is None else day.isoformat())

    def receivables(self, rows: list[ReceivableRow]) -> Piece:
        """The rows of one batch, those in a foreign currency left out."""
        rows, remarks = self._in_currency(rows)
        if not rows:
            return Piece(b"", 0, [], remarks)
        of = dict(zip(ReceivableRow._fields, zip(*rows, strict=True), strict=True))
        tells_issue = self._issue(of)
        people = self._people(of)
        effective = [self._effective[day] for day in of["due_date"]]
        paid = self._paid(of)
        remarks += self._days(of)
        data = copying.block(self._columns(of, effective, paid))
        boletos = [(row.line, row.boleto_line) for row in rows if row.boleto_line]
        return Piece(data, len(rows), people, remarks, boletos, tells_issue)

    def _issue(self, of: dict[str, Any]) -> bool:
        """Whether the file tells issue days; if not they are worked out (decision 0020).

        `known_as` is the day by which a title without a number is known: it has to be the same in
        every file, so it is the due date where no issue is told.
        """
        of["known_as"] = of["issue_date"]
        if None not in of["issue_date"]:
            return True
        of["known_as"] = of["due_date"]
        days = zip(of["due_date"], of["paid_date"], strict=True)
        of["issue_date"] = [known_since(due, paid, self.ground.today) for due, paid in days]
        return False

    def _columns(
        self, of: dict[str, Any], effective: list[date], paid: Sequence[int | None]
    ) -> list[Iterable[str]]:
        """In the order of `imports_receivables.STAGE`."""
        numbers, keys = self._numbered(of)
        principal, interest = self._settled(of, effective, paid)
        day = self._day.__getitem__
        return [
            map(str, of["line"]),
            map(str, map(self._numbers.__getitem__, of["debtor_key"])),
            copying.texts(numbers),
            copying.texts(keys),
            copying.texts(of["description"]),
            copying.plain(of["installment"]),
            copying.plain(of["installments"]),
            map(day, of["issue_date"]),
            map(day, of["due_date"]),
            map(day, effective),
            map(str, of["amount_cents"]),
            map(self._policy.__getitem__, of["issue_date"]),
            copying.documents(of["extra"]),
            map(day, of["paid_date"]),
            copying.plain(paid),
            copying.plain(principal),
            copying.plain(interest),
            copying.plain(self._untold(of, paid)),
        ]

    def _in_currency(self, rows: list[ReceivableRow]) -> tuple[list[ReceivableRow], list[Finding]]:
        """The rows in the workspace's currency, and a finding for each other one."""
        own = self.ground.currency
        foreign = {row.line: row.currency for row in rows if row.currency and not _is(row, own)}
        remarks = [
            findings.reject(
                line,
                Field.CURRENCY,
                Met.CURRENCY,
                Phrase(
                    "The row is in {currency}; this company's books are in {own}.",
                    currency=currency,
                    own=own,
                ),
            )
            for line, currency in foreign.items()
        ]
        return [row for row in rows if row.line not in foreign] if foreign else rows, remarks

    def _people(self, of: dict[str, Any]) -> list[Person]:
        """The debtors of a batch that say something new."""
        columns = [of[name] for name in _TOLD]
        told = dict(zip(zip(*columns, strict=True), of["line"], strict=True))
        fresh = [facts for facts in told if facts not in self._met]
        self._met.update(fresh)
        return [self._person(told[facts], *facts) for facts in fresh]

    def _person(self, line: int, email: str, phone: str, key: str, *facts: Any) -> Person:
        reach = addresses.reachable(email, phone)
        return Person._make((self._number(key), line, key, *facts, reach))

    def _number(self, key: str) -> int:
        return self._numbers.setdefault(key, len(self._numbers))

    def _paid(self, of: dict[str, Any]) -> Sequence[int | None]:
        """What has been paid of each row; a part of it where a balance is still open."""
        paid: Sequence[int | None] = of["paid_cents"]
        if not any(of["balance_cents"]):
            return paid
        return [
            amount - balance if cents == amount and balance and balance < amount else cents
            for cents, amount, balance in zip(
                paid, of["amount_cents"], of["balance_cents"], strict=True
            )
        ]

    def _settled(
        self, of: dict[str, Any], effective: list[date], paid: Sequence[int | None]
    ) -> tuple[list[int | None], list[int | None]]:
        """How the payment of a new receivable divides into principal and charges."""
        split = [
            (cents, 0) if cents is None or cents == amount else _divided(amount, cents, day > due)
            for cents, amount, day, due in zip(
                paid, of["amount_cents"], of["paid_date"], effective, strict=True
            )
        ]
        return [principal for principal, _ in split], [charges for _, charges in split]

    def _untold(self, of: dict[str, Any], paid: Sequence[int | None]) -> list[int]:
        """What balances take off without telling a payment."""
        found = list(map(restatements.untold, of["amount_cents"], of["balance_cents"], paid))
        self.untold += len(found) - found.count(0)
        return found

    def _numbered(self, of: dict[str, Any]) -> tuple[Sequence[str], Sequence[str]]:
        """Numbers and their keys; what has none is known by its issue, due, amount and part."""
        if all(of["number_key"]):
            return of["number"], of["number_key"]
        columns = ("number_key", "number", "known_as", "due_date", "amount_cents", "installment")
        pairs = [
            (number, key)
            if key
            else (self._unnumbered[day], f"~{day:%Y%m%d}{due:%Y%m%d}/{cents}/{part or ''}")
            for key, number, day, due, cents, part in zip(
                *(of[name] for name in columns), strict=True
            )
        ]
        return [number for number, _ in pairs], [key for _, key in pairs]

    def _days(self, of: dict[str, Any]) -> list[Finding]:
        """Note how recent the file is; payments that are still to come are remarked."""
        today = self.ground.today
        days = set(of["known_as"]) | set(of["paid_date"]) - {None}
        past = [day for day in days if day <= today]
        self.latest = max([*past, self.latest or date.min]) if past else self.latest
        if all(day <= today for day in set(of["paid_date"]) - {None}):
            return []
        return [
            findings.warn(line, Field.PAID_DATE, Code.DATE, _to_come(day))
            for line, day in zip(of["line"], of["paid_date"], strict=True)
            if day is not None and day > today
        ]

    def _policy_on(self, day: date) -> str:
        """The policy in force on a day; before the first one, that one (as `policy_on`)."""
        nearest = min(
            self.ground.policies,
            key=lambda policy: (policy[0] > day, abs((policy[0] - day).days), -policy[1]),
            default=None,
        )
        return str(nearest[2]) if nearest else copying.NULL


_TOLD = (
    "email",
    "phone",
    "debtor_key",
    "debtor_ref",
    "debtor_document",
    "debtor_name",
    "debtor_kind",
    "address",
    "city",
    "state",
    "postal_code",
)
"""The columns that say something of a debtor."""


def _is(row: ReceivableRow, own: str) -> bool:
    written = (row.currency or "").strip().upper()
    return written == own or (own == "BRL" and written in _REAIS)


def _divided(amount: int, cents: int, late: bool) -> tuple[int, int]:
    done = allocation.settle_past(0, amount, cents, late=late).allocations
    return (done[0].principal_cents, done[0].interest_cents) if done else (0, 0)


def _to_come(day: date) -> Phrase:
    return Phrase("Paid on {paid_date}, which is still to come; taken as it is.", paid_date=day)
