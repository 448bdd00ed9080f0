"""Jinja filters and globals of the web templates, bound to the reader of the request."""

from functools import cache
from hashlib import sha256
from urllib.parse import urlencode

import flask
from flask import Flask, g, request, url_for

from bpo import paths
from bpo.domain.people import debtors
from bpo.domain.reminders import steps
from bpo.gateways import wording
from bpo.web import access, drawings, language, navigation, statuses

THEMES = ("auto", "light", "dark")


def init_app(app: Flask) -> None:
    """Register filters (`money`, `date`, `phrase` …), globals (`asset`, `here`) and the theme."""
    app.jinja_env.filters.update(wording.filters(language.current, language.zone))
    app.jinja_env.filters.update(
        initials=initials,
        status_label=status_label,
        step_label=step_label,
        telephone=telephone,
        answer_told=answer_told,
        status_tone=statuses.tone,
        colour=navigation.colour,
    )
    app.jinja_env.globals.update(
        asset=asset,
        may=access.allowed,
        here=here,
        unique=unique,
        here_fields=here_fields,
        link=navigation.link,
        menu=navigation.menu,
        language=spoken,
        drawn=drawings,
    )
    app.context_processor(lambda: {"theme": theme()})


def status_label(status: str) -> str:
    """The name of a state in the reader's language."""
    return wording.say(statuses.label(status), language.current())


def step_label(key: str) -> str:
    """A step as people call it, by its key, which survives the versions of its campaign."""
    return wording.say(steps.label_of(key), language.current())


def telephone(number: str) -> str:
    """A telephone as people write it; an address of another kind as it is."""
    return debtors.shown(debtors.Channel.PHONE, number)


def answer_told(answer: str | None) -> str | None:
    """A server's answer as it came, or the program's own word for none in the reader's language."""
    return wording.gettext(answer, language.current()) if answer else answer


def spoken() -> str:
    """The language of the page as HTML wants it: `pt-BR` or `en`."""
    return language.current().replace("_", "-")


def theme() -> str:
    """The reader's colour theme: their own, else this browser's; `auto` follows the device.

    Looks at the user only when one has been read already: a page that reports a broken database
    must not ask it.
    """
    if not flask.has_request_context():
        return "auto"
    user = getattr(g.get("_login_user"), "user", None)
    chosen = user.theme if user else request.cookies.get("theme")
    return chosen if chosen in THEMES else "auto"


def initials(name: str) -> str:
    """Up to two letters for a person or a company: `Padaria Sol Nascente` is `PN`."""
    words = [word for word in name.split() if word[:1].isalnum()] or ["?"]
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


@cache
def fingerprint(filename: str) -> str:
    """Eight hex digits of a static file's contents, so that a browser may keep it for ever."""
    return sha256((paths.STATIC / filename).read_bytes()).hexdigest()[:8]


def asset(filename: str) -> str:
    """The address of a static file, with its fingerprint; asked for by every icon of a page."""
    known: dict[str, str] = g.setdefault("asset_urls", {})
    if filename not in known:
        known[filename] = url_for("static", filename=filename, v=fingerprint(filename))
    return known[filename]


def unique(word: str) -> str:
    """An id that no other element of the page has: `menu-1`, `menu-2`."""
    g.element_ids = g.get("element_ids", 0) + 1
    return f"{word}-{g.element_ids}"


def here(**changes: object) -> str:
    """This page's address with parts of its query changed; None takes a part away.

    A changed filter or order starts again at the first page, unless `page` is among the changes.
    """
    query = request.args.copy()
    for name, value in {"page": None, **changes}.items():
        query.poplist(name)
        if value is not None:
            query.add(name, str(value))
    encoded = urlencode(list(query.items(multi=True)))
    return f"{request.path}?{encoded}" if encoded else request.path


def here_fields(*without: str) -> list[tuple[str, str]]:
    """This page's query as name and value pairs for hidden fields, but for some names."""
    return [(name, value) for name, value in request.args.items(multi=True) if name not in without]
