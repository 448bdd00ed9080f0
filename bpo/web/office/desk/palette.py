"""The command palette: companies, debtors and screens whose name begins with what was typed."""

from typing import TypedDict

from flask import Response, g, jsonify, request

from bpo.db import db
from bpo.domain.people.access import Permission
from bpo.gateways import wording
from bpo.kernel.text import Phrase, searchable
from bpo.models import Workspace
from bpo.queries.desk import palette as finder
from bpo.web import access, language, navigation, session
from bpo.web.navigation import Item
from bpo.web.office import blueprint

MOST = 8
SCREENS, CLIENTS = Phrase("Screens"), Phrase("Clients")
DEBTORS, INVOICES = Phrase("Debtors"), Phrase("Invoices")


class Result(TypedDict, total=False):
    """One line of the palette."""

    group: str
    label: str
    hint: str
    url: str
    colour: str


@blueprint.get("/office/palette", endpoint="palette")
@access.requires(Permission.SEE_PORTFOLIO)
def results() -> Response:
    """What fits the words, companies first; without words the screens and companies in reach."""
    words = searchable(request.args.get("q", ""))[:80]
    places = session.reachable()
    here = next((p for p in places if p.slug == request.args.get("workspace")), None)
    g.workspace = here
    found = [*_companies(words, places), *_debtors(words, places, here), *_screens(words)]
    return jsonify(results=found)


def _companies(words: str, places: list[Workspace]) -> list[Result]:
    fitting = [place for place in places if _fits(words, place.name)]
    return [
        {"group": _say(CLIENTS), "label": place.name, "url": url, "colour": place.colour}
        for place in fitting[:MOST]
        if (url := navigation.link("office.workspace", slug=place.slug))
    ]


def _debtors(words: str, places: list[Workspace], here: Workspace | None) -> list[Result]:
    """Debtors by name, number or document, and invoices by number; the company at hand first."""
    if len(words) < 2:
        return []
    by_id = {place.id: place for place in places}
    near = [here.id] if here else []
    far = [place_id for place_id in by_id if place_id not in near]
    found: list[finder.Found] = []
    for look in (finder.debtors, finder.invoices, finder.debtors_within):
        if look is finder.debtors_within and found:
            break
        for ids in (near, far):
            found += look(db.session(), words, ids, limit=MOST - len(found))
    return [
        _debtor(debtor, by_id[debtor.workspace_id], url)
        for debtor in found
        if (url := _page_of(debtor, by_id[debtor.workspace_id]))
    ]


def _debtor(debtor: finder.Found, place: Workspace, url: str) -> Result:
    return {
        "group": _say(INVOICES if debtor.number else DEBTORS),
        "label": f"{debtor.number} · {debtor.name}" if debtor.number else debtor.name,
        "hint": f"{debtor.reference} · {place.name}",
        "url": url,
        "colour": place.colour,
    }


def _page_of(debtor: finder.Found, place: Workspace) -> str | None:
    return navigation.link("office.debtor", slug=place.slug, debtor_id=debtor.id)


def _screens(words: str) -> list[Result]:
    sections = [section for section in navigation.menu() if section.key != "clients"]
    items = [(item, section) for section in sections for item in section.items]
    return [
        {
            "group": _say(SCREENS),
            "label": _label(item),
            "hint": _say(section.label) if section.label else "",
            "url": item.url,
        }
        for item, section in items
        if _fits(words, _label(item))
    ]


def _label(item: Item) -> str:
    return _say(item.label)


def _fits(words: str, name: str) -> bool:
    """Whether the name, or a word of it, begins with what was typed."""
    plain = searchable(name)
    return plain.startswith(words) or f" {words}" in plain


def _say(words: Phrase | str) -> str:
    return words if isinstance(words, str) else wording.say(words, language.current())
