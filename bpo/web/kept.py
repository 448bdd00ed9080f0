"""What was typed into a form that came too late: shown again, and sent again by one click."""

import re
from urllib.parse import urlsplit

from flask import Response, make_response, render_template, request
from flask_login import current_user

_SECRET = re.compile(r"password|secret|token|code", re.IGNORECASE)
_READERS = frozenset({"office", "portal"})
_LONGEST = 60_000
"""Characters of all fields together: more than any form of people holds."""


def page() -> Response | None:
    """The page that keeps what was typed; None where it cannot be kept.

    Only of one's own pages, by the origin that browsers send with every form: what another site
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


def came_from() -> str:
    """The page of ours from which a form was sent; the start when that is not known."""
    before = urlsplit(request.referrer or "")
    path = f"{before.path}?{before.query}" if before.query else before.path
    ours = before.netloc == request.host and path != request.full_path.rstrip("?")
    return path if ours and path.startswith("/") and not path.startswith("//") else "/"


def _is_own() -> bool:
    origin = urlsplit(request.headers.get("Origin", ""))
    return bool(request.host) and origin.netloc == request.host and request.method == "POST"


def _is_plain() -> bool:
    names = [name for name in request.form if name != "csrf_token"]
    size = sum(len(text) for text in request.form.values())
    secret = any(_SECRET.search(name) for name in names)
    reader = request.blueprint in _READERS
    return reader and bool(names) and not secret and not request.files and size <= _LONGEST
