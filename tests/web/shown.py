"""Every figure that a page shows, by the place where it stands, so that none goes unchecked."""

from dataclasses import dataclass

from lxml import html

APART = ("script", "style", "svg", "dialog", "form", "summary", "button")
PANELS = ("why-panel", "crumbs", "chart-key", "tabs")


@dataclass(frozen=True, slots=True)
class Figure:
    """A text with a digit in it, or a cell of a column of numbers.

    `link`: where it leads, or the line or the head that it belongs to.
    """

    place: str
    text: str
    link: str | None


def figures(page: str) -> list[Figure]:
    """The figures of a page's main part, from top to bottom.

    The place is `table / column` in a table, `name` and `name, note` at the head of a page, `card:
    term` in a list of facts, `filter: name` for a quick filter, and `card` for what else a card
    says. Drawings and forms are left out: a drawing has its figures in the table beneath.
    """
    (main,) = html.fromstring(page).iter("main")
    for node in [n for n in main.iter() if _is_apart(n)]:
        node.drop_tree()
    return [found for node in main.iter() for found in _here(node) if found.text]


def by_place(page: str) -> dict[str, list[str]]:
    """The texts of each place of a page, from top to bottom."""
    told: dict[str, list[str]] = {}
    for one in figures(page):
        told.setdefault(one.place, []).append(one.text)
    return told


def _here(node) -> list[Figure]:
    classes = _classes(node)
    if node.tag in ("td", "th"):
        return _cell(node)
    if node.tag == "dd":
        term = _said(node.getprevious())
        return [Figure(f"{_card(node)}: {term}", _said(node), _link(node))]
    if "figure-value" in classes or "figure-note" in classes:
        (name,) = node.getparent().find_class("figure-name")
        note = ", note" if "figure-note" in classes else ""
        if note and not _has_digit(_said(node)):
            return []
        return [Figure(f"{_said(name)}{note}", _said(node), _link(node.getparent()))]
    if "pill" in classes:
        return [Figure(f"filter: {(node.text or '').strip()}", _said(node), node.get("href"))]
    if _inside(node) or not _has_digit(_own(node)):
        return []
    return [Figure(_card(node), _said(node), _link(node))]


def _cell(node) -> list[Figure]:
    table = next(node.iterancestors("table"))
    if next(node.iterancestors("thead"), None) is not None:
        return []
    heads = [_said(head) for head in table.find("thead").iter("th", "td")]
    column = heads[node.getparent().index(node)]
    text = _said(node)
    if "num" not in _classes(node) and not _has_digit(text):
        return []
    foot = ", sum" if next(node.iterancestors("tfoot"), None) is not None else ""
    link = _link(node) or _link(node.getparent())
    return [Figure(f"{_said(table.find('caption'))} / {column}{foot}", text, link)]


def _inside(node) -> bool:
    """Whether a place further out speaks for the node."""
    tags = {"td", "th", "dd", "dt", "caption"}
    names = {"figure-value", "figure-note", "figure-name", "pill"}
    if any(_has_digit(_own(outer)) for outer in node.iterancestors()):
        return True
    return any(n.tag in tags or names & _classes(n) for n in (node, *node.iterancestors()))


def _card(node) -> str:
    for outer in (node, *node.iterancestors()):
        if "card" in _classes(outer):
            note = ", note" if "card-note" in _classes(node) else ""
            return _said(next(outer.iter("h2"), None)) + note
        if found := _classes(outer) & {"page-head", "tabs", "pager", "alert"}:
            return next(iter(found))
    return f"page: {node.get('class') or node.tag}"


def _is_apart(node) -> bool:
    hidden = node.get("aria-hidden") == "true"
    return hidden or node.tag in APART or bool(set(PANELS) & _classes(node))


def _has_digit(text: str) -> bool:
    return any(sign.isdigit() for sign in text)


def _link(node) -> str | None:
    found = [node, *node.iter("a"), *node.iterancestors("a")]
    return next((n.get("href") for n in found if n.tag == "a"), None)


def _own(node) -> str:
    return "".join([node.text or "", *(child.tail or "" for child in node)])


def _said(node) -> str:
    return "" if node is None else " ".join(" ".join(node.itertext()).replace("\xa0", " ").split())


def _classes(node) -> set[str]:
    return set((node.get("class") or "").split()) if isinstance(node.tag, str) else set()
