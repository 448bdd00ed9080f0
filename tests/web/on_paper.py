"""Every figure of a report by the place where it is printed, from what its pages are drawn of."""

import re
from base64 import b64decode
from collections.abc import Iterable, Iterator

from lxml import etree, html

NOT_FIGURES = {
    r"\b\d\d/\d\d(?:/\d{4})?\b": "a day",
    r"\b[a-z]{3}/\d\d\b": "a month on an axis or in a table",
    r"\b[a-zç]+ de \d{4}\b": "a month in words",
    r"\bpágina (?:de )?\d+": "a page of the report",
    r"\b\d+ a \d+ dias\b|[Mm]ais de \d+ dias\b|\baté 30 dias\b": "the name of an age",
    r"\b8 de cada 10 semanas\b": "what the range of the model is to hold",
    r"\b\d\d\.\d{3}\.\d{3}/\d{4}-\d\d\b": "the CNPJ of the company",
    r"(?<=[A-Z])\d+(?:/\d+)?\b": "the number of an invoice",
    r"\bD[+-]\d+|\b\d+ dias? (?:antes|depois) de vencer": "a step of the régua by its day",
}
"""What has digits and is no figure, each with its reason."""

FIGURE = re.compile(r"-?(?:R\$ )?-?\d+(?:\.\d{3})*(?:,\d+)?(?: (?:mil|mi)\b)?%?(?: dias?\b)?")
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_AXIS = {"text-anchor": "end", "fill": "#5b6673"}
"""How the scale of an axis is written: what stands beside it tells the figures."""


def figures_in(text: str) -> list[str]:
    """The figures of a text in their order, each with its currency or unit."""
    return [re.sub(r"dias?$", "dias", found[0]) for found in found_in(text)]


def found_in(text: str) -> Iterator[re.Match[str]]:
    """Where the figures of a text stand."""
    for pattern in NOT_FIGURES:
        text = re.sub(pattern, lambda found: " " * len(found[0]), text)
    return FIGURE.finditer(text)


def by_place(page: str) -> dict[str, list[str]]:
    """The texts with figures of each place, and every cell of a column of numbers.

    The place is `heading / column` in a table, `label`, `label, change` and `label, note` of a key
    figure, `heading, drawing` for the words of a drawing, and the heading for any other text.
    """
    told: dict[str, list[str]] = {}
    for place, text, is_number in _places(page):
        if figures_in(text) or (is_number and text):
            told.setdefault(place, []).append(text)
    return told


def digits(texts: Iterable[str]) -> set[str]:
    """The numbers of some texts, whatever they mean."""
    return {found for text in texts for found in _DIGITS.findall(text)}


def words(page: str) -> str:
    """All that is printed, drawings included."""
    body = _body(page)
    drawn = " ".join(_said(text) for svg in _drawings(body) for text in svg.iter("{*}text"))
    return f"{_said(body)} {drawn}"


def _places(page: str) -> Iterator[tuple[str, str, bool]]:
    heading = ""
    for node in _body(page).iter():
        classes = set((node.get("class") or "").split()) if isinstance(node.tag, str) else set()
        if node.tag == "h2" or (node.tag == "th" and "title" in classes) or _names(node, classes):
            heading = _said(node)
        elif node.tag == "img":
            yield from ((f"{heading}, drawing", text, False) for text in _drawn(node))
        elif node.tag == "h1":
            yield "headline", _said(node), False
        elif node.tag == "p":
            yield _paragraph(node, heading), _said(node), False
        elif node.tag == "td" and not any(True for _ in node.iter("p", "h2", "table")):
            yield from _cell(node, classes, heading)


def _names(node, classes: set[str]) -> bool:
    return node.tag == "td" and "name" in classes


def _paragraph(node, heading: str) -> str:
    beside = node.getparent()
    labels = [p for p in beside.iterchildren("p") if p.get("class") == "label"]
    if not labels:
        return heading
    ends = ("", "", ", change", ", note")
    return _said(labels[0]) + ends[list(beside.iterchildren("p")).index(node)]


def _cell(node, classes: set[str], heading: str) -> Iterator[tuple[str, str, bool]]:
    table = next(node.iterancestors("table"))
    head = table.find("thead")
    if next(node.iterancestors("thead"), None) is not None:
        return
    if table.get("class", "").split()[:1] != ["list"]:
        yield "around", _said(node), False
    elif "meaning" in classes and node.get("colspan"):
        yield f"{heading}, why", _said(node), False
    else:
        at = sum(int(cell.get("colspan", 1)) for cell in node.itersiblings("td", preceding=True))
        name = str(at + 1) if head is None else _column(head, at)
        foot = ", sum" if "total" in node.getparent().get("class", "") or "sum" in classes else ""
        yield f"{heading} / {name}{foot}", _said(node), "right" in classes


def _column(head, at: int) -> str:
    names = [_said(cell) for cell in head.findall("tr")[-1].iter("th")]
    return f"{names[at - 1]} %" if names[at] == "%" and names.count("%") > 1 else names[at]


def _drawn(node) -> list[str]:
    found = _svg(node).iter("{*}text")
    return [_said(t) for t in found if any(t.get(key) != value for key, value in _AXIS.items())]


def _drawings(body) -> Iterator:
    return (_svg(node) for node in body.iter("img"))


def _svg(node):
    return etree.fromstring(b64decode(node.get("src").partition("base64,")[2]))


def _body(page: str):
    return html.fromstring(page).find(".//body")


def _said(node) -> str:
    parts = (text.replace("\xa0", " ") for text in node.itertext())
    return " ".join(" ".join(parts).split())
