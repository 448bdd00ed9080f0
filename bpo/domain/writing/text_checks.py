"""The checks that every text passes before it may be saved: law, tone, variables, length.

Each finding names the part of the text, the line in it, and says how to write it instead.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from bpo.domain.reminders.steps import Channel
from bpo.domain.writing import sms
from bpo.domain.writing.messages import AMOUNTS, BLOCKS, VARIABLES, Creditor, Text
from bpo.domain.writing.wordlist import ACRONYMS, ALARMS, DEBT, RULES, SPOKEN, WHY
from bpo.kernel.errors import Conflict
from bpo.kernel.text import Phrase


class Severity(StrEnum):
    """`ERROR` keeps a text from being saved; `WARNING` asks for a second look."""

    ERROR = "error"
    WARNING = "warning"


class Part(StrEnum):
    """Where in a text something was found; `FOOTER` is the identity below every e-mail."""

    SUBJECT = "subject"
    PREVIEW = "preview"
    TITLE = "title"
    BODY = "body"
    FOOTER = "footer"


class Finding(NamedTuple):
    """Something to mend in a text: where, what, and how to write it instead.

    `line` counts from 1 inside the part, 0 for the part as a whole.
    """

    severity: Severity
    message: Phrase
    part: Part = Part.BODY
    line: int = 0
    instead: Phrase | None = None


SHOWN = (Part.SUBJECT, Part.PREVIEW)
"""What a locked screen shows of an e-mail."""
GLANCE = 60
"""How many characters of a short message a locked screen shows."""
LONGEST = {Part.SUBJECT: 90, Part.PREVIEW: 140, Part.TITLE: 90}
LONGEST_BODY = {Channel.EMAIL: 4000, Channel.SMS: 480, Channel.WHATSAPP: 1024}
MOST_PARTS = 3
TYPICAL = {"link": 48, "creditor": 20, "creditor_short": 16, "debtor": 24, "effects": 60}
"""How long variables usually are, for an estimate of a short message; others are 8."""
REVEALING = AMOUNTS | {"days_late", "effects", "valid_until"}
"""Variables that would tell a by-stander of a debt."""

_TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
_VARIABLE = re.compile(r"\{\{ ([a-z_]+) \}\}")
_TERM = r"(?:not )?([a-z_]+)(?: (?:==|!=|>|>=|<|<=) \d+)?"
_CONDITION = re.compile(rf"\{{% (?:if|elif) {_TERM}(?: (?:and|or) {_TERM})* %\}}")
_PLAIN_TAG = re.compile(r"\{% (?:else|endif) %\}")
_LOOSE = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}")
_WORD = re.compile(r"\b(?!(?:if|elif|and|or|not)\b)[a-z_]+\b")
_BLOCK = re.compile(r"^\[([a-z_]+)\]$", re.MULTILINE)
_CAPITALS = re.compile(r"\b[A-ZÀ-Ü][A-ZÀ-Ü-]{2,}[A-ZÀ-Ü]\b")
_SUM = re.compile(r"R\$|\breais\b|\d+[.,]\d{2}\b", re.IGNORECASE)
_MARKS = re.compile(r"!|\?{2,}|¡")
_STOP = re.compile(r"\b(SAIR|STOP)\b")
_UNSEEN = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ue000-\uf8ff]")
_SLOPPY_TAG = re.compile(r"(\{\{|\{%)[ \t]*(.*?)[ \t]*(\}\}|%\})")


_LACKING = {
    "legal_name": Phrase("The footer lacks the creditor's legal name"),
    "address": Phrase("The footer lacks the creditor's address"),
    "document": Phrase("The footer lacks the creditor's CNPJ"),
}
FIELDS = {
    "legal_name": Phrase("legal name"),
    "address": Phrase("address"),
    "document": Phrase("CNPJ"),
}


def normalised(text: Text) -> Text:
    """A text as it is kept: one kind of line end, tags spaced evenly, blocks in paragraphs of their
    own, and without characters that nobody sees."""
    body = re.sub(r"[ \t]+$", "", _plain(text.body), flags=re.MULTILINE)
    body = _BLOCK.sub(lambda found: f"\n{found[0]}\n", body)
    body = re.sub(r"\n{3,}", "\n\n", body).strip()
    head = (" ".join(_plain(part).split()) for part in text[1:])
    return Text(body, *head)


def _plain(text: str) -> str:
    text = _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    kept = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) != "Cc")
    return _SLOPPY_TAG.sub(lambda found: f"{found[1]} {found[2]} {found[3]}", kept)


def says_how_to_stop(text: str) -> bool:
    """Whether a short text names the word by which a debtor asks for silence."""
    return _STOP.search(text) is not None


def check(text: Text, channel: Channel, link_length: int | None = None) -> list[Finding]:
    """What is wrong with a text; empty when it may be used as it is.

    `link_length`: how long the address of a debtor's page really is here.

    The creditor's name, address and CNPJ are part of every e-mail's layout and cannot be left out
    (see `check_identity`); a short message must name the creditor and say how to stop.
    """
    found = [
        *_language(text),
        *_names(text),
        *_shown_to_bystanders(text, channel),
        *(_mail(text) if channel == Channel.EMAIL else _short(text, channel)),
        *_lengths(text, channel, link_length or TYPICAL["link"]),
    ]
    order = list(Part)
    return sorted(found, key=lambda one: (order.index(one.part), one.line, one.severity))


GREETS = BLOCKS | AMOUNTS | {"count", "days_late", "due", "due_short", "effects", "number"}
"""Blocks and variables that speak of what is owed: none of them belongs into a greeting."""


def check_greeting(text: Text) -> list[Finding]:
    """What a text says of debt that is to be sent to stay close: nothing may be owed in it."""
    instead = Phrase("Thank, ask whether all is well, and invite an answer")
    found = []
    for part, content in _parts(text):
        names = {*_VARIABLE.findall(content), *_BLOCK.findall(content)}
        for name in sorted(names & GREETS):
            message = Phrase("{name} is about what is owed: not in a word to stay close", name=name)
            found.append(_error(message, part, 0, instead))
        plain = _blanked(content)
        for hit in (*_pattern(DEBT).finditer(_folded(plain)), *_SUM.finditer(plain)):
            word = plain[hit.start() : hit.end()]
            message = Phrase("“{word}” speaks of debt: not in a word to stay close", word=word)
            found.append(_error(message, part, _line(plain, hit.start()), instead))
    return found


def check_identity(creditor: Creditor) -> list[Finding]:
    """What the footer of every message lacks (CDC art. 42-A: name, address, CPF or CNPJ)."""
    instead = Phrase("Fill it in under Policy and settings, Company: the law asks for it")
    return [
        Finding(Severity.ERROR, _LACKING[field], Part.FOOTER, 0, instead)
        for field in unidentified(creditor)
    ]


def unidentified(creditor: Creditor) -> list[str]:
    """The fields of a creditor that a message must show and that are blank."""
    return [field for field in _LACKING if not getattr(creditor, field).strip()]


def require_identity(creditor: Creditor) -> None:
    """Raises Conflict when messages in a creditor's name would not say who asks."""
    missing = [FIELDS[field] for field in unidentified(creditor)]
    if missing:
        raise Conflict(
            "The campaign cannot run yet: the law asks for the company's name, address and CNPJ at "
            "the foot of every message. Missing: {missing}",
            missing=missing,
        )


