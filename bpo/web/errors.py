"""One place where refusals become pages, or JSON problems for programs."""

import psycopg
import structlog
from flask import Flask, Response, g, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, SQLAlchemyError
from werkzeug.exceptions import HTTPException

from bpo.db import db
from bpo.gateways import wording
from bpo.kernel.errors import BadInput, Conflict, Forbidden, NotFound, Refusal, Unavailable
from bpo.web import kept, language

log = structlog.get_logger()

STATUS = {BadInput: 400, Forbidden: 403, NotFound: 404, Conflict: 409, Unavailable: 503}
PAGES = frozenset({400, 403, 404, 409, 413, 429, 500, 503})


def init_app(app: Flask) -> None:
    """Install the handlers."""
    app.register_error_handler(Refusal, refused)
    app.register_error_handler(CSRFError, expired_form)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(DataError, unkeepable)
    app.register_error_handler(psycopg.DataError, unkeepable)
    app.register_error_handler(Exception, crashed)


def refused(refusal: Refusal) -> Response:
    """A use case said no: its own sentence, with the status of its kind."""
    status = next((code for kind, code in STATUS.items() if isinstance(refusal, kind)), 400)
    return _answer(status, wording.say(refusal.phrase, language.current()), refusal.code)


def expired_form(_: CSRFError) -> Response:
    """A form without a valid token: keep what was typed where it can be, else ask for it again."""
    if not wants_json() and (shown := kept.page()):
        return shown
    return _answer(400, wording.gettext("This form has expired. Send it again.", _locale()), "csrf")


def http_error(error: HTTPException) -> Response:
    """What Flask itself refuses."""
    if error.code is None or error.code < 400:
        return make_response(error.get_response())
    return _answer(error.code, None, (error.name or "error").lower().replace(" ", "_"))


def unkeepable(error: Exception) -> Response:
    """A number beyond all numbers, or a character that no text may hold: programs send those."""
    log.warning("data_refused", path=request.path, kind=type(error).__name__)
    db.session.rollback()
    return _answer(400, None, "bad_data")


def crashed(error: Exception) -> Response:
    """Anything unforeseen: logged whole, shown as a kind page without details."""
    log.error("request_failed", path=request.path, exc_info=error)
    return _answer(500, None, "internal_error")


def _answer(status: int, sentence: str | None, code: str) -> Response:
    if wants_json():
        problem = {"type": "about:blank", "status": status, "code": code, "detail": sentence}
        response = jsonify(problem)
        response.content_type = "application/problem+json"
    else:
        page = status if status in PAGES else (500 if status >= 500 else 400)
        response = make_response(_page(page, sentence))
    response.status_code = status
    return response


def _page(status: int, sentence: str | None) -> str:
    """The error's page; in plain words when even that cannot be drawn (the database is away)."""
    try:
        return render_template(f"errors/{status}.html", sentence=sentence, back=kept.nearest())
    except SQLAlchemyError:
        return _LAST_WORDS


_LAST_WORDS = """<!doctype html><html lang="pt-BR"><meta charset="utf-8">
<title>Indisponível</title><h1>Estamos indisponíveis por alguns instantes</h1>
<p>Tente de novo em um minuto. Nada do que já estava gravado se perdeu.</p></html>"""


def wants_json() -> bool:
    """Whether the asker is a program."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return request.path.startswith(("/api/", "/hooks/")) or best == "application/json"


def _locale() -> str:
    return language.current() if g else wording.DEFAULT_LOCALE
