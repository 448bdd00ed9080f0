"""What was typed into a form that came too late: shown again, and sent again by one click."""

import re
from urllib.parse import urlsplit

from flask import Response, current_app, make_response, render_template, request
from flask_login import current_user

_SECRET = re.compile(r"password|secret|token|code", re.IGNORECASE)
_READERS = frozenset({"office", "portal"})
_LONGEST = 60_000
"""Characters of all fields together: more than any form of people holds."""


def page() -> Response | None:
    """The page that keeps what was typed; None where it cannot be kept.

    Only of one's own pages, which browsers tell with every form: what another site
    sends is never offered to be sent again. Neither files nor secrets are kept.
    """
    if not (_is_own() and _is_plain()):
        return None
    signed_in = bool(current_user and current_user.is_authenticated)
    fields = [(name, text) for name, text in request.form.items(multi=True) if name != "csrf_token"]
    answer = make_response(
        render_template(
            "errors/kept.html",
            signed_in=signed_in,
            fields=fields,
            typed=[text for _, text in fields if len(text) > 20 and " " in text],
        )
    )
    answer.status_code = 400 if signed_in else 401
    return answer


def nearest() -> str:
    """The page that a form's address belongs to: itself where it can be read, else one above it."""
    routes = current_app.create_url_adapter(request)
    path = request.path
    while routes and path and not routes.test(path, "GET"):
        path = path.rpartition("/")[0]
    return path or "/"


def _is_own() -> bool:
    """Browsers say where a form was sent from; with it they tell no address, as our pages ask."""
    origin = urlsplit(request.headers.get("Origin", ""))
    told = request.headers.get("Sec-Fetch-Site")
    ours = told == "same-origin" if told else origin.netloc == request.host
    return ours and request.method == "POST"


def _is_plain() -> bool:
    names = [name for name in request.form if name != "csrf_token"]
    size = sum(len(text) for text in request.form.values())
    secret = any(_SECRET.search(name) for name in names)
    reader = request.blueprint in _READERS
    return reader and bool(names) and not secret and not request.files and size <= _LONGEST