def is_usable(findings: Iterable[Finding]) -> bool:
    """Whether nothing forbids the text."""
    return all(finding.severity != Severity.ERROR for finding in findings)


def _parts(text: Text) -> Iterator[tuple[Part, str]]:
    for part in (Part.SUBJECT, Part.PREVIEW, Part.TITLE, Part.BODY):
        content = getattr(text, part.value)
        if content:
            yield part, content


def _line(content: str, at: int) -> int:
    return content.count("\n", 0, at) + 1


def _folded(text: str) -> str:
    """Lower case without accents, every character in its place."""
    return "".join((unicodedata.normalize("NFKD", c)[:1] or c).lower()[:1] or c for c in text)


def _blanked(content: str) -> str:
    """The text with its tags blanked, every character in its place."""
    return _TAG.sub(lambda tag: re.sub(r"[^\n]", " ", tag[0]), content)


@cache
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    found = "|".join(
        re.escape(word.rstrip("*")).replace(r"\ ", r"\s+") + (r"\w*" if word[-1] == "*" else "")
        for word in words
    )
    return re.compile(rf"(?<![\w-])(?:{found})(?!\w)")


def _language(text: Text) -> Iterator[Finding]:
    for part, content in _parts(text):
        plain = _blanked(content)
        folded = _folded(plain)
        for rule in RULES:
            for hit in _pattern(rule.words).finditer(folded):
                word = " ".join(plain[hit.start() : hit.end()].split())
                why = Phrase(WHY[rule.fault].template, word=word)
                yield _error(why, part, _line(plain, hit.start()), rule.instead)
        yield from _loudness(part, plain)


