"""What a message may say: its facts, its variables, and the checks every text must pass."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from bpo.domain import sms
from bpo.domain.steps import Channel
from bpo.kernel.text import Phrase


class DebtLine(NamedTuple):
    """One receivable with what is due for it on the day of the message, in centavos.

    `principal_cents`: the open balance; `days_late`: from the due date, 0 while not overdue.
    """

    number: str
    due: date
    principal_cents: int
    fine_cents: int = 0
    interest_cents: int = 0
    discount_cents: int = 0
    days_late: int = 0
    description: str = ""

    @property
    def total_cents(self) -> int:
        """Principal and charges less discount."""
        return self.principal_cents + self.fine_cents + self.interest_cents - self.discount_cents


@dataclass(frozen=True, slots=True)
class Creditor:
    """The client company as a message shows it: CDC art. 42-A wants name, address and CNPJ.

    `document` is formatted for display; `colour` is a CSS colour such as `#0f766e`.
    """

    legal_name: str
    trade_name: str
    document: str
    address: str
    email: str = ""
    phone: str = ""
    colour: str = "#0f766e"


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses of the debtor's page, the public policy and the unsubscribe page."""

    page: str
    policy: str
    unsubscribe: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A proposal inside a message: the amount in centavos that settles all until a day."""

    cents: int
    valid_until: date


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """All that a message about one debtor may say.

    `document_hidden`: the debtor's CPF or CNPJ, masked. `also_open_cents`: what else is open and
    not listed. `paid_cents` and `paid_on` are for receipts. `effects`: what the client has truly
    decided to do next, in the client's words. `confirm_receipt`: ask whether the invoice arrived.
    """

    creditor: Creditor
    links: Links
    debtor_name: str
    first_name: str
    document_hidden: str
    today: date
    lines: tuple[DebtLine, ...] = ()
    also_open_cents: int = 0
    offer: Offer | None = None
    paid_cents: int = 0
    paid_on: date | None = None
    effects: tuple[str, ...] = ()
    confirm_receipt: bool = False

    @property
    def total_cents(self) -> int:
        """What settles all the listed receivables today."""
        return sum([line.total_cents for line in self.lines])


def first_name(name: str, *, person: bool) -> str:
    """How a message addresses somebody: a person by the first name, a company by its whole name.

    Names in capitals, as registers keep them, are written as people write them.
    """
    words = name.split()
    shown = words[:1] if person else words
    return " ".join(map(_written, shown))


_SMALL = frozenset({"de", "da", "do", "das", "dos", "e"})
_VOWELS = frozenset("AEIOUÁÂÃÀÉÊÍÓÔÕÚÜ")


def _written(word: str) -> str:
    """A word in capitals as people write it; short ones and those without vowels are initials."""
    if not word.isupper():
        return word
    if word.lower() in _SMALL:
        return word.lower()
    return word if len(word) <= 2 or not _VOWELS & set(word) else word.capitalize()


VARIABLES = frozenset(
    {
        "also_open",
        "confirm_receipt",
        "count",
        "creditor",
        "creditor_short",
        "days_late",
        "debtor",
        "due",
        "due_short",
        "effects",
        "first_name",
        "link",
        "number",
        "offer",
        "paid",
        "paid_on",
        "today",
        "total",
        "valid_until",
    }
)
"""Names a text may use, each already written in the reader's language."""
AMOUNTS = frozenset({"also_open", "offer", "paid", "total"})
BLOCKS = frozenset({"debts", "pay", "choices", "receipt"})
"""Parts of an e-mail that a text places on a line of their own: `[debts]`."""


class Severity(StrEnum):
    """`ERROR` keeps a text from being saved; `WARNING` asks for a second look."""

    ERROR = "error"
    WARNING = "warning"


class Finding(NamedTuple):
    """Something to mend in a text."""

    severity: Severity
    message: Phrase


FORBIDDEN = frozenset(
    {
        "devedor",
        "devedora",
        "inadimplente",
        "inadimplência",
        "calote",
        "caloteiro",
        "nome sujo",
        "último aviso",
        "última chance",
        "ação judicial",
        "processo judicial",
        "imediatamente",
        "sob pena",
        "urgente",
        "vergonha",
        "polícia",
        "debtor",
        "defaulter",
        "deadbeat",
        "delinquent",
        "final notice",
        "last warning",
        "legal action",
        "lawsuit",
        "immediately",
        "urgent",
        "shame",
    }
)
"""Words that accuse, threaten or hurry (CDC arts. 42 and 71)."""
_ACRONYMS = frozenset({"CNPJ", "CPF", "SAIR", "STOP", "HTTP", "HTTPS"})
_TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
_VARIABLE = re.compile(r"\{\{ ([a-z_]+) \}\}")
_TERM = r"(?:not )?([a-z_]+)(?: (?:==|!=|>|>=|<|<=) \d+)?"
_CONDITION = re.compile(rf"\{{% (?:if|elif) {_TERM}(?: (?:and|or) {_TERM})* %\}}")
_PLAIN_TAG = re.compile(r"\{% (?:else|endif) %\}")
_WORD = re.compile(r"\b(?!(?:if|elif|and|or|not)\b)[a-z_]+\b")
_BLOCK = re.compile(r"^\[([a-z_]+)\]$", re.MULTILINE)
_CAPITALS = re.compile(r"\b[A-ZÀ-Ü]{4,}\b")
_SUM = re.compile(r"R\$|\d+,\d{2}\b")


