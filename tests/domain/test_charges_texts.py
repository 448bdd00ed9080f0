"""Every sentence about money is said in Portuguese too, with the same values in it."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import bpo
from bpo.domain.charges import _ENTRY_PHRASES
from bpo.domain.receivables import EntryKind

PACKAGE = Path(bpo.__file__).parent
SOURCES = (
    "domain/charges.py",
    "domain/policies.py",
    "domain/policy_checks.py",
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


@pytest.fixture(scope="module")
def portuguese() -> dict[str, str]:
    """The sentences of this area in Portuguese."""
    with (PACKAGE / "translations/pt_BR/money.po").open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file) if m.id}


def test_every_sentence_has_its_portuguese(portuguese: dict[str, str]) -> None:
    sentences = set(_sentences())
    assert len(sentences) > 80
    assert sentences == {msgid for msgid, text in portuguese.items() if text}


def test_no_value_is_lost_or_invented(portuguese: dict[str, str]) -> None:
    differing = {msgid for msgid, text in portuguese.items() if _values(msgid) != _values(text)}
    assert differing == set()


def test_every_kind_of_entry_can_be_told() -> None:
    assert set(_ENTRY_PHRASES) == set(EntryKind)
