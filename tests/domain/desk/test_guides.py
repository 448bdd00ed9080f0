"""A little Markdown, read into blocks in which nothing is a page's own."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpo.domain.desk import guides
from bpo.domain.desk.guides import Reader, Span
from bpo.kernel.errors import BadInput

BODY = """# Antes
Abra **a página** do
devedor.

- um `código`
- *dois*
  e meio

1. [aqui](https://a.br/x)
2. [mal](javascript:alert(1)) fim
### Fim
"""


def test_blocks_are_read_in_order():
    found = guides.blocks(BODY)
    assert [block.kind for block in found] == ["h2", "p", "ul", "ol", "h3"]
    assert found[1].lines[0] == (Span("Abra "), Span("a página", "strong"), Span(" do devedor."))
    assert [span.text for line in found[2].lines for span in line] == [
        "um ", "código", "dois", " ", "e meio",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "//evil.br", "/\\evil.br", "data:text/html,x", "ftp://a", "vbscript:x"],
)
def test_only_links_of_the_web_and_of_this_site_are_links(url):
    assert all(not span.url for span in guides.spans(f"[x]({url})"))
    assert guides.spans("[x](/w/sol)")[0] == Span("x", "a", "/w/sol")


def test_a_guide_of_its_file_and_of_a_form():
    guide = guides.parse("k", "Title: Um\nReader: debtor\nPlaces: page, call\n\nOi.\n")
    assert guide == ("k", Reader.DEBTOR, "Um", "Oi.", ("page", "call"), False)
    assert guides.checked(" Um  dois ", "a\r\nb ") == ("Um dois", "a\nb")
    with pytest.raises(BadInput):
        guides.checked("Um", "x" * 8001)
    with pytest.raises(BadInput):
        guides.checked("", "x")


@settings(max_examples=60)
@given(st.text(alphabet="ab *`[]()#-1.\n/:<", max_size=80))
def test_no_word_is_lost_and_every_link_is_safe(body):
    shown = [span for block in guides.blocks(body) for line in block.lines for span in line]
    assert all(not span.url or span.url.startswith(("http", "/")) for span in shown)
    assert sum(span.text.count("a") for span in shown) + sum(
        span.url.count("a") for span in shown
    ) == body.count("a")
