"""Messages made from their texts: subject, plain text and HTML that looks right on a phone.

A text is a few plain paragraphs (see `domain.messages`); layout, styles and the creditor's identity
come from `templates/messages/`. Everything is compiled and its styles inlined once per process.
"""

import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import css_inline
from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import escape

from bpo import paths
from bpo.domain.reminders.steps import Channel
from bpo.domain.writing import messages, sms
from bpo.domain.writing.messages import DebtLine, MessageFacts, Text
from bpo.gateways import wording
from bpo.kernel import colours
from bpo.kernel.errors import BadInput, NotFound

_ROOT = paths.TEMPLATES / "messages"
_STAND_IN_COLOUR = "#00c0de"
_TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_TRANSLATED = re.compile(r'\{\{ _\("([^"]+)"\) \}\}')
_BLOCK = re.compile(r"^\[([a-z]+)\]$", re.MULTILINE)
_WHOLE_CONDITION = re.compile(
    r"(\{% if (?:(?!%\}).)*%\})((?:(?!\{% (?:if|else|elif)).)*)(\{% endif %\})", re.DOTALL
)
_STASH = re.compile(r"<!--tag(\d+)-->|\ue000(\d+)\ue001")
_STASH_MARKS = re.compile(r"[\ue000\ue001]")
_GAPS = re.compile(r"\n{3,}")
_SHORT_NAME = 24


class Rendered(NamedTuple):
    """A message ready to be handed over; short messages have no subject and no HTML."""

    subject: str
    text: str
    html: str = ""


class Compiled(NamedTuple):
    """A text with its layout as ready templates."""

    subject: Template
    preview: Template | None
    title: Template | None
    text: Template
    html: Template | None


def render(
    key: str, channel: Channel | str, locale: str, facts: MessageFacts, *, text: Text | None = None
) -> Rendered:
    """A message in the reader's language.

    `text`: the workspace's own wording instead of the one that comes with the product. Raises
    NotFound when there is no text of that key for the channel, BadInput for a text that cannot be
    filled in.
    """
    channel = Channel(channel)
    compiled = _compiled(text or load(key, channel, locale), channel, locale)
    values = _values(facts, locale)
    try:
        if compiled.html is None:
            plain = _filled(compiled.text, values).strip()
            return Rendered("", sms.transliterated(plain) if channel == Channel.SMS else plain)
        values["subject"] = subject = _filled(compiled.subject, values)
        values["preview"] = _filled(compiled.preview, values) if compiled.preview else ""
        values["title"] = _filled(compiled.title, values) if compiled.title else subject
        body = _GAPS.sub("\n\n", _filled(compiled.text, values))
        return Rendered(subject, body, _filled(compiled.html, values))
    except TemplateError as error:
        raise BadInput("The text cannot be filled in: {problem}", problem=str(error)) from error


def _filled(template: Template, values: dict[str, Any]) -> str:
    """A template filled with values that all templates of a message share, uncopied."""
    return "".join(template.root_render_func(template.new_context(values, shared=True)))


@cache
def has(key: str, channel: Channel | str, locale: str) -> bool:
    """Whether the product has a text of this key for a channel and locale."""
    return _path(key, Channel(channel), locale).is_file()


def keys(channel: Channel | str, locale: str) -> list[str]:
    """The keys of all texts of a channel, in order."""
    return sorted(path.stem for path in (_ROOT / Channel(channel) / locale).glob("*.txt"))


@cache
def load(key: str, channel: Channel, locale: str) -> Text:
    """The text of a key that comes with the product. Raises NotFound."""
    path = _path(key, channel, locale)
    if not path.is_file():
        raise NotFound(
            "There is no text {key} for {channel}", key=key, channel=Channel(channel).value
        )
    return messages.parse(path.read_text("utf-8"))


def compiled(text: Text, channel: Channel | str, locale: str) -> Compiled:
    """A text made ready, once per process. Raises BadInput when it is no valid template."""
    return _compiled(text, Channel(channel), locale)


@lru_cache(maxsize=1024)
def _compiled(text: Text, channel: Channel, locale: str) -> Compiled:
    plain, rich = _environment(autoescape=False), _environment(autoescape=True)
    try:
        subject = plain.from_string(text.subject)
        if channel != Channel.EMAIL:
            return Compiled(subject, None, None, plain.from_string(text.body), None)
        return Compiled(
            subject,
            plain.from_string(text.preview) if text.preview else None,
            plain.from_string(text.title) if text.title else None,
            plain.from_string(_text_source(text.body, locale)),
            rich.from_string(_html_source(text.body, locale)),
        )
    except TemplateError as error:
        raise BadInput("The text is not valid: {problem}", problem=str(error)) from error


@cache
def _environment(*, autoescape: bool) -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        autoescape=autoescape, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def _path(key: str, channel: Channel, locale: str) -> Path:
    if not re.fullmatch(r"[a-z0-9_]+", key):
        raise NotFound("There is no text {key} for {channel}", key=key, channel=channel.value)
    return _ROOT / channel.value / locale / f"{key}.txt"


def _text_source(body: str, locale: str) -> str:
    layout = _email_file("layout.txt").replace("[body]", body)
    filled = _BLOCK.sub(lambda found: _email_file(f"blocks/{found[1]}.txt").strip(), layout)
    return _TRANSLATED.sub(lambda found: wording.gettext(found[1], locale), filled)


