"""Every template that is named exists, and every template that exists is used."""

import re

import pytest

from tests.architecture import reading
from tests.architecture.reading import ROOT

FOLDER = ROOT / "templates"
KINDS = {".html", ".txt", ".css"}
_NAMED = re.compile(r"""\{%-?\s*(?:extends|include|import|from)\s+["']([^"']+)["']""")
_TEMPLATE = re.compile(r"[\w*./-]+\.(?:html|txt|css|\*)|[\w*]+(?:/[\w*]+)+")


def templates():
    return {str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*") if path.suffix in KINDS}


def named_in_templates():
    return {
        (name, str(path.relative_to(FOLDER)))
        for path in FOLDER.rglob("*")
        if path.suffix in KINDS
        for name in _NAMED.findall(path.read_text(encoding="utf-8"))
    }


def named_in_code():
    """Texts of the code that could name a template; holes of f-strings fit anything."""
    for path in reading.modules():
        for text in reading.strings(path):
            if _TEMPLATE.fullmatch(text) and re.search(r"[a-z]", text):
                yield text, reading.name(path)


def fits(pattern, name):
    """Whether a text of the code names this template: whole, from its folder on, or without its
    kind."""
    expression = re.escape(pattern).replace(r"\*", ".+")
    return re.fullmatch(rf"(.+/)?{expression}(\.(html|txt))?", name) is not None


def test_every_template_named_in_a_template_exists():
    missing = [(name, where) for name, where in named_in_templates() if name not in templates()]
    assert missing == []


def test_every_template_rendered_by_a_view_exists():
    missing = [
        (text, where)
        for text, where in named_in_code()
        if text.endswith((".html", ".txt")) and where.startswith("bpo/web")
        if not any(fits(text, name) for name in templates())
    ]
    assert missing == []


def test_every_template_is_used():
    patterns = {text for text, _ in named_in_code()}
    used = {name for name, _ in named_in_templates()}
    used |= {name for name in templates() for pattern in patterns if fits(pattern, name)}
    assert templates() - used == set()


@pytest.mark.parametrize("word", ["<script>", "style=", "javascript:", "onclick=", "onsubmit="])
def test_templates_hold_nothing_that_the_security_policy_forbids(word):
    """But for mails and reports, which no browser of ours opens."""
    elsewhere = ("messages/", "reports/")
    found = [
        name
        for name in templates()
        if not name.startswith(elsewhere)
        and word in (FOLDER / name).read_text(encoding="utf-8").lower()
    ]
    assert found == []
