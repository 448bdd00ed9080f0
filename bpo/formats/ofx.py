"""OFX bank statements, of version 1 (SGML, tags often left open) and 2 (XML), read by one reader.

What Brazilian banks write in them is often neither valid SGML nor XML: closed and open tags in one
file, bare ampersands, no header, an empty or broken server date, decimal commas, balances written
as movements. The reader takes one tag after the other and expands no entities beyond those of XML,
so that no document can grow in memory; a document type declaration is refused.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from bpo.formats import banks
from bpo.formats.problems import Code, Level, Problem
from bpo.kernel.errors import BadInput
from bpo.kernel.text import Phrase, searchable

_TAG = re.compile(r"<(/?)([A-Za-z][\w.:-]*)\s*(/?)>([^<]*)")
_HEAD = re.compile(rb"OFXHEADER\s*[:=]|<\?OFX\b|<OFX\s*>", re.IGNORECASE)
_HEAD_BYTES = 4096
_DECLARATION = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ENTITY = re.compile(r"&(amp|lt|gt|quot|apos|nbsp|#\d{1,6}|#x[0-9a-f]{1,5});", re.IGNORECASE)
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'", "nbsp": " "}
_BALANCE = re.compile(
    r"s ?a ?l ?d ?o(?: (?:do |em |da )?(?:dia|anterior|inicial|final|atual|conta|disponivel|total"
    r"|bloqueado|aplic\w*|c/c|parcial)){0,3}(?: \d{2}/\d{2}(?:/\d{2,4})?)?"
)
Day = date
"""The type, where a field is called `date`."""

_STATEMENTS = {"STMTRS", "CCSTMTRS", "INVSTMTRS"}


@dataclass(frozen=True, slots=True)
class Account:
    """An account as its bank names it; what the file leaves out is empty text."""

    bank: str = ""
    branch: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Movement:
    """One movement of an account, money in positive, in centavos; `date` is the bank's own day.

    `fitid` is what the bank calls unique and is not: one bank gives the same to every movement.
    `occurrence` counts movements of the file that are equal in account, day, amount, type and memo,
    from 1: together with these it is the identity (`identity`).
    """

    line: int
    account: str
    bank: str
    branch: str
    fitid: str
    date: Day
    amount_cents: int
    type: str
    memo: str
    name: str
    check_number: str
    occurrence: int

    @property
    def identity(self) -> tuple[str, Day, int, str, str, int]:
        """What makes it the same movement in another file: never the bank's FITID."""
        words = " ".join(searchable(f"{self.memo} {self.name}").split())
        return (
            self.account,
            self.date,
            self.amount_cents,
            self.type.upper(),
            words,
            self.occurrence,
        )


@dataclass(frozen=True, slots=True)
class Statement:
    """One account's part of a file: its days as the bank tells them, None where it does not.

    `balance_cents` is the ledger balance at `until`, None when blank. `currency` is as written.
    """

    account: Account
    starts: date | None
    until: date | None
    balance_cents: int | None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Extract:
    """A file read: its bank statements, their movements in the order of the file, and problems."""

    statements: tuple[Statement, ...]
    movements: tuple[Movement, ...]
    problems: tuple[Problem, ...]


def looks_like(content: bytes) -> bool:
    """Whether the bytes are an OFX file, whatever stands before its header."""
    return _HEAD.search(content.lstrip()[:_HEAD_BYTES]) is not None


def read(content: bytes, limit: int = banks.DEFAULT_LIMIT) -> Extract:
    """Read a bank statement.

    Movements without a readable day or amount are left out with a problem; balance lines (“SALDO
    DIA”, “SALDO ANTERIOR”) are left out with a remark. Raises `BadInput` for what is no OFX, for a
    credit-card or investment statement, and for what is larger than `limit` bytes.
    """
    text = banks.decoded(content, limit)
    if _DECLARATION.search(text):
        raise BadInput("The file declares a document type of its own; no bank statement does.")
    reader = _Reader(text)
    reader.run()
    if not reader.seen:
        raise BadInput("This is not an OFX bank statement.")
    if not reader.statements:
        _refuse_other_statements(reader)
    return Extract(
        tuple(reader.statements), tuple(_numbered(reader.movements)), tuple(reader.problems)
    )


