"""What every answer carries to keep browsers safe: policies, no framing, no sniffing."""

from flask import Flask, Response, abort, request

POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
A_YEAR = 31_536_000
FORM, LARGEST_FORM = "application/x-www-form-urlencoded", 500_000
"""Bytes of a form without files: more than any of ours, and few enough to take its fields apart."""


def init_app(app: Flask) -> None:
    """Refuse what no database takes; add the headers to every answer."""
    app.before_request(refuse_zero_bytes)
    app.after_request(headers)


def measure(app: Flask) -> None:
    """Read no form without end; register it before whatever reads forms."""
    app.before_request(end_forms)


def end_forms() -> None:
    """A form without files may be as long as the text of one with files; 413 beyond it."""
    if request.mimetype == FORM:
        request.max_content_length = LARGEST_FORM


def refuse_zero_bytes() -> None:
    """Answer 400 to a zero byte in an address or a form: people do not type them."""
    given = (request.path, *request.args.values(), *request.form.values())
    if any("\0" in text for text in given):
        abort(400)


def headers(response: Response) -> Response:
    """Strict policy for all; nothing is kept but assets, those with a fingerprint for a year."""
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", f"max-age={A_YEAR}")
    if request.endpoint == "static" and "v" in request.args:
        response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    elif request.endpoint == "static":
        response.headers["Cache-Control"] = "no-cache"
    else:
        response.headers["Cache-Control"] = "no-store"
    return response
