"""Every sentence about money is said in Portuguese too, with the same values in it."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import bpo
from bpo.domain.books.charges import _ENTRY_PHRASES
from bpo.domain.books.receivables import EntryKind
from bpo.translations import __main__ as translations

PACKAGE = Path(bpo.__file__).parent
SOURCES = (
    "domain/books/charges.py",
    "domain/books/policies.py",
    "domain/books/policy_checks.py",
    "analytics/definitions.py",
)
POSITION = {"Phrase": 0, "BadInput": 0, "_error": 1, "_warning": 1, "make": 1}


def _literals(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    if isinstance(node, ast.IfExp):
        yield from (*_literals(node.body), *_literals(node.orelse))


def _sentences() -> Iterator[str]:
    yield from _ENTRY_PHRASES.values()
    for source in SOURCES:
        for node in ast.walk(ast.parse((PACKAGE / source).read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                place = POSITION.get(node.func.id)
                if place is not None and len(node.args) > place:
                    yield from _literals(node.args[place])


def _values(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_every_sentence_has_its_portuguese() -> None:
    sentences = set(_sentences())
    assert len(sentences) > 80
    known = translations.translated("pt_BR")
    assert sentences - known.keys() == set()
    told = {msgid: str(known[msgid][0][1].string) for msgid in sentences}
    assert {m for m, text in told.items() if _values(m) != _values(text)} == set()


def test_every_kind_of_entry_can_be_told() -> None:
    assert set(_ENTRY_PHRASES) == set(EntryKind)