@dataclass(slots=True)
class _Reader:
    text: str
    seen: bool = False
    statements: list[Statement] = field(default_factory=list)
    movements: list[Movement] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    kind: str = ""
    account: dict[str, str] = field(default_factory=dict)
    period: dict[str, str] = field(default_factory=dict)
    entry: dict[str, str] | None = None
    entry_line: int = 0
    status: dict[str, str] = field(default_factory=dict)
    inside: set[str] = field(default_factory=set)
    has_end: bool = False

    def run(self) -> None:
        line, place = 1, 0
        for tag in _TAG.finditer(self.text):
            line += self.text.count("\n", place, tag.start())
            place = tag.start()
            self._take(line, tag[2].upper(), bool(tag[1]), tag[4])
        if not self.has_end:
            self._cut_off(line)
        self._end_entry()
        self._end_statement()

    def _take(self, line: int, name: str, closing: bool, value: str) -> None:
        if closing:
            self._close(name)
        elif name == "OFX":
            self.seen = True
        elif name in _STATEMENTS:
            self._begin_statement(name, line)
        elif name == "STMTTRN":
            self._end_entry()
            self.entry, self.entry_line = {}, line
        elif name in ("BANKACCTFROM", "LEDGERBAL", "AVAILBAL", "STATUS"):
            self.inside.add(name)
        else:
            self._value(line, name, _plain(value))

    def _cut_off(self, line: int) -> None:
        """A movement without its end may lack the text by which it is known when it comes again."""
        message = Phrase("The file is cut off: its end is missing. Download it again.")
        self._tell(line, "file", Code.DAMAGED, message, Level.WARNING)
        if self.entry is not None:
            line, self.entry = self.entry_line, None
            self._tell(line, "file", Code.DAMAGED, Phrase("The file ends within this movement."))

    def _close(self, name: str) -> None:
        self.has_end = self.has_end or name == "OFX"
        if name in ("STMTTRN", "BANKTRANLIST"):
            self._end_entry()
        elif name in _STATEMENTS:
            self._end_statement()
        self.inside.discard(name)

    def _value(self, line: int, name: str, value: str) -> None:
        if self.entry is not None:
            self.entry.setdefault(name, value)
        elif "STATUS" in self.inside:
            self._status(line, name, value)
        elif "BANKACCTFROM" in self.inside and name in ("BANKID", "BRANCHID", "ACCTID"):
            self.account[name] = value
        elif name in ("CURDEF", "DTSTART", "DTEND") or (
            name == "BALAMT" and "LEDGERBAL" in self.inside
        ):
            self.period.setdefault(name, value)

    def _status(self, line: int, name: str, value: str) -> None:
        self.status[name] = value
        if name == "SEVERITY" and value.upper() == "ERROR":
            self._tell(line, "status", Code.DAMAGED, Phrase("The bank answered with an error."))
        elif name == "MESSAGE" and self.status.get("SEVERITY", "").upper() == "ERROR":
            self.problems[-1] = replace(
                self.problems[-1],
                message=Phrase("The bank answered with an error: {answer}", answer=value[:200]),
            )

    def _begin_statement(self, name: str, line: int) -> None:
        self._end_entry()
        self._end_statement()
        self.kind, self.account, self.period, self.status = name, {}, {}, {}
        self.others[name] += 1
        if name != "STMTRS":
            self._tell(
                line,
                "statement",
                Code.DAMAGED,
                Phrase("A statement of a card or of investments is left out."),
                Level.WARNING,
            )

    def _end_statement(self) -> None:
        if self.kind == "STMTRS":
            self.statements.append(
                Statement(
                    self._account(),
                    _day(self.period.get("DTSTART", "")),
                    _day(self.period.get("DTEND", "")),
                    banks.cents(self.period.get("BALAMT", "")),
                    self.period.get("CURDEF", "").upper(),
                )
            )
        self.kind = ""
        self.inside.clear()

    def _account(self) -> Account:
        return Account(
            self.account.get("BANKID", ""),
            self.account.get("BRANCHID", ""),
            self.account.get("ACCTID", ""),
        )

    def _end_entry(self) -> None:
        entry, self.entry = self.entry, None
        if entry is None or self.kind != "STMTRS":
            return
        memo = entry.get("MEMO", "") or entry.get("NAME", "") or entry.get("PAYEE", "")
        if _BALANCE.fullmatch(searchable(memo)):
            self._remark_balance(memo)
            return
        amount, on = self._amount(entry.get("TRNAMT", "")), self._date(entry.get("DTPOSTED", ""))
        if amount is None or on is None:
            return
        account = self._account()
        self.movements.append(
            Movement(
                self.entry_line,
                account.number,
                account.bank,
                account.branch,
                entry.get("FITID", ""),
                on,
                amount,
                entry.get("TRNTYPE", ""),
                memo,
                entry.get("NAME", ""),
                entry.get("CHECKNUM", ""),
                1,
            )
        )

    def _amount(self, text: str) -> int | None:
        amount = banks.cents(text)
        if amount is None:
            missing = banks.is_blank_amount(text)
            self._tell(
                self.entry_line,
                "amount",
                Code.MISSING if missing else Code.AMOUNT,
                Phrase("The movement has no amount.")
                if missing
                else Phrase("The amount {value} cannot be read.", value=text[:40]),
            )
        return amount

    def _date(self, text: str) -> date | None:
        on = _day(text)
        if on is None:
            missing = not text.strip(" 0")
            self._tell(
                self.entry_line,
                "date",
                Code.MISSING if missing else Code.DATE,
                Phrase("The movement has no date.")
                if missing
                else Phrase("The date {value} does not exist.", value=text[:40]),
            )
        return on

    def _remark_balance(self, memo: str) -> None:
        self._tell(
            self.entry_line,
            "memo",
            Code.MISSING,
            Phrase("“{memo}” is a balance, not a movement: left out.", memo=memo[:60]),
            Level.WARNING,
        )

    def _tell(
        self, line: int, name: str, code: Code, message: Phrase, level: Level = Level.REJECT
    ) -> None:
        self.problems.append(Problem(line, name, code, message, level))


