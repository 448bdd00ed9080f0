"""The page of the mail catcher: the kept messages as a list, each as its reader would see it."""

import base64
import re
from email.message import EmailMessage
from typing import Any

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    jsonify,
    render_template,
    request,
)

from bpo import paths
from bpo.embedded.outbox import mailbox, texts
from bpo.embedded.outbox.mailbox import Letter, Mailbox
from bpo.kernel.text import searchable
from bpo.web import filters, language, security

PAGE_LETTERS = 50
MOST_RECIPIENTS = 500
TIME_ZONE = "America/Sao_Paulo"
OWN_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
"""Other names would let a page on the web read the mail through a name of its own."""

VIEWS = ("html", "text", "source")
TEXT_FIELDS = ("to", "text")

MESSAGE_POLICY = "; ".join(
    (
        "sandbox allow-popups allow-popups-to-escape-sandbox",
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "img-src data:",
        "font-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
    )
)
"""A message may be drawn and its links opened in a new tab; it runs and loads nothing."""

_CONTENT_ID = re.compile(r"cid:([^\"'\s)>]+)")

blueprint = Blueprint("outbox", __name__)


def create_app(kept: Mailbox) -> Flask:
    """The page over a mailbox, for readers on this machine."""
    app = Flask("outbox", template_folder=str(paths.TEMPLATES), static_folder=str(paths.STATIC))
    app.config["TRUSTED_HOSTS"] = OWN_HOSTS
    app.extensions["mailbox"] = kept
    language.init_app(app, lambda: language.chosen(None), lambda: TIME_ZONE)
    filters.init_app(app)
    app.jinja_env.filters["file_size"] = file_size
    app.register_blueprint(blueprint)
    app.after_request(_headers)
    return app


@blueprint.get("/")
def index() -> str:
    """The newest letters, those to one address, or those with some words."""
    number = max(1, request.args.get("page", 1, type=int))
    recipient = request.args.get("to", "")
    words = searchable(request.args.get("q", ""))
    start = (number - 1) * PAGE_LETTERS
    letters, total = _mailbox().newest(words, recipient, start, PAGE_LETTERS)
    return render_template(
        "outbox/index.html",
        letters=letters,
        total=total,
        kept=len(_mailbox().letters),
        recipients=[(to, to) for to in _mailbox().recipients(MOST_RECIPIENTS)],
        page=number,
        size=PAGE_LETTERS,
    )


@blueprint.post("/texts/<any(sms, whatsapp):channel>")
def catch_text(channel: str) -> Response:
    """Keep a short message as a provider would take it; the answer names it."""
    given = request.get_json()
    if not isinstance(given, dict) or not all(isinstance(given.get(n), str) for n in TEXT_FIELDS):
        abort(400)
    id = _mailbox().keep(texts.envelope(channel, given["to"], given["text"]))
    return jsonify(id=id)


@blueprint.get("/messages/<id>")
def message(id: str) -> str:
    """One letter: its envelope, its body in one of three views, its attachments."""
    letter = _letter(id)
    content = _mailbox().message(letter)
    has_html = mailbox.html(content) is not None
    view = request.args.get("view", "html" if has_html else "text")
    if view not in VIEWS:
        abort(404)
    return render_template(
        "outbox/message.html",
        letter=letter,
        view=view,
        has_html=has_html,
        body=_plain(letter, content, view),
        headers=content,
        attachments=mailbox.attachments(content),
    )


@blueprint.get("/messages/<id>/html")
def html(id: str) -> Response:
    """The HTML body, for the frame that shows it."""
    content = _mailbox().message(_letter(id))
    body = mailbox.html(content)
    if body is None:
        abort(404)
    response = Response('<base target="_blank">' + _with_images(body, content))
    response.headers["Content-Security-Policy"] = MESSAGE_POLICY
    return response


@blueprint.get("/messages/<id>/attachments/<int:number>")
def attachment(id: str, number: int) -> Response:
    """One attached file, always as a download."""
    files = mailbox.attachments(_mailbox().message(_letter(id)))
    if number >= len(files):
        abort(404)
    return _download(files[number].content, files[number].type, files[number].name)


@blueprint.get("/messages/<id>.eml")
def raw(id: str) -> Response:
    """The message as it came, for a mail program."""
    return _download(_mailbox().raw(_letter(id)), "message/rfc822", f"{id}.eml")


def file_size(count: int) -> str:
    """A number of bytes for a reader: `12 kB`."""
    return f"{count / 1_000_000:.1f} MB" if count >= 1_000_000 else f"{max(1, count // 1000)} kB"


def _mailbox() -> Mailbox:
    found: Mailbox = current_app.extensions["mailbox"]
    return found


def _letter(id: str) -> Letter:
    letter = _mailbox().letter(id)
    if letter is None:
        abort(404)
    return letter


def _plain(letter: Letter, content: EmailMessage, view: str) -> str:
    if view == "source":
        return _mailbox().raw(letter).decode("utf-8", "replace")
    return mailbox.text(content) or ""


def _with_images(body: str, content: EmailMessage) -> str:
    """The body with the images that travel inside the message put in place."""
    found = {part["Content-ID"].strip("<> "): part for part in content.walk() if part["Content-ID"]}
    return _CONTENT_ID.sub(lambda match: _data_url(found.get(match[1]), match[0]), body)


def _data_url(part: Any, otherwise: str) -> str:
    if part is None:
        return otherwise
    encoded = base64.b64encode(part.get_payload(decode=True) or b"").decode()
    return f"data:{part.get_content_type()};base64,{encoded}"


def _download(content: bytes, type: str, name: str) -> Response:
    response = Response(content, mimetype=type)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _headers(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", security.POLICY + "; frame-src 'self'")
    return security.headers(response)