def _loudness(part: Part, plain: str) -> Iterator[Finding]:
    for hit in _CAPITALS.finditer(plain):
        if hit[0] not in ACRONYMS:
            yield _error(
                Phrase("“{word}” is written in capitals, which reads as shouting", word=hit[0]),
                part,
                _line(plain, hit.start()),
                Phrase("Write “{word}”", word=hit[0].capitalize()),
            )
    mark = _MARKS.search(plain)
    if mark:
        message = Phrase("Leave out exclamation marks")
        yield _error(message, part, _line(plain, mark.start()), Phrase("End with a full stop"))
    for at, character in enumerate(plain):
        if character in ALARMS:
            message = Phrase("“{word}” alarms", word=character)
            yield _error(message, part, _line(plain, at), Phrase("Leave the sign out"))
            return


def _names(text: Text) -> Iterator[Finding]:
    known = Phrase("Choose one from the list of variables")
    for part, content in _parts(text):
        for hit in _TAG.finditer(content):
            tag, line = hit[0], _line(content, hit.start())
            if not any(rule.fullmatch(tag) for rule in (_VARIABLE, _CONDITION, _PLAIN_TAG)):
                message = Phrase(
                    "{tag} cannot be read: use {{{{ name }}}} and {{% if name %}}", tag=tag
                )
                yield _error(message, part, line, known)
                continue
            if _PLAIN_TAG.fullmatch(tag):
                continue
            for name in sorted(set(_WORD.findall(tag)) - VARIABLES):
                message = Phrase("There is no variable called {name}", name=name)
                yield _error(message, part, line, known)
        loose = _LOOSE.search(_blanked(content))
        if loose:
            message = Phrase("A bracket is opened or closed alone: {tag}", tag=loose[0])
            yield _error(message, part, _line(content, loose.start()), known)
        yield from _conditions(part, content)
    for hit in _BLOCK.finditer(text.body):
        if hit[1] not in BLOCKS:
            message = Phrase("There is no block called {name}", name=hit[1])
            instead = Phrase("The blocks are [debts], [pay], [choices] and [receipt]")
            yield _error(message, Part.BODY, _line(text.body, hit.start()), instead)


def _conditions(part: Part, content: str) -> Iterator[Finding]:
    """An `if` ends in the paragraph where it begins: so the page around it stays whole."""
    at = 0
    for paragraph in content.split("\n\n"):
        depth = 0
        for tag in _TAG.findall(paragraph):
            depth += tag.startswith("{% if") - tag.startswith("{% endif")
            if depth < 0 or (not depth and tag.startswith(("{% el",))):
                break
        if depth:
            message = Phrase("An “if” must end in the paragraph where it begins")
            instead = Phrase("Close it with {{% endif %}}")
            yield _error(message, part, _line(content, at), instead)
            return
        at += len(paragraph) + 2


def _shown_to_bystanders(text: Text, channel: Channel) -> Iterator[Finding]:
    """Subject and preview of an e-mail show on locked screens: no amount, no debt."""
    instead = Phrase("Name the creditor or the invoice, nothing of what is owed")
    if channel != Channel.EMAIL:
        begin = _beginning(text.body)
        hit = _pattern(SPOKEN).search(_folded(begin))
        if hit:
            word = begin[hit.start() : hit.end()]
            message = Phrase("“{word}” can be read on a locked screen", word=word)
            yield _error(message, Part.BODY, 1, instead)
        return
    for part in SHOWN:
        content = getattr(text, part.value)
        if REVEALING & set(_VARIABLE.findall(content)) or _SUM.search(_blanked(content)):
            message = Phrase("The subject and the preview must not show an amount")
            yield _error(message, part, 1, instead)
        plain = _blanked(content)
        hit = _pattern(DEBT).search(_folded(plain))
        if hit:
            word = plain[hit.start() : hit.end()]
            message = Phrase("“{word}” tells a by-stander of a debt", word=word)
            yield _error(message, part, 1, instead)


