"""`python -m bpo.translations missing`: texts without a translation, and contradictions."""

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from string import Formatter

from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from bpo import paths
from bpo.gateways import wording

Msgid = str | tuple[str, str]
SINGLE = frozenset(
    {"_", "gettext", "lazy_gettext", "say", "Phrase", "Refusal", "BadInput", "NotFound"}
    | {"Forbidden", "Conflict", "Unavailable"}
)
PLURAL = frozenset({"ngettext", "count"})
# Sentences for whoever runs the program, not for its users, stay in English.
_TECHNICAL = ("cli/", "embedded/", "translations/", "db.py", "paths.py")


@dataclass(frozen=True, slots=True)
class Use:
    """A text and the first place that says it."""

    msgid: Msgid
    place: str


@cache
def used() -> Sequence[Use]:
    """Every text that code and templates say, once, by place; looked for once a process."""
    found: dict[Msgid, Use] = {}
    for use in (*_in_code(), *_in_templates()):
        found.setdefault(use.msgid, use)
    return sorted(found.values(), key=lambda use: use.place)


def _in_code() -> Iterator[Use]:
    for path in sorted(paths.PACKAGE.rglob("*.py")):
        name = str(path.relative_to(paths.PACKAGE))
        if name.startswith(_TECHNICAL):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            msgid = _said(call)
            if msgid:
                yield Use(msgid, f"bpo/{name}:{call.lineno}")


def _said(call: ast.Call) -> Msgid | None:
    """The text that a call says, when it is written out there."""
    name = getattr(call.func, "id", None) or getattr(call.func, "attr", None)
    texts = [
        argument.value
        for argument in call.args[:2]
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    ]
    if name in PLURAL:
        return (texts[0], texts[1]) if len(texts) == 2 else None
    written_first = bool(texts) and isinstance(call.args[0], ast.Constant)
    return texts[0] if name in SINGLE and written_first else None


def _in_templates() -> Iterator[Use]:
    methods = [(f"**.{ending}", "jinja2") for ending in ("html", "txt", "md")]
    keywords: dict[str, tuple[int, ...] | None] = {
        "_": None,
        "gettext": None,
        "say": None,
        "ngettext": (1, 2),
        "count": (1, 2),
    }
    for name, line, msgid, _, _ in extract_from_dir(paths.TEMPLATES, methods, keywords=keywords):
        if msgid:
            yield Use(_key(msgid), f"templates/{name}:{line}")


def translated(locale: str) -> dict[Msgid, list[tuple[str, Message]]]:
    """Each translated text with the files that translate it."""
    found: dict[Msgid, list[tuple[str, Message]]] = defaultdict(list)
    for path in wording.files(locale):
        with path.open("rb") as file:
            for message in read_po(file, locale=locale):
                if message.id and all(_strings(message)):
                    found[_key(message.id)].append((path.name, message))
    return dict(found)


def _key(msgid: str | list[str] | tuple[str, ...]) -> Msgid:
    return msgid if isinstance(msgid, str) else (msgid[0], msgid[1])


def _strings(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or [""])


def missing(locale: str) -> list[Use]:
    """Texts without a translation."""
    known = translated(locale)
    return [use for use in used() if use.msgid not in known]


def contradictions(locale: str) -> list[str]:
    """Texts translated in two ways, and translations whose parameters are not the text's."""
    found = []
    for msgid, entries in translated(locale).items():
        texts = {tuple(_strings(message)) for _, message in entries}
        names = ", ".join(name for name, _ in entries)
        if len(texts) > 1:
            found.append(f"{names}: {msgid!r} has {len(texts)} translations")
        found.extend(
            f"{name}: {msgid!r}: its translation has other parameters"
            for name, message in entries
            if not _same_parameters(message)
        )
    return found


def _same_parameters(message: Message) -> bool:
    """Whether a translation uses parameters of its text alone, and forgets none in the plural."""
    sources = [message.id] if isinstance(message.id, str) else list(message.id)
    allowed = set().union(*(_parameters(source) for source in sources))
    texts = _strings(message)
    return _parameters(texts[-1]) >= allowed - {"num"} and all(
        _parameters(text) <= allowed | {"num"} for text in texts
    )


def _parameters(text: str) -> set[str]:
    percents = {part.partition(")")[0] for part in text.replace("%%", "").split("%(")[1:]}
    try:
        braces = {name.split(".")[0] for _, name, _, _ in Formatter().parse(text) if name}
    except ValueError:
        braces = set()
    return percents | braces


def main(arguments: list[str]) -> int:
    """Print what is missing and what contradicts; 1 when there is any."""
    if arguments != ["missing"]:
        print("Usage: python -m bpo.translations missing", file=sys.stderr)  # noqa: T201
        return 2
    locale = wording.DEFAULT_LOCALE
    lines = [f"{use.place}: {use.msgid!r}" for use in missing(locale)]
    lines += contradictions(locale)
    print("\n".join(lines) or "Every text is translated.")  # noqa: T201
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