def _html_source(body: str, locale: str) -> str:
    """The whole page as a template, its styles already in place.

    Styles are inlined by an HTML parser, which must not see template tags where HTML forbids text:
    they travel as comments and as numbers between marks that no text may hold (see `_escaped`),
    and come back afterwards.
    """
    paragraphs = "\n".join(map(_paragraph, body.split("\n\n")))
    page = _email_file("layout.html").replace("[body]", paragraphs)
    page = _TRANSLATED.sub(lambda found: str(escape(wording.gettext(found[1], locale))), page)
    stash: list[str] = []

    def put_away(found: re.Match[str]) -> str:
        stash.append(found[0])
        number = len(stash) - 1
        return f"<!--tag{number}-->" if found[0].startswith("{%") else f"\ue000{number}\ue001"

    inliner = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
    inlined = inliner.inline(_TAG.sub(put_away, page))
    restored = _STASH.sub(lambda found: stash[int(found[1] or found[2])], inlined)
    return restored.replace(_STAND_IN_COLOUR, "{{ colour }}")


def _paragraph(source: str) -> str:
    source = source.strip()
    block = _BLOCK.fullmatch(source)
    if block:
        return _email_file(f"blocks/{block[1]}.html")
    whole = _WHOLE_CONDITION.fullmatch(source)
    if whole:
        return f'{whole[1]}<p class="text">{_escaped(whole[2])}</p>{whole[3]}'
    return f'<p class="text">{_escaped(source)}</p>'


def _escaped(source: str) -> str:
    """Escape what is text and leave the tags alone; line ends are kept as breaks."""
    source = _STASH_MARKS.sub("", source)
    parts, at = [], 0
    for tag in _TAG.finditer(source):
        parts += [str(escape(source[at : tag.start()])), tag[0]]
        at = tag.end()
    parts.append(str(escape(source[at:])))
    return "".join(parts).replace("\n", "<br>\n")


@cache
def _email_file(name: str) -> str:
    path = _ROOT / "email" / name
    if not path.is_file():
        raise BadInput("There is no block called {name}", name=path.stem)
    return path.read_text("utf-8")


def _values(facts: MessageFacts, locale: str) -> dict[str, Any]:
    """Every variable of a text and its layout, written for the reader."""
    creditor, links, lines, offer = facts.creditor, facts.links, facts.lines, facts.offer
    oldest = min(lines, key=_due) if lines else None
    total = sum([line.total_cents for line in lines])
    return {
        "language": locale.replace("_", "-"),
        "colour": colours.INK.get(creditor.colour, creditor.colour),
        "legal_name": creditor.legal_name,
        "creditor": creditor.trade_name or creditor.legal_name,
        "creditor_short": (creditor.trade_name or creditor.legal_name)[:_SHORT_NAME].strip(),
        "creditor_document": creditor.document,
        "creditor_address": creditor.address,
        "creditor_contact": " · ".join(filter(None, (creditor.phone, creditor.email))),
        "debtor": facts.debtor_name,
        "first_name": facts.first_name,
        "document_hidden": facts.document_hidden,
        "link": links.page,
        "policy_link": links.policy,
        "unsubscribe_link": links.unsubscribe,
        "today": _day(facts.today, locale),
        "lines": [_line(line, locale) for line in lines],
        "count": len(lines),
        "number": oldest.number if oldest else "",
        "due": _day(oldest.due, locale) if oldest else "",
        "due_short": _day_short(oldest.due, locale) if oldest else "",
        "days_late": oldest.days_late if oldest else 0,
        "total": money(total, locale),
        "also_open": money(facts.also_open_cents, locale) if facts.also_open_cents else "",
        "offer": money(offer.cents, locale) if offer else "",
        "valid_until": _day(offer.valid_until, locale) if offer else "",
        "paid": money(facts.paid_cents, locale),
        "paid_on": _day(facts.paid_on, locale) if facts.paid_on else "",
        "effects": " ".join(facts.effects),
        "confirm_receipt": facts.confirm_receipt,
    }


def _due(line: DebtLine) -> Any:
    return line.due


def _line(line: DebtLine, locale: str) -> tuple[str, str, str]:
    """A receivable as what it is, how its amount is made up, and how much it is today."""
    words = _words(locale)
    principal, fine, interest = line.principal_cents, line.fine_cents, line.interest_cents
    due = words["was due on" if line.days_late else "due on"] + " " + _day(line.due, locale)
    charges = (
        ("amount open", principal),
        ("late fine", fine),
        ("late interest", interest),
        ("early discount", line.discount_cents),
    )
    told = [f"{words[word]}\u00a0{money(n, locale)}" for word, n in charges if n]
    parts = [due, *(told if len(told) > 1 else [])]
    what = f"{words['Invoice']} {line.number}"
    if line.description:
        what = f"{what} – {line.description}"
    return what, " · ".join(parts), money(line.total_cents, locale)


@cache
def _words(locale: str) -> dict[str, str]:
    msgids = ("Invoice", "due on", "was due on", "amount open")
    charges = ("late fine", "late interest", "early discount")
    return {msgid: wording.gettext(msgid, locale) for msgid in msgids + charges}


_SIGNS = {"pt_BR": ("R$\u00a0", ".", ","), "en": ("R$", ",", ".")}


def money(cents: int, locale: str) -> str:
    """An amount in reais exactly as `wording.money` writes it, many times faster."""
    signs = _SIGNS.get(locale)
    if signs is None or cents < 0:
        return wording.money(cents, locale)
    prefix, thousands, point = signs
    whole, rest = divmod(cents, 100)
    return f"{prefix}{whole:,}".replace(",", thousands) + f"{point}{rest:02d}"


_day = lru_cache(maxsize=4096)(wording.day)
_day_short = lru_cache(maxsize=4096)(wording.day_short)