def _numbered(movements: list[Movement]) -> Iterator[Movement]:
    """The movements with their occurrence among equal ones."""
    seen: Counter[tuple[object, ...]] = Counter()
    for movement in movements:
        key = movement.identity[:-1]
        seen[key] += 1
        yield replace(movement, occurrence=seen[key]) if seen[key] > 1 else movement


def _refuse_other_statements(reader: _Reader) -> None:
    if reader.others["CCSTMTRS"]:
        raise BadInput(
            "This is the statement of a credit card; send the statement of the bank account."
        )
    if reader.others["INVSTMTRS"]:
        raise BadInput(
            "This is a statement of investments; send the statement of the bank account."
        )
    if not reader.problems:
        raise BadInput("The file holds no statement of a bank account.")


def _day(text: str) -> date | None:
    """The day written in `20171121000000[-3:GMT]` as the bank wrote it, time and zone aside."""
    return banks.day(text.strip()[:8], "ymd")


def _plain(value: str) -> str:
    return _ENTITY.sub(_character, value).strip() if "&" in value else value.strip()


def _character(match: re.Match[str]) -> str:
    name = match[1].lower()
    if name in _ENTITIES:
        return _ENTITIES[name]
    code = int(name[2:], 16) if name.startswith("#x") else int(name[1:])
    return chr(code) if 31 < code < 0xD800 else " "