class Text(NamedTuple):
    """A message text as people edit it: subject and preview for e-mail, body for all."""

    body: str
    subject: str = ""
    preview: str = ""
    title: str = ""


def parse(source: str) -> Text:
    """A text of its file: `Subject:`, `Preview:` and `Title:` lines, an empty line, the body."""
    head, _, body = source.partition("\n\n")
    fields = dict(line.split(":", 1) for line in head.splitlines() if ":" in line)
    known = {name.strip().lower(): value.strip() for name, value in fields.items()}
    if not known.keys() & {"subject", "preview", "title"}:
        return Text(source.strip())
    subject, preview, title = (known.get(name, "") for name in ("subject", "preview", "title"))
    return Text(body.strip(), subject, preview, title)


def check(text: Text, channel: Channel) -> list[Finding]:
    """What is wrong with a text; empty when it may be used as it is.

    The creditor's name, address and CNPJ are part of every e-mail's layout and cannot be left out;
    a short message must name the creditor and say how to stop.
    """
    return [*_language(text), *_names(text), *_shown_to_bystanders(text), *_form(text, channel)]


def is_usable(findings: Iterable[Finding]) -> bool:
    """Whether nothing forbids the text."""
    return all(finding.severity != Severity.ERROR for finding in findings)


def _language(text: Text) -> Iterator[Finding]:
    plain = _TAG.sub(" ", "\n".join(text))
    lower = plain.lower()
    for word in sorted(FORBIDDEN):
        if re.search(rf"\b{re.escape(word)}\b", lower):
            yield _error("“{word}” accuses or threatens: say it in another way", word=word)
    for word in dict.fromkeys(_CAPITALS.findall(plain)):
        if word not in _ACRONYMS:
            yield _error("“{word}” is written in capitals, which reads as shouting", word=word)
    if "!" in plain:
        yield _error("Leave out exclamation marks")


def _names(text: Text) -> Iterator[Finding]:
    tags = [tag for part in text for tag in _TAG.findall(part)]
    for tag in tags:
        if not any(rule.fullmatch(tag) for rule in (_VARIABLE, _CONDITION, _PLAIN_TAG)):
            yield _error("{tag} cannot be read: use {{{{ name }}}} and {{% if name %}}", tag=tag)
    for name in sorted(_used(tags) - VARIABLES):
        yield _error("There is no variable called {name}", name=name)
    for name in _BLOCK.findall(text.body):
        if name not in BLOCKS:
            yield _error("There is no block called {name}", name=name)


def _used(tags: Iterable[str]) -> set[str]:
    used: set[str] = set()
    for tag in tags:
        if _VARIABLE.fullmatch(tag) or _CONDITION.fullmatch(tag):
            used |= set(_WORD.findall(tag))
    return used


def _shown_to_bystanders(text: Text) -> Iterator[Finding]:
    """Subject, preview and title of an e-mail show on locked screens: no amount, no debt."""
    for part in (text.subject, text.preview):
        if AMOUNTS & set(_VARIABLE.findall(part)) or _SUM.search(part):
            yield _error("The subject and the preview must not show an amount")
            return


def _form(text: Text, channel: Channel) -> Iterator[Finding]:
    if channel == Channel.EMAIL:
        if not text.subject:
            yield _error("An e-mail needs a subject")
        if "[debts]" in text.body and "[choices]" not in text.body:
            yield _warning("Without [choices] the debtor sees no way to answer")
        return
    if AMOUNTS & set(_VARIABLE.findall(text.body)) or _SUM.search(text.body):
        yield _error("A short message must not show an amount: it can be read on a locked screen")
    if "creditor" not in " ".join(_VARIABLE.findall(text.body)):
        yield _error("A short message must name the creditor")
    if channel == Channel.SMS:
        if not re.search(r"\b(SAIR|STOP)\b", text.body):
            yield _error("An SMS must say how to stop: SAIR")
        if sms.parts(sms.transliterated(_TAG.sub("x" * 12, text.body))) > 1:
            yield _warning("The SMS is long and will probably be charged as two")


def _error(template: str, **params: object) -> Finding:
    return Finding(Severity.ERROR, Phrase(template, **params))


def _warning(template: str) -> Finding:
    return Finding(Severity.WARNING, Phrase(template))