def _beginning(body: str) -> str:
    return _TAG.sub(lambda tag: "x" * _usual(tag[0]), body)[:GLANCE]


def _usual(tag: str, link_length: int = TYPICAL["link"]) -> int:
    """How long a tag usually is once filled in."""
    found = _VARIABLE.fullmatch(tag)
    return (TYPICAL | {"link": link_length}).get(found[1], 8) if found else 0


def _mail(text: Text) -> Iterator[Finding]:
    if not text.subject:
        instead = Phrase("For example: About your invoice from {{{{ creditor }}}}")
        yield _error(Phrase("An e-mail needs a subject"), Part.SUBJECT, 0, instead)
    if not text.body.strip():
        instead = Phrase("Begin with: Hello, {{{{ first_name }}}}.")
        yield _error(Phrase("The text is empty"), Part.BODY, 0, instead)
    blocks = set(_BLOCK.findall(text.body))
    if "debts" in blocks and "choices" not in blocks:
        message = Phrase("Without [choices] the debtor sees no way to answer")
        yield _warning(message, Phrase("Put [choices] on a line of its own near the end"))
    names = set(_VARIABLE.findall(text.body))
    if "debts" in blocks and not (blocks & {"pay"} or "link" in names):
        message = Phrase("Without [pay] the debtor sees no way to pay")
        yield _warning(message, Phrase("Put [pay] on a line of its own after [debts]"))


def _short(text: Text, channel: Channel) -> Iterator[Finding]:
    names = set(_VARIABLE.findall(text.body))
    if AMOUNTS & names or _SUM.search(_blanked(text.body)):
        message = Phrase(
            "A short message must not show an amount: it can be read on a locked screen"
        )
        yield _error(message, Part.BODY, 0, Phrase("The amount waits behind {{{{ link }}}}"))
    if not names & {"creditor", "creditor_short"}:
        message = Phrase("A short message must name the creditor")
        yield _error(message, Part.BODY, 0, Phrase("Add {{{{ creditor_short }}}}"))
    if "link" not in names:
        message = Phrase(
            "Without {{{{ link }}}} the debtor finds neither details nor the creditor's data"
        )
        yield _warning(message, Phrase("Add {{{{ link }}}}"))
    if channel == Channel.SMS and not says_how_to_stop(text.body):
        message = Phrase("An SMS must say how to stop: SAIR")
        yield _error(message, Part.BODY, 0, Phrase("End with: Sair: SAIR"))
    if _BLOCK.search(text.body):
        message = Phrase("Blocks are for e-mails")
        yield _error(message, Part.BODY, 0, Phrase("Say it in a sentence, or leave it to the link"))


def _lengths(text: Text, channel: Channel, link_length: int) -> Iterator[Finding]:
    for part, most in LONGEST.items():
        if len(getattr(text, part.value)) > most:
            message = Phrase("This is longer than {most} characters", most=most)
            yield _error(message, part, 0, Phrase("One idea, in few words"))
    most = LONGEST_BODY.get(channel, LONGEST_BODY[Channel.EMAIL])
    if len(text.body) > most * 2 or (channel == Channel.EMAIL and len(text.body) > most):
        message = Phrase("This is longer than {most} characters", most=most)
        yield _error(message, Part.BODY, 0, Phrase("One idea and one action for each message"))
    if channel == Channel.SMS:
        yield from _sms_parts(text.body, link_length)


def _sms_parts(body: str, link_length: int) -> Iterator[Finding]:
    filled = _TAG.sub(lambda tag: "x" * _usual(tag[0], link_length), body)
    parts = sms.parts(sms.transliterated(filled))
    if parts > MOST_PARTS:
        message = Phrase("The SMS is too long: about {parts} parts", parts=parts)
        yield _error(message, Part.BODY, 0, Phrase("Leave the details to {{{{ link }}}}"))
    elif parts > 1:
        message = Phrase("The SMS is long and will probably be charged as {parts}", parts=parts)
        yield _warning(message, Phrase("Up to 160 characters are charged as one"))


def _error(message: Phrase, part: Part, line: int, instead: Phrase | None) -> Finding:
    return Finding(Severity.ERROR, message, part, line, instead)


def _warning(message: Phrase, instead: Phrase | None = None) -> Finding:
    return Finding(Severity.WARNING, message, Part.BODY, 0, instead)
