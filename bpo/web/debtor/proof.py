"""What a browser keeps of a proved second factor: a short-lived signed cookie of one link."""

from flask import current_app, g, request
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from bpo.services.people.visits import Visitor

COOKIE = "bpo_debtor"
LASTS_SECONDS = 30 * 60


def remember(response: Response, visitor: Visitor, path: str) -> None:
    """Let this browser read the page of this link, and of no other, for half an hour."""
    value = _serializer().dumps([visitor.link_id, int(g.now.timestamp())])
    response.set_cookie(
        COOKIE,
        str(value),
        max_age=LASTS_SECONDS,
        path=path,
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )


def forget(response: Response, path: str) -> None:
    """Take the leave back, on a telephone that is not one's own."""
    response.delete_cookie(COOKIE, path=path, httponly=True, samesite="Lax")


def holds(visitor: Visitor) -> bool:
    """Whether this browser has proved itself for this link a short while ago."""
    try:
        link_id, stamp = _serializer().loads(request.cookies.get(COOKIE, ""))
    except (BadSignature, ValueError, TypeError):
        return False
    age = g.now.timestamp() - stamp
    return link_id == visitor.link_id and 0 <= age <= LASTS_SECONDS


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="debtor-page")
